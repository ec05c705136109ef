"""Conditions drawn worlds on the training tables by an ensemble smoother with multiple data assimilation.

Each world is run through the case mix of every published cohort; its constants are then moved along the regression of
constants on predictions over all worlds towards the (perturbed) published numbers, in several steps with inflated error
(Emerick and Reynolds, Comput Geosci 2013;55:3-15, doi:10.1016/j.cageo.2012.03.011). For constants that act linearly
this is exact conditioning of the prior; where they do not, it is an approximation, which is why what the final worlds
say about every cohort is reported afresh with that cohort's cluster left out."""

from dataclasses import dataclass

import numpy as np

from ..cohorts import complementary_log_log
from ..columns import ORGANS
from ..evidence import Term
from ..world import World
from .people import Dependence, People, bollen_group, covariates, group
from .prior import ERA_PRIMARIES, ORGAN_GROUPS, Constants, Layout, constants
from .targets import Observation

LEVELS = np.linspace(-9.0, 6.0, 46)
REFERENCE_YEAR = 2017.0
STEPS = 4
PAIRS = 4000


@dataclass(frozen=True)
class Study:
    """Everything that stays the same between worlds."""

    layout: Layout
    rule: dict
    world: World
    people: People
    organ_share: np.ndarray
    within: np.ndarray
    standard: np.ndarray
    pooled: np.ndarray
    terms: list[Term]
    observations: list[Observation]
    contrasts: list[dict]
    discrimination: list[dict]


def weights(study: Study, mix: np.ndarray) -> np.ndarray:
    """Weight per simulated patient so that primaries have the shares `mix`."""
    primary = study.people.primary
    return mix[primary] / np.bincount(primary, minlength=len(mix))[primary]


def organ_multiplier(primaries: tuple[str, ...], organ: np.ndarray) -> np.ndarray:
    """[C] multiplier of the organ effects."""
    found = np.ones(len(primaries))
    for number, members in enumerate(ORGAN_GROUPS.values()):
        found[[primaries.index(value) for value in members]] = organ[number]
    return found


