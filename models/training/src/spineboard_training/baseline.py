"""Solves the baseline so that the mean over a cohort's case mix meets the cohort's published survival.

A published hazard ratio is never stacked on a reference patient: for every draw of the coefficients the baseline is
solved anew over simulated patients, so that spreading risk between patients leaves the cohort's survival where it is.
"""

import numpy as np

from .cohorts import KNOTS_MONTHS, complementary_log_log
from .world import CaseMix

LOG_HAZARD_GRID = np.linspace(-9.0, 5.0, 141)


def patient_weights(mix: np.ndarray, patients: CaseMix) -> np.ndarray:
    """Weight of each simulated patient so that primaries have the shares `mix`; sums to 1."""
    return mix[patients.primary] / np.bincount(patients.primary, minlength=len(mix))[patients.primary]


def mean_survival(log_risk: np.ndarray, weights: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Weighted mean P(alive) at each log cumulative baseline hazard; weights [cohorts, patients] give [cohorts, levels]."""
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
