"""Simulation check of the finished graph: do its intervals hold for patients whose own probability is known?

A truth is a world at a new centre. Its patients are described as a board would know them, with blanks; the graph forecasts
them, and the 90 % interval is asked whether it holds the probability that the truth gives this very patient. Computation
only: it can show that arithmetic and assumptions do not fit, never that the model is right. `rules/simulation.toml` has the
generators, the first as the model assumes, the others not.
"""

from dataclasses import replace

import numpy as np
from scipy import stats

from .. import packs
from ..cohorts import complementary_log_log
from ..columns import HISTOLOGIES, ORGANS
from ..draws import TIME_GRID_MONTHS
from ..real_part import RECEPTORS
from ..world import MEASURES
from .conditioning import Study, era_effect, risk_parts, weights
from .people import karnofsky
from .prior import Constants, constants
from .reference import Model
from .worlds import BANDS, baseline_by_band

HORIZONS = (3, 6, 12)
REVERSED = ("albumin", "haemoglobin")  # their covariates count downwards


def simulated_patients(
    study: Study,
    learned: np.ndarray,
    worlds: np.ndarray,
    centre_factor: float,
    model: Model,
    graph: bytes,
    rule: dict,
    quick: bool,
    seed: int,
) -> list[dict]:
    """One row of figures per generator; `learned` [P, BANDS] of the simulated patients, `worlds` [W, D]."""
    pack = _pack(model, graph)
    truths, size = (rule["quick_truths"], rule["quick_patients"]) if quick else (rule["truths"], rule["patients"])
    found = []
    for generator in rule["generator"]:
        # The same worlds, centres and patients for every generator.
        draw = np.random.default_rng(seed)
        told, said = [], []
        for number in range(truths):
            setting = study.layout.settings[number % len(study.layout.settings)]
            constant = constants(study.layout, study.rule, worlds[draw.integers(len(worlds))])
            alive, covariate = truth(study, learned, constant, setting, centre_factor, generator, draw)
            weight = weights(study, study.pooled)
            pick = draw.choice(len(weight), size, p=weight / weight.sum())
            patients = [facts_of(study, covariate, at, rule["known"], draw) for at in pick]
            told.append(alive[pick][:, HORIZONS])
            said.append(packs.survival(pack, patients, setting, HORIZONS))
        found.append({"generator": generator["id"], **figures(np.concatenate(told), np.concatenate(said))})
    return found


