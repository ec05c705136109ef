"""The forecast in plain numpy, written apart from the graph: it checks the graph and makes the golden rows.

One patient at a time, from facts in catalogue units; float64; no shared code with `graph.py`.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from .draws import Draws
from .world import Effects, World, walking_probability


@dataclass(frozen=True)
class Model:
    """All constants."""

    inputs: list[dict]
    world: World
    effect: Effects
    terms: list
    draws: Draws


def forecast(model: Model, values: list[float], known: list[float]) -> np.ndarray:
    """Sample paths [S, T] for one encoded patient."""
    fact = Facts(model, values, known)
    primary = _primary_per_draw(model, fact)
    real, hormone = _real_log_hazard(model, fact, primary)
    evidence = _evidence_log_hazard(model, fact, primary, hormone)
    own = (primary * model.draws.primary).sum(axis=1)
    log_hazard = np.clip(own + model.draws.scale * real + evidence, -10, 10)
    return np.exp(-np.exp(log_hazard)[:, None] * model.draws.cumulative)


class Facts:
    """Looks columns up by name; None for a blank."""

    def __init__(self, model, values, known):
        names = [column["column"] for column in model.inputs]
        self.table = {n: (v if k else None) for n, v, k in zip(names, values, known, strict=True)}

    def __getitem__(self, name):
        return self.table[name]

    def per_draw(self, name, blank):
        """The fact in every draw, or the blank's draws."""
        fact = self[name]
        return np.full(np.shape(blank), float(fact)) if fact is not None else blank


def step(distance, samples):
    return np.clip(distance * samples + 0.5, 0, 1)


def one_of(shares, uniform):
    """Category per draw from shares [S, k]; a category's edges are softened over 1/S."""
    samples = len(uniform)
    upper = np.cumsum(shares, axis=1)
    lower = upper - shares
    return step(upper - uniform[:, None], samples) - step(lower - uniform[:, None], samples)


def pair_likelihood(fact, names, classes):
    likelihood = np.ones(len(classes))
    for position, name in enumerate(names):
        if fact[name] is not None:
            likelihood *= [float(pair[position] == fact[name]) for pair in classes]
    return likelihood


def _likelihoods(model, fact):
    histologies = [fact[f"histology_{name}"] for name in ("adenocarcinoma", "squamous", "small_cell", "other")]
    organs = ["liver", "lung", "adrenal", "pleural", "peritoneal"]
    slip = model.world.misread
    some, none = 1.0, 1.0
    chances = [("visceral_any", 1 - slip)]
    chances += [(f"{organ}_metastasis", share) for organ, share in zip(organs, model.world.organs, strict=True)]
    for name, chance in chances:
        if fact[name] is not None:
            some *= chance if fact[name] else 1 - chance
            none *= slip if fact[name] else 1 - slip
    return {
        "burden": pair_likelihood(
            fact,
            ("microsatellite_high", "tumour_mutational_burden_10"),
            [(0, 0), (0, 1), (1, 0), (1, 1)],
        ),
        "receptors": pair_likelihood(
            fact, ("oestrogen_receptor_positive", "her2_positive"), [(1, 0), (1, 1), (0, 1), (0, 0)]
        ),
        "histology": np.ones(4) if histologies[0] is None else np.array(histologies),
        "visceral": (some, none),
    }


def _genes(model):
    return [f"gene_{gene.lower()}" for gene in model.world.genes] + ["not_castration_resistant"]


def _primary_per_draw(model, fact):
    """One-hot [S, C], fractional in the rare draw that falls on an edge."""
    world, draws = model.world, model.draws
    stated = [fact[f"primary_{name}"] for name in world.primaries]
    if stated[0] is not None:
        return np.tile(np.array(stated, dtype=float), (len(draws.scale), 1))
    evidence = _likelihoods(model, fact)
    some, none = evidence["visceral"]
    posterior = np.zeros(len(world.primaries))
    for row in range(len(world.primaries)):
        log_weight = np.log(world.primary[row])
        for name, share in zip(["male", *_genes(model)], [world.male[row], *world.binary[row]], strict=True):
            if fact[name] is not None:
                log_weight += np.log(share) if fact[name] else np.log(1 - share)
        if fact["age"] is not None:
            years = 65 + 10 * fact["age"]
            log_weight -= 0.5 * ((years - world.age_mean[row]) / world.age_sd[row]) ** 2 + np.log(world.age_sd[row] / 10)
        for name, table in (
            ("burden", world.microsatellite_burden),
            ("receptors", world.receptors),
            ("histology", world.histology),
        ):
            log_weight += np.log(evidence[name] @ table[row] + 1e-9)
        log_weight += np.log(world.visceral[row] * some + (1 - world.visceral[row]) * none + 1e-9)
        posterior[row] = log_weight
    posterior = np.exp(posterior - posterior.max())
    posterior /= posterior.sum()
    return one_of(np.tile(posterior, (len(draws.scale), 1)), draws.uniform_primary)


