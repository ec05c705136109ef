"""What the graph, the worlds and the reference need to know of the learned part."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..real import graph_part
from ..real.inputs import HISTOLOGIES, MICROSATELLITES, RECEPTORS, Layout
from ..real.stack import StackedPart
from .inputs import MONTHS_SCALE
from .people import People
from .worlds import BAND_WEIGHT


@dataclass(frozen=True)
class Continuous:
    """A continuous input of the learned part and how its blank is drawn: clip(intercept + x slope [F] + residual), the
    residual one of the primary's quantiles [C, Q].

    `column` = the encoded fact; with `log_scale` the learned part reads ln(1 + log_scale x column), else the column itself.
    """

    column: str
    log_scale: float | None
    intercept: float
    slope: np.ndarray
    residuals: np.ndarray
    low: float
    high: float

    def levels(self, uniform: np.ndarray) -> np.ndarray:
        """The quantile that a uniform number picks."""
        return np.minimum((uniform * self.residuals.shape[1]).astype(int), self.residuals.shape[1] - 1)


def continuous(part: StackedPart) -> tuple[Continuous, ...]:
    """The learned part's rules for time since the first metastasis and fraction of the genome altered, by catalogue
    column.
    """
    months, genome = part.blanks.course

    def rule(given, column, log_scale):
        return Continuous(column, log_scale, given.intercept, given.coefficients, given.residuals, given.low, given.high)

    return (rule(months, "months_since_first_metastasis", MONTHS_SCALE), rule(genome, "fraction_genome_altered", None))


@dataclass(frozen=True)
class Learned:
    """The stacked part with its mean [C] and 1 / SD [C] per primary over the simulated patients."""

    part: StackedPart
    continuous: tuple[Continuous, ...]
    between: np.ndarray
    precision: np.ndarray
    weight: np.ndarray

    def add_to_graph(self, builder: Any, rows: str) -> str:
        """Adds the learned part; `rows` float [R, F], the answer [R, BANDS]."""
        return graph_part.add_to_graph(self.part, builder, rows)


def design(people: People, layout: Layout, continuous: tuple[Continuous, ...]) -> np.ndarray:
    """The learned part's inputs [P, F] of simulated patients, in the order of `Layout.names`."""
    lung = people.primary == layout.primaries.index("lung")
    breast = people.primary == layout.primaries.index("breast")

    def one_hot(values, size, applies=True):
        return (values[:, None] == np.arange(size)) & np.broadcast_to(applies, (len(values),))[:, None]

    parts = [
        ((people.age - 65) / 10)[:, None],
        people.male[:, None],
        one_hot(people.primary, len(layout.primaries)),
        one_hot(people.histology, len(HISTOLOGIES), lung),
        one_hot(people.receptors, len(RECEPTORS), breast),
        one_hot(people.burden, len(MICROSATELLITES)),
        people.genes,
    ]
    table = np.concatenate([np.asarray(part, dtype=float) for part in parts], axis=1)
    columns = []
    for number, rule in enumerate(continuous):
        residual = rule.residuals[people.primary, rule.levels(people.continuous[:, number])]
        drawn = rule.intercept + table @ rule.slope[: table.shape[1]] + residual
        columns.append(np.clip(drawn, rule.low, rule.high)[:, None])
    table = np.hstack([table, *columns])
    if table.shape[1] != len(layout.names):
        raise ValueError(f"{table.shape[1]} columns for {len(layout.names)} inputs of the learned part")
    return table


def link(part: StackedPart, continuous: tuple[Continuous, ...], people: People) -> tuple[Learned, np.ndarray]:
    """The learned part with its per-primary mean and spread, and its value [P, BANDS] for the simulated patients."""
    primaries = len(part.layout.primaries)
    value = part.log_hazard(design(people, part.layout, continuous))
    flat = value @ BAND_WEIGHT
    count = np.bincount(people.primary, minlength=primaries)
    between = np.bincount(people.primary, flat, primaries) / count
    spread = np.sqrt(np.bincount(people.primary, (flat - between[people.primary]) ** 2, primaries) / count)
    precision = np.divide(1.0, spread, out=np.zeros(primaries), where=spread > 1e-3)
    return Learned(part, continuous, between, precision, BAND_WEIGHT), value
