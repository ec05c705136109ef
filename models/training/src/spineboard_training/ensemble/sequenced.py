"""No double counting: the part learned from MSK-MET refitted beside what MSK-MET did not record.

MSK-MET's differences between patients already contain fitness and burden that nobody wrote down. In each world these
are drawn for every MSK-MET patient given what is known (primary tumour, biopsied organ, the world's tie between fitness
and the learned part), weighed by the likelihood of the patient's own observed time, and baseline, primary effects and
the scale of the learned part are fitted again beside them: Monte Carlo EM on real times (Wei and Tanner, J Am Stat
Assoc 1990;85:699-704). So integrating the unrecorded out gives MSK-MET's survival back (`integrated_survival`)."""

from dataclasses import dataclass

import numpy as np

from ..columns import ORGANS
from ..hazard import INTERVAL_EDGES
from ..real.bands import BAND_EDGES, BANDS
from ..world import World
from .people import LONE, Dependence, People, covariates

COPIES = 24
ROUNDS = 40
PRIMARY_PRIOR_SD = 0.3
BAND_OF_INTERVAL = np.searchsorted(BAND_EDGES, INTERVAL_EDGES[:-1], side="right") - 1


@dataclass(frozen=True)
class Sequenced:
    """MSK-MET patients: learned part per band [N, 4] apart from the primary's mean, times, and copies with the unrecorded.

    `between` [C] = the learned part's mean per primary tumour, NaN where there is no patient.
    """

    primary: np.ndarray
    between: np.ndarray
    within: np.ndarray
    standard: np.ndarray
    months: np.ndarray
    died: np.ndarray
    people: People
    involved: np.ndarray


@dataclass(frozen=True)
class Refit:
    """Baseline hazard per month in each interval, log hazard per primary, scale of the learned part."""

    baseline: np.ndarray
    primary: np.ndarray
    scale: float

    def cumulative(self, months: np.ndarray) -> np.ndarray:
        """Cumulative baseline hazard in each band up to each month, [4, T]."""
        spent = np.clip(months[None, :] - INTERVAL_EDGES[:-1, None], 0, np.diff(INTERVAL_EDGES)[:, None])
        hazard = spent * self.baseline[:, None]
        return np.stack([hazard[BAND_OF_INTERVAL == band].sum(0) for band in range(BANDS)])


def copies(world: World, primary: np.ndarray, sites: np.ndarray, seed: int) -> tuple[People, np.ndarray]:
    """`COPIES` stand-ins per patient [N x COPIES]; `sites` = biopsied organ per patient ("" = none of the organs).

    Second: organs [N x COPIES, 5 + brain] that the biopsy shows, to be set whatever is drawn.
    """
    draw = np.random.default_rng(seed)
    row = np.repeat(primary, COPIES)
    size = len(row)
    blank = np.zeros(size)
    people = People(
        primary=row,
        age=blank,
        male=blank,
        histology=blank,
        receptors=blank,
        burden=blank,
        genes=blank,
        hormone=draw.random(size) < world.binary[row, -1],
        fitness=draw.standard_normal(size),
        measures=draw.standard_normal((size, len(world.loading))),
        walking=draw.random(size),
        visceral=draw.random(size) < world.visceral[row],
        organs=draw.random((size, len(ORGANS))),
        lone=draw.random((size, len(LONE))) < world.lone,
        interval=draw.standard_normal(size),
        continuous=blank,
    )
    shown = np.stack([sites == name for name in (*ORGANS, "brain")], axis=1)
    return people, np.repeat(shown, COPIES, axis=0)


def unrecorded(
    data: Sequenced, world: World, organ_share: np.ndarray, dependence: Dependence, shift: float, evidence
) -> np.ndarray:
    """Log hazard of the unrecorded [N, COPIES]; `evidence(covariate, primary)` adds up a world's terms."""
    standard = np.repeat(data.standard, COPIES)
    covariate = covariates(data.people, world, organ_share, dependence, shift, standard)
    for column, name in enumerate((*ORGANS, "brain")):
        covariate[f"{name}_metastasis"] = np.maximum(covariate[f"{name}_metastasis"], data.involved[:, column])
    return evidence(covariate, data.people.primary).reshape(-1, COPIES)


def refit(data: Sequenced, hidden: np.ndarray) -> Refit:
    """Baseline, primary effects and scale beside the unrecorded log hazard `hidden` [N, COPIES]."""
    months, died, primary = data.months, data.died, data.primary
    spent = np.clip(months[:, None] - INTERVAL_EDGES[None, :-1], 0, np.diff(INTERVAL_EDGES)[None, :])
    event = (months[:, None] >= INTERVAL_EDGES[:-1]) & (months[:, None] < INTERVAL_EDGES[1:]) & (died[:, None] == 1)
    within = data.within[:, BAND_OF_INTERVAL]
    kinds = len(data.between)
    start = np.nan_to_num(data.between)
    effect, scale = start.copy(), 1.0
    baseline = event.sum(0) / spent.sum(0)
    relative = np.exp(hidden)
    weight = np.full(hidden.shape, 1 / COPIES)
    for _ in range(ROUNDS):
        load = (weight * relative).sum(1)
        own = np.exp(effect[primary][:, None] + scale * within) * load[:, None]
        baseline = event.sum(0) / np.maximum((spent * own).sum(0), 1e-12)
        expected = spent * own * baseline
        # One Newton step each: they are nearly independent, and the rounds repeat it.
        deaths = np.bincount(primary, event.sum(1), kinds)
        hazard = np.bincount(primary, expected.sum(1), kinds)
        pull = (effect - start) / PRIMARY_PRIOR_SD**2
        effect = effect + (deaths - hazard - pull) / (hazard + 1 / PRIMARY_PRIOR_SD**2)
        slope = ((event - expected) * within).sum()
        scale += float(slope / (expected * within**2).sum())
        total = (spent * np.exp(effect[primary][:, None] + scale * within) * baseline).sum(1)
        log_weight = died[:, None] * hidden - total[:, None] * relative
        weight = np.exp(log_weight - log_weight.max(1, keepdims=True))
        weight /= weight.sum(1, keepdims=True)
    return Refit(baseline, effect, scale)


def integrated_survival(data: Sequenced, hidden: np.ndarray, fitted: Refit, months: float) -> np.ndarray:
    """P(alive at `months`) per MSK-MET patient [N] with the unrecorded integrated out again."""
    cumulative = fitted.cumulative(np.array([months]))[:, 0]
    own = np.exp(fitted.primary[data.primary][:, None] + fitted.scale * data.within) @ cumulative
    return np.exp(-own[:, None] * np.exp(hidden)).mean(1)