def _real_log_hazard(model, fact, primary):
    world, effect, draws = model.world, model.effect, model.draws
    samples = len(draws.scale)
    age_mean, age_sd = primary @ ((world.age_mean - 65) / 10), primary @ (world.age_sd / 10)
    age = fact.per_draw("age", np.clip(age_mean + age_sd * draws.normal_age, -4.7, 3.0))
    male = fact.per_draw("male", step(primary @ world.male - draws.uniform_male, samples))
    total = effect.age[0] * age + effect.age[1] * np.maximum(age - 0.5, 0) + effect.male * male
    for column, name in enumerate(_genes(model)):
        blank = step(primary @ world.binary[:, column] - draws.uniform_binary[:, column], samples)
        carried = fact.per_draw(name, blank)
        total = total + carried * (primary @ effect.binary[:, column])
    evidence = _likelihoods(model, fact)
    for name, table, change, uniform in (
        ("burden", world.microsatellite_burden, effect.microsatellite_burden, draws.uniform_burden),
        ("receptors", world.receptors, effect.receptors, draws.uniform_receptors),
        ("histology", world.histology, effect.histology, draws.uniform_histology),
    ):
        shares = (primary @ table) * evidence[name] + 1e-9
        shares /= shares.sum(axis=1, keepdims=True)
        total = total + (one_of(shares, uniform) * (primary @ change)).sum(axis=1)
    return total, carried


def _performance(fact):
    if fact["karnofsky"] is not None:
        return fact["karnofsky"]
    return None if fact["ecog"] is None else -fact["ecog"]


def laboratory(model, fact):
    """Known measures in SDs of the case mix, None for blanks, in the order of the world's loadings."""
    scales = {
        "albumin": (38.0, 5.5),
        "haemoglobin": (117.0, 18.0),
        "lactate_dehydrogenase": (300.0, 200.0),
        "neutrophil_lymphocyte_ratio": (6.0, 6.0),
        "platelet_lymphocyte_ratio": (250.0, 200.0),
    }
    found = [_performance(fact)]
    for position, (name, (center, scale)) in enumerate(scales.items(), start=1):
        if fact[name] is None:
            found.append(None)
            continue
        raw = center + scale * fact[name]
        mean, sd = model.world.measure_mean[position], model.world.measure_sd[position]
        found.append(np.log(raw / mean) / sd if model.world.measure_log[position] else (raw - mean) / sd)
    return found


def _fitness(model, measures, walking):
    """Fitness per draw: posterior on equal cells, then the inverse of its piecewise linear distribution function."""
    cells = np.linspace(-3.6, 3.6, 49)
    log_weight = -0.5 * cells**2
    for loading, measure in zip(model.world.loading, measures, strict=True):
        if measure is not None:
            variance = 1 - loading**2
            log_weight -= 0.5 * ((measure - loading * cells) ** 2 - measure**2) / variance
    if walking is not None:
        chance = walking_probability(model.world, cells)
        log_weight += np.log(chance) if walking else np.log(1 - chance)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    before = np.concatenate([[0], np.cumsum(weight)[:-1]])
    passed = np.clip((model.draws.uniform_fitness[:, None] - before) / (weight + 1e-9), 0, 1)
    return cells[0] - 0.075 + 0.15 * passed.sum(axis=1)


def _evidence_log_hazard(model, fact, primary, hormone):
    world, draws = model.world, model.draws
    samples = len(draws.scale)
    measures = laboratory(model, fact)
    walking = fact["not_walking"] if fact["not_walking"] is not None else fact["frankel_a_to_c"]
    fitness = _fitness(model, measures, walking)
    filled = []
    for position, measure in enumerate(measures):
        loading = world.loading[position]
        blank = loading * fitness + np.sqrt(1 - loading**2) * draws.normal_measure[:, position]
        filled.append(blank if measure is None else np.full(samples, measure))
    lean = (world.walking_threshold + world.walking_loading * fitness) / np.sqrt(1 - world.walking_loading**2)
    blank = step(lean - ndtri(draws.uniform_walking), samples)
    not_walking = blank if walking is None else np.full(samples, float(walking))
    some, none = _likelihoods(model, fact)["visceral"]
    prior = primary @ world.visceral
    visceral = step(prior * some / (prior * some + (1 - prior) * none) - draws.uniform_visceral, samples)
    liver = fact.per_draw("liver_metastasis", visceral * (draws.uniform_liver < world.organs[0]))
    lone_names = ("brain_metastasis", "extraspinal_bone_any", "vertebrae_2", "systemic_lines_3")
    lone = [
        fact.per_draw(name, (draws.uniform_lone[:, column] < world.lone[column]).astype(float))
        for column, name in enumerate(lone_names)
    ]
    interval = draws.normal_interval
    if fact["months_since_primary_diagnosis"] is not None:
        months = 24 + 24 * fact["months_since_primary_diagnosis"]
        interval = np.full(samples, (np.log(1 + months) - world.interval_mean) / world.interval_sd)
    covariates = {
        "performance_status": -filled[0],
        "albumin": -filled[1],
        "haemoglobin": -filled[2],
        "lactate_dehydrogenase": filled[3],
        "neutrophil_lymphocyte_ratio": filled[4],
        "platelet_lymphocyte_ratio": filled[5],
        "not_walking": not_walking,
        "liver_extra": liver,
        "brain_metastasis": lone[0],
        "extraspinal_bone": lone[1],
        "multiple_vertebrae": lone[2],
        "systemic_lines": lone[3],
        "interval_from_primary": -interval,
        "not_castration_resistant": hormone,
    }
    total = np.zeros(samples)
    named = {v for t in model.terms if t.id.startswith("visceral_") for v in t.primaries if v != "*"}
    for number, term in enumerate(model.terms):
        covariate = visceral if term.id.startswith("visceral_") else covariates[term.id]
        if "*" in term.primaries:
            acts = [not (term.id.startswith("visceral_") and value in named) for value in world.primaries]
        else:
            acts = [value in term.primaries for value in world.primaries]
        total = total + draws.evidence[:, number] * covariate * (primary @ np.array(acts, dtype=float))
    return total
