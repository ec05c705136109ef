"""The published cohorts behind the baseline: their survival at fixed months and their mix of primaries."""

from dataclasses import dataclass

import numpy as np

from .evidence import EvidenceError, citation

KNOTS_MONTHS = np.array([3.0, 6.0, 12.0, 24.0])


@dataclass(frozen=True)
class Cohort:
    """Published points [months, alive], survival carried to the knots, primaries' shares, weight (a centre counts once)."""

    id: str
    cluster: str
    era: str
    setting: str
    citation: str
    points: np.ndarray
    at_knots: np.ndarray
    mix: np.ndarray
    weight: float


def complementary_log_log(alive):
    """ln(-ln S): the log cumulative hazard."""
    return np.log(-np.log(alive))


def pooled_mix(primaries: list[str], rule: dict, cohorts: dict) -> np.ndarray:
    """Shares of the primaries: the counts of one large cohort, with the blood cancers that it excluded."""
    published = cohorts[rule["source"]]["primary_n"]
    counts = dict.fromkeys(primaries, rule["pseudo_count"])
    for value, name in rule["counts"].items():
        counts[value] += published[name]
    for value, (names, share) in rule["split"].items():
        counts[value] += share * sum(published[name] for name in names.split("+"))
    blood = rule["haematological"]
    solid = {value: count for value, count in counts.items() if value not in blood}
    scale = (1 - sum(blood.values())) / sum(solid.values())
    return np.array([blood[value] if value in blood else counts[value] * scale for value in primaries])


def own_mix(primaries: list[str], named: dict[str, float] | str, pooled: np.ndarray, blood: list[str]) -> np.ndarray:
    """A cohort's shares: `pooled`, `own` (the source of the pooled counts, without blood cancers), or named shares with
    the rest spread as in the pool."""
    if named == "pooled":
        return pooled
    index = {value: position for position, value in enumerate(primaries)}
    if named == "own":
        shares = pooled.copy()
        shares[[index[value] for value in blood]] = 0
        return shares / shares.sum()
    shares = pooled.copy()
    shares[[index[value] for value in named]] = 0
    shares *= (1 - sum(named.values())) / shares.sum()
    for value, share in named.items():
        shares[index[value]] = share
    return shares


def read_cohorts(primaries: list[str], targets: dict, mix_rule: dict, cohorts: dict) -> list[Cohort]:
    """The chosen cohorts, each carried to the knots with the common slope of log cumulative hazard on log time."""
    pooled = pooled_mix(primaries, mix_rule, cohorts)
    chosen = targets["cohort"]
    missing = [entry["id"] for entry in chosen if entry["id"] not in cohorts]
    if missing:
        raise EvidenceError(f"no cohort {missing}")
    slope = common_slope([np.array(entry["points"]) for entry in chosen])
    clusters = [entry["cluster"] for entry in chosen]
    weights = np.array([1 / clusters.count(cluster) for cluster in clusters])
    return [
        Cohort(
            id=entry["id"],
            cluster=entry["cluster"],
            era=entry["era"],
            setting=entry["setting"],
            citation=citation(cohorts[entry["id"]]),
            points=np.array(entry["points"]),
            at_knots=carry(np.array(entry["points"]), KNOTS_MONTHS, slope),
            mix=own_mix(primaries, entry["mix"], pooled, list(mix_rule["haematological"])),
            weight=weight,
        )
        for entry, weight in zip(chosen, weights / weights.sum(), strict=True)
    ]


def common_slope(points: list[np.ndarray]) -> float:
    """Least squares within cohorts: how fast log cumulative hazard rises with log time."""
    top, bottom = 0.0, 0.0
    for cohort in points:
        time, level = np.log(cohort[:, 0]), complementary_log_log(cohort[:, 1])
        top += ((time - time.mean()) * (level - level.mean())).sum()
        bottom += ((time - time.mean()) ** 2).sum()
    return top / bottom


def carry(points: np.ndarray, months: np.ndarray, slope: float) -> np.ndarray:
    """Survival at `months`: between published points by interpolation (log-log), outside with the common slope."""
    time, level = np.log(points[:, 0]), complementary_log_log(points[:, 1])
    at = np.log(months)
    inside = np.interp(at, time, level)
    inside = np.where(at < time[0], level[0] + slope * (at - time[0]), inside)
    inside = np.where(at > time[-1], level[-1] + slope * (at - time[-1]), inside)
    return np.exp(-np.exp(inside))
