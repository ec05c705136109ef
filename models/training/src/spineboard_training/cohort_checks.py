"""How well the published cohorts are reproduced: all of them used, and each centre left out. Tables for the card."""

import numpy as np

from .baseline import curve, mean_survival, patient_weights, solve_levels
from .cohorts import KNOTS_MONTHS, Cohort, complementary_log_log
from .world import CaseMix


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
