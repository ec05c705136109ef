"""Runs the graphs of each pack in a folder by onnxruntime, for comparison with the program's own engine.

Usage: python onnxruntime_speed.py PACKS. The rows are the golden rows of the pack; two threads, as the
aims of the benchmark are for two cores. Nothing is summarised, so the times are those of the graph alone.
"""

import json
import statistics
import sys
import time
import tomllib
from pathlib import Path

import numpy as np
import onnxruntime


def feed(manifest: dict, rows: list[dict], count: int) -> dict[str, np.ndarray]:
    """Inputs of `count` rows: values and known [count, columns], setting [count, settings] one-hot."""
    repeated = [rows[number % len(rows)] for number in range(count)]
    inputs = {name: np.array([row[name] for row in repeated], np.float32) for name in ("values", "known")}
    if settings := manifest.get("setting", []):
        inputs["setting"] = np.zeros((count, len(settings)), np.float32)
        inputs["setting"][:, 0] = 1.0
    return inputs


def seconds(session: onnxruntime.InferenceSession, inputs: dict[str, np.ndarray]) -> float:
    started = time.perf_counter()
    session.run(None, inputs)
    return time.perf_counter() - started


def main(packs: Path) -> None:
    for path in sorted(packs.glob("*/pack.toml")):
        manifest = tomllib.loads(path.read_text())
        rows = json.loads((path.parent / "golden.json").read_text())["rows"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        for member in manifest["member"]:
            session = onnxruntime.InferenceSession(path.parent / member["file"], options)
            one = statistics.median(seconds(session, feed(manifest, rows, 1)) for _ in range(50))
            chunk = feed(manifest, rows, 8)
            many = sum(seconds(session, chunk) for _ in range(125)) * 10
            print(
                f"onnxruntime {onnxruntime.__version__}, {manifest['name']}, {member['file']}: "
                f"one row {one * 1000:.1f} ms, 10,000 rows {many:.1f} s"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
