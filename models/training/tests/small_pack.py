"""A small pack with settings and cord compression, and centres drawn from a pack with a known shift. Nobody is real."""

import csv

import numpy as np
from onnx import TensorProto, helper

from spineboard_training import adapt_fit, packs
from spineboard_training.builder import Builder
from spineboard_training.pack import golden_text, write_pack

MONTHS = [0, 1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 60]
SAMPLES = 64
SETTINGS = {"referral": 0.0, "surgery": -0.4}
NAMES = ["age", "primary_tumour"]
FACTS = [{}, {"age": 70.0}, {"age": 44.0, "primary_tumour": "breast"}, {"age": 80.0, "primary_tumour": "lung"}]


def write_small_pack(folder, measured=b"") -> None:
    """Non-proportional hazards, a centre effect of SD 0.42, other uncertainty of SD 0.5; a golden row is explained."""
    folder.mkdir(parents=True)
    number = {"kind": "number", "center": 65.0, "scale": 10.0, "min": 18.0, "max": 95.0}
    inputs = [
        {"column": "age", "feature": "age", "encoding": number},
        {"column": "lung", "feature": "primary_tumour", "encoding": {"kind": "indicator", "value": "lung"}},
    ]
    output = {
        "endpoint": "overall_survival", "time_grid_months": MONTHS, "horizons_months": [3, 6, 12], "samples": SAMPLES,
        "point": "mean", "interval_level": 0.9,
        "cord_compression": {"months": 6.0, "certainty": "low", "hidden_when": []},
    }  # fmt: skip
    manifest = {
        "schema_version": 2, "name": "small", "version": "0.1.0", "title": "Small", "licence": "MIT",
        "notices": ["A notice."], "rests_on": ["simulation"], "input": inputs,
        "setting": [{"name": name} for name in SETTINGS], "output": output,
        "member": [{"file": "small.onnx", "weight": 1.0}],
        "population": {"age_min": 18, "primary_excluded": ["central_nervous_system"]},
        "training": {"who": "tests", "when": "2026-01-02", "script": "none", "data": "nobody", "events": 0},
    }  # fmt: skip
    files = {"small.onnx": graph(), "golden.json": golden_text([]), "CARD.md": b"# Model card: small\n"}
    if measured:
        files["measured.json"] = measured
    write_pack(folder, manifest, files)
    pack = packs.read_pack(folder)
    rows = [golden_row(pack, facts, name) for facts in FACTS for name in SETTINGS]
    rows[0]["shapley"] = {"survival": {"baseline": 0.0, "total": 0.0, "groups": {}}}
    write_pack(folder, manifest, {**files, "golden.json": golden_text(rows)})


def golden_row(pack, facts: dict, setting: str) -> dict:
    values, known = packs.encoded(pack, [facts])
    ((alive, cord),) = packs.answers(pack, values, known, setting, ("survival", "cord_compression"))
    months = {m: packs.point_and_interval(alive[:, :, pack.column(m)])[0].tolist() for m in (3, 6, 12)}
    return {
        "facts": facts, "values": values[0].tolist(), "known": known[0].tolist(), "setting": setting,
        "alive": {str(m): dict(zip(("alive", "low", "high"), row, strict=True)) for m, row in months.items()},
        "cord_compression": dict(zip(("point", "low", "high"), packs.point_and_interval(cord)[0].tolist(), strict=True)),
    }  # fmt: skip


def graph() -> bytes:
    """ln H(t) = age + lung + setting + path + (0.9 + 0.15 lung) ln(t / 12); a blank is drawn on each path."""
    build = Builder()
    draw = np.random.default_rng(4)
    value, known, setting = (build.run("Cast", name, to=TensorProto.DOUBLE) for name in ("values", "known", "setting"))
    blank = np.stack([draw.standard_normal(SAMPLES), (draw.random(SAMPLES) < 0.3).astype(float)], axis=1)[None]
    filled = build.blend(build.per_draw(known), build.per_draw(value), build.constant(blank))
    path = build.constant(np.hypot(0.42, 0.5) * draw.standard_normal((1, SAMPLES, 1)))
    level = build.run("MatMul", filled, build.constant([[0.3], [0.8]]))
    shift = build.per_draw(build.run("MatMul", setting, build.constant([[value] for value in SETTINGS.values()])))
    bend = build.add(build.run("MatMul", filled, build.constant([[0.0], [0.15]])), build.constant(0.9))
    with np.errstate(divide="ignore"):
        clock = np.log(np.array(MONTHS)[None, None] / 12)
    timed = build.times(bend, build.constant(np.maximum(clock, -40.0)))
    hazard = build.run("Exp", build.add(level, shift, path, timed))
    alive = build.run("Exp", build.run("Neg", build.times(hazard, build.constant((clock > -40).astype(float)))))
    build.nodes.append(helper.make_node("Cast", [alive], ["survival"], to=TensorProto.FLOAT))
    dead = build.run("Sub", build.constant(1.0, np.float32), "survival")
    cord = build.times(build.columns(dead, [MONTHS.index(6)], axis=2), build.constant(0.1, np.float32))
    build.nodes.append(helper.make_node("Squeeze", [cord, build.constant([2], np.int64)], ["cord_compression"]))
    wide = {"values": len(NAMES), "known": len(NAMES), "setting": len(SETTINGS)}
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", width]) for name, width in wide.items()]
    answers = [
        helper.make_tensor_value_info("survival", TensorProto.FLOAT, ["N", SAMPLES, len(MONTHS)]),
        helper.make_tensor_value_info("cord_compression", TensorProto.FLOAT, ["N", SAMPLES]),
    ]
    made = helper.make_graph(build.nodes, "small", ends, answers, build.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return model.SerializeToString(deterministic=True)


def people(size: int, seed: int) -> list[dict]:
    """Facts of patients, some blank."""
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(size):
        facts = {"age": float(draw.integers(35, 90)), "primary_tumour": str(draw.choice(["lung", "breast", "prostate"]))}
        found.append({name: value for name, value in facts.items() if draw.random() < 0.9})
    return found


def centre_times(pack, facts, setting, shift: float, slope: float, centre_sd: float, seed: int):
    """Months and died at a centre whose log cumulative hazard lies `shift` from the pack's and spreads by `slope`."""
    draw = np.random.default_rng(seed)
    chunks = packs.answers(pack, *packs.encoded(pack, facts), setting)
    log_hazard = np.concatenate([adapt_fit.log_cumulative_hazard(paths) for (paths,) in chunks])
    mean = log_hazard.mean(1)
    level = mean[:, pack.column(12)]
    variance = log_hazard[:, :, pack.column(12)].var(1).mean()
    own = log_hazard[np.arange(len(facts)), draw.integers(0, log_hazard.shape[1], len(facts))]
    spread = np.sqrt(1 - centre_sd**2 / variance)
    hazard = np.exp(shift + (slope - 1) * (level - level.mean())[:, None] + mean + spread * (own - mean)) * (pack.months > 0)
    wait = draw.exponential(size=len(facts))
    death = np.array([np.interp(wait[i], hazard[i], pack.months, right=1000.0) for i in range(len(facts))])
    end = draw.uniform(4, 70, len(facts))
    return np.minimum(death, end), (death <= end).astype(int)


def write_centre(path, facts: list[dict], months, died, names=NAMES) -> None:
    """The table that a centre would hand over."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *names, "months", "died"])
        for number, (own, month, death) in enumerate(zip(facts, months, died, strict=True)):
            writer.writerow([f"secret-{number}", *(own.get(name, "") for name in names), f"{month:.5f}", death])
