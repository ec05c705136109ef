"""Figures of a forecast at one horizon on censored times, and of two forecasts on the same patients with paired intervals.

Calibration: deaths by the horizon on the log odds of the forecast, weighted by the inverse probability of censoring. The
slope is 1 where forecasts spread as outcomes do; the intercept, with the slope held at 1, is 0 where they are right on
average (above 0: more patients died than foreseen). Discrimination and Brier score: `performance`.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import expit, logit

from . import performance

FORECAST_LIMIT = 1e-4
Statistic = Callable[[np.ndarray, np.ndarray, np.ndarray, float], float]


def assessable(months: np.ndarray, died: np.ndarray, horizon: float) -> bool:
    """Whether somebody is known to have died by the horizon and somebody to have lived beyond it."""
    return bool(((months <= horizon) & (died == 1)).any() and (months > horizon).any())


def auc(alive: np.ndarray, months: np.ndarray, died: np.ndarray, horizon: float) -> float:
    """Cumulative/dynamic AUC of P(alive at `horizon`)."""
    return performance.auc(1 - alive, months, died, horizon)


def calibration_slope(alive: np.ndarray, months: np.ndarray, died: np.ndarray, horizon: float) -> float:
    """1 = as spread as the outcomes; below 1 = the forecasts are too extreme."""
    design = np.column_stack([np.ones(len(alive)), _log_odds(alive)])
    return float(_logistic(design, np.zeros(len(alive)), months, died, horizon)[1])


def calibration_intercept(alive: np.ndarray, months: np.ndarray, died: np.ndarray, horizon: float) -> float:
    """Log odds of death beyond the forecast's, on average."""
    return float(_logistic(np.ones((len(alive), 1)), _log_odds(alive), months, died, horizon)[0])


STATISTICS: dict[str, Statistic] = {
    "AUC": auc,
    "Brier score": performance.brier,
    "calibration intercept": calibration_intercept,
    "calibration slope": calibration_slope,
}


def paired(
    statistic: Statistic, first: np.ndarray, second: np.ndarray, months, died, horizon: float, seed: int, repeats: int
) -> list[tuple[float, float, float]]:
    """The statistic of both forecasts P(alive) and of second - first, each with a 95 % interval over the same resamples."""
    generator = np.random.default_rng(seed)
    values = []
    for _ in range(repeats):
        pick = generator.integers(0, len(months), len(months))
        if assessable(months[pick], died[pick], horizon):
            found = [statistic(alive[pick], months[pick], died[pick], horizon) for alive in (first, second)]
            values.append((*found, found[1] - found[0]))
    point = [statistic(alive, months, died, horizon) for alive in (first, second)]
    low, high = np.quantile(values, [0.025, 0.975], axis=0)
    return list(zip((*point, point[1] - point[0]), low.tolist(), high.tolist(), strict=True))


def _log_odds(alive: np.ndarray) -> np.ndarray:
    return logit(np.clip(1 - alive, FORECAST_LIMIT, 1 - FORECAST_LIMIT))


def _logistic(design, offset, months, died, horizon, steps: int = 50) -> np.ndarray:
    """Weighted logistic regression of death by the horizon; a weak prior of variance 100 keeps separated data finite."""
    case, control = (months <= horizon) & (died == 1), months > horizon
    weight = np.zeros(len(months))
    weight[case] = 1 / performance.censoring_survival(months, died, months[case])
    weight[control] = 1 / performance.censoring_survival(months, died, np.array([horizon]))[0]
    coefficients = np.zeros(design.shape[1])
    for _ in range(steps):
        share = expit(offset + design @ coefficients)
        gradient = design.T @ (weight * (case - share)) - coefficients / 100
        hessian = (design * (weight * share * (1 - share))[:, None]).T @ design + np.eye(len(coefficients)) / 100
        step = np.linalg.solve(hessian, gradient)
        coefficients = coefficients + step * min(1.0, 2.0 / np.abs(step).max())
        if np.abs(step).max() < 1e-9:
            break
    return coefficients
