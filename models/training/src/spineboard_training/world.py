"""The joint distribution of all inputs in spinal metastasis, as a small Bayesian network.

    primary tumour ──► sex, age, genes, microsatellites and burden, receptors, histology, hormone status, any viscera
    any viscera ─────► liver, lung, adrenal, pleura, peritoneum
    latent fitness ──► performance status, albumin, haemoglobin, LDH, cell ratios, walking
    alone: brain, other bone, number of vertebrae, interval since diagnosis, lines of treatment

It fills blanks (the graph draws each blank from p(blank | known)) and makes the case mix over which the baseline is
solved. Numbers: `rules/case_mix.toml`, and MSK-MET for what it holds.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from .real_part import HISTOLOGIES, RECEPTORS, RealPart, age_columns

MEASURES = (
    "performance",
    "albumin",
    "haemoglobin",
    "lactate_dehydrogenase",
    "neutrophil_lymphocyte_ratio",
    "platelet_lymphocyte_ratio",
)
HAEMATOLOGICAL = ("myeloma", "lymphoma")
SHRINK = 10.0  # patients' worth of the overall share mixed into a primary's share


@dataclass(frozen=True)
class World:
    """Tables of the network; rows are primaries in catalogue order."""

    primaries: tuple[str, ...]
    genes: tuple[str, ...]
    primary: np.ndarray
    male: np.ndarray
    age_mean: np.ndarray
    age_sd: np.ndarray
    binary: np.ndarray
    microsatellite_burden: np.ndarray
    receptors: np.ndarray
    histology: np.ndarray
    visceral: np.ndarray
    organs: np.ndarray
    misread: float
    measure_mean: np.ndarray
    measure_sd: np.ndarray
    measure_log: np.ndarray
    loading: np.ndarray
    walking_threshold: float
    walking_loading: float
    lone: np.ndarray
    interval_mean: float
    interval_sd: float


def build_world(table: pd.DataFrame, primaries: list[str], genes: list[str], mix: np.ndarray, rule: dict) -> World:
    """Shares by primary from MSK-MET (shrunk to the overall share), everything else from the rules."""
    count = len(primaries)
    rows = {value: table[table["primary"] == value] for value in primaries}

    def share(column):
        overall = np.nan_to_num(table[column].mean())  # a gene that no panel covers: no carriers known
        known = {value: part[column].dropna() for value, part in rows.items()}
        return np.array([(known[v].sum() + SHRINK * overall) / (len(known[v]) + SHRINK) for v in primaries])

    male = np.clip(share("male"), 0.005, 0.995)
    for value, certain in {"prostate": 0.999, "germ_cell": 0.995}.items():
        male[primaries.index(value)] = certain
    for value in ("ovary", "uterus", "cervix"):
        male[primaries.index(value)] = 0.001
    hormone = np.full(count, 0.5)
    hormone[primaries.index("prostate")] = rule["not_castration_resistant"]["share"]
    binary = np.clip(np.column_stack([*(share(gene) for gene in genes), hormone]), 0.002, 0.998)
    age = np.array([(p["age"].sum() + SHRINK * table["age"].mean()) / (len(p) + SHRINK) for p in rows.values()])
    visceral = np.full(count, rule["visceral"]["share"])
    for value, known in rule["visceral"]["by_primary"].items():
        visceral[primaries.index(value)] = known
    fitness = rule["fitness"]
    measures = [fitness[name] for name in MEASURES]
    return World(
        primaries=tuple(primaries),
        genes=tuple(genes),
        primary=mix,
        male=male,
        age_mean=rule["age"]["mean"] + age - (mix * age).sum(),
        age_sd=np.array([_sd(part["age"], rule["age"]["sd"]) for part in rows.values()]),
        binary=binary,
        microsatellite_burden=_microsatellite_burden(rows, share("tmb_high"), rule),
        receptors=_classes(rows, primaries, "breast", RECEPTORS, ["oestrogen", "her2"]),
        histology=_classes(rows, primaries, "lung", [(name,) for name in HISTOLOGIES], ["histology"]),
        visceral=visceral,
        organs=np.array(list(rule["visceral"]["organs"].values())),
        misread=rule["visceral"]["misread"],
        measure_mean=np.array([measure["mean"] for measure in measures]),
        measure_sd=np.array([measure["sd"] for measure in measures]),
        measure_log=np.array([measure.get("log", False) for measure in measures]),
        loading=np.array([measure["loading"] for measure in measures]),
        walking_threshold=float(ndtri(fitness["not_walking"]["share"])),
        walking_loading=fitness["not_walking"]["loading"],
        lone=np.array(
            [rule[name]["share"] for name in ("brain", "extraspinal_bone", "multiple_vertebrae", "systemic_lines")]
        ),
        interval_mean=rule["interval"]["log1p_mean"],
        interval_sd=rule["interval"]["log1p_sd"],
    )


def _sd(ages: pd.Series, fallback: float) -> float:
    return float(ages.std()) if len(ages) >= 30 else fallback


def _microsatellite_burden(rows, burden, rule) -> np.ndarray:
    """Joint shares of (stable, low), (stable, high burden), (unstable, low), (unstable, high) per primary."""
    found = []
    for part, high in zip(rows.values(), burden, strict=True):
        known = part.dropna(subset=["msi_high"])
        if len(known) >= 50:
            pairs = np.bincount((2 * known["msi_high"] + known["tmb_high"]).astype(int), minlength=4) + 0.5
            found.append(pairs / pairs.sum())
        else:
            unstable = rule["microsatellite"]["share_elsewhere"]
            stable_high = max(high - 0.95 * unstable, 0.002)
            pairs = np.array([1 - unstable - stable_high, stable_high, 0.05 * unstable, 0.95 * unstable])
            found.append(pairs / pairs.sum())
    return np.array(found)


def _classes(rows, primaries, only, classes, names) -> np.ndarray:
    """Class shares in the one primary where they apply; equal shares elsewhere, where they carry no meaning."""
    shares = np.full((len(primaries), len(classes)), 1 / len(classes))
    part = rows[only].dropna(subset=names)
    counts = np.array([(part[names] == list(pair)).all(axis=1).sum() for pair in classes]) + 0.5
    shares[primaries.index(only)] = counts / counts.sum()
    return shares


def walking_probability(world: World, fitness: np.ndarray) -> np.ndarray:
    """P(not walking | fitness), probit."""
    return ndtr((world.walking_threshold + world.walking_loading * fitness) / np.sqrt(1 - world.walking_loading**2))


@dataclass(frozen=True)
class Effects:
    """Log hazard ratios of the real part, by primary where they apply (rows = primaries)."""

    age: np.ndarray
    male: float
    binary: np.ndarray
    microsatellite_burden: np.ndarray
    receptors: np.ndarray
    histology: np.ndarray


def effects(real: RealPart, primaries: list[str]) -> Effects:
    """Places subtype effects in their primary and takes gene effects off blood cancers, which MSK-MET lacks."""
    count = len(primaries)
    solid = np.array([value not in HAEMATOLOGICAL for value in primaries], dtype=float)[:, None]
    receptors, histology = np.zeros((count, 4)), np.zeros((count, 4))
    receptors[primaries.index("breast")] = real.receptors
    histology[primaries.index("lung")] = real.histology
    pairs = np.stack(
        [
            np.zeros(count),
            real.burden,
            np.full(count, real.microsatellite),
            real.microsatellite + real.burden,
        ],
        axis=1,
    )
    return Effects(
        age=real.age,
        male=real.male,
        binary=np.column_stack([real.genes, np.zeros(count)]) * solid,
        microsatellite_burden=pairs * solid,
        receptors=receptors,
        histology=histology,
    )


@dataclass(frozen=True)
class CaseMix:
    """Simulated patients: primary index, real-part log hazard (unscaled), and the evidence covariates."""

    primary: np.ndarray
    real: np.ndarray
    evidence: np.ndarray


def simulate(world: World, effect: Effects, terms: list, per_primary: int, seed: int) -> CaseMix:
    """`per_primary` patients of each primary tumour, drawn from the network."""
    draw = np.random.default_rng(seed)
    primary = np.repeat(np.arange(len(world.primaries)), per_primary)
    size = len(primary)
    age = world.age_mean[primary] + world.age_sd[primary] * draw.standard_normal(size)
    age = np.clip(age, 18, 95)
    male = draw.random(size) < world.male[primary]
    binary = draw.random((size, world.binary.shape[1])) < world.binary[primary]

    def pick(shares, table):
        below = draw.random(size)[:, None] > np.cumsum(shares[primary], axis=1)[:, :-1]
        return table[primary, below.sum(1)]

    real = age_columns(age) @ effect.age + effect.male * male + (binary * effect.binary[primary]).sum(1)
    real += pick(world.microsatellite_burden, effect.microsatellite_burden)
    real += pick(world.receptors, effect.receptors) + pick(world.histology, effect.histology)
    fitness = draw.standard_normal(size)
    noise = draw.standard_normal((size, len(MEASURES))) * np.sqrt(1 - world.loading**2)
    measures = dict(zip(MEASURES, (fitness[:, None] * world.loading + noise).T, strict=True))
    visceral = draw.random(size) < world.visceral[primary]
    liver = visceral & (draw.random(size) < world.organs[0])
    lone = draw.random((size, 4)) < world.lone
    covariates = covariate_table(
        measures=measures,
        not_walking=draw.random(size) < walking_probability(world, fitness),
        visceral=visceral,
        liver=liver,
        lone=lone,
        interval=draw.standard_normal(size),
        hormone=binary[:, -1],
    )
    evidence = np.stack([covariates[key(term)] for term in terms], axis=1).astype(float)
    return CaseMix(primary, real, evidence * applies(terms, world.primaries)[primary])


def covariate_table(measures, not_walking, visceral, liver, lone, interval, hormone) -> dict:
    """Every evidence covariate, oriented so that 1 more (SD) means what the term's `effect` says."""
    return {
        "performance_status": -measures["performance"],
        "not_walking": not_walking,
        "albumin": -measures["albumin"],
        "haemoglobin": -measures["haemoglobin"],
        "lactate_dehydrogenase": measures["lactate_dehydrogenase"],
        "neutrophil_lymphocyte_ratio": measures["neutrophil_lymphocyte_ratio"],
        "platelet_lymphocyte_ratio": measures["platelet_lymphocyte_ratio"],
        "visceral": visceral,
        "liver_extra": liver,
        "brain_metastasis": lone[..., 0],
        "extraspinal_bone": lone[..., 1],
        "multiple_vertebrae": lone[..., 2],
        "systemic_lines": lone[..., 3],
        "interval_from_primary": -interval,
        "not_castration_resistant": hormone,
    }


def key(term) -> str:
    """The covariate that a term multiplies: the visceral terms share one."""
    return "visceral" if term.id.startswith("visceral_") else term.id


def applies(terms: list, primaries) -> np.ndarray:
    """[primaries, terms] 1 where the term acts; `*` means every primary that no sibling term names."""
    named = {value for term in terms if term.id.startswith("visceral_") for value in term.primaries if value != "*"}
    table = np.zeros((len(primaries), len(terms)))
    for column, term in enumerate(terms):
        for row, value in enumerate(primaries):
            everywhere = "*" in term.primaries and not (term.id.startswith("visceral_") and value in named)
            table[row, column] = float(value in term.primaries or everywhere)
    return table
