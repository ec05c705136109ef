"""What the real part is worth, measured on patients it has not seen: nested cross-validation by patient.

Each outer fold is forecast by a stack whose settings, families and weights were found without it. `without_course` leaves
time since metastasis and genome altered blank and averages the survival over draws, `without_burden` the mutational burden
too: what is left is age, sex, primary, subtype and genes. Intervals: bootstrap over patients, 95 %.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from .. import hazard, performance, real_part
from . import bands, blanks
from .inputs import Layout, Patients, patients
from .stack import FAMILIES, FOLDS, Stack, fit, fit_families, fold_of, subsample

HORIZONS = (3.0, 6.0, 12.0)
FIVE = ("lung", "breast", "prostate", "colon", "rectum", "pancreas")
AGE_GROUPS = ((18, 50), (50, 60), (60, 70), (70, 80), (80, 120))
DRAWS, DRAWS_QUICK = 16, 4
REPEATS, REPEATS_QUICK = 100, 10
LEAST_PATIENTS = 100


@dataclass(frozen=True)
class HeldOut:
    """Out-of-fold survival of one model at the horizons [N, 3], per patient."""

    alive: np.ndarray

    @property
    def risk(self) -> np.ndarray:
        """Cumulative hazard at twelve months, on the log scale."""
        return np.log(-np.log(np.clip(self.alive[:, -1], 1e-12, 1 - 1e-12)))


def measure(table: pd.DataFrame, genes: list[str], primaries: list[str], seed: int, quick: bool) -> dict:
    """All figures of the card's first part, fit for JSON."""
    layout = Layout(tuple(primaries), tuple(genes))
    table = subsample(table, seed) if quick else table
    rows = patients(table, layout, seed)
    held_out, folds = _forecasts(rows, table, layout, seed, quick)
    months, died = table["months"].to_numpy(), table["died"].to_numpy()
    repeats = REPEATS_QUICK if quick else REPEATS
    groups = _groups(table)
    return {
        "patients": len(table),
        "events": int(died.sum()),
        "folds": folds,
        "models": {
            model: {
                group: _figures(found, months, died, inside, seed, repeats)
                for group, inside in groups.items()
                if model in MAIN or group in ("all", "five_primaries", "five_primaries_bone_biopsied")
            }
            for model, found in held_out.items()
        },
        "differences": {
            f"{better} against {worse}": {
                group: _difference(held_out[better], held_out[worse], months, died, groups[group], seed, repeats)
                for group in ("all", "five_primaries", "five_primaries_bone_biopsied")
            }
            for better, worse in COMPARED
        },
        "calibration": {model: _calibration(held_out[model], months, died) for model in MAIN},
    }


MAIN = ("stack", "stack_without_course_and_burden")
COMPARED = (
    ("stack", "primary_only"),
    ("stack", "linear_pack"),
    ("stack", "stack_without_course"),
    ("stack_without_course_and_burden", "linear_pack"),
    ("stack", "clinical_only"),
    ("stack", "genomic_only"),
)


