"""g(x) as nodes of an ONNX graph: plain operators, and the trees as `ai.onnx.ml.TreeEnsembleClassifier` whose four classes
are the four bands. A graph that holds these nodes imports the domain `ai.onnx.ml` (version 1) beside its own operators."""

import numpy as np
from onnx import helper

from ..builder import Builder
from . import bands, linear
from .inputs import Layout
from .linear import Linear
from .network import Network
from .stack import FAMILIES, Stack
from .trees import Forest, Tree

ML_DOMAIN, ML_VERSION = "ai.onnx.ml", 1


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
    scaled = builder.times(builder.minus(x, _single(builder, family.centre[None])), _single(builder, 1 / family.scale[None]))
    codes = []
    for columns, first in ((family.clinical, 0), (family.genomic, 2)):
        weights = np.zeros((len(family.centre), units * len(members)))
        weights[columns] = np.hstack([member[first] for member in members])
        bias = np.concatenate([member[first + 1] for member in members])
        code = builder.run("MatMul", scaled, _single(builder, weights))
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
    encoded = builder.run("MatMul", x, _single(builder, family.encoding[:, None]))
    widened = builder.run("Concat", x, encoded, axis=1)
    label, score = (f"t{len(builder.nodes)}_{part}" for part in ("label", "score"))
    builder.nodes.append(
        helper.make_node(
            "TreeEnsembleClassifier",
            [widened],
            [label, score],
            domain=ML_DOMAIN,
            post_transform="NONE",
            classlabels_int64s=list(range(bands.BANDS)),
            **_attributes(family.trees),
        )
    )
    return builder.minus(score, _single(builder, family.mean[None]))


def _attributes(trees: tuple[Tree, ...]) -> dict:
    """The forest as the operator's parallel lists; a leaf gives a weight to each band that it speaks of."""
    nodes = {key: [] for key in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")}
    leaves = {key: [] for key in ("treeids", "nodeids", "ids", "weights")}
    for number, tree in enumerate(trees):
        for node, column in enumerate(tree.column):
            leaf = column < 0
            row = (number, node, max(int(column), 0), float(tree.threshold[node]), "LEAF" if leaf else "BRANCH_LEQ")
            row += (int(tree.left[node]), int(tree.right[node]))
            for key, value in zip(nodes, row, strict=True):
                nodes[key].append(value)
            for band in tree.bands if leaf else ():
                for key, value in zip(leaves, (number, node, int(band), float(tree.value[node, band])), strict=True):
                    leaves[key].append(value)
    return {f"nodes_{key}": value for key, value in nodes.items()} | {f"class_{key}": value for key, value in leaves.items()}
