"""The tiny segmentation pack: graph and numpy agree, and the repository's copy is what the kit writes."""

import datetime
import hashlib
import json
import tomllib

import numpy as np
import onnxruntime
from conftest import REPOSITORY
from onnx.reference import ReferenceEvaluator

from spineboard_training import segmentation_test_pack as kit
from spineboard_training.__main__ import main

KEPT = REPOSITORY / "src-tauri/crates/inference/tests/packs" / kit.NAME


def as_tile(image):
    return np.asarray(image, dtype=np.float32).reshape(1, 1, kit.ROWS, kit.COLUMNS)


def test_two_engines_give_the_probabilities_of_numpy():
    session = onnxruntime.InferenceSession(kit.graph())
    reference = ReferenceEvaluator(kit.graph())
    for image in kit.tiles():
        expected = kit.probabilities(image)
        for run in (session.run, reference.run):
            assert np.abs(run(None, {"image": as_tile(image)})[0][0] - expected).max() < 1e-5


def test_a_pixel_by_hand():
    image = np.zeros((kit.ROWS, kit.COLUMNS))
    image[10, 10:] = 1
    # in row 10, away from the ends, 1 x (2 + 4 + 2) / 16 is the limit; at its end (4 + 2) / 16 is an eighth below
    canal, lesion = kit.probabilities(image)
    assert canal[10, 20] == lesion[10, 20] == 0.5
    assert np.isclose(lesion[10, 10], 1 / (1 + np.exp(40 / 8)))


def test_the_kept_pack_is_what_the_kit_writes(tmp_path):
    manifest = tomllib.loads((KEPT / "pack.toml").read_text())
    folder = tmp_path / "pack"
    assert main(["segmentation-test-pack", str(folder), "--date", manifest["training"]["when"]]) == 0
    for path in sorted(KEPT.iterdir()):
        assert (folder / path.name).read_bytes() == path.read_bytes(), path.name
    for file in manifest["file"]:
        assert hashlib.sha256((folder / file["path"]).read_bytes()).hexdigest() == file["sha256"]
    assert "no medical meaning" in manifest["title"]
    assert "TEST ONLY" in (folder / "CARD.md").read_text()


def test_golden_tiles_lie_on_both_sides_of_each_threshold(tmp_path):
    kit.segmentation_test_pack(tmp_path / "pack", datetime.date(2026, 1, 1))
    rows = json.loads((tmp_path / "pack" / "golden.json").read_text())["rows"]
    for name in kit.TARGETS:
        values = np.array([row["probability"][name] for row in rows])
        assert (values >= kit.THRESHOLD).any() and (values < kit.THRESHOLD).any()
