"""Simulated patients for the arithmetic of the worlds: drawn once with fixed random numbers, so that two worlds differ by
their constants and not by chance. Nothing is learned from them.

Each primary tumour has its own patients, spread evenly over every dimension (Latin hypercube); a cohort is a weighting of
them. What depends on a world (fitness, measures, organs) is computed from the stored numbers by `covariates`.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from ..columns import ORGANS
from ..draws import Strata
from ..real_part import RECEPTORS
from ..world import MEASURES, World

LONE = ("brain_metastasis", "extraspinal_bone", "multiple_vertebrae", "systemic_lines")
CONTINUOUS = 2  # time since the first metastasis, fraction of the genome altered
FAVOURABLE = ("breast", "kidney", "prostate", "thyroid")
MODERATE = ("colon",)
UNFAVOURABLE = ("lung", "bladder", "stomach", "oesophagus", "melanoma")


@dataclass(frozen=True)
class People:
    """Arrays over patients [P] or [P, k]; `primary` and the classes are positions in the catalogue's order."""

    primary: np.ndarray
    age: np.ndarray
    male: np.ndarray
    histology: np.ndarray
    receptors: np.ndarray
    burden: np.ndarray
    genes: np.ndarray
    hormone: np.ndarray
    fitness: np.ndarray
    measures: np.ndarray
    walking: np.ndarray
    visceral: np.ndarray
    organs: np.ndarray
    lone: np.ndarray
    interval: np.ndarray
    continuous: np.ndarray


def simulate(world: World, counts: np.ndarray, seed: int) -> People:
    """`counts[c]` patients of primary c from the network of `world`."""
    parts = [_of_one_primary(world, row, int(size), seed + row) for row, size in enumerate(counts)]
    return People(**{name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def _of_one_primary(world: World, row: int, size: int, seed: int) -> dict[str, np.ndarray]:
    strata = Strata(size, seed)

    def pick(shares):
        return (strata.uniform()[:, None] > np.cumsum(shares[row])[:-1]).sum(1)

    binary = strata.uniform(world.binary.shape[1]) < world.binary[row]
    return {
        "primary": np.full(size, row),
        "age": np.clip(world.age_mean[row] + world.age_sd[row] * strata.normal(), 18, 95),
        "male": strata.uniform() < world.male[row],
        "histology": pick(world.histology),
        "receptors": pick(world.receptors),
        "burden": pick(world.microsatellite_burden),
        "genes": binary[:, :-1],
        "hormone": binary[:, -1],
        "fitness": strata.normal(),
        "measures": strata.normal(len(MEASURES)),
        "walking": strata.uniform(),
        "visceral": strata.uniform() < world.visceral[row],
        "organs": strata.uniform(len(ORGANS)),
        "lone": strata.uniform(len(LONE)) < world.lone,
        "interval": strata.normal(),
        "continuous": strata.uniform(CONTINUOUS),
    }


@dataclass(frozen=True)
class Dependence:
    """How a world ties the unobserved together: `loading` multiplies the loadings on fitness, `real_part` is the correlation
    of fitness with the standardised part learned from MSK-MET (worse genes, less fit)."""

    loading: float
    real_part: float


def covariates(
    people: People, world: World, organ_share: np.ndarray, dependence: Dependence, shift: float, real: np.ndarray
):
    """Every evidence covariate by name, [P]; `shift` = mean fitness of the setting, `real` = standardised real part [P].

    Oriented as in `world.covariate_table`: one more means what the term's `effect` says.
    """
    tie = dependence.real_part
    fitness = shift - tie * real + np.sqrt(1 - tie**2) * people.fitness
    loading = world.loading * dependence.loading
    measure = fitness[:, None] * loading + people.measures * np.sqrt(1 - loading**2)
    slope = world.walking_loading * dependence.loading
    lean = (world.walking_threshold + slope * fitness) / np.sqrt(1 - slope**2)
    organs = people.visceral[:, None] & (people.organs < organ_share[people.primary])
    found = {
        "performance_status": -measure[:, 0],
        "albumin": -measure[:, 1],
        "haemoglobin": -measure[:, 2],
        "lactate_dehydrogenase": measure[:, 3],
        "neutrophil_lymphocyte_ratio": measure[:, 4],
        "platelet_lymphocyte_ratio": measure[:, 5],
        "not_walking": ndtri(people.walking) < lean,
        "interval_from_primary": -people.interval,
        "not_castration_resistant": people.hormone,
    }
    found |= {name: people.lone[:, column] for column, name in enumerate(LONE)}
    found |= {f"{organ}_metastasis": organs[:, column] for column, organ in enumerate(ORGANS)}
    return {name: np.asarray(value, dtype=float) for name, value in found.items()}


def karnofsky(world: World, covariate: dict[str, np.ndarray]) -> np.ndarray:
    """Karnofsky performance status in points, without rounding to tens."""
    return world.measure_mean[0] - world.measure_sd[0] * covariate["performance_status"]


def group(name: str, people: People, world: World, covariate: dict[str, np.ndarray]) -> np.ndarray:
    """The patients [P] of a published group; steps of Karnofsky lie halfway between tens."""

    def good():
        return karnofsky(world, covariate) > 75

    def resistant():
        return people.hormone < 0.5

    def receptor(position):
        return np.array([pair[position] for pair in RECEPTORS])[people.receptors] == 1

    groups = {
        "visceral": lambda: people.visceral,
        "no_visceral": lambda: ~people.visceral,
        "not_walking": lambda: covariate["not_walking"] > 0,
        "walking": lambda: covariate["not_walking"] == 0,
        "oestrogen_positive": lambda: receptor(0),
        "oestrogen_negative": lambda: ~receptor(0),
        "her2_positive": lambda: receptor(1),
        "triple_negative": lambda: ~receptor(0) & ~receptor(1),
        "castration_resistant_karnofsky_60": lambda: resistant() & (karnofsky(world, covariate) <= 65),
        "castration_resistant_karnofsky_80": lambda: resistant() & good(),
        "rpa_3": lambda: ~good() & ((people.age < 54) | people.visceral),
        **{
            f"bollen_{letter}": lambda at=at: bollen_group(people, world, covariate) == at
            for at, letter in enumerate("ABCD")
        },
    }
    return groups[name]()


def bollen_group(people: People, world: World, covariate: dict[str, np.ndarray]) -> np.ndarray:
    """Group of the Bollen model, 0 = A to 3 = D (score file bollen_2014: middle branches recalled); other primaries -1."""
    profiles = (FAVOURABLE, MODERATE, UNFAVOURABLE)
    place = {value: number for number, members in enumerate(profiles) for value in members}
    profile = np.array([place.get(value, -1) for value in world.primaries])[people.primary]
    good = karnofsky(world, covariate) > 75
    spread = people.visceral | (covariate["brain_metastasis"] > 0)
    favourable = np.where(good, np.where(spread, 1, 0), np.where(spread, 2, 1))
    return np.where(profile == 0, favourable, np.where(profile > 0, np.where(good, 2, 3), -1))
