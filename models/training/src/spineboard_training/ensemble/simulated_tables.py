"""Simulation check of the conditioning: do intervals for a new centre hold when the training tables come from a known truth?

A truth drawn from the prior publishes the training tables, with their errors and its own centres; worlds are conditioned on
them exactly as on the real ones, and foresee cohorts of a new centre of the same truth. Computation only, see
`simulated_patients.py`; `rules/simulation.toml` has the generators.
"""

from dataclasses import replace

import numpy as np

from ..draws import Strata
from .conditioning import REFERENCE_YEAR, Study, condition, observed, predict
from .simulated_patients import agreement, centre_scores
from .targets import Observation, one_primary


def simulated_tables(study: Study, truths: np.ndarray, worlds: np.ndarray, rule: dict, quick: bool, seed: int) -> list[dict]:
    """One row of figures per generator; `truths` and `worlds` [W, D] are separate draws of the prior."""
    count, size = (rule["quick_truths"], rule["quick_worlds"]) if quick else (rule["truths"], rule["worlds"])
    probe = replace(study, observations=probes(study, rule), contrasts=[], discrimination=[])
    found = []
    for generator in rule["generator"]:
        # The same truths and errors for every generator.
        draw = np.random.default_rng(seed)
        told, said = [], []
        for vector in truths[:count]:
            published = publish(study, vector, generator, draw)
            moved = condition(published, worlds[:size], seed + 1)
            told.append([new_centre(probe, vector, generator, draw) for _ in range(rule["centres"])])
            said.append(_foreseen(probe, moved, seed + 2))
        found.append({"generator": generator["id"], **figures(np.array(told), np.array(said))})
    return found


def probes(study: Study, rule: dict) -> list[Observation]:
    """Cohorts of a new centre: the pooled case mix and each named primary, in every setting and month."""
    mixes = [("pooled", study.pooled)]
    mixes += [(value, one_primary(study.layout.primaries, value)) for value in rule["primaries"]]
    return [
        Observation(
            id=name,
            setting=setting,
            cluster=study.layout.clusters[0],
            year=REFERENCE_YEAR,
            months=months,
            alive=0.5,
            error=0.0,
            printed=0.0,
            mix=mix,
            select=None,
            whole=name == "pooled",
        )
        for setting in study.layout.settings
        for name, mix in mixes
        for months in rule["months"]
    ]


def _at_centre(study: Study, vector: np.ndarray, centres: np.ndarray) -> np.ndarray:
    moved = vector.copy()
    moved[study.layout.slices()["centre"]] = centres
    return predict(study, moved)


def publish(study: Study, vector: np.ndarray, generator: dict, draw: np.random.Generator) -> Study:
    """The study with tables of the truth `vector` instead of the published ones."""
    layout, rows = study.layout, study.observations
    said = _at_centre(study, vector, centre_scores(draw.standard_normal(len(layout.clusters)), generator))
    error = observed(study)[1]
    # The error of an observation holds what groups of patients differ by; the model itself has the centre's part.
    said = said + generator.get("error_factor", 1.0) * error * draw.standard_normal(len(said))
    apart = generator.get("primary_sd", 0.0) * draw.standard_normal((len(layout.clusters), len(layout.primaries)))
    level = said[: len(rows)] + generator.get("published_shift", 0.0)
    level += [apart[layout.clusters.index(row.cluster)] @ row.mix for row in rows]
    contrasts = said[len(rows) : len(rows) + len(study.contrasts)]
    concordance = said[len(rows) + len(study.contrasts) :]
    return replace(
        study,
        observations=[replace(row, alive=float(np.exp(-np.exp(at)))) for row, at in zip(rows, level, strict=True)],
        contrasts=[{**row, "value": float(at)} for row, at in zip(study.contrasts, contrasts, strict=True)],
        discrimination=[{**row, "c_index": float(at)} for row, at in zip(study.discrimination, concordance, strict=True)],
    )


def new_centre(probe: Study, vector: np.ndarray, generator: dict, draw: np.random.Generator) -> np.ndarray:
    """What the truth `vector` shows at one centre that published nothing: alive [probes]."""
    centre = centre_scores(draw.standard_normal(), generator)
    apart = generator.get("primary_sd", 0.0) * draw.standard_normal(len(probe.layout.primaries))
    level = _at_centre(probe, vector, np.full(len(probe.layout.clusters), centre))
    level = level + [apart @ row.mix for row in probe.observations]
    return np.exp(-np.exp(level))


def _foreseen(probe: Study, moved: np.ndarray, seed: int) -> np.ndarray:
    """What each conditioned world says of a new centre: alive [W, probes]."""
    noise = Strata(len(moved), seed).normal()
    centres = len(probe.layout.clusters)
    level = [_at_centre(probe, vector, np.full(centres, own)) for vector, own in zip(moved, noise, strict=True)]
    return np.exp(-np.exp(np.array(level)))


def figures(told: np.ndarray, said: np.ndarray) -> dict:
    """What `agreement` says of the 90 % interval of the worlds; `told` [R, new centres, probes], `said` [R, W, probes]."""
    low, high = np.quantile(said, [0.05, 0.95], axis=1, keepdims=True)
    point = said.mean(1, keepdims=True)
    return {
        "truths": len(told),
        "centres": told.shape[0] * told.shape[1],
        **agreement(told, point, low, high),
    }
