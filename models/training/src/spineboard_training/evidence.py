"""From published hazard ratios to one log hazard ratio with its uncertainty per term.

`rules/evidence_terms.toml` says which rows and why. Pooling is by random effects (DerSimonian and Laird, Control Clin
Trials 1986;7:177-188) with a floor under the between-study SD; the uncertainty kept is that of a new centre (standard
error and between-study SD together). Every log hazard ratio is then shrunk towards 0 by a normal prior. All of that happens
on the scale of a two-group contrast; terms per SD are pooled as the contrast of a median split and divided afterwards.
"""

import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from math import log, sqrt
from pathlib import Path

import numpy as np


class EvidenceError(ValueError):
    """A row id that the evidence folder does not hold, or a row without a usable number."""


@dataclass(frozen=True)
class UsedRow:
    """One published number on its way into a term."""

    id: str
    published: str
    log_hazard_ratio: float
    standard_error: float
    notes: str
    citation: str


@dataclass(frozen=True)
class Term:
    """One coefficient of the evidence part: log hazard ratio per unit of the term, for a new centre."""

    id: str
    effect: str
    features: tuple[str, ...]
    primaries: tuple[str, ...]
    mean: float
    sd: float
    tau: float
    reason: str
    rows: tuple[UsedRow, ...] = field(default=())


def rules(name: str) -> dict:
    """One of the rule files that came with the kit."""
    return tomllib.loads(files(__package__).joinpath(f"rules/{name}.toml").read_text("utf-8"))


def read_evidence(folder: Path) -> tuple[dict[str, dict], dict[str, dict]]:
    """Hazard ratio rows and cohorts by id, from the full collection or from `assets/evidence`."""
    ratios = tomllib.loads((folder / "hazard_ratios.toml").read_text("utf-8"))["hazard_ratio"]
    cohorts = tomllib.loads((folder / "cohorts.toml").read_text("utf-8"))["cohort"]
    return {row["id"]: row for row in ratios}, {row["id"]: row for row in cohorts}


def citation(row: dict) -> str:
    """Authors, journal, year and DOI (or PubMed id, or address) in one line."""
    source = row["source"]
    link = source.get("doi") and f"doi:{source['doi']}"
    link = link or (source.get("pmid") and f"PMID {source['pmid']}") or source.get("url", "no link seen")
    return f"{source['authors'].rstrip('.')}. {source['journal']}, {source['year']}. {link}"


def pool_terms(ratios: dict[str, dict], cohorts: dict[str, dict], entries: list[dict] | None = None) -> list[Term]:
    """All terms in the order of `entries` (none given: those of `survival-linear`)."""
    selection = rules("evidence_terms")
    adjustment = selection["adjustment"]
    pooled: dict[str, tuple[float, float]] = {}
    terms = []
    for entry in selection["term"] if entries is None else entries:
        contrast = entry.get("contrast_sd", 1.0)
        rows = [(_row(choice, ratios, adjustment, contrast), choice["group"]) for choice in entry.get("rows", [])]
        rows += [(_derived(choice, cohorts, adjustment), choice["id"]) for choice in entry.get("derived_rows", [])]
        mean, variance, tau = random_effects(rows, adjustment)
        if "minus" in entry:
            other_mean, other_variance = pooled[entry["minus"]["term"]]
            mean -= entry["minus"]["times"] * other_mean
            variance += entry["minus"]["times"] ** 2 * other_variance
        pooled[entry["id"]] = (mean, variance)
        mean, variance = mean * entry["overlap_factor"], variance * entry["overlap_factor"] ** 2
        prior = adjustment["prior_sd"] ** 2
        terms.append(
            Term(
                id=entry["id"],
                effect=entry["effect"],
                features=tuple(entry["features"]),
                primaries=tuple(entry.get("primaries", ["*"])),
                mean=mean * prior / (prior + variance) / contrast,
                sd=sqrt(prior * variance / (prior + variance)) / contrast,
                tau=tau,
                reason=entry["reason"],
                rows=tuple(row for row, _ in rows),
            )
        )
    return terms


