"""g(x) as nodes of an ONNX graph, plain operators only: the trees too, as products of matrices."""

import numpy as np
from onnx import TensorProto

from ..builder import Builder
from . import bands, linear
from .inputs import Layout
from .linear import Linear
from .network import Network
from .stack import FAMILIES, Stack
from .trees import Forest, Tree

# Trees in one product: the more, the fewer products and the more zeros in them. Eight have 64 leaves, a register block.
TREES_TOGETHER = 8
# Below every input: a split with this limit always goes to the right.
ALWAYS_ABOVE = -1e30


def add_to_graph(part: Stack, builder: Builder, x: str) -> str:
    """Nodes that turn x, float32 [R, F] without blanks, into the log hazard ratio, float32 [R, bands]; the name of that."""
    x = _prepared(builder, x, part.layout)
    make = {"linear": _linear, "trees": _trees, "network": _network}
    weighted = [
        builder.times(make[name](builder, x, part.families[name]), _single(builder, part.weights[number][None]))
        for number, name in enumerate(FAMILIES)
        if name in part.families
    ]
    return builder.add(*weighted)


def _single(builder: Builder, array) -> str:
    return builder.constant(array, np.float32)


def _prepared(builder: Builder, x: str, layout: Layout) -> str:
    """`Layout.prepared`."""
    low, high = layout.bounds
    x = builder.run("Min", builder.run("Max", x, _single(builder, low[None])), _single(builder, high[None]))
    replaced = builder.run("MatMul", x, _single(builder, layout.literature_only[:, None]))
    free = np.ones(len(layout.names))
    free[[layout.at("age"), layout.at("male")]] = 0.0
    share = builder.times(replaced, _single(builder, free[None]))
    return builder.add(x, builder.times(share, builder.minus(_single(builder, layout.reference[None]), x)))


def _linear(builder: Builder, x: str, family: Linear) -> str:
    """Classes times coefficients, times measures, summed over the measures band by band."""
    layout, count = family.layout, family.coefficients.shape[1]
    columns = [*layout.positions("primary_"), *layout.positions("histology_"), *layout.positions("receptors_")]
    # The class of all patients is added as a row of its own.
    tensor = family.coefficients.transpose(0, 2, 1).reshape(-1, bands.BANDS * count)
    in_class = builder.run("MatMul", builder.columns(x, columns), _single(builder, tensor[1:]))
    coefficient = builder.add(in_class, _single(builder, tensor[:1]))
    measured = _measures(builder, x, family)
    product = builder.times(coefficient, builder.run("Concat", *[measured] * bands.BANDS, axis=1))
    summed = builder.run("MatMul", product, _single(builder, np.kron(np.eye(bands.BANDS), np.ones((count, 1)))))
    return builder.minus(summed, _single(builder, family.mean[None]))


def _measures(builder: Builder, x: str, family: Linear) -> str:
    """`linear.measures`."""
    rule = linear.measure_maps(family.layout)
    mapped = builder.add(builder.run("MatMul", x, _single(builder, rule.maps)), _single(builder, rule.constants[None]))
    size = len(rule.constants)
    straight = builder.columns(mapped, list(range(size - rule.bent)))
    parts = [straight, builder.run("Relu", builder.columns(mapped, list(range(size - rule.bent, size))))]
    if family.pairs:
        left, right = zip(*family.pairs, strict=True)
        parts.append(builder.times(builder.columns(x, list(left)), builder.columns(x, list(right))))
    return builder.run("Concat", *parts, axis=1)


