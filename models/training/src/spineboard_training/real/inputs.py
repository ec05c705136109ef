"""The inputs x of g: their names in a fixed order, and the matrix made from the table of patients.

x is complete: the graph fills blanks before it calls g. While fitting, an unknown value is drawn from the share of
carriers in the same primary tumour, in several copies that share the patient's weight; it is never read as wild type.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from . import bands, sites

HISTOLOGIES = ("adenocarcinoma", "squamous", "small_cell", "other")
# (oestrogen receptor, HER2).
RECEPTORS = {
    "oestrogen_positive_her2_negative": (1, 0),
    "oestrogen_positive_her2_positive": (1, 1),
    "oestrogen_negative_her2_positive": (0, 1),
    "oestrogen_negative_her2_negative": (0, 0),
}
# (microsatellite instability, mutational burden of at least 10 per megabase).
MICROSATELLITES = {
    "stable_burden_low": (0, 0),
    "stable_burden_high": (0, 1),
    "unstable_burden_low": (1, 0),
    "unstable_burden_high": (1, 1),
}
# Nobody with these in MSK-MET: nothing about their genes can be learned there, so g holds only age and sex for them.
LITERATURE_ONLY = ("myeloma", "lymphoma")
COPIES = 3
# Bounds outside which g does not go on rising or falling: ages 20 to 90, 0 to 300 months, a share.
AGE_BOUNDS = (-4.5, 2.5)
MONTHS_BOUNDS = (0.0, float(np.log1p(300.0)))


@dataclass(frozen=True)
class Layout:
    """Which column of x is what."""

    primaries: tuple[str, ...]
    genes: tuple[str, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of x, in order."""
        return (
            "age",
            "male",
            *(f"primary_{value}" for value in self.primaries),
            *(f"histology_{value}" for value in HISTOLOGIES),
            *(f"receptors_{value}" for value in RECEPTORS),
            *(f"microsatellite_{value}" for value in MICROSATELLITES),
            *(f"gene_{gene.lower()}" for gene in self.genes),
            "log_months_since_metastasis",
            "fraction_genome_altered",
        )

    def positions(self, prefix: str) -> list[int]:
        """Columns whose name begins with `prefix`."""
        return [number for number, name in enumerate(self.names) if name.startswith(prefix)]

    def at(self, name: str) -> int:
        return self.names.index(name)

    @cached_property
    def clinical(self) -> list[int]:
        """Age, sex, primary, histology, time since the first metastasis."""
        return [*range(2 + len(self.primaries) + len(HISTOLOGIES)), self.at("log_months_since_metastasis")]

    @cached_property
    def genomic(self) -> list[int]:
        """Receptor classes, microsatellite and burden classes, genes, fraction of the genome altered."""
        return [number for number in range(len(self.names)) if number not in set(self.clinical)]

    @cached_property
    def reference(self) -> np.ndarray:
        """What stands in for everything but age and sex where only the literature speaks."""
        values = np.zeros(len(self.names))
        values[self.at("microsatellite_stable_burden_low")] = 1.0
        values[self.at("log_months_since_metastasis")] = 1.8
        values[self.at("fraction_genome_altered")] = 0.2
        return values

    @cached_property
    def literature_only(self) -> np.ndarray:
        """1 at the primaries without patients, [F]."""
        values = np.zeros(len(self.names))
        values[[self.at(f"primary_{value}") for value in LITERATURE_ONLY if value in self.primaries]] = 1.0
        return values

    @cached_property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest value of each column, [F] each."""
        low, high = np.zeros(len(self.names)), np.ones(len(self.names))
        low[self.at("age")], high[self.at("age")] = AGE_BOUNDS
        months = self.at("log_months_since_metastasis")
        low[months], high[months] = MONTHS_BOUNDS
        return low, high

    def prepared(self, x: np.ndarray) -> np.ndarray:
        """x within its bounds and, for the primaries without patients, with everything but age and sex replaced.

        Single precision, as the graph reads it, so that a tree splits both alike."""
        x = np.clip(np.asarray(x, dtype=np.float32), *(bound.astype(np.float32) for bound in self.bounds))
        replaced = (x @ self.literature_only.astype(np.float32))[:, None]
        free = np.ones(len(self.names), dtype=np.float32)
        free[[self.at("age"), self.at("male")]] = 0.0
        return x + replaced * free * (self.reference.astype(np.float32) - x)


@dataclass(frozen=True)
class Patients:
    """Rows for fitting: x [R, F], months at risk and deaths [R, bands], biopsy site [R] and number of the patient [R]."""

    x: np.ndarray
    at_risk: np.ndarray
    deaths: np.ndarray
    site: np.ndarray
    patient: np.ndarray

    def mean_of(self, values: np.ndarray) -> np.ndarray:
        """Mean over patients of values per row [R, k], copies of a patient sharing one weight."""
        return np.average(values, axis=0, weights=1 / np.bincount(self.patient)[self.patient])

    def pick(self, rows: np.ndarray) -> "Patients":
        return Patients(self.x[rows], self.at_risk[rows], self.deaths[rows], self.site[rows], self.patient[rows])


def patients(table: pd.DataFrame, layout: Layout, seed: int) -> Patients:
    """Everyone of the table; whoever has an unknown gene or class stands there in `COPIES` drawn copies."""
    generator = np.random.default_rng(seed)
    breast, lung = table["primary"] == "breast", table["primary"] == "lung"
    unknown = (
        table[list(layout.genes)].isna().any(axis=1)
        | (breast & table[["oestrogen", "her2"]].isna().any(axis=1))
        | (lung & table["histology"].isna())
    ).to_numpy()
    number = np.repeat(np.arange(len(table)), np.where(unknown, COPIES, 1))
    share = np.where(unknown, 1 / COPIES, 1.0)[number][:, None]
    at_risk, deaths = bands.exposure(table["months"].to_numpy(), table["died"].to_numpy())
    rows = table.iloc[number].reset_index(drop=True)
    site = np.array([sites.SITES.index(value) for value in rows["biopsy_site"]])
    x = layout.prepared(matrix(rows, layout, generator)).astype(float)
    return Patients(x, at_risk[number] * share, deaths[number] * share, site, number)


def matrix(table: pd.DataFrame, layout: Layout, generator: np.random.Generator) -> np.ndarray:
    """x [N, F] of the table's rows, unknown values drawn."""
    primary = table["primary"].to_numpy()
    x = np.zeros((len(table), len(layout.names)))
    x[:, layout.at("age")] = (table["age"] - 65) / 10
    x[:, layout.at("male")] = table["male"]
    for value in layout.primaries:
        x[:, layout.at(f"primary_{value}")] = primary == value
    histology = _drawn(table["histology"], primary, generator)
    for value in HISTOLOGIES:
        x[:, layout.at(f"histology_{value}")] = (histology == value) & (primary == "lung")
    pair = table["oestrogen"] + 10 * table["her2"]
    pair = _drawn(pair, primary, generator)
    for name, (oestrogen, her2) in RECEPTORS.items():
        x[:, layout.at(f"receptors_{name}")] = (pair == oestrogen + 10 * her2) & (primary == "breast")
    # Instability is recorded in colorectal and uterine cancer; elsewhere it is rare and is taken for absent.
    recorded = table["msi_high"].notna().groupby(table["primary"]).transform("any").to_numpy()
    unstable = np.where(recorded, _drawn(table["msi_high"], primary, generator), 0.0)
    burden = _drawn(table["tmb_high"], primary, generator)
    for name, (instability, high) in MICROSATELLITES.items():
        x[:, layout.at(f"microsatellite_{name}")] = (unstable == instability) & (burden == high)
    for gene in layout.genes:
        x[:, layout.at(f"gene_{gene.lower()}")] = _drawn(table[gene], primary, generator)
    months = _drawn(table["months_since_metastasis"], primary, generator)
    x[:, layout.at("log_months_since_metastasis")] = np.log1p(np.maximum(months, 0.0))
    x[:, layout.at("fraction_genome_altered")] = _drawn(table["fga"], primary, generator)
    return x


def _drawn(values: pd.Series, primary: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Unknown values replaced by known ones of random patients with the same primary, else of any patient; what nobody
    has known is 0 for all, so that nothing is learned of it."""
    filled, missing = values.to_numpy(copy=True), values.isna().to_numpy()
    for value in sorted(set(primary[missing])):
        here = missing & (primary == value)
        known = filled[~missing & (primary == value)]
        known = known if len(known) else filled[~missing]
        if len(known):
            filled[here] = generator.choice(known, size=int(here.sum()))
        elif filled.dtype == float:
            filled[here] = 0.0
    return filled
