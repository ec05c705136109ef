"""Puts an ONNX graph together: one method per operator, each returning the name of the tensor it makes."""

import numpy as np
from onnx import helper, numpy_helper


class Builder:
    """Collects constants and nodes; every method returns the name of a tensor."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, array, dtype=np.float64) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array, dtype=dtype), name))
        return name

    def run(self, operator: str, *inputs: str, **attributes) -> str:
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def add(self, first: str, *others: str) -> str:
        for other in others:
            first = self.run("Add", first, other)
        return first

    def times(self, first: str, *others: str) -> str:
        for other in others:
            first = self.run("Mul", first, other)
        return first

    def minus(self, left: str, right: str) -> str:
        return self.run("Sub", left, right)

    def clip(self, tensor: str, low: float, high: float) -> str:
        return self.run("Clip", tensor, self.constant(low), self.constant(high))

    def total(self, tensor: str) -> str:
        """Sum over the last axis, which is kept."""
        return self.run("ReduceSum", tensor, self.constant([-1], np.int64), keepdims=1)

    def columns(self, tensor: str, positions: list[int], axis: int = 1) -> str:
        return self.run("Gather", tensor, self.constant(positions, np.int64), axis=axis)

    def per_draw(self, tensor: str) -> str:
        """[N, k] to [N, 1, k]."""
        return self.run("Unsqueeze", tensor, self.constant([1], np.int64))

    def slice_last(self, tensor: str, start: int, end: int) -> str:
        bounds = [self.constant([value], np.int64) for value in (start, end, 2)]
        return self.run("Slice", tensor, *bounds)

    def softmax(self, tensor: str) -> str:
        peak = self.run("ReduceMax", tensor, axes=[-1], keepdims=1)
        weight = self.run("Exp", self.minus(tensor, peak))
        return self.run("Div", weight, self.total(weight))

    def blend(self, known: str, value: str, blank: str) -> str:
        """known x value + (1 - known) x blank."""
        one = self.constant(1.0)
        return self.add(self.times(known, value), self.times(self.minus(one, known), blank))