def truth(
    study: Study,
    learned: np.ndarray,
    constant: Constants,
    setting: str,
    centre_factor: float,
    generator: dict,
    draw: np.random.Generator,
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Survival [P, T] of every simulated patient at a new centre, and what can be seen of them (covariates [P])."""
    layout, people = study.layout, study.people
    centre, bend, apart, own = (
        draw.standard_normal(),
        draw.standard_normal(),
        draw.standard_normal(len(layout.primaries)),
        draw.standard_normal(len(people.primary)),
    )
    fitness = people.fitness + generator.get("visceral_fitness", 0.0) * people.visceral
    risk, covariate = risk_parts(replace(study, people=replace(people, fitness=fitness)), constant, setting)
    published = risk - constant.real_scale * study.within
    status = constant.term[layout.terms.index("performance_status")] * covariate["performance_status"]
    published = published + (generator.get("status_beside_viscera", 1.0) - 1.0) * status * people.visceral
    primary = constant.contrast[layout.settings.index(setting)] * constant.primary + generator.get("primary_sd", 0.0) * apart
    fading = np.array(generator.get("fading", [1.0] * BANDS))
    log_hazard = (
        published[:, None] * fading
        + (primary[people.primary] + generator.get("unrecorded_sd", 0.0) * own)[:, None]
        + constant.real_scale * learned
    )
    baseline = baseline_by_band(study, constant, setting, log_hazard)
    drift = generator.get("centre_bend_sd", 0.0) * bend * np.linspace(-0.5, 0.5, BANDS)
    level = era_effect(layout, constant, constant.target_year)
    level = level + centre_factor * constant.centre_sd * centre_scores(centre, generator)
    hazard = np.exp(log_hazard + drift + level[people.primary][:, None]) @ baseline
    return np.exp(-hazard), covariate


def facts_of(study: Study, covariate: dict[str, np.ndarray], at: int, known: dict, draw: np.random.Generator) -> dict:
    """What a board knows of simulated patient `at`, in catalogue units; each kind of fact with its share `known`."""
    people, world = study.people, study.world
    primary = study.layout.primaries[people.primary[at]]
    found = {"primary_tumour": primary, "age": float(people.age[at]), "sex": "male" if people.male[at] else "female"}

    def seen(kind):
        return draw.random() < known[kind]

    oestrogen, her2 = RECEPTORS[people.receptors[at]]
    subtype = {
        "lung": {"lung_histology": HISTOLOGIES[people.histology[at]]},
        "breast": {
            "oestrogen_receptor": "positive" if oestrogen else "negative",
            "her2_status": "positive" if her2 else "negative",
        },
        "prostate": {"prostate_hormone_status": "hormone_sensitive" if people.hormone[at] else "castration_resistant"},
    }
    if seen("subtype"):
        found |= subtype.get(primary, {})
    genes = {
        f"gene_{gene.lower()}": "variant" if carried else "wild_type"
        for gene, carried in zip(world.genes, people.genes[at], strict=True)
    }
    if seen("genes"):
        found |= genes
    if seen("performance_status"):
        points = float(karnofsky(world, {"performance_status": covariate["performance_status"][at]}))
        found["karnofsky"] = int(np.clip(10 * round(points / 10), 10, 100))
    if seen("walking"):
        found["walking"] = "not_walking" if covariate["not_walking"][at] else "independent"
    for place, name in enumerate(MEASURES[1:], start=1):
        if seen("laboratory"):
            measure = covariate[name][at] * (-1 if name in REVERSED else 1)
            mean, sd = world.measure_mean[place], world.measure_sd[place]
            found[name] = float(mean * np.exp(sd * measure) if world.measure_log[place] else mean + sd * measure)
    if seen("viscera"):
        found |= {f"{organ}_metastasis": bool(covariate[f"{organ}_metastasis"][at]) for organ in ORGANS}
    if seen("brain"):
        found["brain_metastasis"] = bool(covariate["brain_metastasis"][at])
    if seen("bone"):
        found["extraspinal_bone_metastases"] = int(covariate["extraspinal_bone"][at])
        found["vertebral_metastases"] = 1 + int(covariate["multiple_vertebrae"][at])
    if seen("course"):
        found["months_since_primary_diagnosis"] = float(
            np.expm1(world.interval_mean - world.interval_sd * covariate["interval_from_primary"][at])
        )
        found["prior_systemic_lines"] = 3 * int(covariate["systemic_lines"][at])
    return found


def centre_scores(normal: np.ndarray | float, generator: dict) -> np.ndarray | float:
    """Normal scores of centres, or with `centre_degrees` the same ones stretched to Student's t of SD 1."""
    degrees = generator.get("centre_degrees")
    if degrees is None:
        return normal
    return stats.t.ppf(stats.norm.cdf(normal), degrees) * np.sqrt((degrees - 2) / degrees)


def _pack(model: Model, graph: bytes) -> packs.Pack:
    """The graph with as much of a manifest as running it needs."""
    manifest = {
        "input": model.inputs,
        "setting": [{"name": name} for name in model.paths.settings],
        "output": {"time_grid_months": TIME_GRID_MONTHS},
    }
    return packs.Pack(manifest, {}, packs.session(graph))


def agreement(told: np.ndarray, point: np.ndarray, low: np.ndarray, high: np.ndarray) -> dict:
    """Share of `told` within the intervals; mean error, mean absolute error and median width in points."""
    return {
        "covered": float(((low <= told) & (told <= high)).mean()),
        "bias": float(100 * (point - told).mean()),
        "error": float(100 * np.abs(point - told).mean()),
        "median_width": float(100 * np.median(high - low)),
    }


def figures(told: np.ndarray, said: np.ndarray) -> dict:
    """Coverage at each horizon; what `agreement` says at the last, and there the slope of the true log cumulative hazard on
    the forecast's. `told` [N, horizons], `said` [N, horizons, 3]."""
    at_horizon = [agreement(told[:, column], *said[:, column].T) for column in range(len(HORIZONS))]
    ends = (np.clip(alive, 1e-4, 1 - 1e-4) for alive in (said[:, -1, 0], told[:, -1]))
    forecast, level = (complementary_log_log(alive) for alive in ends)
    last = {name: value for name, value in at_horizon[-1].items() if name != "covered"}
    return {
        "patients": len(told),
        **{f"covered_{months}": found["covered"] for months, found in zip(HORIZONS, at_horizon, strict=True)},
        **last,
        "slope": float(np.polyfit(forecast, level, 1)[0]),
    }
