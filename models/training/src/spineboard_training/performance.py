"""Discrimination and calibration on censored times, computed on held-out patients only.

C-index: Harrell 1982. AUC: cumulative cases, dynamic controls, weighted by the inverse probability of censoring (Uno et
al., J Am Stat Assoc 2007;102:527-537). Brier score: Graf et al., Stat Med 1999;18:2529-2545. Risk: higher = dies sooner.
"""

import numpy as np


def censoring_survival(months: np.ndarray, died: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Kaplan-Meier estimate of P(not yet censored just before `at`)."""
    times, counts = np.unique(months[died == 0], return_counts=True)
    at_risk = len(months) - np.searchsorted(np.sort(months), times, side="left")
    curve = np.concatenate([[1.0], np.cumprod(1 - counts / at_risk)])
    return curve[np.searchsorted(times, at, side="left")]


def kaplan_meier(months: np.ndarray, died: np.ndarray, at: np.ndarray) -> np.ndarray:
    """P(alive at `at`)."""
    times, counts = np.unique(months[died == 1], return_counts=True)
    at_risk = len(months) - np.searchsorted(np.sort(months), times, side="left")
    curve = np.concatenate([[1.0], np.cumprod(1 - counts / at_risk)])
    return curve[np.searchsorted(times, at, side="right")]


def auc(risk: np.ndarray, months: np.ndarray, died: np.ndarray, horizon: float) -> float:
    """Cumulative/dynamic AUC at `horizon` months; ties count half."""
    case = (months <= horizon) & (died == 1)
    control = np.sort(risk[months > horizon])
    weight = 1 / censoring_survival(months, died, months[case])
    below = np.searchsorted(control, risk[case], side="left")
    not_above = np.searchsorted(control, risk[case], side="right")
    return float((weight * (below + not_above) / 2).sum() / (weight.sum() * len(control)))


def brier(alive: np.ndarray, months: np.ndarray, died: np.ndarray, horizon: float) -> float:
    """Weighted squared error of P(alive at `horizon`)."""
    case = (months <= horizon) & (died == 1)
    control = months > horizon
    error = np.zeros(len(months))
    error[case] = alive[case] ** 2 / censoring_survival(months, died, months[case])
    error[control] = (1 - alive[control]) ** 2 / censoring_survival(months, died, np.array([horizon]))[0]
    return float(error.mean())


def concordance(risk: np.ndarray, months: np.ndarray, died: np.ndarray) -> float:
    """Harrell's C, patient by patient over those who died."""
    concordant, comparable = 0.0, 0.0
    for index in np.flatnonzero(died == 1):
        later = risk[(months > months[index]) | ((months == months[index]) & (died == 0))]
        comparable += len(later)
        concordant += (later < risk[index]).sum() + 0.5 * (later == risk[index]).sum()
    return concordant / comparable


def interval(statistic, arrays: tuple[np.ndarray, ...], seed: int, repeats: int) -> tuple[float, float]:
    """Bootstrap 95 % interval over patients."""
    generator = np.random.default_rng(seed)
    size = len(arrays[0])
    values = []
    for _ in range(repeats):
        pick = generator.integers(0, size, size)
        values.append(statistic(*(array[pick] for array in arrays)))
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
