"""`adapt`: shrinks a shipped pack towards a centre's own patients and writes the result as a new pack.

No row of the centre's table goes into the pack, the card or a message: only counts, fitted numbers and figures over all
patients.
"""

import datetime
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from . import adapt_fit, packs
from .adapt_card import section
from .adapt_fit import Adaptation, Prepared
from .adapt_graph import adapted_graph, adapted_paths
from .catalogue import read_catalogue
from .centre import Centre, check_enough, read_centre
from .evidence import rules
from .horizon_figures import STATISTICS, assessable, paired
from .pack import golden_text, prepare_folder, write_pack
from .packs import Pack, PackError
from .performance import kaplan_meier

SCRIPT = "python -m spineboard_training adapt (models/training)"
HORIZONS_MONTHS = (3.0, 6.0, 12.0)
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Adapted:
    """What was learned and how it did on patients that it had not seen."""

    centre: str
    setting: str | None
    adaptation: Adaptation
    gain: dict
    patients: int
    deaths: int
    follow_up: dict


def adapt(
    folder: Path,
    cohort: Path,
    out: Path,
    features: Path,
    setting: str | None,
    centre: str | None,
    date: datetime.date,
    who: str,
) -> Adapted:
    """Reads, refuses or fits, checks held-out, writes the new pack."""
    pack = packs.read_pack(folder)
    measured = pack.measured or {}
    if "adaptation" in measured:
        raise PackError(f"{pack.title} was adapted already: adapt the shipped pack, whose centre SD is still in it")
    setting = pack.setting(setting)
    slug = _slug(centre or out.name.removeprefix(f"{pack.manifest['name']}-"))
    name = f"{pack.manifest['name']}-{slug}"
    _check_target(folder, out, name)
    table = read_centre(cohort, read_catalogue(features), pack.manifest["population"])
    check_enough(table, float(pack.months[-1]))
    centre_sd, source = centre_spread(measured)
    learned = learn(pack, table, setting, centre_sd, slug)
    graph = adapted_graph(pack, learned.adaptation)
    version = f"{pack.manifest['version']}+{slug}"
    card = section(pack, learned, name, version, date, source) + pack.files["CARD.md"].decode("utf-8")
    numbers = {**measured, "adaptation": _numbers(pack, learned)}
    files = {
        **pack.files,
        pack.graph_name: graph,
        "golden.json": golden_text(golden_rows(pack, graph, learned.adaptation)),
        "CARD.md": card.encode(),
        "measured.json": (json.dumps(numbers, indent=1, sort_keys=True, allow_nan=False) + "\n").encode(),
    }
    prepare_folder(out, set(files))
    write_pack(out, _manifest(pack, learned, name, version, date, who), files)
    return learned


def centre_spread(measured: dict) -> tuple[float, str]:
    """The pack's SD between centres of the log cumulative hazard, and where it comes from."""
    rule = rules("adapt")["shift"]
    if "centre_sd" in measured:
        return float(measured["centre_sd"]), "the pack's own (measured.json, centre_sd)"
    if "centre_factor" in measured:
        value = rule["centre_sd"] * float(measured["centre_factor"])
        return value, f"{rule['centre_sd']:g} times the pack's centre factor (measured.json, centre_factor)"
    return rule["centre_sd"], f"the pack does not say its own; {rule['source']}"


def learn(pack: Pack, table: Centre, setting: str | None, centre_sd: float, slug: str) -> Adapted:
    """The fit on all patients and the figures on held-out ones."""
    data = adapt_fit.prepare(pack, table.facts, table.months, table.died, setting, HORIZONS_MONTHS)
    fitted = adapt_fit.fit(data, centre_sd)
    middle = [fitted.middle[0] if name == setting else _middle(pack, table, name) for name in pack.settings]
    return Adapted(
        centre=slug,
        setting=setting,
        adaptation=replace(fitted, middle=np.array(middle)) if middle else fitted,
        gain=held_out(data, table, centre_sd),
        patients=len(table.facts),
        deaths=int(data.died.sum()),
        follow_up=_follow_up(table),
    )


def _middle(pack: Pack, table: Centre, setting: str) -> float:
    """Mean over the centre's patients of the mean log cumulative hazard at 12 months in another setting."""
    column = pack.column(adapt_fit.EXPLAINED_MONTHS)
    chunks = packs.answers(pack, *packs.encoded(pack, table.facts), setting)
    levels = [adapt_fit.log_cumulative_hazard(paths[:, :, column]).mean(1) for (paths,) in chunks]
    return float(np.concatenate(levels).mean())


def _follow_up(table: Centre) -> dict:
    """Median follow-up by reversed Kaplan-Meier (none where it is not reached) and the longest.

    In whole months, as an exact time would be one patient's.
    """
    times = np.unique(table.months)
    left = kaplan_meier(table.months, 1 - table.died, times)
    reached = times[left <= 0.5]
    return {"median": round(float(reached[0])) if len(reached) else None, "longest": round(float(table.months.max()))}


