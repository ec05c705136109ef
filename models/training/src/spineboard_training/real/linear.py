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
PRIOR_SD = {"class": 1.0, "subtype": 0.5, "patient": 0.5, "gene": 0.3, "course": 0.5, "pair": 0.1, "deviation": 0.15}
SHRINKAGE_GRID = (1.0, 2.0, 4.0)
BAND_GRID = (3.0, 10.0)
# Where straight lines bend: age 50 and 70, 1 and 3.5 months since metastasis, a fifth of the genome, two altered genes.
AGE_KNOTS = (-1.5, 0.5)
MONTHS_KNOTS = (0.7, 1.5)
GENOME_KNOT = 0.2
GENES_KNOT = 2.0
# A fifth of the genome counts as one unit.
GENOME_UNIT = 5.0


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


@dataclass(frozen=True)
class MeasureMaps:
    """Measures as linear maps of x: [F, M] and constants [M]; the last `bent` of them are cut off below zero."""

    maps: np.ndarray
    constants: np.ndarray
    kinds: tuple[str, ...]
    bent: int


def measure_maps(layout: Layout) -> MeasureMaps:
    """All measures but the pairs; the first is 1."""
    age, male = layout.at("age"), layout.at("male")
    months, genome = layout.at("log_months_since_metastasis"), layout.at("fraction_genome_altered")
    micro, genes = layout.positions("microsatellite_"), layout.positions("gene_")
    straight = [("class", {}, 1.0), ("patient", {age: 1}, 0.0), ("patient", {male: 1}, 0.0)]
    straight += [("course", {months: 1}, 0.0), ("course", {genome: GENOME_UNIT}, 0.0)]
    straight += [("gene", {micro[1]: 1, micro[3]: 1}, 0.0), ("gene", {micro[2]: 1, micro[3]: 1}, 0.0)]
    straight += [("gene", {gene: 1}, 0.0) for gene in genes]
    straight += [("patient", {gene: 1 for gene in genes}, 0.0)]
    bent = [("patient", {age: -1}, AGE_KNOTS[0]), ("patient", {age: 1}, -AGE_KNOTS[1])]
    bent += [("course", {months: -1}, MONTHS_KNOTS[0]), ("course", {months: 1}, -MONTHS_KNOTS[1])]
    bent += [("course", {genome: GENOME_UNIT}, -GENOME_UNIT * GENOME_KNOT)]
    bent += [("patient", {gene: 1 for gene in genes}, -GENES_KNOT)]
    rows = [*straight, *bent]
    maps = np.zeros((len(layout.names), len(rows)))
    for number, (_, weights, _) in enumerate(rows):
        maps[list(weights), number] = list(weights.values())
    return MeasureMaps(maps, np.array([row[2] for row in rows]), tuple(row[0] for row in rows), len(bent))


def measures(x: np.ndarray, layout: Layout, pairs: tuple[tuple[int, int], ...]) -> np.ndarray:
    """[N, M]: 1, age, sex, months, genome, burden, instability, genes, their number, the bends of these, pairs."""
    rule = measure_maps(layout)
    mapped = x @ rule.maps + rule.constants
    mapped[:, -rule.bent :] = np.maximum(mapped[:, -rule.bent :], 0)
    return np.column_stack([mapped, *(x[:, left] * x[:, right] for left, right in pairs)])


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
    kinds = [*measure_maps(layout).kinds, *["pair"] * len(pairs)]
    primaries = 1 + len(layout.primaries)
    carriers = classed.T @ (measured != 0)
    position, deviation = [], []
    for number, kind in enumerate(kinds):
        limit = PAIR_CARRIERS_IN_CLASS if kind == "pair" else CARRIERS_IN_CLASS
        for group in range(classed.shape[1]):
            if carriers[group, number] < (1 if group == 0 or number == 0 else limit):
                continue
            # All patients' 1 is the level of the band. Time, genome and pairs do not differ by histology or receptors.
            if (group == 0 and number == 0) or (group >= primaries and kind in ("course", "pair")):
                continue
            position.append((group, number))
            spread = PRIOR_SD[kind]
            if group and number:
                spread = PRIOR_SD["pair"] if kind in ("pair", "patient") else PRIOR_SD["deviation"]
            elif group >= primaries:
                spread = PRIOR_SD["subtype"]
            deviation.append(spread)
    return Products(position, np.array(deviation) ** -2)


def design(x: np.ndarray, layout: Layout, pairs: tuple[tuple[int, int], ...], chosen: Products) -> sparse.csr_matrix:
    """One column per chosen product, [N, k]."""
    classed, measured = classes(x, layout), measures(x, layout, pairs)
    columns = [sparse.csc_array(classed[:, [group]] * measured[:, [number]]) for group, number in chosen.position]
    return sparse.hstack(columns).tocsr()


@dataclass(frozen=True)
class Problem:
    """What the fits of one set of rows share, whatever the shrinkage."""

    rows: Patients
    layout: Layout
    pairs: tuple[tuple[int, int], ...]
    chosen: Products
    columns: sparse.csr_matrix
    site: sparse.csr_matrix
    site_penalty: np.ndarray


def problem(rows: Patients, layout: Layout) -> Problem:
    pairs = gene_pairs(rows.x, layout)
    chosen = products(rows.x, layout, pairs)
    columns = design(rows.x, layout, pairs, chosen)
    primary = rows.x[:, layout.positions("primary_")]
    return Problem(rows, layout, pairs, chosen, columns, *sites.design(rows.site, primary, layout.primaries))


def fit(given: Problem, shrinkage: float, band_shrinkage: float) -> tuple[Linear, sites.SiteOffset]:
    """The fitted family and the offset of the biopsy site, fitted together."""
    rows, layout = given.rows, given.layout
    penalty = shrinkage * given.chosen.penalty
    both = bands.ridge(
        sparse.hstack([given.columns, given.site]).tocsr(),
        rows.at_risk,
        rows.deaths,
        np.concatenate([penalty, given.site_penalty]),
    )
    shared, site_effects = np.split(both.coefficients, [len(penalty)])
    primary = rows.x[:, layout.positions("primary_")]
    beside = sites.site_offset(site_effects, rows.site, primary, layout.primaries)
    offset = beside.of(rows.site, primary)
    by_band = []
    for band in range(bands.BANDS):
        inside = rows.at_risk[:, band] > 0
        exposed = (rows.at_risk[inside, band] * np.exp(offset[inside]))[:, None]
        deaths = rows.deaths[inside][:, [band]]
        by_band.append(bands.ridge(given.columns[inside], exposed, deaths, penalty * band_shrinkage, shared).coefficients)
    found = np.stack(by_band, axis=1)
    coefficients = np.zeros((*_shape(layout, given.pairs), bands.BANDS))
    coefficients[tuple(np.array(given.chosen.position).T)] = found
    return Linear(layout, given.pairs, coefficients, rows.mean_of(given.columns @ found)), beside


def _shape(layout: Layout, pairs: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """Number of classes and of measures."""
    one = np.zeros((1, len(layout.names)))
    return classes(one, layout).shape[1], measures(one, layout, pairs).shape[1]
