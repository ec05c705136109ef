"""g(x): the three families weighted by how well they forecast patients whom they have not seen.

Weights are found per band by maximum likelihood on out-of-fold forecasts, never negative, drawn towards one set for all
bands. A family whose weights are all zero is left out of the pack.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from . import bands, blanks, linear, network, site_effects, sites, trees
from .inputs import Layout, Patients, patients

FAMILIES = ("linear", "trees", "network")
FOLDS = 5
# Prior SD of a weight in one band around the weight over all bands; below the least weight a family counts as dropped.
WEIGHT_SD = 0.1
LEAST_WEIGHT = 1e-3
# Held-out folds that choose the settings of the families.
TUNING_FOLDS = 2
QUICK_PATIENTS = 4000


@dataclass(frozen=True)
class Settings:
    """What is chosen on held-out patients: shrinkage overall and towards proportional hazards, number of trees."""

    shrinkage: float
    band_shrinkage: float
    tree_count: int
    network_seeds: int


@dataclass(frozen=True)
class Stack:
    """Fitted families by name, their weights [families, bands], the level per band in MSK-MET, the offset of the site."""

    layout: Layout
    families: dict
    weights: np.ndarray
    levels: np.ndarray
    offset: sites.SiteOffset
    settings: Settings

    def log_hazard(self, x: np.ndarray) -> np.ndarray:
        """Log hazard ratio [N, bands], mean 0 over the patients behind it; x [N, F] complete."""
        x = self.layout.prepared(x)
        total = np.zeros((len(x), bands.BANDS))
        for number, name in enumerate(FAMILIES):
            if name in self.families:
                total += self.weights[number] * self.families[name].log_hazard(x)
        return total


@dataclass(frozen=True)
class StackedPart(Stack):
    """The stack over everyone, with what else the pack takes from MSK-MET.

    `site_table` and `site_shares`: effects of biopsy sites and how often each was sampled. `blanks`: rules for drawing what
    is seldom known. `by_primary`: patients, mean and SD of the log hazard ratio per band, for each primary with patients.
    """

    site_table: dict
    site_shares: dict
    blanks: blanks.Blanks
    by_primary: dict


def learn(table: pd.DataFrame, genes: list[str], primaries: list[str], seed: int, quick: bool) -> StackedPart:
    """Chooses settings, stacks on out-of-fold forecasts, fits everyone."""
    layout = Layout(tuple(primaries), tuple(genes))
    table = subsample(table, seed) if quick else table
    rows = patients(table, layout, seed)
    built = fit(rows, layout, seed, quick)
    return StackedPart(
        **vars(built),
        site_table=site_effects.site_table(rows, layout),
        site_shares=sites.shares(table),
        blanks=blanks.learn(rows, layout),
        by_primary=_by_primary(built, rows),
    )


def subsample(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """At most `QUICK_PATIENTS` patients."""
    return table.sample(min(len(table), QUICK_PATIENTS), random_state=seed).sort_index().reset_index(drop=True)


def fit(rows: Patients, layout: Layout, seed: int, quick: bool, settings: Settings | None = None) -> Stack:
    """Settings are chosen within `rows` unless they are given."""
    fold = fold_of(rows, seed)
    settings = settings or choose(rows, layout, fold, seed, quick)
    ahead = np.zeros((len(FAMILIES), len(rows.x), bands.BANDS))
    offset = np.zeros(len(rows.x))
    for number in range(FOLDS):
        held_out = fold == number
        families, beside = fit_families(rows.pick(~held_out), layout, settings, seed)
        test = rows.pick(held_out)
        offset[held_out] = beside.of(test.site, test.x[:, layout.positions("primary_")])
        for position, name in enumerate(FAMILIES):
            ahead[position, held_out] = families[name].log_hazard(test.x)
    weights = stacking_weights(ahead, offset, rows)
    families, beside = fit_families(rows, layout, settings, seed)
    kept = {name: families[name] for name, weight in zip(FAMILIES, weights, strict=True) if weight.any()}
    # The level of a band is taken without the offset, whose mean within each primary is zero.
    level = bands.levels(rows.at_risk, rows.deaths, np.einsum("fb,frb->rb", weights, ahead))
    return Stack(layout, kept, weights, level, beside, settings)


def fold_of(rows: Patients, seed: int) -> np.ndarray:
    """Fold per row, by patient."""
    _, number = np.unique(rows.patient, return_inverse=True)
    return (np.random.default_rng(seed).permutation(number.max() + 1) % FOLDS)[number]


def fit_families(rows: Patients, layout: Layout, settings: Settings, seed: int) -> tuple[dict, sites.SiteOffset]:
    """All three on the same rows; the linear one first, as it fits the offset of the site that the others take."""
    straight, beside = linear.fit(linear.problem(rows, layout), settings.shrinkage, settings.band_shrinkage)
    offset = beside.of(rows.site, rows.x[:, layout.positions("primary_")])
    grown = trees.fit(rows, layout, offset, (settings.tree_count,), seed)[0]
    trained = network.fit(rows, layout, offset, settings.network_seeds, seed)
    return {"linear": straight, "trees": grown, "network": trained}, beside


def choose(rows: Patients, layout: Layout, fold: np.ndarray, seed: int, quick: bool) -> Settings:
    """The settings with the highest likelihood on held-out folds."""
    if quick:
        return Settings(2.0, 3.0, trees.TREES_QUICK, network.SEEDS_QUICK)
    straight: dict[tuple, float] = {}
    grown: dict[int, float] = {}
    for number in range(TUNING_FOLDS):
        train, test = rows.pick(fold != number), rows.pick(fold == number)
        given = linear.problem(train, layout)
        for shrinkage in linear.SHRINKAGE_GRID:
            for band_shrinkage in linear.BAND_GRID:
                model, beside = linear.fit(given, shrinkage, band_shrinkage)
                pair = (shrinkage, band_shrinkage)
                straight[pair] = straight.get(pair, 0.0) + _gain(model, train, test, layout, beside)
        offset = beside.of(train.site, train.x[:, layout.positions("primary_")])
        forests = trees.fit(train, layout, offset, trees.TREE_GRID, seed)
        for count, forest in zip(trees.TREE_GRID, forests, strict=True):
            grown[count] = grown.get(count, 0.0) + _gain(forest, train, test, layout, beside)
    shrinkage, band_shrinkage = max(straight, key=straight.get)
    return Settings(shrinkage, band_shrinkage, max(grown, key=grown.get), network.SEEDS)


def _gain(model, train: Patients, test: Patients, layout: Layout, beside: sites.SiteOffset) -> float:
    """Held-out log likelihood of one family with the offset of the site."""

    def total(rows):
        return model.log_hazard(rows.x) + beside.of(rows.site, rows.x[:, layout.positions("primary_")])[:, None]

    level = bands.levels(train.at_risk, train.deaths, total(train))
    return bands.log_likelihood(test.at_risk, test.deaths, level, total(test))


def stacking_weights(ahead: np.ndarray, offset: np.ndarray, rows: Patients) -> np.ndarray:
    """[families, bands] from out-of-fold log hazard ratios [families, R, bands]."""
    exposed = rows.at_risk * np.exp(offset)[:, None]
    shared = _weights(ahead, exposed, rows.deaths, None)
    columns = [
        _weights(ahead[:, :, [band]], exposed[:, [band]], rows.deaths[:, [band]], shared) for band in range(bands.BANDS)
    ]
    found = np.stack(columns, axis=1)
    return np.where(found < LEAST_WEIGHT, 0.0, found)


def _weights(ahead, exposed, deaths, centre) -> np.ndarray:
    """Non-negative weights of greatest likelihood, levels profiled out, with a ridge towards `centre` if given."""

    def loss(weights):
        total = np.einsum("f,frb->rb", weights, ahead)
        mean = exposed * np.exp(total)
        level = np.log((deaths.sum(0) + 0.01) / np.maximum(mean.sum(0), 1e-9))
        mean *= np.exp(level)
        value = -(deaths * (total + level)).sum() + mean.sum()
        slope = np.einsum("frb,rb->f", ahead, mean - deaths)
        if centre is not None:
            value += 0.5 * (((weights - centre) / WEIGHT_SD) ** 2).sum()
            slope = slope + (weights - centre) / WEIGHT_SD**2
        return value, slope

    start = np.full(len(ahead), 1 / len(ahead)) if centre is None else centre
    return minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(ahead)).x


def _by_primary(stack: Stack, rows: Patients) -> dict:
    ratio = stack.log_hazard(rows.x)
    found = {}
    for value in stack.layout.primaries:
        here = rows.x[:, stack.layout.at(f"primary_{value}")] == 1
        if here.any():
            found[value] = {
                "patients": len(np.unique(rows.patient[here])),
                "mean": ratio[here].mean(0).tolist(),
                "sd": ratio[here].std(0).tolist(),
            }
    return found
