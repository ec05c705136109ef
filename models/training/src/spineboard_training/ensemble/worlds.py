"""The constants of the graph: conditioned worlds, several fillings of the blanks in each; every path is one of both.

Path s = world s // DRAWS, draw s % DRAWS. Each uncertain quantity is spread evenly over the paths, and over the draws
of each world by itself. The learned part is evaluated on `FILLS` fillings of its own inputs, shared between worlds: path
s uses filling s % FILLS.
"""

from dataclasses import dataclass

import numpy as np

from ..columns import ORGANS
from ..draws import TIME_GRID_MONTHS, GroupedStrata, Strata
from ..real.bands import BAND_EDGES, BANDS
from ..world import MEASURES
from .conditioning import Study, era_effect, organ_multiplier, risk_parts, setting_curve, solve, weights
from .people import LONE
from .prior import Constants, constants
from .sequenced import Refit

DRAWS, FILLS = 8, 128
SEQUENCED = "sequenced"
# What an average over the bands weighs them by where one number is needed: the months of the first year, and the time after.
BAND_WEIGHT = np.array([0.2, 0.2, 0.3, 0.3])
KNOTS_MONTHS = np.array([0.5, 1.0, 2.0, 3.0, 4.5, 6.0, 8.0, 10.0, 12.0, 18.0, 24.0, 36.0, 48.0, 60.0])
HAZARD_GRID = np.exp(np.linspace(-14.0, 4.0, 145))


@dataclass(frozen=True)
class Fillings:
    """Numbers that place the blanks of the learned part's inputs, [FILLS] or [FILLS, k]."""

    primary: np.ndarray
    male: np.ndarray
    age: np.ndarray
    binary: np.ndarray
    burden: np.ndarray
    receptors: np.ndarray
    histology: np.ndarray
    continuous: np.ndarray


@dataclass(frozen=True)
class Paths:
    """What the paths are made of. S = paths, C = primaries, K = settings, T = months; the first dimension is S unless
    said.
    """

    settings: tuple[str, ...]
    fillings: Fillings
    primary: np.ndarray  # [K, S, C] log hazard
    scale: np.ndarray  # [K, S] of the learned part
    fitness_shift: np.ndarray  # [K] mean fitness
    baseline: np.ndarray  # [K, BANDS, S, T] cumulative, with the path's centre
    term: np.ndarray  # [S, terms] log hazard per unit
    multiplier: np.ndarray  # [S, C] of the organ effects
    loading: np.ndarray  # scale of the loadings on fitness
    tie: np.ndarray  # correlation of fitness with the learned part
    fitness: np.ndarray
    measure: np.ndarray  # [S, measures]
    walking: np.ndarray
    visceral: np.ndarray
    organ: np.ndarray  # [S, organs]
    lone: np.ndarray  # [S, lone]
    interval: np.ndarray

    @property
    def size(self) -> int:
        """Number of paths."""
        return len(self.loading)


def choose(worlds: np.ndarray, size: int, seed: int) -> np.ndarray:
    """`size` of the conditioned worlds, shifted and stretched so that every constant keeps the mean and SD of all of
    them.
    """
    pick = worlds[np.random.default_rng(seed).permutation(len(worlds))[:size]]
    spread = np.where(pick.std(0) > 0, pick.std(0), 1.0)
    return worlds.mean(0) + (pick - pick.mean(0)) * worlds.std(0) / spread


def log_hazards(study: Study, constant: Constants, setting: str, learned: np.ndarray) -> np.ndarray:
    """Log hazard ratio [P, BANDS] of the simulated patients in the reference year; `learned` [P, BANDS]."""
    rest = risk_parts(study, constant, setting)[0] - constant.real_scale * study.within
    rest = rest + constant.contrast[study.layout.settings.index(setting)] * constant.primary[study.people.primary]
    return rest[:, None] + constant.real_scale * learned


def baseline_by_band(study: Study, constant: Constants, setting: str, log_hazard: np.ndarray) -> np.ndarray:
    """Cumulative baseline hazard of each band up to each month, [BANDS, T], centre aside; `log_hazard` [P, BANDS].

    The pooled case mix lives as the world's curve says in the reference year; the target year moves that by what the
    era does to the same patients. Solved band after band (what earlier bands spent is held)."""
    era = era_effect(study.layout, constant, constant.target_year)[study.people.primary]
    weight = weights(study, study.pooled)
    flat = log_hazard @ BAND_WEIGHT
    level = solve(weight, flat, setting_curve(study.layout, constant, setting, KNOTS_MONTHS))
    alive = np.array([weight @ np.exp(-np.exp(flat + era + value)) for value in level])
    found = np.zeros((BANDS, len(KNOTS_MONTHS)))
    spent = np.zeros(len(era))
    for band in range(BANDS):
        inside = np.flatnonzero((KNOTS_MONTHS > BAND_EDGES[band]) & (KNOTS_MONTHS <= BAND_EDGES[band + 1]))
        relative = np.exp(log_hazard[:, band] + era)
        curve = np.array([weight @ np.exp(-spent - value * relative) for value in HAZARD_GRID])
        found[band, inside] = np.interp(-alive[inside], -curve, HAZARD_GRID)
        found[band, inside[-1] :] = found[band, inside[-1]]
        spent = spent + found[band, -1] * relative
    at = np.concatenate([[0.0], KNOTS_MONTHS])
    return np.stack([np.interp(TIME_GRID_MONTHS, at, np.concatenate([[0.0], row])) for row in found])


