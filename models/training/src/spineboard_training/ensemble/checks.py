"""How well published cohorts are foreseen when their whole cluster is left out, and how wide a new centre must be.

The centre effect is scaled by one factor until nine in ten of the left-out published points lie in the 90 % interval
(clusters weigh alike); the factor is then frozen. Beside each forecast stands the guess of someone who knows only the
setting: the mean curve of the other clusters of that setting."""

from dataclasses import dataclass, replace

import numpy as np

from ..draws import Strata
from .conditioning import Study, condition, observed, predict

FACTORS = np.round(np.arange(0.6, 1.41, 0.1), 1)
WANTED = 0.9


@dataclass(frozen=True)
class LeftOut:
    """One published point foreseen without its cluster; `draws` [F, W] = forecasts per factor and world, `printed` [F, W]
    = the same with the error of the printed number: what the published point may be."""

    id: str
    setting: str
    cluster: str
    select: str | None
    primary: str | None
    whole: bool
    months: float
    published: float
    guess: float
    draws: np.ndarray
    printed: np.ndarray


def leave_clusters_out(study: Study, worlds: np.ndarray, seed: int) -> list[LeftOut]:
    """Each cluster's points from worlds conditioned on all others; a fresh centre is drawn per world."""
    value, _ = observed(study)
    noise = Strata(len(worlds), seed).normal()
    place = study.layout.slices()["centre"]
    found = []
    for cluster in study.layout.clusters:
        keep = np.ones(len(value), dtype=bool)
        mine = [i for i, row in enumerate(study.observations) if row.cluster == cluster]
        keep[mine] = False
        moved = condition(study, worlds, seed + 1, keep)
        own = replace(study, observations=[study.observations[i] for i in mine], contrasts=[], discrimination=[])
        errors = np.array([row.printed for row in own.observations])
        error_noise = Strata(len(worlds), seed + 2).normal(len(errors)) * errors
        draws, printed = [], []
        for factor in FACTORS:
            fresh = moved.copy()
            fresh[:, place] = factor * noise[:, None]
            level = np.array([predict(own, vector) for vector in fresh])
            draws.append(np.exp(-np.exp(level)))
            printed.append(np.exp(-np.exp(level + error_noise)))
        for column, row in enumerate(own.observations):
            found.append(
                LeftOut(
                    id=row.id,
                    setting=row.setting,
                    cluster=cluster,
                    select=row.select,
                    primary=study.layout.primaries[int(row.mix.argmax())] if row.mix.max() > 0.99 else None,
                    whole=row.whole,
                    months=row.months,
                    published=row.alive,
                    guess=_guess(study, cluster, row.setting, row.months),
                    draws=np.array([said[:, column] for said in draws]),
                    printed=np.array([said[:, column] for said in printed]),
                )
            )
    return found


def _guess(study: Study, cluster: str, setting: str, months: float) -> float:
    """The mean curve of the other clusters of the setting: ln(-ln S) linear in ln(months), clusters weighing alike."""
    rows = [row for row in study.observations if row.whole and row.setting == setting and row.cluster != cluster]
    names = [row.cluster for row in rows]
    weight = np.sqrt([1 / names.count(name) for name in names])
    table = np.array([[1.0, np.log(row.months / 12)] for row in rows])
    level = np.array([row.level for row in rows])
    line = np.linalg.lstsq(table * weight[:, None], level * weight, rcond=None)[0]
    return float(np.exp(-np.exp(line[0] + line[1] * np.log(months / 12))))


def centre_factor(rows: list[LeftOut]) -> tuple[float, np.ndarray]:
    """The least factor whose 90 % intervals cover 90 % of the left-out points that are no score groups; coverage per
    factor.
    """
    rows = [row for row in rows if row.select is None]
    names = [row.cluster for row in rows]
    weight = np.array([1 / names.count(name) for name in names])
    low, high = (np.array([np.quantile(row.printed, share, axis=1) for row in rows]) for share in (0.05, 0.95))
    published = np.array([row.published for row in rows])[:, None]
    covered = weight @ ((low <= published) & (published <= high)) / weight.sum()
    if covered.max() < WANTED:
        return float(FACTORS[-1]), covered
    first = int(np.flatnonzero(covered >= WANTED)[0])
    if first == 0:
        return float(FACTORS[0]), covered
    share = (WANTED - covered[first - 1]) / (covered[first] - covered[first - 1])
    return float(FACTORS[first - 1] + share * (FACTORS[first] - FACTORS[first - 1])), covered


def table(rows: list[LeftOut], factor: float) -> list[dict]:
    """The left-out points at the frozen factor, as plain numbers."""
    after = int(np.clip(np.searchsorted(FACTORS, factor), 1, len(FACTORS) - 1))
    share = np.clip((factor - FACTORS[after - 1]) / (FACTORS[after] - FACTORS[after - 1]), 0, 1)
    found = []
    for row in rows:
        draws = (1 - share) * row.draws[after - 1] + share * row.draws[after]
        low, high = np.quantile(draws, [0.05, 0.95])
        ends = np.quantile((1 - share) * row.printed[after - 1] + share * row.printed[after], [0.05, 0.95])
        found.append(
            {
                "cohort": row.id,
                "setting": row.setting,
                "cluster": row.cluster,
                "group": row.select,
                "primary": row.primary,
                "whole": row.whole,
                "months": row.months,
                "published": row.published,
                "forecast": float(draws.mean()),
                "low": float(low),
                "high": float(high),
                "guess": row.guess,
                "covered": bool(ends[0] <= row.published <= ends[1]),
            }
        )
    return found


def summary(rows: list[dict]) -> dict:
    """Mean absolute errors in points, coverage and median width over the rows of `table`."""
    error = np.array([abs(row["forecast"] - row["published"]) for row in rows])
    guess = np.array([abs(row["guess"] - row["published"]) for row in rows])
    inside = np.array([row["covered"] for row in rows])
    width = np.array([row["high"] - row["low"] for row in rows])
    return {
        "points": len(rows),
        "error": float(100 * error.mean()),
        "guess_error": float(100 * guess.mean()),
        "covered": float(inside.mean()),
        "median_width": float(100 * np.median(width)),
    }
