"""The adapted pack's graph: the shipped one with a few nodes behind its survival, and the same in plain numpy."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .adapt_fit import EXPLAINED_MONTHS, LEAST_ALIVE, MOST_ALIVE, Adaptation, log_cumulative_hazard
from .packs import Pack, PackError

SHIPPED = "shipped_survival"
LEAST_OPSET = 13


class _Tail:
    """Collects constants and nodes whose names cannot meet those of the shipped graph."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, value, dtype=np.float64) -> str:
        name = f"adapt_c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype=dtype), name))
        return name

    def run(self, operator: str, *inputs: str, output: str | None = None, **attributes) -> str:
        name = output or f"adapt_t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name


def adapted_graph(pack: Pack, adaptation: Adaptation) -> bytes:
    """The serialised model. Inputs and outputs are the shipped ones; cord compression passes through."""
    model = onnx.load_from_string(pack.files[pack.graph_name])
    opset = next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
    taken = {name for node in model.graph.node for name in (*node.input, *node.output)}
    if opset < LEAST_OPSET:
        raise PackError(f"{pack.title}: its graph has opset {opset}, below {LEAST_OPSET}")
    if SHIPPED in taken or any(name.startswith("adapt_") for name in taken):
        raise PackError(f"{pack.title}: its graph was adapted already")
    for node in model.graph.node:
        for names in (node.input, node.output):
            names[:] = [SHIPPED if name == "survival" else name for name in names]
    tail = _Tail()
    _survival(tail, adaptation, pack)
    model.graph.node.extend(tail.nodes)
    model.graph.initializer.extend(tail.constants)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def _survival(tail: _Tail, adaptation: Adaptation, pack: Pack) -> None:
    """In double precision up to the last node, as the formula of `adapt_fit` says."""
    samples = pack.manifest["output"]["samples"]
    alive = tail.run("Cast", SHIPPED, to=TensorProto.DOUBLE)
    held = tail.run("Clip", alive, tail.constant(LEAST_ALIVE), tail.constant(MOST_ALIVE))
    log_hazard = tail.run("Log", tail.run("Neg", tail.run("Log", held)))
    total = tail.run("ReduceSum", log_hazard, tail.constant([1], np.int64), keepdims=1)
    mean = tail.run("Mul", total, tail.constant(1 / samples))
    column = pack.column(EXPLAINED_MONTHS)
    bounds = [tail.constant([value], np.int64) for value in (column, column + 1, 2)]
    level = tail.run("Slice", mean, *bounds)
    if pack.settings:
        setting = tail.run("Cast", "setting", to=TensorProto.DOUBLE)
        middle = tail.run("MatMul", setting, tail.constant(adaptation.middle[:, None]))
        middle = tail.run("Unsqueeze", middle, tail.constant([1], np.int64))
    else:
        middle = tail.constant(adaptation.middle[:, None, None])
    apart = tail.run("Mul", tail.run("Sub", level, middle), tail.constant(adaptation.slope - 1))
    move = tail.run("Add", apart, tail.constant(adaptation.shift))
    base = tail.run("Add", move, tail.run("Mul", mean, tail.constant(1 - adaptation.spread)))
    moved = tail.run("Add", base, tail.run("Mul", log_hazard, tail.constant(adaptation.spread)))
    started = (pack.months > 0).astype(float)[None, None, :]
    hazard = tail.run("Mul", tail.run("Exp", moved), tail.constant(started))
    survival = tail.run("Exp", tail.run("Neg", hazard))
    tail.run("Cast", survival, output="survival", to=TensorProto.FLOAT)


def adapted_paths(alive: np.ndarray, months: np.ndarray, adaptation: Adaptation, setting: int) -> np.ndarray:
    """What the graph must give for the shipped P(alive) [N, S, T] in the setting of that number."""
    log_hazard = log_cumulative_hazard(alive)
    mean = log_hazard.mean(axis=1, keepdims=True)
    level = mean[:, :, [int(np.flatnonzero(months == EXPLAINED_MONTHS)[0])]]
    move = adaptation.shift + (adaptation.slope - 1) * (level - adaptation.middle[setting])
    hazard = np.exp(move + mean + adaptation.spread * (log_hazard - mean))
    return np.exp(-np.where(months > 0, hazard, 0.0))
