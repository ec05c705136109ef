"""A tiny segmentation pack for the tests of the application: no medical meaning, not trained on anything.

It smooths a tile and calls dense what lies above a limit (`lesion`) and loose what lies below (`canal`):
probability = sigmoid(±STEEPNESS x (smoothed - LIMIT)). The golden answers come from numpy, not from the graph.
"""

import datetime
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .pack import RESEARCH_NOTICE, golden_text, prepare_folder, write_pack

NAME = "test-outlines-without-meaning"
VERSION = "1.0.0"
GRAPH = "outlines.onnx"
ROWS = COLUMNS = 40
SPACING_MM = [1.0, 1.0]
# 226 HU, half way, is where the canal help of the application takes bone to begin.
LOWER, UPPER = -274.0, 726.0
LIMIT = 0.5
STEEPNESS = 40.0
THRESHOLD = 0.5
# Binomial weights; they add up to 1.
KERNEL = np.outer([1, 2, 1], [1, 2, 1]).astype(np.float32) / 16
TARGETS = ["canal", "lesion"]

NOTICE = "TEST ONLY. Made for the tests of SpineBoard: an arithmetic rule without medical meaning, trained on nobody."
CARD = f"""# {NAME}

**TEST ONLY: no medical meaning.** {NOTICE}

A 3 x 3 smoothing convolution, then a sigmoid of {STEEPNESS:g} times the distance from {LIMIT:g}, which is 226 HU in the
window of the manifest: what lies below is called `canal`, what lies above `lesion`. Whether either is one it cannot know.

{RESEARCH_NOTICE}

Made by `python -m spineboard_training segmentation-test-pack` (`models/training`).
"""


def segmentation_test_pack(folder: Path, date: datetime.date) -> None:
    """Writes the pack's folder; the same date gives the same bytes."""
    files = {GRAPH: graph(), "golden.json": golden_text(golden_rows()), "CARD.md": CARD.encode()}
    prepare_folder(folder, set(files))
    write_pack(folder, manifest(date), files)


def manifest(date: datetime.date) -> dict:
    """pack.toml without the hashes."""
    return {
        "kind": "segmentation",
        "schema_version": 1,
        "name": NAME,
        "version": VERSION,
        "title": "TEST ONLY, no medical meaning",
        "licence": "MIT OR Apache-2.0",
        "notices": [NOTICE, RESEARCH_NOTICE],
        "image": {
            "modality": "CT",
            "plane": "axial",
            "spacing_mm": SPACING_MM,
            "rows": ROWS,
            "columns": COLUMNS,
        },
        "values": {"kind": "window", "lower": LOWER, "upper": UPPER},
        "model": {"file": GRAPH},
        "target": [{"name": name, "threshold": THRESHOLD} for name in TARGETS],
        "training": {
            "who": "SpineBoard training kit",
            "when": date.isoformat(),
            "data": "none: the weights were written down, not learned",
            "validation": "none: it has no medical meaning; the golden answers are those of numpy",
        },
    }


def graph() -> bytes:
    """The serialised model: `image` f32 [1, 1, ROWS, COLUMNS] in, `probability` f32 [1, 2, ROWS, COLUMNS] out."""
    signs = np.array([-STEEPNESS, STEEPNESS], dtype=np.float32)
    constants = {
        "smoothing": KERNEL[None, None],
        "signs": signs[:, None, None, None],
        "limits": -signs * np.float32(LIMIT),
    }
    nodes = [
        helper.make_node("Conv", ["image", "smoothing"], ["smoothed"], name="smooth", pads=[1, 1, 1, 1]),
        helper.make_node("Conv", ["smoothed", "signs", "limits"], ["logits"], name="either_side"),
        helper.make_node("Sigmoid", ["logits"], ["probability"], name="to_probability"),
    ]

    def end(name: str, channels: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, ROWS, COLUMNS])

    made = helper.make_graph(
        nodes,
        "test only, no medical meaning",
        [end("image", 1)],
        [end("probability", len(TARGETS))],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="spineboard_training"
    )
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


def probabilities(image: np.ndarray) -> np.ndarray:
    """The same in numpy and double precision: [ROWS, COLUMNS] in, [2, ROWS, COLUMNS] out."""
    around = np.pad(image.astype(float), 1)
    smoothed = sum(
        float(weight) * around[row : row + ROWS, column : column + COLUMNS]
        for (row, column), weight in np.ndenumerate(KERNEL)
    )
    above = 1 / (1 + np.exp(-STEEPNESS * (smoothed - LIMIT)))
    return np.stack([1 - above, above])


def tiles() -> list[np.ndarray]:
    """A ring around the middle, a ramp, and noise in the corners; multiples of 1/64, so that they are short and exact."""
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    from_middle = np.hypot(rows - ROWS // 2, columns - COLUMNS // 2)
    ring = np.where((from_middle >= 8) & (from_middle < 12), 60, 20)
    ramp = (rows + columns) * 64 // (ROWS + COLUMNS)
    noise = np.random.default_rng(7).integers(0, 65, size=(ROWS, COLUMNS))
    noise[from_middle < 18] = 32
    return [values / 64 for values in (ring, ramp, noise)]


def golden_rows() -> list[dict]:
    """Each tile with its probabilities to six digits, row after row."""
    rows = []
    for image in tiles():
        answer = dict(zip(TARGETS, probabilities(image), strict=True))
        rows.append(
            {
                "image": image.ravel().tolist(),
                "probability": {name: np.round(values, 6).ravel().tolist() for name, values in answer.items()},
            }
        )
    return rows
