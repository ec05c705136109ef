"""Discrete-time hazard regression with a complementary log-log link and ridge penalties.

P(die in interval j | alive at its start) = 1 - exp(-exp(intercept_j + x b)): proportional hazards for grouped times
(Prentice and Gloeckler, Biometrics 1978;34:57-67). Intervals grow from one month to a year. A patient censored inside an
interval counts as having survived it if the censoring falls past its middle, otherwise as not having entered it.
"""

from dataclasses import dataclass

import numpy as np

INTERVAL_EDGES = np.array([0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 21, 24, 30, 36, 48, 60], dtype=float)


@dataclass(frozen=True)
class HazardFit:
    """Intercepts per interval and one log hazard ratio per column of the design."""

    intercepts: np.ndarray
    coefficients: np.ndarray

    def survival(self, design: np.ndarray, months: float) -> np.ndarray:
        """P(alive at `months`), the last interval entered in part."""
        share = np.clip((months - INTERVAL_EDGES[:-1]) / np.diff(INTERVAL_EDGES), 0, 1)
        baseline = float((share * np.exp(self.intercepts)).sum())
        return np.exp(-baseline * np.exp(design @ self.coefficients))


def person_intervals(months: np.ndarray, died: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At risk and died, each [patients, intervals] of 0 and 1."""
    start, end = INTERVAL_EDGES[:-1], INTERVAL_EDGES[1:]
    inside = (months[:, None] >= start) & (months[:, None] < end)
    event = inside * (died[:, None] == 1)
    at_risk = (months[:, None] >= end) | event.astype(bool)
    at_risk |= inside & (died[:, None] == 0) & (months[:, None] >= (start + end) / 2)
    return at_risk.astype(float), event.astype(float)


def fit(design: np.ndarray, months: np.ndarray, died: np.ndarray, penalty: np.ndarray, steps: int = 40) -> HazardFit:
    """Penalised maximum likelihood by Newton's method; `penalty` = 1 / prior variance per column."""
    at_risk, event = person_intervals(months, died)
    intervals = at_risk.shape[1]
    rate = (event.sum(0) + 0.5) / (at_risk.sum(0) + 1.0)
    intercepts = np.log(-np.log1p(-rate))
    coefficients = np.zeros(design.shape[1])
    previous = -np.inf
    for _ in range(steps):
        mean = np.exp(intercepts[None, :] + (design @ coefficients)[:, None])
        tail = np.expm1(mean)
        # d log(1 - exp(-m)) / d eta = m / (exp(m) - 1); second derivative below.
        ratio = mean / tail
        gradient = event * ratio - (at_risk - event) * mean
        curvature = (at_risk - event) * mean - event * ratio * (1 - ratio * np.exp(mean))
        objective = _objective(mean, at_risk, event, coefficients, penalty)
        slope = np.concatenate([gradient.sum(0), design.T @ gradient.sum(1) - penalty * coefficients])
        hessian = np.zeros((intervals + len(coefficients),) * 2)
        hessian[:intervals, :intervals] = np.diag(curvature.sum(0) + 1e-9)
        cross = curvature.T @ design
        hessian[:intervals, intervals:] = cross
        hessian[intervals:, :intervals] = cross.T
        hessian[intervals:, intervals:] = (design * curvature.sum(1)[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(hessian, slope)
        step *= min(1.0, 1.0 / np.abs(step).max())
        intercepts = intercepts + step[:intervals]
        coefficients = coefficients + step[intervals:]
        if abs(objective - previous) < 1e-7 * (1 + abs(objective)) and np.abs(step).max() < 1e-5:
            break
        previous = objective
    return HazardFit(intercepts, coefficients)


def log_likelihood(model: HazardFit, design: np.ndarray, months: np.ndarray, died: np.ndarray) -> float:
    """Without penalty; for choosing the amount of shrinkage on held-out patients."""
    at_risk, event = person_intervals(months, died)
    mean = np.exp(model.intercepts[None, :] + (design @ model.coefficients)[:, None])
    return _objective(mean, at_risk, event, np.zeros(0), np.zeros(0))


def _objective(mean, at_risk, event, coefficients, penalty) -> float:
    died = np.log(-np.expm1(-mean), where=event > 0, out=np.zeros_like(mean))
    return float((event * died - (at_risk - event) * mean).sum() - 0.5 * (penalty * coefficients**2).sum())
