"""Solves the baseline so that the mean over a cohort's case mix meets the cohort's published survival.

A published hazard ratio is never stacked on a reference patient: for every draw of the coefficients the baseline is
solved anew over simulated patients, so that spreading risk between patients leaves the cohort's survival where it is.
"""

from dataclasses import dataclass

import numpy as np

from .cohorts import KNOTS_MONTHS, Cohort, complementary_log_log
from .world import CaseMix

LOG_HAZARD_GRID = np.linspace(-9.0, 5.0, 141)


def patient_weights(mix: np.ndarray, patients: CaseMix) -> np.ndarray:
    """Weight of each simulated patient so that primaries have the shares `mix`; sums to 1."""
    return mix[patients.primary] / np.bincount(patients.primary, minlength=len(mix))[patients.primary]


def mean_survival(log_risk: np.ndarray, weights: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Mean P(alive) over weighted patients ([cohorts, patients]) at each log cumulative baseline hazard: [cohorts, levels]."""
    return weights @ np.exp(-np.exp(log_risk[:, None] + level[None, :]))


def solve_levels(log_risk: np.ndarray, weights: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """Log cumulative baseline hazard at which the weighted mean survival equals `alive` ([cohorts, knots])."""
    curves = mean_survival(log_risk, weights, LOG_HAZARD_GRID)
    wanted = complementary_log_log(alive)
    curves = complementary_log_log(np.clip(curves, 1e-9, 1 - 1e-9))
    return np.stack([np.interp(wanted[row], curves[row], LOG_HAZARD_GRID) for row in range(len(curves))])


def curve(levels: np.ndarray, months: np.ndarray) -> np.ndarray:
    """Cumulative baseline hazard at `months` from log levels at the knots: straight lines in log-log, ends prolonged."""
    at, knots = np.log(np.maximum(months, 1e-6)), np.log(KNOTS_MONTHS)
    first = (levels[1] - levels[0]) / (knots[1] - knots[0])
    last = (levels[-1] - levels[-2]) / (knots[-1] - knots[-2])
    level = np.interp(at, knots, levels)
    level = np.where(at < knots[0], levels[0] + first * (at - knots[0]), level)
    level = np.where(at > knots[-1], levels[-1] + last * (at - knots[-1]), level)
    return np.where(months > 0, np.exp(level), 0.0)


@dataclass(frozen=True)
class PrimaryHazards:
    """Log hazard per primary (mean 0 over the pooled mix), its SD, and what each rests on."""

    mean: np.ndarray
    sd: np.ndarray
    basis: list[str]
    medians: dict[str, tuple[float, float]]


def primary_hazards(
    real: np.ndarray, scale: float, rest: np.ndarray, patients: CaseMix, cohorts: list[Cohort], pooled: np.ndarray,
    rule: dict, published: dict, primaries: list[str], blood: dict,
) -> PrimaryHazards:
    """Weighs MSK-MET's primary effects against medians by primary from a spinal cohort.

    `rest` = log risk of each simulated patient without the primary's own effect. The spinal value of a primary is the one
    that gives its simulated patients the published median under the current baseline; both are solved in turn.
    """
    source = published[rule["source"]]
    spinal = {
        value: (source["median_os_by_primary"][name], _median_error(source, name))
        for value, name in rule["map"].items()
    }
    weights = np.stack([patient_weights(cohort.mix, patients) for cohort in cohorts])
    alive = np.stack([cohort.at_knots for cohort in cohorts])
    mean = np.zeros(len(primaries))
    own = next(position for position, cohort in enumerate(cohorts) if cohort.id == rule["source"])
    for _ in range(60):
        log_risk = rest + mean[patients.primary]
        solved = solve_levels(log_risk, weights, alive)
        updated, sd, basis = _weigh(
            real * scale, _spinal_levels(spinal, solved[own], rest, patients, primaries), spinal, rule, primaries, pooled
        )
        _add_blood(updated, sd, basis, blood, primaries)
        updated -= (pooled * updated).sum()
        if np.abs(updated - mean).max() < 1e-6:
            break
        mean = 0.5 * mean + 0.5 * updated
    medians = {}
    for value, (median, _) in spinal.items():
        pick = patients.primary == primaries.index(value)
        medians[value] = (median, _median(rest[pick] + mean[primaries.index(value)], solved[own]))
    return PrimaryHazards(mean, sd, basis, medians)


def _median_error(source: dict, name: str) -> float:
    low, high = source["median_os_by_primary_ci"].get(name, (0.0, 0.0))
    if low > 0:
        return float(np.log(high / low) / (2 * 1.959964))
    return 1 / np.sqrt(source["primary_n"][name])


def _spinal_levels(spinal, levels, rest, patients, primaries) -> dict[str, float]:
    found = {}
    for value, (median, _) in spinal.items():
        pick = patients.primary == primaries.index(value)
        needed = solve_levels(rest[pick], np.full((1, pick.sum()), 1 / pick.sum()), np.array([[0.5]]))[0, 0]
        found[value] = float(needed - np.log(curve(levels, np.array([median]))[0]))
    return found


def _weigh(real, spinal_level, spinal, rule, primaries, pooled):
    both = [i for i, value in enumerate(primaries) if value in spinal_level and not np.isnan(real[i])]
    gap = np.array([spinal_level[primaries[i]] - real[i] for i in both])
    anchored = real + (pooled[both] * gap).sum() / pooled[both].sum()
    mean, sd, basis = np.zeros(len(primaries)), np.zeros(len(primaries)), []
    for i, value in enumerate(primaries):
        parts = []
        if not np.isnan(anchored[i]):
            parts.append((anchored[i], rule["transport_sd"], "MSK-MET"))
        if value in spinal_level:
            era = rule["era_sd_floor"] if value in rule["floor"] else rule["era_sd"]
            parts.append((spinal_level[value], float(np.hypot(spinal[value][1], era)), "spinal cohort"))
        weight = np.array([part[1] ** -2.0 for part in parts])
        if parts:
            mean[i] = (weight * [part[0] for part in parts]).sum() / weight.sum()
            sd[i] = weight.sum() ** -0.5
        else:
            sd[i] = rule["no_source_sd"]
        basis.append(" + ".join(part[2] for part in parts) or "no source: average of all")
    known = [i for i, name in enumerate(basis) if not name.startswith("no source")]
    average = (pooled[known] * mean[known]).sum() / pooled[known].sum()
    for i, name in enumerate(basis):
        if name.startswith("no source"):
            mean[i] = average
    return mean, sd, basis


def _add_blood(mean, sd, basis, blood, primaries) -> None:
    alive = blood["survival_6_months"]
    shift = complementary_log_log(np.array(alive["myeloma_lymphoma"])) - complementary_log_log(np.array(alive["breast"]))
    for value in blood["values"]:
        row = primaries.index(value)
        mean[row], sd[row] = mean[primaries.index("breast")] + shift, blood["sd"]
        basis[row] = "literature alone: 6-month survival against breast in one cohort"


def _median(log_risk: np.ndarray, levels: np.ndarray) -> float:
    months = np.exp(np.linspace(np.log(0.2), np.log(120), 400))
    alive = mean_survival(log_risk, np.full((1, len(log_risk)), 1 / len(log_risk)), np.log(curve(levels, months)))[0]
    return float(np.interp(0.5, alive[::-1], months[::-1]))


def leave_one_out(log_risk: np.ndarray, patients: CaseMix, cohorts: list[Cohort], tau: float) -> list[dict]:
    """Each cluster's published points forecast from the other clusters alone; beside it, the plain mean of the others.

    The coefficients stay as they are; the medians by primary come from one of the cohorts, so its row is not fully
    independent. The centre effect is averaged over.
    """
    weights = np.stack([patient_weights(cohort.mix, patients) for cohort in cohorts])
    solved = solve_levels(log_risk, weights, np.stack([cohort.at_knots for cohort in cohorts]))
    nodes = np.array([-1.28, -0.52, 0.0, 0.52, 1.28]) * tau
    found = []
    for row, cohort in enumerate(cohorts):
        others = [i for i, other in enumerate(cohorts) if other.cluster != cohort.cluster]
        share = np.array([cohorts[i].weight for i in others])
        share /= share.sum()
        levels = share @ solved[others]
        alive = share @ np.stack([cohorts[i].at_knots for i in others])
        for months, published in cohort.points:
            level = np.log(curve(levels, np.array([months])))[0] + nodes
            forecast = float(mean_survival(log_risk, weights[row : row + 1], level).mean())
            plain = np.interp(np.log(months), np.log(KNOTS_MONTHS), complementary_log_log(alive))
            if months < KNOTS_MONTHS[0]:
                slope = np.diff(complementary_log_log(alive[:2]))[0] / np.log(KNOTS_MONTHS[1] / KNOTS_MONTHS[0])
                plain = complementary_log_log(alive[0]) + slope * np.log(months / KNOTS_MONTHS[0])
            found.append(
                {
                    "cohort": cohort.id,
                    "months": float(months),
                    "published": float(published),
                    "forecast": forecast,
                    "plain": float(np.exp(-np.exp(plain))),
                }
            )
    return found


def reproduced(drawn, patients: CaseMix, cohorts: list[Cohort]) -> list[dict]:
    """Mean over the draws of the case mix's survival at each cohort's published points, with the 5-95 % range: what the
    shipped draws say about a new centre with that mix of primaries."""
    weights = np.stack([patient_weights(cohort.mix, patients) for cohort in cohorts])
    months = [np.array([point[0] for point in cohort.points]) for cohort in cohorts]
    values = [np.zeros((len(drawn.scale), len(times))) for times in months]
    grid = np.arange(drawn.cumulative.shape[1])
    for draw in range(len(drawn.scale)):
        log_risk = (
            drawn.primary[draw, patients.primary]
            + drawn.scale[draw] * patients.real
            + patients.evidence @ drawn.evidence[draw]
        )
        for row, times in enumerate(months):
            level = np.log(np.interp(times, grid, drawn.cumulative[draw]))
            values[row][draw] = mean_survival(log_risk, weights[row : row + 1], level)[0]
    found = []
    for cohort, table in zip(cohorts, values, strict=True):
        for column, (time, published) in enumerate(cohort.points):
            low, high = np.quantile(table[:, column], [0.05, 0.95])
            found.append(
                {
                    "cohort": cohort.id,
                    "months": float(time),
                    "published": float(published),
                    "forecast": float(table[:, column].mean()),
                    "low": float(low),
                    "high": float(high),
                }
            )
    return found