def _network(builder: Builder, x: str, family: Network) -> str:
    """All members at once: their encoders and fusions side by side as one wide network."""
    members, units = family.members, family.members[0][1].size
    codes = []
    for columns, first in ((family.clinical, 0), (family.genomic, 2)):
        weights = np.zeros((len(family.centre), units * len(members)))
        weights[columns] = np.hstack([member[first] for member in members])
        weights = weights / family.scale[:, None]
        bias = np.concatenate([member[first + 1] for member in members]) - family.centre @ weights
        code = builder.run("MatMul", x, _single(builder, weights))
        codes.append(builder.run("Tanh", builder.add(code, _single(builder, bias[None]))))
    codes.append(builder.times(*codes))
    fused = []
    for part, code in enumerate(codes):
        block = np.zeros((units * len(members), units * len(members)))
        for number, member in enumerate(members):
            own = slice(units * number, units * (number + 1))
            block[own, own] = member[4][units * part : units * (part + 1)]
        fused.append(builder.run("MatMul", code, _single(builder, block)))
    bias = np.concatenate([member[5] for member in members])
    active = builder.run("Relu", builder.add(*fused, _single(builder, bias[None])))
    out = np.vstack([member[6] for member in members]) / len(members)
    constant = np.mean([member[7] for member in members], axis=0) - family.mean
    return builder.add(builder.run("MatMul", active, _single(builder, out)), _single(builder, constant[None]))


def _trees(builder: Builder, x: str, family: Forest) -> str:
    """Every split of every tree at once; a leaf is reached where all splits that its path takes to the right went there, and
    none of those that it takes to the left. The tree operator of the runtime takes hundreds of times as long."""
    splits, paths, values = _tables(family.trees)
    encoded = builder.run("MatMul", x, _single(builder, family.encoding[:, None]))
    widened = builder.run("Concat", x, encoded, axis=1)
    said = []
    # Group by group, so that what a runtime holds in between stays in the cache of a core.
    for group, own, value in zip(splits, paths, values, strict=True):
        read = builder.columns(widened, [column for column, _ in group])
        above = builder.run("Greater", read, _single(builder, np.array([[limit for _, limit in group]])))
        right = builder.run("Cast", above, to=TensorProto.FLOAT)
        # Whole numbers: 1 for the leaf that is reached, at most 0 for every other.
        reached = builder.run("Relu", builder.run("MatMul", right, _single(builder, own)))
        said.append(builder.run("MatMul", reached, _single(builder, value)))
    return builder.minus(builder.add(*said), _single(builder, family.mean[None]))


def _tables(trees: tuple[Tree, ...]) -> tuple[list[list[tuple[int, float]]], np.ndarray, np.ndarray]:
    """Per group of trees: its splits (column, limit); +1 / -1 where a leaf lies right / left of a split [G, splits,
    leaves], what a leaf says in each band [G, leaves, bands]. The last split of a group is always above its limit: there a
    leaf has 1 less the number of its splits to the right."""
    inner = max(int((tree.column >= 0).sum()) for tree in trees)
    groups = -(-len(trees) // TREES_TOGETHER)
    always = TREES_TOGETHER * inner
    splits = [[(0, ALWAYS_ABOVE)] * (always + 1) for _ in range(groups)]
    paths = np.zeros((groups, always + 1, TREES_TOGETHER * (inner + 1)))
    values = np.zeros((groups, paths.shape[2], bands.BANDS))
    for number, tree in enumerate(trees):
        group, place = divmod(number, TREES_TOGETHER)
        at = {int(node): place * inner + count for count, node in enumerate(np.flatnonzero(tree.column >= 0))}
        for node, position in at.items():
            splits[group][position] = (int(tree.column[node]), float(tree.threshold[node]))
        for count, (leaf, path) in enumerate(_leaves(tree)):
            position = place * (inner + 1) + count
            for node, side in path:
                paths[group, at[node], position] = side
            paths[group, always, position] = 1 - sum(side > 0 for _, side in path)
            values[group, position, tree.bands] = tree.value[leaf, tree.bands]
    return splits, paths, values


def _leaves(tree: Tree) -> list[tuple[int, list[tuple[int, float]]]]:
    """Every leaf with the splits above it: +1 where it lies to the right, -1 to the left."""
    found, open_nodes = [], [(0, [])]
    while open_nodes:
        node, path = open_nodes.pop()
        if tree.column[node] < 0:
            found.append((node, path))
            continue
        open_nodes.append((int(tree.left[node]), [*path, (node, -1.0)]))
        open_nodes.append((int(tree.right[node]), [*path, (node, 1.0)]))
    return found
