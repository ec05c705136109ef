"""Log hazards of the primary tumours: MSK-MET and a spinal cohort weighed against each other, blood cancers apart."""

from dataclasses import dataclass

import numpy as np

from .baseline import curve, mean_survival, patient_weights, solve_levels
from .cohorts import Cohort, complementary_log_log
from .world import CaseMix


@dataclass(frozen=True)
class PrimaryHazards:
    """Log hazard per primary (mean 0 over the pooled mix), its SD, and what each rests on."""

    mean: np.ndarray
    sd: np.ndarray
    basis: list[str]
    medians: dict[str, tuple[float, float]]


def primary_hazards(
    real: np.ndarray,
    scale: float,
    rest: np.ndarray,
    patients: CaseMix,
    cohorts: list[Cohort],
    pooled: np.ndarray,
    rule: dict,
    published: dict,
    primaries: list[str],
    blood: dict,
) -> PrimaryHazards:
    """Weighs MSK-MET's primary effects against medians by primary from a spinal cohort.

    `rest` = log risk of each simulated patient without the primary's own effect. The spinal value of a primary is the one
    that gives its simulated patients the published median under the current baseline; both are solved in turn.
    """
    source = published[rule["source"]]
    spinal = {
        value: (source["median_os_by_primary"][name], _median_error(source, name)) for value, name in rule["map"].items()
    }
    weights = np.stack([patient_weights(cohort.mix, patients) for cohort in cohorts])
    alive = np.stack([cohort.at_knots for cohort in cohorts])
    mean = np.zeros(len(primaries))
    own = next(position for position, cohort in enumerate(cohorts) if cohort.id == rule["source"])
    for _ in range(60):
        log_risk = rest + mean[patients.primary]
        solved = solve_levels(log_risk, weights, alive)
        updated, sd, basis = _weigh(
            real * scale,
            _spinal_levels(spinal, solved[own], rest, patients, primaries),
            spinal,
            rule,
            primaries,
            pooled,
        )
        _add_blood(updated, sd, basis, blood, primaries)
        updated -= (pooled * updated).sum()
        if np.abs(updated - mean).max() < 1e-6:
            break
        mean = 0.5 * mean + 0.5 * updated
    medians = {}
    for value, (median, _) in spinal.items():
        pick = patients.primary == primaries.index(value)
        medians[value] = (median, _median(rest[pick] + mean[primaries.index(value)], solved[own]))
    return PrimaryHazards(mean, sd, basis, medians)


def _median_error(source: dict, name: str) -> float:
    low, high = source["median_os_by_primary_ci"].get(name, (0.0, 0.0))
    if low > 0:
        return float(np.log(high / low) / (2 * 1.959964))
    return 1 / np.sqrt(source["primary_n"][name])


def _spinal_levels(spinal, levels, rest, patients, primaries) -> dict[str, float]:
    found = {}
    for value, (median, _) in spinal.items():
        pick = patients.primary == primaries.index(value)
        needed = solve_levels(rest[pick], np.full((1, pick.sum()), 1 / pick.sum()), np.array([[0.5]]))[0, 0]
        found[value] = float(needed - np.log(curve(levels, np.array([median]))[0]))
    return found


def _weigh(real, spinal_level, spinal, rule, primaries, pooled):
    both = [i for i, value in enumerate(primaries) if value in spinal_level and not np.isnan(real[i])]
    gap = np.array([spinal_level[primaries[i]] - real[i] for i in both])
    anchored = real + (pooled[both] * gap).sum() / pooled[both].sum()
    mean, sd, basis = np.zeros(len(primaries)), np.zeros(len(primaries)), []
    for i, value in enumerate(primaries):
        parts = []
        if not np.isnan(anchored[i]):
            parts.append((anchored[i], rule["transport_sd"], "MSK-MET"))
        if value in spinal_level:
            era = rule["era_sd_floor"] if value in rule["floor"] else rule["era_sd"]
            parts.append((spinal_level[value], float(np.hypot(spinal[value][1], era)), "spinal cohort"))
        weight = np.array([part[1] ** -2.0 for part in parts])
        if parts:
            mean[i] = (weight * [part[0] for part in parts]).sum() / weight.sum()
            sd[i] = weight.sum() ** -0.5
        else:
            sd[i] = rule["no_source_sd"]
        basis.append(" + ".join(part[2] for part in parts) or "no source: average of all")
    known = [i for i, name in enumerate(basis) if not name.startswith("no source")]
    average = (pooled[known] * mean[known]).sum() / pooled[known].sum()
    for i, name in enumerate(basis):
        if name.startswith("no source"):
            mean[i] = average
    return mean, sd, basis


def _add_blood(mean, sd, basis, blood, primaries) -> None:
    alive = blood["survival_6_months"]
    shift = complementary_log_log(np.array(alive["myeloma_lymphoma"])) - complementary_log_log(np.array(alive["breast"]))
    for value in blood["values"]:
        row = primaries.index(value)
        mean[row], sd[row] = mean[primaries.index("breast")] + shift, blood["sd"]
        basis[row] = "literature alone: 6-month survival against breast in one cohort"


def _median(log_risk: np.ndarray, levels: np.ndarray) -> float:
    months = np.exp(np.linspace(np.log(0.2), np.log(120), 400))
    alive = mean_survival(log_risk, np.full((1, len(log_risk)), 1 / len(log_risk)), np.log(curve(levels, months)))[0]
    return float(np.interp(0.5, alive[::-1], months[::-1]))
