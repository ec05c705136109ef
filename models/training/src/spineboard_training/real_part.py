"""The part learned from MSK-MET: log hazard as a sum of primary, age, sex, subtype and gene effects.

Gene effects are one effect over all cancers plus a deviation per primary where enough patients carry the variant
(counted without looking at outcomes). Unknown genes take the primary's carrier share while fitting.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from . import hazard, performance

CARRIERS_FOR_DEVIATION = 60
FOLDS = 5
SHRINKAGE_GRID = (0.1, 0.3, 1.0, 3.0)
# Prior SD of a log hazard ratio by kind of column.
PRIOR_SD = {"primary": 1.0, "patient": 0.5, "subtype": 0.5, "gene": 0.3, "deviation": 0.15}
HISTOLOGIES = ("adenocarcinoma", "squamous", "small_cell", "other")
# Breast receptor classes: (oestrogen receptor, HER2); the first is the reference.
RECEPTORS = ((1, 0), (1, 1), (0, 1), (0, 0))
HORIZONS = (3.0, 6.0, 12.0)


@dataclass(frozen=True)
class RealPart:
    """Log hazard ratios by primary (rows) where they differ; NaN for a primary without patients."""

    primary: np.ndarray
    age: np.ndarray
    male: float
    histology: np.ndarray
    receptors: np.ndarray
    microsatellite: float
    burden: np.ndarray
    genes: np.ndarray


def age_columns(age: np.ndarray) -> np.ndarray:
    """Decades from 65, and decades beyond 70."""
    return np.stack([(age - 65) / 10, np.maximum(age - 70, 0) / 10], axis=-1)


def design(table: pd.DataFrame, genes: list[str], deviations: list[tuple[str, str]]) -> tuple[np.ndarray, list, list]:
    """Columns, their names and their kinds."""
    primary = table["primary"].to_numpy()
    columns, names, kinds = [], [], []

    def add(values, name, kind):
        columns.append(np.asarray(values, dtype=float))
        names.append(name)
        kinds.append(kind)

    for value in sorted(set(primary)):
        add(primary == value, ("primary", value), "primary")
    ages = age_columns(table["age"].to_numpy())
    add(ages[:, 0], ("age", 0), "patient")
    add(ages[:, 1], ("age", 1), "patient")
    add(table["male"], ("male",), "patient")
    for histology in HISTOLOGIES[1:]:
        if (table["histology"] == histology).any():
            add(table["histology"] == histology, ("histology", histology), "subtype")
    for pair in RECEPTORS[1:]:
        add((table["oestrogen"] == pair[0]) & (table["her2"] == pair[1]), ("receptors", pair), "subtype")
    add(table["msi_high"].fillna(0), ("msi_high",), "subtype")
    filled = {gene: _filled(table, gene) for gene in ["tmb_high", *genes]}
    for gene, values in filled.items():
        add(values, ("gene", gene), "gene")
    for gene, value in deviations:
        add(filled[gene] * (primary == value), ("deviation", gene, value), "deviation")
    return np.stack(columns, axis=1), names, kinds


def _filled(table: pd.DataFrame, gene: str) -> np.ndarray:
    values = table[gene]
    return values.fillna(values.groupby(table["primary"]).transform("mean")).fillna(0).to_numpy()


def deviations(table: pd.DataFrame, genes: list[str]) -> list[tuple[str, str]]:
    """Pairs of gene and primary with enough carriers for an effect of their own."""
    found = []
    for gene in ["tmb_high", *genes]:
        carriers = table.loc[table[gene] == 1, "primary"].value_counts()
        found += [(gene, value) for value in sorted(carriers.index[carriers >= CARRIERS_FOR_DEVIATION])]
    return found


def learn(table: pd.DataFrame, genes: list[str], primaries: list[str], seed: int, quick: bool) -> tuple[RealPart, dict]:
    """Chooses the shrinkage on held-out likelihood, measures on held-out patients, fits on all."""
    pairs = deviations(table, genes)
    matrix, names, kinds = design(table, genes, pairs)
    months, died = table["months"].to_numpy(), table["died"].to_numpy()
    fold = fold_of(len(table), seed)
    penalty = np.array([PRIOR_SD[kind] ** -2.0 for kind in kinds])
    grid = (1.0,) if quick else SHRINKAGE_GRID
    chosen = max(grid, key=lambda factor: _held_out_likelihood(matrix, months, died, fold, penalty * factor))
    measured = _measure(table, matrix, kinds, names, fold, penalty * chosen, seed, quick)
    measured["shrinkage"] = chosen
    model = hazard.fit(matrix, months, died, penalty * chosen)
    return _unpack(model.coefficients, names, genes, primaries), measured


def fold_of(size: int, seed: int) -> np.ndarray:
    """Fold number per patient."""
    return np.random.default_rng(seed).permutation(size) % FOLDS


def _held_out_likelihood(matrix, months, died, fold, penalty) -> float:
    total = 0.0
    for number in range(FOLDS):
        train, test = fold != number, fold == number
        model = hazard.fit(matrix[train], months[train], died[train], penalty)
        total += hazard.log_likelihood(model, matrix[test], months[test], died[test])
    return total


def _measure(table, matrix, kinds, names, fold, penalty, seed, quick) -> dict:
    """Out-of-fold figures of the whole model and of two smaller ones."""
    months, died = table["months"].to_numpy(), table["died"].to_numpy()
    kinds = np.array(kinds)
    variants = {
        "primary tumour only": kinds == "primary",
        "primary tumour, age, sex, subtype": np.isin(kinds, ["primary", "patient", "subtype"]),
        "all (with genes)": np.ones(len(kinds), dtype=bool),
    }
    result = {"patients": len(table), "events": int(died.sum()), "models": {}}
    repeats = 20 if quick else 200
    for label, keep in variants.items():
        risk = np.zeros(len(table))
        alive = {horizon: np.zeros(len(table)) for horizon in HORIZONS}
        for number in range(FOLDS):
            train, test = fold != number, fold == number
            model = hazard.fit(matrix[train][:, keep], months[train], died[train], penalty[keep])
            risk[test] = matrix[test][:, keep] @ model.coefficients
            for horizon in HORIZONS:
                alive[horizon][test] = model.survival(matrix[test][:, keep], horizon)
        figures = {"c_index": performance.concordance(risk, months, died)}
        for horizon in HORIZONS:
            low, high = performance.interval(
                lambda r, m, d, h=horizon: performance.auc(r, m, d, h), (risk, months, died), seed, repeats
            )
            figures[f"auc_{horizon:.0f}"] = (performance.auc(risk, months, died, horizon), low, high)
            figures[f"brier_{horizon:.0f}"] = performance.brier(alive[horizon], months, died, horizon)
        result["models"][label] = figures
    result["calibration"] = _calibration(alive, months, died)
    result["within"] = {
        value: performance.auc(risk[pick], months[pick], died[pick], 12.0)
        for value in ("breast", "colon", "lung", "pancreas", "prostate")
        if (pick := (table["primary"] == value).to_numpy()).sum() >= 200
    }
    return result


def _calibration(alive, months, died) -> dict:
    """Fifths of predicted survival: mean predicted against Kaplan-Meier, per horizon."""
    tables = {}
    for horizon, predicted in alive.items():
        order = np.argsort(predicted, kind="stable")
        tables[horizon] = [
            (
                float(predicted[part].mean()),
                float(performance.kaplan_meier(months[part], died[part], np.array([horizon]))[0]),
                len(part),
            )
            for part in np.array_split(order, 5)
        ]
    return tables


def _unpack(coefficients, names, genes, primaries) -> RealPart:
    value = dict(zip(names, coefficients, strict=True))
    shared = {gene: value[("gene", gene)] for gene in ["tmb_high", *genes]}

    def by_primary(gene):
        return [shared[gene] + value.get(("deviation", gene, primary), 0.0) for primary in primaries]

    return RealPart(
        primary=np.array([value.get(("primary", primary), np.nan) for primary in primaries]),
        age=np.array([value[("age", 0)], value[("age", 1)]]),
        male=float(value[("male",)]),
        histology=np.array([value.get(("histology", histology), 0.0) for histology in HISTOLOGIES]),
        receptors=np.array([value.get(("receptors", pair), 0.0) for pair in RECEPTORS]),
        microsatellite=float(value[("msi_high",)]),
        burden=np.array(by_primary("tmb_high")),
        genes=np.array([by_primary(gene) for gene in genes]).T,
    )