def ensemble_entries() -> list[dict]:
    """The entries of `spine-ensemble`: its own and those it reuses."""
    own = rules("ensemble_terms")
    shared = {entry["id"]: entry for entry in rules("evidence_terms")["term"]}
    return [shared[name] for name in own["reuse"]] + own["term"]


def used_row(choice: dict, ratios: dict[str, dict]) -> UsedRow:
    """One row on its own scale, with the adjustments of the rules."""
    return _row(choice, ratios, rules("evidence_terms")["adjustment"], 1.0)


def _row(choice: dict, ratios: dict[str, dict], adjustment: dict, contrast: float) -> UsedRow:
    """The row on the term's contrast: a published contrast `contrast_sd` apart is stretched to `contrast` SDs."""
    row = ratios.get(choice["id"])
    if row is None:
        raise EvidenceError(f"no hazard ratio row '{choice['id']}'")
    value = 1.0 if row.get("null_result") else row.get("value", row.get("approx"))
    if value is None:
        raise EvidenceError(f"row '{choice['id']}' has no number")
    notes = [choice["population"], row["provenance"]]
    published = f"{row['measure']} {value:g}"
    if "ci_low" in row and "ci_high" in row:
        error = log(row["ci_high"] / row["ci_low"]) / (2 * 1.959964)
        published += f" ({row['ci_low']:g}-{row['ci_high']:g})"
    else:
        error = _unseen_error(row.get("n"), adjustment)
        notes.append("interval not seen")
    estimate = log(value) * choice.get("sign", 1)
    if row.get("null_result"):
        published = "no association, number not shown"
    if row["provenance"] == "recalled":
        error *= adjustment["recalled_se_multiplier"]
    if not row["adjusted"]:
        estimate, error = _univariate(estimate, error, adjustment)
        notes.append("univariate, shrunk")
    scale = contrast / choice.get("contrast_sd", 1.0)
    error *= adjustment["se_multiplier"][choice["population"]]
    return UsedRow(row["id"], published, estimate * scale, error * scale, ", ".join(notes), citation(row))


def _derived(choice: dict, cohorts: dict[str, dict], adjustment: dict) -> UsedRow:
    cohort = cohorts.get(choice["id"])
    if cohort is None:
        raise EvidenceError(f"no cohort '{choice['id']}'")
    estimate, error = _univariate(choice["log_hazard_ratio"], _unseen_error(choice["n"], adjustment), adjustment)
    notes = f"{choice['population']}, derived, univariate, shrunk: {choice['how']}"
    published = f"derived log HR {choice['log_hazard_ratio']:g}"
    return UsedRow(choice["id"], published, estimate, error, notes, citation(cohort))


def _unseen_error(patients: int | None, adjustment: dict) -> float:
    deaths = adjustment["unseen_ci_death_share"] * (patients or adjustment["unseen_n"])
    return adjustment["unseen_ci_se_multiplier"] * 2 / sqrt(deaths)


def _univariate(estimate: float, error: float, adjustment: dict) -> tuple[float, float]:
    factor, spread = adjustment["univariate_factor"], adjustment["univariate_factor_sd"]
    return estimate * factor, sqrt((error * factor) ** 2 + (spread * estimate) ** 2)


def random_effects(rows: list[tuple[UsedRow, str]], adjustment: dict) -> tuple[float, float, float]:
    """Mean, variance for a new centre, and between-study SD; rows of one group are averaged first."""
    groups: dict[str, list[UsedRow]] = {}
    for row, group in rows:
        groups.setdefault(group, []).append(row)
    estimate = np.array([np.mean([row.log_hazard_ratio for row in members]) for members in groups.values()])
    error = np.array([np.mean([row.standard_error for row in members]) for members in groups.values()])
    if len(estimate) == 1:
        tau = adjustment["tau_single"]
    else:
        weight = error**-2
        fixed = (weight * estimate).sum() / weight.sum()
        excess = (weight * (estimate - fixed) ** 2).sum() - (len(estimate) - 1)
        spread = weight.sum() - (weight**2).sum() / weight.sum()
        tau = max(sqrt(max(excess / spread, 0.0)), adjustment["tau_floor"])
    weight = 1 / (error**2 + tau**2)
    mean = float((weight * estimate).sum() / weight.sum())
    return mean, float(1 / weight.sum() + tau**2), float(tau)