def _groups(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Masks of patients by name."""
    primary, age = table["primary"], table["age"]
    five, bone = primary.isin(FIVE), table["biopsy_site"] == "bone"
    groups = {"all": np.ones(len(table), dtype=bool), "five_primaries": five, "bone_biopsied": bone}
    groups["five_primaries_bone_biopsied"] = five & bone
    groups["colorectal"] = primary.isin(("colon", "rectum"))
    groups |= {value: primary == value for value in sorted(set(primary))}
    groups |= {"male": table["male"] == 1, "female": table["male"] == 0}
    groups |= {f"age {low} to {high}": (age >= low) & (age < high) for low, high in AGE_GROUPS}
    return {name: np.asarray(inside) for name, inside in groups.items() if inside.sum() >= LEAST_PATIENTS}


def _forecasts(rows: Patients, table: pd.DataFrame, layout: Layout, seed: int, quick: bool):
    """Per model the held-out survival of every patient, and per fold the settings and weights that were found."""
    fold = fold_of(rows, seed + 1)
    count = len(table)
    alive: dict[str, np.ndarray] = {}
    folds = []

    def keep(model, test, value):
        alive.setdefault(model, np.zeros((count, len(HORIZONS))))
        share = 1 / np.bincount(test.patient, minlength=count)[test.patient]
        np.add.at(alive[model], test.patient, value * share[:, None])

    for number in range(FOLDS):
        train, test = rows.pick(fold != number), rows.pick(fold == number)
        stack = fit(train, layout, seed, quick)
        folds.append({"settings": vars(stack.settings), "weights": dict(zip(FAMILIES, stack.weights.tolist(), strict=True))})
        keep("stack", test, _alive(stack, test.x))
        for name, family in stack.families.items():
            keep(name, test, _alive_alone(family, train, test.x, layout))
        rules = blanks.learn(train, layout)
        draws = DRAWS_QUICK if quick else DRAWS
        for model, burden in (("stack_without_course", False), ("stack_without_course_and_burden", True)):
            generator = np.random.default_rng(seed)
            drawn = [_alive(stack, rules.filled(test.x, generator, burden)) for _ in range(draws)]
            keep(model, test, np.mean(drawn, axis=0))
        for model, hidden in (("clinical_only", _molecular(layout)), ("genomic_only", _clinical(layout))):
            smaller = _refitted(stack, _hidden(train, hidden), seed)
            keep(model, test, _alive(smaller, _hidden(test, hidden).x))
        inside = np.unique(test.patient)
        outside = np.setdiff1d(np.arange(count), inside)
        for model, found in _linear_pack(table, layout, outside, inside).items():
            alive.setdefault(model, np.zeros((count, len(HORIZONS))))[inside] = found
    return {model: HeldOut(found) for model, found in alive.items()}, folds


def _molecular(layout: Layout) -> list[int]:
    """Genes, microsatellites with burden, genome: without them stand age, sex, primary, subtype and time."""
    prefixes = ("microsatellite_", "gene_", "fraction_genome_altered")
    return [position for prefix in prefixes for position in layout.positions(prefix)]


def _clinical(layout: Layout) -> list[int]:
    """Age, sex and time since metastasis: without them stand the primary, its subtype and the genome."""
    return [layout.at("age"), layout.at("male"), layout.at("log_months_since_metastasis")]


def _hidden(rows: Patients, columns: list[int]) -> Patients:
    """The columns at nothing for everybody."""
    x = rows.x.copy()
    x[:, columns] = 0.0
    return Patients(x, rows.at_risk, rows.deaths, rows.site, rows.patient)


def _refitted(stack: Stack, rows: Patients, seed: int) -> Stack:
    """The stack's settings and weights on other inputs."""
    families, beside = fit_families(rows, stack.layout, stack.settings, seed)
    smaller = replace(stack, families={name: families[name] for name in stack.families}, offset=beside)
    return replace(smaller, levels=bands.levels(rows.at_risk, rows.deaths, smaller.log_hazard(rows.x)))


def _alive(stack: Stack, x: np.ndarray) -> np.ndarray:
    ratio = stack.log_hazard(x)
    return np.exp(-np.stack([bands.cumulative_hazard(stack.levels, ratio, month) for month in HORIZONS], axis=1))


def _alive_alone(family, train: Patients, x: np.ndarray, layout: Layout) -> np.ndarray:
    level = bands.levels(train.at_risk, train.deaths, family.log_hazard(train.x))
    ratio = family.log_hazard(layout.prepared(x))
    return np.exp(-np.stack([bands.cumulative_hazard(level, ratio, month) for month in HORIZONS], axis=1))


def _linear_pack(table, layout, train, test) -> dict[str, np.ndarray]:
    """The model of `survival-linear`, and its primaries alone, fitted without the test patients."""
    genes = list(layout.genes)
    pairs = real_part.deviations(table.iloc[train], genes)
    matrix, _, kinds = real_part.design(table, genes, pairs)
    penalty = np.array([real_part.PRIOR_SD[kind] ** -2.0 for kind in kinds])
    months, died = table["months"].to_numpy(), table["died"].to_numpy()
    found = {}
    for model, columns in (("linear_pack", slice(None)), ("primary_only", np.array(kinds) == "primary")):
        fitted = hazard.fit(matrix[train][:, columns], months[train], died[train], penalty[columns])
        found[model] = np.stack([fitted.survival(matrix[test][:, columns], month) for month in HORIZONS], axis=1)
    return found


def _figures(found: HeldOut, months, died, inside, seed, repeats) -> dict:
    risk, alive, months, died = found.risk[inside], found.alive[inside], months[inside], died[inside]
    figures = {"patients": len(months), "events": int(died.sum())}
    figures["c_index"] = performance.concordance(risk, months, died)
    for number, horizon in enumerate(HORIZONS):
        score = -alive[:, number]
        low, high = performance.interval(
            lambda r, m, d, h=horizon: performance.auc(r, m, d, h), (score, months, died), seed, repeats
        )
        figures[f"auc_{horizon:.0f}"] = [performance.auc(score, months, died, horizon), low, high]
        figures[f"brier_{horizon:.0f}"] = performance.brier(alive[:, number], months, died, horizon)
    figures["calibration_slope"] = calibration_slope(risk, months, died)
    return figures


def calibration_slope(risk: np.ndarray, months: np.ndarray, died: np.ndarray) -> float:
    """Log hazard ratio per unit of the forecast log cumulative hazard, over the first twelve months (1 = right spread)."""
    at_risk, deaths = (part[:, :3] for part in bands.exposure(months, died))
    slope = 1.0
    for _ in range(25):
        mean = at_risk * np.exp(slope * risk)[:, None]
        mean *= deaths.sum(0) / mean.sum(0)
        centre = (mean * risk[:, None]).sum(0) / mean.sum(0)
        score = (deaths * (risk[:, None] - centre)).sum()
        information = (mean * (risk[:, None] - centre) ** 2).sum()
        slope += score / information
    return float(slope)


def _difference(better: HeldOut, worse: HeldOut, months, died, inside, seed, repeats) -> list[float]:
    """Gain in AUC at twelve months with its interval."""

    def gain(one, other, m, d):
        return performance.auc(one, m, d, 12.0) - performance.auc(other, m, d, 12.0)

    arrays = (better.risk[inside], worse.risk[inside], months[inside], died[inside])
    return [gain(*arrays), *performance.interval(gain, arrays, seed, repeats)]


def _calibration(found: HeldOut, months, died) -> dict:
    """Tenths of forecast survival per horizon: mean forecast, Kaplan-Meier, patients."""
    table = {}
    for number, horizon in enumerate(HORIZONS):
        alive = found.alive[:, number]
        parts = np.array_split(np.argsort(alive, kind="stable"), 10)
        observed = [float(performance.kaplan_meier(months[p], died[p], np.array([horizon]))[0]) for p in parts]
        table[f"{horizon:.0f}"] = [[float(alive[p].mean()), seen, len(p)] for p, seen in zip(parts, observed, strict=True)]
    return table