def risk_parts(study: Study, constant: Constants, setting: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Log hazard [P] of every patient but for the primary's own effect, and the covariates."""
    dependence = Dependence(constant.loading, constant.real_tie)
    shift = study.rule["setting"]["fitness"][setting]
    covariate = covariates(study.people, study.world, study.organ_share, dependence, shift, study.standard)
    total = constant.real_scale * study.within
    return total + evidence_sum(study.layout, constant, covariate, study.people.primary), covariate


ORGAN_TERMS = tuple(f"{organ}_metastasis" for organ in (*ORGANS, "brain"))


def evidence_sum(layout: Layout, constant: Constants, covariate: dict[str, np.ndarray], primary: np.ndarray) -> np.ndarray:
    """Log hazard [P] of the published effects; organs are multiplied by group of primaries, hormone status acts in
    prostate.
    """
    multiplier = organ_multiplier(layout.primaries, constant.organ)[primary]
    total = np.zeros(len(primary))
    for number, name in enumerate(layout.terms):
        value = covariate[name] * constant.term[number]
        if name in ORGAN_TERMS:
            value = value * multiplier
        if name == "not_castration_resistant":
            value = value * (primary == layout.primaries.index("prostate"))
        total += value
    return total


def era_effect(layout: Layout, constant: Constants, year: float) -> np.ndarray:
    """[C] log hazard of a cohort of `year` against `REFERENCE_YEAR`."""
    decades = (year - REFERENCE_YEAR) / 10
    found = np.full(len(layout.primaries), constant.era[0])
    for number, value in enumerate(ERA_PRIMARIES, start=1):
        found[layout.primaries.index(value)] += constant.era[number]
    return found * decades


def setting_curve(layout: Layout, constant: Constants, setting: str, months: np.ndarray) -> np.ndarray:
    """ln(-ln(alive)) of the pooled case mix, in the reference year."""
    number = layout.settings.index(setting)
    time = np.log(months / 12)
    return constant.level[number] + constant.slope[number] * time + constant.bend[number] * time**2


def mean_alive(weight: np.ndarray, log_risk: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Weighted mean of exp(-exp(level + log risk)) at each level."""
    return np.array([weight @ np.exp(-np.exp(log_risk + value)) for value in level])


def solve(weight: np.ndarray, log_risk: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Log cumulative baseline hazard at which ln(-ln(mean alive)) equals each of `wanted`."""
    alive = np.exp(-np.exp(log_risk[:, None] + LEVELS[None, :].astype(log_risk.dtype)))
    curve = complementary_log_log(np.clip(weight @ alive, 1e-7, 1 - 1e-7))
    return np.interp(wanted, curve, LEVELS)


def predict(study: Study, vector: np.ndarray) -> np.ndarray:
    """What one world says about every observation, contrast and discrimination."""
    layout = study.layout
    constant = constants(layout, study.rule, vector)
    people = study.people
    pooled = weights(study, study.pooled)
    found = np.zeros(len(study.observations))
    extra: dict[str, tuple] = {}
    for setting in layout.settings:
        rows = [i for i, row in enumerate(study.observations) if row.setting == setting]
        rest, covariate = risk_parts(study, constant, setting)
        own = constant.contrast[layout.settings.index(setting)] * constant.primary
        log_risk = (rest + own[people.primary]).astype(np.float32)
        months = np.array([study.observations[i].months for i in rows])
        level = solve(pooled.astype(np.float32), log_risk, setting_curve(layout, constant, setting, months))
        extra[setting] = (log_risk, covariate)
        for i, baseline in zip(rows, level, strict=True):
            row = study.observations[i]
            weight = weights(study, row.mix)
            if row.select is not None:
                weight = weight * group(row.select, people, study.world, covariate)
            pick = weight > 0
            weight = weight[pick] / weight[pick].sum()
            shift = era_effect(layout, constant, row.year)[people.primary[pick]]
            shift = shift + baseline + constant.centre[layout.clusters.index(row.cluster)]
            alive = weight @ np.exp(-np.exp(log_risk[pick] + shift))
            found[i] = complementary_log_log(np.clip(alive, 1e-6, 1 - 1e-6))
    log_risk, covariate = extra["referral"]
    return np.concatenate(
        [found, _contrasts(study, constant), [_concordance(study, log_risk, covariate, row) for row in study.discrimination]]
    )


def _contrasts(study: Study, constant: Constants) -> np.ndarray:
    """Log hazard ratios of organs as the published rows and MSK-MET's biopsy sites contrast them."""
    layout = study.layout
    multiplier = organ_multiplier(layout.primaries, constant.organ)
    effect = {name: constant.term[layout.terms.index(name)] for name in ORGAN_TERMS}
    return np.array([row["gap"](multiplier, effect) for row in study.contrasts])


def _concordance(study: Study, log_risk: np.ndarray, covariate: dict, row: dict) -> float:
    """Expected Harrell's C of the Bollen groups: pairs of one cohort, P(the worse group dies first) under their hazards."""
    groups = bollen_group(study.people, study.world, covariate)
    weight = weights(study, row["mix"]) * (groups >= 0)
    uniform = np.random.default_rng(7).random((2, PAIRS)) * weight.sum()
    first, second = np.searchsorted(np.cumsum(weight), uniform)
    first_dies = 1 / (1 + np.exp(log_risk[second] - log_risk[first]))
    worse = np.sign(groups[first] - groups[second])
    return float(np.mean(0.5 + worse * (first_dies - 0.5)))


def observed(study: Study) -> tuple[np.ndarray, np.ndarray]:
    """The published numbers and their errors, in the order of `predict`."""
    values = [row.level for row in study.observations]
    values += [row["value"] for row in study.contrasts] + [row["c_index"] for row in study.discrimination]
    errors = [row.error for row in study.observations]
    errors += [row["error"] for row in study.contrasts] + [row["sd"] for row in study.discrimination]
    return np.array(values), np.array(errors)


def condition(study: Study, worlds: np.ndarray, seed: int, keep: np.ndarray | None = None) -> np.ndarray:
    """The worlds [W, D] moved to where the published numbers are; `keep` [observations] leaves some out."""
    generator = np.random.default_rng(seed)
    value, error = observed(study)
    keep = np.ones(len(value), dtype=bool) if keep is None else keep
    for _ in range(STEPS):
        said = np.array([predict(study, world) for world in worlds])[:, keep]
        noise = np.sqrt(STEPS) * error[keep]
        centred = said - said.mean(0)
        spread = worlds - worlds.mean(0)
        between = spread.T @ centred / (len(worlds) - 1)
        # A spread has no direction in which to move predictions: `checks` settles it on left-out clusters.
        between[study.layout.slices()["centre_log_sd"]] = 0.0
        within = centred.T @ centred / (len(worlds) - 1) + np.diag(noise**2)
        gap = value[keep] + noise * generator.standard_normal(said.shape) - said
        worlds = worlds + np.linalg.solve(within, gap.T).T @ between.T
    return worlds
