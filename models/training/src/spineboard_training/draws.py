"""The constants of the graph: S equally likely draws of coefficients, baseline and blanks.

Each uncertain quantity is stratified over the draws (Latin hypercube), which keeps the average over few draws close to
the average over many.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from .baseline import curve, patient_weights, solve_levels
from .cohorts import Cohort
from .evidence import Term
from .world import CaseMix, World

TIME_GRID_MONTHS = np.arange(0, 61, dtype=float)


@dataclass(frozen=True)
class Draws:
    """Per draw: primary effects [S, C], scale of the real part [S], evidence coefficients [S, K], cumulative baseline
    hazard [S, T], and the uniform or normal numbers that place blanks."""

    primary: np.ndarray
    scale: np.ndarray
    evidence: np.ndarray
    cumulative: np.ndarray
    uniform_primary: np.ndarray
    uniform_male: np.ndarray
    normal_age: np.ndarray
    uniform_binary: np.ndarray
    uniform_burden: np.ndarray
    uniform_receptors: np.ndarray
    uniform_histology: np.ndarray
    uniform_visceral: np.ndarray
    uniform_liver: np.ndarray
    uniform_fitness: np.ndarray
    normal_measure: np.ndarray
    uniform_walking: np.ndarray
    uniform_lone: np.ndarray
    normal_interval: np.ndarray


class Strata:
    """Stratified random numbers: every column holds one number from each of S equal slices."""

    def __init__(self, size: int, seed: int):
        self.size = size
        self.generator = np.random.default_rng(seed)

    def uniform(self, *columns: int) -> np.ndarray:
        """[S, ...] in (0, 1)."""
        count = int(np.prod(columns)) if columns else 1
        table = np.stack([self._column() for _ in range(count)], axis=1)
        return table.reshape((self.size, *columns)) if columns else table[:, 0]

    def _column(self) -> np.ndarray:
        return (self.generator.permutation(self.size) + 0.5) / self.size

    def normal(self, *columns: int) -> np.ndarray:
        """[S, ...] standard normal."""
        return ndtri(self.uniform(*columns))


class GroupedStrata(Strata):
    """Stratified random numbers for `groups` x `members` rows: every column is spread evenly over all rows, and over the
    members of each group by itself, so that the average over one group is close to the average over all."""

    def __init__(self, groups: int, members: int, seed: int):
        super().__init__(groups * members, seed)
        self.groups, self.members = groups, members

    def _column(self) -> np.ndarray:
        stratum = self.generator.permuted(np.tile(np.arange(self.members), (self.groups, 1)), axis=1)
        within = self.generator.permuted(np.tile(np.arange(self.groups), (self.members, 1)), axis=1)
        place = within[stratum, np.arange(self.groups)[:, None]]
        return ((stratum + (place + 0.5) / self.groups) / self.members).ravel()


def make_draws(
    size: int,
    seed: int,
    world: World,
    primary_mean: np.ndarray,
    primary_sd: np.ndarray,
    terms: list[Term],
    scale: tuple[float, float],
    patients: CaseMix,
    cohorts: list[Cohort],
    centre_sd: float,
) -> Draws:
    """All draws; the baseline is solved anew for each."""
    strata = Strata(size, seed)
    primary = primary_mean + primary_sd * strata.normal(len(primary_mean))
    scales = np.clip(scale[0] + scale[1] * strata.normal(), 0.4, 1.2)
    evidence = np.array([term.mean for term in terms]) + np.array([term.sd for term in terms]) * strata.normal(len(terms))
    centre = centre_sd * strata.normal()
    weights = np.stack([patient_weights(cohort.mix, patients) for cohort in cohorts])
    alive = np.stack([cohort.at_knots for cohort in cohorts])
    share = np.array([cohort.weight for cohort in cohorts])
    cumulative = np.zeros((size, len(TIME_GRID_MONTHS)))
    for draw in range(size):
        log_risk = primary[draw, patients.primary] + scales[draw] * patients.real + patients.evidence @ evidence[draw]
        levels = share @ solve_levels(log_risk, weights, alive)
        cumulative[draw] = curve(levels + centre[draw], TIME_GRID_MONTHS)
    return Draws(
        primary=primary,
        scale=scales,
        evidence=evidence,
        cumulative=cumulative,
        uniform_primary=strata.uniform(),
        uniform_male=strata.uniform(),
        normal_age=strata.normal(),
        uniform_binary=strata.uniform(world.binary.shape[1]),
        uniform_burden=strata.uniform(),
        uniform_receptors=strata.uniform(),
        uniform_histology=strata.uniform(),
        uniform_visceral=strata.uniform(),
        uniform_liver=strata.uniform(),
        uniform_fitness=strata.uniform(),
        normal_measure=strata.normal(len(world.loading)),
        uniform_walking=strata.uniform(),
        uniform_lone=strata.uniform(len(world.lone)),
        normal_interval=strata.normal(),
    )


def centre_spread(
    terms: list[Term],
    world: World,
    primary: np.ndarray,
    scale: float,
    patients: CaseMix,
    cohorts: list[Cohort],
    least_sd_12_months: float,
) -> dict:
    """Between-centre SD of the log baseline: seen between the cohorts, or what gives the least SD of 12-month survival."""
    log_risk = primary[patients.primary] + scale * patients.real + patients.evidence @ np.array([t.mean for t in terms])
    weights = np.stack([patient_weights(cohort.mix, patients) for cohort in cohorts])
    solved = solve_levels(log_risk, weights, np.stack([cohort.at_knots for cohort in cohorts]))
    share = np.array([cohort.weight for cohort in cohorts])
    level = share @ solved
    effective = 1 / (share**2).sum()
    deviation = (solved - level).mean(1)
    seen = float(np.sqrt((share * deviation**2).sum() * effective / (effective - 1)))
    pooled = patient_weights(world.primary, patients)
    nodes = ndtri((np.arange(99) + 0.5) / 99)

    def sd_12(tau):
        shifted = level[2] + tau * nodes
        return float((pooled @ np.exp(-np.exp(log_risk[:, None] + shifted))).std())

    grid = np.linspace(0.05, 1.5, 146)
    needed = float(np.interp(least_sd_12_months, [sd_12(tau) for tau in grid], grid))
    tau = max(seen, needed)
    return {
        "seen": seen,
        "needed": needed,
        "tau": tau,
        "new_centre": tau * float(np.sqrt(1 + 1 / effective)),
        "sd_12_months": sd_12(tau),
        "deviation": deviation,
        "level": level,
    }