def sequenced_primary(
    study: Study, constant: Constants, fitted: Refit, between: np.ndarray, bone: dict[str, tuple[float, float]]
) -> np.ndarray:
    """[C] log hazard in the sequenced setting, of patients with spinal metastasis.

    MSK-MET's refitted effect is that of all metastatic patients; what a bone metastasis adds in a primary tumour is drawn
    half way to the spinal cohorts' difference and weighed against the patients who were biopsied in the bone (`bone`:
    value, standard error). Primaries without MSK-MET patients keep their distance to the pooled mix.
    """
    rule = study.rule["sequenced"]
    known = ~np.isnan(between)
    average = (study.pooled[known] * fitted.primary[known]).sum() / study.pooled[known].sum()
    spinal = constant.primary - (study.pooled[known] * constant.primary[known]).sum() / study.pooled[known].sum()
    added = rule["spinal_share"] * (spinal - (np.nan_to_num(fitted.primary) - average))
    for value, (seen, error) in bone.items():
        row = study.layout.primaries.index(value)
        precision = np.array([rule["bone_sd"] ** -2, error**-2])
        added[row] = (precision * [added[row], seen]).sum() / precision.sum()
    return np.where(known, fitted.primary + added, average + spinal)


def make_paths(
    study: Study,
    chosen: np.ndarray,
    learned: np.ndarray,
    refits: list[Refit],
    between: np.ndarray,
    bone: dict[str, tuple[float, float]],
    centre_factor: float,
    continuous: int,
    seed: int,
) -> Paths:
    """All paths of the chosen worlds [W, D]; `learned` [P, BANDS] for the simulated patients, a `Refit` per world."""
    layout = study.layout
    settings = (*layout.settings, SEQUENCED)
    primary, scale, baseline, term, multiplier, loading, tie, spread = [], [], [], [], [], [], [], []
    for vector, fitted in zip(chosen, refits, strict=True):
        constant = constants(layout, study.rule, vector)
        era = era_effect(layout, constant, constant.target_year)
        own = [constant.contrast[number] * constant.primary + era for number in range(len(layout.settings))]
        primary.append([*own, sequenced_primary(study, constant, fitted, between, bone)])
        scale.append([constant.real_scale] * len(layout.settings) + [fitted.scale])
        curves = [
            baseline_by_band(study, constant, setting, log_hazards(study, constant, setting, learned))
            for setting in layout.settings
        ]
        baseline.append([*curves, fitted.cumulative(TIME_GRID_MONTHS)])
        term.append(constant.term)
        multiplier.append(organ_multiplier(layout.primaries, constant.organ))
        loading.append(constant.loading)
        tie.append(constant.real_tie)
        spread.append(constant.centre_sd)
    strata = GroupedStrata(len(chosen), DRAWS, seed)
    # One centre per world: the mean over a world's paths is what a cohort of that centre would show.
    centre = np.exp(centre_factor * np.array(spread) * Strata(len(chosen), seed + 2).normal())

    def per_path(values):
        return np.repeat(np.array(values), DRAWS, axis=0)

    return Paths(
        settings=settings,
        fillings=fillings(study.world.binary.shape[1], continuous, seed + 1, min(FILLS, strata.size)),
        primary=per_path(primary).transpose(1, 0, 2),
        scale=per_path(scale).T,
        fitness_shift=np.array([study.rule["setting"]["fitness"][name] for name in settings]),
        baseline=per_path(np.array(baseline) * centre[:, None, None, None]).transpose(1, 2, 0, 3),
        term=per_path(term),
        multiplier=per_path(multiplier),
        loading=per_path(loading),
        tie=per_path(tie),
        fitness=strata.uniform(),
        measure=strata.normal(len(MEASURES)),
        walking=strata.uniform(),
        visceral=strata.uniform(),
        organ=strata.uniform(len(ORGANS)),
        lone=strata.uniform(len(LONE)),
        interval=strata.normal(),
    )


def fillings(binary: int, continuous: int, seed: int, size: int) -> Fillings:
    """Evenly spread numbers for the learned part's blanks."""
    strata = GroupedStrata(size // DRAWS, DRAWS, seed)
    return Fillings(
        primary=strata.uniform(),
        male=strata.uniform(),
        age=strata.normal(),
        binary=strata.uniform(binary),
        burden=strata.uniform(),
        receptors=strata.uniform(),
        histology=strata.uniform(),
        continuous=strata.uniform(continuous),
    )
