"""Published probabilities and ratios on a link scale, pooled so that the spread is that of a new trial or centre."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log, log1p, sqrt

import numpy as np
from scipy.special import expit


@dataclass(frozen=True)
class Link:
    """How a probability becomes a number without bounds, its slope there, and the way back (arrays)."""

    number: Callable[[float], float]
    slope: Callable[[float], float]
    probability: Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Estimate:
    """A mean and a standard error on a link scale."""

    mean: float
    error: float


LINKS = {
    "logit": Link(lambda p: log(p / (1 - p)), lambda p: 1 / (p * (1 - p)), expit),
    "complementary_log_log": Link(
        lambda p: log(-log1p(-p)), lambda p: 1 / ((1 - p) * -log1p(-p)), lambda x: -np.expm1(-np.exp(x))
    ),
}


def from_patients(probability: float, patients: float, link: Link) -> Estimate:
    """A share seen in so many patients; the standard error by the delta method."""
    return Estimate(link.number(probability), link.slope(probability) * sqrt(probability * (1 - probability) / patients))


def from_interval(probability: float, low: float, high: float, link: Link) -> Estimate:
    """A share with its 95 % interval."""
    return Estimate(link.number(probability), (link.number(high) - link.number(low)) / (2 * 1.959964))


def from_ratio(ratio: float, low: float, high: float) -> Estimate:
    """The log of a ratio with its 95 % interval."""
    return Estimate(log(ratio), log(high / low) / (2 * 1.959964))


def from_arms(treated: tuple[float, float], control: tuple[float, float], link: Link) -> Estimate:
    """The difference of two arms, each a share and a number of patients."""
    first, second = from_patients(*treated, link), from_patients(*control, link)
    return Estimate(first.mean - second.mean, sqrt(first.error**2 + second.error**2))


def heterogeneity(parts: list[Estimate], floor: float) -> float:
    """Standard deviation between studies (DerSimonian and Laird), never below the floor; the floor for one alone."""
    if len(parts) == 1:
        return floor
    mean, weight = np.array([part.mean for part in parts]), np.array([part.error for part in parts]) ** -2.0
    fixed = (weight * mean).sum() / weight.sum()
    excess = (weight * (mean - fixed) ** 2).sum() - (len(parts) - 1)
    spread = weight.sum() - (weight**2).sum() / weight.sum()
    return max(sqrt(max(excess / spread, 0.0)), floor)


def pool(parts: list[Estimate], between: float) -> tuple[float, float]:
    """Random-effects mean, and the standard deviation for a new study: uncertainty of the mean and spread together."""
    weight = 1 / (np.array([part.error for part in parts]) ** 2 + between**2)
    mean = float((weight * np.array([part.mean for part in parts])).sum() / weight.sum())
    within = 1 / float(weight.sum()) - (between**2 if len(parts) == 1 else 0.0)
    return mean, sqrt(within + between**2)


def shrink(mean: float, error: float, prior_sd: float) -> tuple[float, float]:
    """Towards 0 by a normal prior."""
    kept = prior_sd**2 / (prior_sd**2 + error**2)
    return mean * kept, error * sqrt(kept)