def held_out(data: Prepared, table: Centre, centre_sd: float) -> dict:
    """Shipped against adapted, each fifth foreseen from the others: values with paired 95 % bootstrap intervals."""
    check = rules("adapt")["check"]
    fold = np.random.default_rng(check["seed"]).permutation(len(data.level)) % check["folds"]
    shipped = adapt_fit.shipped_curves(data)
    adapted = np.zeros_like(shipped)
    for number in range(check["folds"]):
        fitted = adapt_fit.fit(data.of(fold != number), centre_sd)
        adapted[fold == number] = adapt_fit.curves(data.of(fold == number), fitted)
    scores = [adapt_fit.log_scores(data, alive) for alive in (shipped, adapted)]
    repeats, seed = check["bootstraps"], check["seed"]
    pick = np.random.default_rng(seed).integers(0, len(data.level), (repeats, len(data.level)))
    triples = (scores[0], scores[1], scores[1] - scores[0])
    found = {"log score per patient": [_with_interval(values, pick) for values in triples]}
    horizon = adapt_fit.EXPLAINED_MONTHS
    if assessable(table.months, table.died, horizon):
        column = 2 + HORIZONS_MONTHS.index(horizon)
        for label, statistic in STATISTICS.items():
            both = (shipped[:, column], adapted[:, column])
            found[label] = paired(statistic, *both, table.months, table.died, horizon, seed, repeats)
    return {name: [list(map(float, triple)) for triple in rows] for name, rows in found.items()}


def _with_interval(values: np.ndarray, pick: np.ndarray) -> tuple[float, float, float]:
    low, high = np.quantile(values[pick].mean(1), [0.025, 0.975])
    return float(values.mean()), float(low), float(high)


def golden_rows(pack: Pack, graph: bytes, adaptation: Adaptation) -> list[dict]:
    """The shipped rows answered by the new graph, which must agree with plain numpy on every path and never rise.

    Explanations and benefit of the shipped rows are left out: they belong to the shipped forecast.
    """
    new = replace(pack, session=packs.session(graph))
    outputs = ["survival"] + ["cord_compression"] * ("cord_compression" in pack.manifest["output"])
    found = []
    for row in pack.golden:
        setting = pack.setting(row.get("setting"))
        arrays = [np.array([row[part]], dtype=np.float32) for part in ("values", "known")]
        (shipped,) = packs.answers(pack, *arrays, setting, outputs)
        (moved,) = packs.answers(new, *arrays, setting, outputs)
        expected = adapted_paths(shipped[0], pack.months, adaptation, pack.settings.index(setting) if setting else 0)
        worst = float(np.abs(expected - moved[0]).max())
        if not worst <= TOLERANCE:
            raise PackError(f"the new graph and its plain form differ by {worst:g} on a golden row")
        _check_paths(moved[0])
        again = {name: row[name] for name in ("facts", "values", "known", "setting", "cord_compression") if name in row}
        if len(outputs) == 2 and not np.array_equal(shipped[1], moved[1]):
            raise PackError("cord compression does not pass through unchanged")
        again["alive"] = {}
        for months in row["alive"]:
            point, low, high = packs.point_and_interval(moved[0][:, :, pack.column(float(months))])[0]
            again["alive"][months] = {"alive": float(point), "low": float(low), "high": float(high)}
        found.append(again)
    return found


def _check_paths(alive: np.ndarray) -> None:
    sound = np.isfinite(alive).all() and alive.min() >= 0 and alive.max() <= 1
    if not (sound and (alive[:, :, 0] == 1).all() and (np.diff(alive, axis=2) <= 0).all()):
        raise PackError("an adapted path is no survival curve")


def _slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-")
    if not slug:
        raise ValueError("the centre needs a name of letters or digits (--centre)")
    return slug


def _check_target(folder: Path, out: Path, name: str) -> None:
    """Never over the shipped pack, nor over a pack of another name."""
    if out.resolve() == folder.resolve():
        raise FileExistsError(f"{out} is the shipped pack itself")
    if (out / "pack.toml").is_file() and packs.read_pack(out).manifest["name"] != name:
        raise FileExistsError(f"{out} holds another pack")


def _numbers(pack: Pack, learned: Adapted) -> dict:
    """The entry `adaptation` of measured.json."""
    fitted = learned.adaptation
    return {
        "from": {"name": pack.manifest["name"], "version": pack.manifest["version"]},
        "centre": learned.centre,
        "setting": learned.setting,
        "patients": learned.patients,
        "deaths": learned.deaths,
        "follow_up_months": learned.follow_up,
        "shift": [fitted.shift, fitted.shift_sd],
        "slope": [fitted.slope, fitted.slope_sd],
        "spread": fitted.spread,
        "centre_sd": fitted.centre_sd,
        "held_out": learned.gain,
    }


def _manifest(pack: Pack, learned: Adapted, name: str, version: str, date: datetime.date, who: str) -> dict:
    """The shipped manifest with another name, one more notice and another training summary."""
    old = pack.manifest
    note = (
        f"Adapted from {pack.title} to {learned.patients} patients ({learned.deaths} deaths) of the centre "
        f"'{learned.centre}': what the forecast rests on is as listed, moved towards these patients. "
        "Their rows are not in the pack."
    )
    training = {**old["training"], "who": who, "when": date.isoformat(), "script": SCRIPT}
    if isinstance(training["data"], str):
        training["data"] = f"{training['data']}; then {learned.patients} patients of the centre '{learned.centre}'"
    changed = {"name": name, "version": version, "notices": [*old.get("notices", []), note], "training": training}
    return {**{key: value for key, value in old.items() if key != "file"}, **changed}
