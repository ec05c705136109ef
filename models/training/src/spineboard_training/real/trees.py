"""The tree family: gradient-boosted trees (LightGBM, MIT licence) under the piecewise-exponential likelihood.

A row is a patient in a band; months at risk enter as an offset of a Poisson model. The band is an input, so that trees may
split on it: hazards need not be proportional. For prediction each tree is cut down to what it says in each band, and the
forest stands as plain arrays, which the graph and `log_hazard` read alike. One input more than x: the log hazard ratio of
each primary, shrunken, so that trees need not spend a split on every tumour.
"""

from dataclasses import dataclass

import lightgbm
import numpy as np

from . import bands
from .inputs import Layout, Patients

PARAMETERS = {
    "objective": "poisson",
    "poisson_max_delta_step": 0.7,
    "num_leaves": 8,
    "learning_rate": 0.2,
    "min_data_in_leaf": 100,
    "lambda_l2": 10.0,
    "feature_fraction": 0.5,
    "use_missing": False,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
TREES = 150
TREES_QUICK = 40
TREE_GRID = (60, 100, 150)
# Deaths added to each primary, expected and seen, before its ratio is taken.
PRIOR_DEATHS = 10.0


@dataclass(frozen=True)
class Tree:
    """Nodes of one tree: column (-1 at a leaf), threshold (left if not above), children, value per band [nodes, bands]."""

    column: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray

    @property
    def bands(self) -> np.ndarray:
        """The bands that it speaks of: one, or all with the same values."""
        found = np.flatnonzero(np.abs(self.value).sum(0))
        return found if len(found) else np.array([0])


@dataclass(frozen=True)
class Forest:
    """Trees over x and one column more, `encoding` [F] times x; mean to subtract [bands]."""

    encoding: np.ndarray
    trees: tuple[Tree, ...]
    mean: np.ndarray

    def log_hazard(self, x: np.ndarray) -> np.ndarray:
        """[N, bands] for prepared x [N, F]."""
        columns = np.asfortranarray(widened(x, self.encoding))
        total = np.zeros((len(columns), bands.BANDS))
        for tree in self.trees:
            spoken = tree.bands
            total[:, spoken] += np.reshape(_leaf_values(tree, 0, spoken[0], columns), (-1, 1))
        return total - self.mean


def _leaf_values(tree: Tree, node: int, band: int, columns: np.ndarray):
    """Value of each row's leaf under `node`, built from the leaves up."""
    if tree.column[node] < 0:
        return tree.value[node, band]
    sides = (_leaf_values(tree, side, band, columns) for side in (tree.left[node], tree.right[node]))
    return np.where(columns[:, tree.column[node]] <= tree.threshold[node], *sides)


def widened(x: np.ndarray, encoding: np.ndarray) -> np.ndarray:
    """x with the log hazard ratio of the primary as a last column, single precision."""
    x = np.asarray(x, dtype=np.float32)
    return np.column_stack([x, x @ encoding.astype(np.float32)])


def fit(rows: Patients, layout: Layout, offset: np.ndarray, counts: tuple[int, ...], seed: int) -> list[Forest]:
    """Boosts trees, and gives the forest as it stood after each of `counts` trees, which rise; `offset` [R] is the effect
    of the biopsy site."""
    encoding = _encoding(rows, layout, offset)
    wide = widened(rows.x, encoding)
    level = bands.levels(rows.at_risk, rows.deaths, np.repeat(offset[:, None], bands.BANDS, axis=1))
    inputs, events, start = [], [], []
    for band in range(bands.BANDS):
        inside = rows.at_risk[:, band] > 0
        inputs.append(np.column_stack([wide[inside], np.full(inside.sum(), band)]))
        events.append(rows.deaths[inside, band])
        start.append(np.log(rows.at_risk[inside, band]) + level[band] + offset[inside])
    data = lightgbm.Dataset(np.vstack(inputs), np.concatenate(events), init_score=np.concatenate(start))
    booster = lightgbm.train({**PARAMETERS, "seed": seed}, data, counts[-1])
    grown = [_by_band(entry["tree_structure"], wide.shape[1]) for entry in booster.dump_model()["tree_info"]]
    forests, mean, before = [], np.zeros(bands.BANDS), 0
    for count in counts:
        added = Forest(encoding, tuple(tree for cut in grown[before:count] for tree in cut), np.zeros(bands.BANDS))
        mean = mean + rows.mean_of(added.log_hazard(rows.x))
        forests.append(Forest(encoding, tuple(tree for cut in grown[:count] for tree in cut), mean))
        before = count
    return forests


def _encoding(rows: Patients, layout: Layout, offset: np.ndarray) -> np.ndarray:
    """Shrunken log ratio of deaths seen to deaths expected in the first year, at each primary's column of x."""
    year = slice(0, 3)
    weighted = rows.at_risk[:, year] * np.exp(offset)[:, None]
    expected = weighted @ (rows.deaths[:, year].sum(0) / weighted.sum(0))
    columns = layout.positions("primary_")
    primary = rows.x[:, columns]
    seen = primary.T @ rows.deaths[:, year].sum(1)
    found = np.zeros(rows.x.shape[1])
    found[columns] = np.log((seen + PRIOR_DEATHS) / (primary.T @ expected + PRIOR_DEATHS))
    return found


def _by_band(root: dict, band_column: int) -> list[Tree]:
    """One tree for all bands if it never splits on the band; otherwise one per band, without those splits."""
    if not _splits_on(root, band_column):
        return [_flat(root, np.ones(bands.BANDS))]
    return [_flat(_cut(root, band_column, band), np.eye(bands.BANDS)[band]) for band in range(bands.BANDS)]


def _splits_on(node: dict, column: int) -> bool:
    if "leaf_value" in node:
        return False
    return node["split_feature"] == column or any(_splits_on(node[side], column) for side in ("left_child", "right_child"))


def _cut(node: dict, column: int, value: float) -> dict:
    if "leaf_value" in node:
        return node
    if node["split_feature"] == column:
        return _cut(node["left_child" if value <= node["threshold"] else "right_child"], column, value)
    return {**node, **{side: _cut(node[side], column, value) for side in ("left_child", "right_child")}}


def _flat(root: dict, in_band: np.ndarray) -> Tree:
    """Numbers the nodes, the root first. The threshold is rounded down to single precision, so that a single-precision
    input falls on the same side as in the model that was fitted."""
    column, threshold, left, right, value = [], [], [], [], []

    def visit(node: dict) -> int:
        number = len(column)
        for values, blank in ((column, -1), (threshold, 0.0), (left, 0), (right, 0), (value, 0.0)):
            values.append(blank)
        if "leaf_value" in node:
            value[number] = node["leaf_value"]
            return number
        single = np.float32(node["threshold"])
        column[number] = node["split_feature"]
        threshold[number] = np.nextafter(single, np.float32(-np.inf)) if single > node["threshold"] else single
        left[number] = visit(node["left_child"])
        right[number] = visit(node["right_child"])
        return number

    visit(root)
    return Tree(
        np.array(column, dtype=np.int32),
        np.array(threshold, dtype=np.float32),
        np.array(left, dtype=np.int32),
        np.array(right, dtype=np.int32),
        np.array(value, dtype=np.float32)[:, None] * in_band.astype(np.float32),
    )
