"""The linear family: a regularised hazard regression whose every effect may differ by primary, histology and receptors.

log hazard ratio in a band = sum over classes q and measures m of coefficient[q, m, band] x q(x) x m(x). Classes: all
patients, each primary, each histology, each receptor class. Measures: 1, age, sex, genes, pairs of genes, mutational
burden, time since metastasis, fraction of the genome altered. Ridge priors pull every deviation to zero; in each band the
coefficients are pulled to those over all bands, which lets hazards be non-proportional where the data say so. Which
products are in is decided by counts of carriers, never by outcomes.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from . import bands, sites
from .inputs import Layout, Patients

# Carriers from which a gene gets a deviation within a class; a pair of genes one over all patients; a pair one in a class.
CARRIERS_IN_CLASS, PAIR_CARRIERS, PAIR_CARRIERS_IN_CLASS = 15, 100, 40
# Prior SD of a log hazard ratio by kind of product; the shrinkage is scaled by held-out likelihood.
PRIOR_SD = {"class": 1.0, "patient": 0.5, "gene": 0.3, "course": 0.5, "pair": 0.1, "deviation": 0.15}
SHRINKAGE_GRID = (1.0, 2.0, 4.0)
BAND_GRID = (3.0, 10.0)
# Where straight lines bend: age 50 and 70, 1 and 3.5 months since metastasis, a fifth of the genome.
AGE_KNOTS = (-1.5, 0.5)
MONTHS_KNOTS = (0.7, 1.5)
GENOME_KNOT = 0.2
GENES_COUNTED = 5.0


@dataclass(frozen=True)
class Linear:
    """coefficients [classes, measures, bands]; pairs of columns of x whose product is a measure; mean subtracted [bands]."""

    layout: Layout
    pairs: tuple[tuple[int, int], ...]
    coefficients: np.ndarray
    mean: np.ndarray

    def log_hazard(self, x: np.ndarray) -> np.ndarray:
        """[N, bands] for prepared x [N, F]."""
        x = np.asarray(x, dtype=float)
        count, measured = self.coefficients.shape[1], measures(x, self.layout, self.pairs)
        total = classes(x, self.layout) @ self.coefficients.reshape(-1, count * bands.BANDS)
        return (total.reshape(-1, count, bands.BANDS) * measured[:, :, None]).sum(1) - self.mean


def classes(x: np.ndarray, layout: Layout) -> np.ndarray:
    """[N, Q]: all patients, primaries, histologies, receptor classes."""
    picked = [x[:, layout.positions(prefix)] for prefix in ("primary_", "histology_", "receptors_")]
    return np.hstack([np.ones((len(x), 1)), *picked])


def measures(x: np.ndarray, layout: Layout, pairs: tuple[tuple[int, int], ...]) -> np.ndarray:
    """[N, M]: 1, age with bends, male, months with bends, genome with a bend, burden, instability, genes, count, pairs."""
    age, male = x[:, layout.at("age")], x[:, layout.at("male")]
    months, genome = x[:, layout.at("log_months_since_metastasis")], x[:, layout.at("fraction_genome_altered")]
    micro = x[:, layout.positions("microsatellite_")]
    genes = x[:, layout.positions("gene_")]
    single = [
        np.ones(len(x)),
        age, np.maximum(AGE_KNOTS[0] - age, 0), np.maximum(age - AGE_KNOTS[1], 0), male,
        months, np.maximum(MONTHS_KNOTS[0] - months, 0), np.maximum(months - MONTHS_KNOTS[1], 0),
        5 * genome, 5 * np.maximum(genome - GENOME_KNOT, 0),
        micro[:, 1] + micro[:, 3], micro[:, 2] + micro[:, 3],
        np.minimum(genes.sum(1), GENES_COUNTED),
    ]  # fmt: skip
    products = [x[:, left] * x[:, right] for left, right in pairs]
    return np.column_stack([*single, genes, *products])


KINDS = ["class", *["patient"] * 4, *["course"] * 5, *["gene"] * 2, "patient"]


def gene_pairs(x: np.ndarray, layout: Layout) -> tuple[tuple[int, int], ...]:
    """Pairs of genes altered together in enough patients."""
    genes = layout.positions("gene_")
    together = x[:, genes].T @ x[:, genes]
    picked = np.argwhere(np.triu(together >= PAIR_CARRIERS, 1))
    return tuple((genes[left], genes[right]) for left, right in picked)


@dataclass(frozen=True)
class Products:
    """The products of a class and a measure that have a coefficient: their positions and 1 / prior variance."""

    position: list[tuple[int, int]]
    penalty: np.ndarray


def products(x: np.ndarray, layout: Layout, pairs: tuple[tuple[int, int], ...]) -> Products:
    """Chosen by counts of carriers only."""
    classed, measured = classes(x, layout), measures(x, layout, pairs)
    kinds = [*KINDS, *["gene"] * len(layout.genes), *["pair"] * len(pairs)]
    primaries = 1 + len(layout.primaries)
    carriers = classed.T @ (measured != 0)
    position, deviation = [], []
    for number, kind in enumerate(kinds):
        limit = PAIR_CARRIERS_IN_CLASS if kind == "pair" else CARRIERS_IN_CLASS
        for group in range(classed.shape[1]):
            if carriers[group, number] < (1 if group == 0 or number == 0 else limit):
                continue
            # All patients' 1 is the level of the band; sex by histology and the like have too few to differ.
            if (group == 0 and number == 0) or (group >= primaries and kind in ("course", "pair")):
                continue
            position.append((group, number))
            spread = PRIOR_SD[kind]
            if group and number:
                spread = PRIOR_SD["pair"] if kind in ("pair", "patient") else PRIOR_SD["deviation"]
            elif group >= primaries:
                spread = 0.5
            deviation.append(spread)
    return Products(position, np.array(deviation) ** -2)


def design(x: np.ndarray, layout: Layout, pairs: tuple[tuple[int, int], ...], chosen: Products) -> sparse.csr_matrix:
    """One column per chosen product, [N, k]."""
    classed, measured = classes(x, layout), measures(x, layout, pairs)
    columns = [sparse.csc_array(classed[:, [group]] * measured[:, [number]]) for group, number in chosen.position]
    return sparse.hstack(columns).tocsr()


def fit(rows: Patients, layout: Layout, shrinkage: float, band_shrinkage: float) -> tuple[Linear, sites.SiteOffset]:
    """The fitted family and the offset of the biopsy site, fitted together."""
    pairs = gene_pairs(rows.x, layout)
    chosen = products(rows.x, layout, pairs)
    columns = design(rows.x, layout, pairs, chosen)
    primary = rows.x[:, layout.positions("primary_")]
    site, site_penalty = sites.design(rows.site, primary, layout.primaries)
    penalty = shrinkage * chosen.penalty
    both = bands.ridge(
        sparse.hstack([columns, site]).tocsr(), rows.at_risk, rows.deaths, np.concatenate([penalty, site_penalty])
    )
    shared, site_effects = np.split(both.coefficients, [len(penalty)])
    beside = sites.site_offset(site_effects, rows.site, primary, layout.primaries)
    offset = beside.of(rows.site, primary)
    coefficients = np.zeros((1 + len(layout.primaries) + 8, len(KINDS) + len(layout.genes) + len(pairs), bands.BANDS))
    for band in range(bands.BANDS):
        inside = rows.at_risk[:, band] > 0
        exposed = (rows.at_risk[inside, band] * np.exp(offset[inside]))[:, None]
        found = bands.ridge(
            columns[inside], exposed, rows.deaths[inside][:, [band]], penalty * band_shrinkage, centre=shared
        )
        for (group, number), value in zip(chosen.position, found.coefficients, strict=True):
            coefficients[group, number, band] = value
    raw = Linear(layout, pairs, coefficients, np.zeros(bands.BANDS))
    mean = rows.mean_of(raw.log_hazard(rows.x))
    return Linear(layout, pairs, coefficients, mean), beside
