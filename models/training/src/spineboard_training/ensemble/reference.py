"""The ensemble's forecast in plain numpy, written apart from the graph: it checks the graph and makes the golden rows.

One patient at a time, from encoded columns; float64; the learned part by its own numpy code.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from ..reference import Facts, laboratory, one_of, pair_likelihood, step
from ..world import World
from .cord import CordPaths
from .real_link import Learned
from .worlds import Paths

ORGANS = ("liver", "lung", "adrenal", "pleural", "peritoneal")


@dataclass(frozen=True)
class Model:
    """All constants of the pack."""

    inputs: list[dict]
    world: World
    organ_share: np.ndarray
    terms: tuple[str, ...]
    paths: Paths
    cord: CordPaths
    learned: Learned


def forecast(model: Model, values: list[float], known: list[float], setting: str) -> tuple[np.ndarray, np.ndarray]:
    """Sample paths of survival [S, T] and of cord compression [S] for one encoded patient."""
    fact = Facts(model, values, known)
    paths = model.paths
    number = paths.settings.index(setting)
    filling, band, hormone = _learned(model, fact)
    repeats = paths.size // len(band)
    primary, band, hormone = (np.concatenate([part] * repeats) for part in (filling, band, hormone))
    own = (primary * paths.primary[number]).sum(1)
    centre = primary @ model.learned.between
    flat = band @ model.learned.weight
    standard = (flat - centre) * (primary @ model.learned.precision)
    rest = own + _evidence(model, fact, primary, standard, hormone, paths.fitness_shift[number])
    log_hazard = paths.scale[number][:, None] * (band - centre[:, None]) + rest[:, None]
    rate = np.exp(np.clip(log_hazard, -10, 10))
    spent = np.einsum("sb,bst->st", rate, paths.baseline[number])
    alive = np.exp(-spent)
    return alive, _cord(model, fact, primary, alive)


def _organ_evidence(model, fact):
    """P(known organs | any viscera) per primary, P(known organs | none)."""
    some, none = np.ones(len(model.world.primaries)), 1.0
    slip = model.world.misread
    chances = [("visceral_any", np.full(len(some), 1 - slip))]
    chances += [(f"{organ}_metastasis", model.organ_share[:, column]) for column, organ in enumerate(ORGANS)]
    for name, chance in chances:
        if fact[name] is not None:
            some = some * (chance if fact[name] else 1 - chance)
            none *= slip if fact[name] else 1 - slip
    return some, none


def _class_evidence(fact):
    histologies = [fact[f"histology_{name}"] for name in ("adenocarcinoma", "squamous", "small_cell", "other")]
    microsatellite = ("microsatellite_high", "tumour_mutational_burden_10")
    receptors = ("oestrogen_receptor_positive", "her2_positive")
    return {
        "burden": pair_likelihood(fact, microsatellite, [(0, 0), (0, 1), (1, 0), (1, 1)]),
        "receptors": pair_likelihood(fact, receptors, [(1, 0), (1, 1), (0, 1), (0, 0)]),
        "histology": np.ones(4) if histologies[0] is None else np.array(histologies),
    }


def _primary(model, fact, classes):
    """One-hot [FILLS, C]."""
    world, draws = model.world, model.paths.fillings
    size = len(draws.primary)
    stated = [fact[f"primary_{name}"] for name in world.primaries]
    if stated[0] is not None:
        return np.tile(np.array(stated, dtype=float), (size, 1))
    some, none = _organ_evidence(model, fact)
    log_weight = np.log(world.primary)
    names = ["male", *(f"gene_{gene.lower()}" for gene in world.genes), "not_castration_resistant"]
    shares = np.column_stack([world.male, world.binary])
    for column, name in enumerate(names):
        if fact[name] is not None:
            log_weight = log_weight + np.log(shares[:, column] if fact[name] else 1 - shares[:, column])
    if fact["age"] is not None:
        years = 65 + 10 * fact["age"]
        log_weight = log_weight - 0.5 * ((years - world.age_mean) / world.age_sd) ** 2 - np.log(world.age_sd / 10)
    tables = {"burden": world.microsatellite_burden, "receptors": world.receptors, "histology": world.histology}
    for name, table in tables.items():
        log_weight = log_weight + np.log(table @ classes[name] + 1e-9)
    log_weight = log_weight + np.log(world.visceral * some + (1 - world.visceral) * none + 1e-9)
    posterior = np.exp(log_weight - log_weight.max())
    posterior /= posterior.sum()
    return one_of(np.tile(posterior, (size, 1)), draws.primary)


def _learned(model, fact):
    """Primary [FILLS, C], learned part [FILLS, BANDS], not castration-resistant [FILLS]."""
    world, draws = model.world, model.paths.fillings
    classes = _class_evidence(fact)
    primary = _primary(model, fact, classes)
    size = len(primary)
    blank = primary @ ((world.age_mean - 65) / 10) + (primary @ (world.age_sd / 10)) * draws.age
    age = fact.per_draw("age", np.clip(blank, -4.7, 3.0))
    male = fact.per_draw("male", step(primary @ world.male - draws.male, size))
    names = [*(f"gene_{gene.lower()}" for gene in world.genes), "not_castration_resistant"]
    carried = np.column_stack(
        [
            fact.per_draw(name, step(primary @ world.binary[:, column] - draws.binary[:, column], size))
            for column, name in enumerate(names)
        ]
    )
    chosen = {}
    for name, table, uniform in (
        ("histology", world.histology, draws.histology),
        ("receptors", world.receptors, draws.receptors),
        ("burden", world.microsatellite_burden, draws.burden),
    ):
        shares = (primary @ table) * classes[name] + 1e-9
        chosen[name] = one_of(shares / shares.sum(axis=1, keepdims=True), uniform)
    chosen["histology"] = chosen["histology"] * primary[:, [world.primaries.index("lung")]]
    chosen["receptors"] = chosen["receptors"] * primary[:, [world.primaries.index("breast")]]
    parts = [
        age[:, None],
        male[:, None],
        primary,
        chosen["histology"],
        chosen["receptors"],
        chosen["burden"],
        carried[:, :-1],
    ]
    complete = np.concatenate(parts, axis=1)
    parts = [complete]
    for number, rule in enumerate(model.learned.continuous):
        residual = rule.residuals[:, rule.levels(draws.continuous[:, number])].T
        drawn = rule.intercept + complete @ rule.slope[: complete.shape[1]] + (primary * residual).sum(1)
        drawn = np.clip(drawn, rule.low, rule.high)
        stated = fact[rule.column]
        if stated is not None:
            read = np.log(1 + rule.log_scale * stated) if rule.log_scale is not None else stated
            drawn = np.full(size, float(read))
        parts.append(drawn[:, None])
    table = np.concatenate(parts, axis=1).astype(np.float32)
    return primary, model.learned.part.log_hazard(table.astype(float)), carried[:, -1]


def _fitness(model, measures, walking, standard, shift):
    """Fitness per path: posterior on equal cells, then the inverse of its piecewise linear distribution function."""
    paths, world = model.paths, model.world
    cells = np.linspace(-4.5, 4.5, 61)
    found = np.zeros(paths.size)
    for path in range(paths.size):
        factor, tie = paths.loading[path], paths.tie[path]
        mean = shift - tie * standard[path]
        log_weight = -0.5 * (cells - mean) ** 2 / (1 - tie**2)
        for loading, measure in zip(factor * world.loading, measures, strict=True):
            if measure is not None:
                log_weight -= 0.5 * (measure - loading * cells) ** 2 / (1 - loading**2)
        if walking is not None:
            slope = factor * world.walking_loading
            chance = ndtr((world.walking_threshold + slope * cells) / np.sqrt(1 - slope**2))
            log_weight += np.log(chance) if walking else np.log(1 - chance)
        weight = np.exp(log_weight - log_weight.max())
        weight /= weight.sum()
        before = np.concatenate([[0], np.cumsum(weight)[:-1]])
        passed = np.clip((paths.fitness[path] - before) / (weight + 1e-9), 0, 1)
        found[path] = cells[0] - 0.075 + 0.15 * passed.sum()
    return found


def _evidence(model, fact, primary, standard, hormone, shift):
    """Log hazard [S] from published effects."""
    paths, world = model.paths, model.world
    size = paths.size
    measures = laboratory(model, fact)
    walking = fact["not_walking"] if fact["not_walking"] is not None else fact["frankel_a_to_c"]
    fitness = _fitness(model, measures, walking, standard, shift)
    filled = []
    for position, measure in enumerate(measures):
        loading = paths.loading * world.loading[position]
        blank = loading * fitness + np.sqrt(1 - loading**2) * paths.measure[:, position]
        filled.append(blank if measure is None else np.full(size, measure))
    slope = paths.loading * world.walking_loading
    lean = (world.walking_threshold + slope * fitness) / np.sqrt(1 - slope**2)
    not_walking = step(lean - ndtri(paths.walking), size) if walking is None else np.full(size, float(walking))
    some, none = _organ_evidence(model, fact)
    prior = primary @ world.visceral
    yes, no = prior * (primary @ some), (1 - prior) * none
    visceral = step(yes / (yes + no) - paths.visceral, size)
    multiplier = (primary * paths.multiplier).sum(1)
    covariate = {}
    for column, organ in enumerate(ORGANS):
        drawn = visceral * step(primary @ model.organ_share[:, column] - paths.organ[:, column], size)
        covariate[f"{organ}_metastasis"] = multiplier * fact.per_draw(f"{organ}_metastasis", drawn)
    lone_columns = ("brain_metastasis", "extraspinal_bone_any", "vertebrae_2", "systemic_lines_3")
    lone = [
        fact.per_draw(name, (paths.lone[:, column] < world.lone[column]).astype(float))
        for column, name in enumerate(lone_columns)
    ]
    interval = paths.interval
    if fact["months_since_primary_diagnosis"] is not None:
        months = 24 + 24 * fact["months_since_primary_diagnosis"]
        interval = np.full(size, (np.log(1 + months) - world.interval_mean) / world.interval_sd)
    covariate |= {
        "performance_status": -filled[0],
        "albumin": -filled[1],
        "haemoglobin": -filled[2],
        "lactate_dehydrogenase": filled[3],
        "neutrophil_lymphocyte_ratio": filled[4],
        "platelet_lymphocyte_ratio": filled[5],
        "not_walking": not_walking,
        "brain_metastasis": multiplier * lone[0],
        "extraspinal_bone": lone[1],
        "multiple_vertebrae": lone[2],
        "systemic_lines": lone[3],
        "interval_from_primary": -interval,
        "not_castration_resistant": hormone * primary[:, world.primaries.index("prostate")],
    }
    return sum(covariate[name] * paths.term[:, column] for column, name in enumerate(model.terms))


def _cord(model, fact, primary, alive):
    """Cumulative incidence [S] within the months of the rule, death competing."""
    cord = model.cord
    size = len(alive)
    weight = cord.grade_share.copy()
    if fact["canal_compromise"] is not None:
        weight *= np.exp(-0.5 * ((fact["canal_compromise"] - cord.canal_mean) / cord.canal_sd) ** 2)
    weight = weight + 1e-9
    stated = [fact[f"bilsky_{grade}"] for grade in cord.grades]
    if stated[0] is not None:
        weight = weight * np.array(stated)
    grade = one_of(np.tile(weight / weight.sum(), (size, 1)), cord.grade)
    canal = fact.per_draw("canal_compromise", np.clip(grade @ cord.canal_mean + cord.canal_sd * cord.canal, 0, 1))
    log_hazard = (grade * cord.grade_effect).sum(1) + cord.canal_effect * canal
    log_hazard += cord.sins_effect * fact.per_draw("sins_total", cord.sins)
    log_hazard += cord.speed_effect * fact.per_draw("canal_compromise_per_month", cord.speed)
    log_hazard += (primary * cord.primary).sum(1)
    rate = np.exp(np.clip(log_hazard, -12, 2))
    total = np.zeros(size)
    for month in range(cord.months):
        lost = np.exp(-rate * month) - np.exp(-rate * (month + 1))
        total += 0.5 * (alive[:, month] + alive[:, month + 1]) * lost
    return total
