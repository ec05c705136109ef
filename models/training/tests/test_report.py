"""`report`: every figure and table from measured.json, the same bytes each time, each named with what it rests on."""

import csv
import json
from xml.etree import ElementTree

import numpy as np
import pytest
from small_pack import write_small_pack

from spineboard_training.__main__ import main
from spineboard_training.measured_tables import flat_figures
from spineboard_training.packs import PackError
from spineboard_training.report import SENTENCES, report


def measured() -> dict:
    """Made-up figures in the shape that a build writes."""
    draw = np.random.default_rng(2)

    def figures():
        value = float(draw.uniform(0.65, 0.78))
        found = {"patients": 400, "events": 200, "c_index": 0.7, "calibration_slope": 1.02}
        for months in (3, 6, 12):
            found |= {f"auc_{months}": [value, value - 0.01, value + 0.01], f"brier_{months}": 0.18}
        return found

    curve = [[share, share + 0.01, 40] for share in np.linspace(0.1, 0.9, 10).tolist()]
    point = {"cluster": "a", "group": None, "primary": None, "low": 0.3, "high": 0.7, "guess": 0.4}
    left_out = [
        {**point, "cohort": name, "setting": setting, "whole": whole, "months": 6.0, "published": published, "forecast": 0.5}
        for name, setting, whole, published in (
            ("one", "surgery", True, 0.6),
            ("two", "referral", True, 0.8),
            ("two", "referral", False, 0.5),
        )
    ]
    simulated = {"generator": "as assumed", "bias": 1.0, "error": 8.0, "median_width": 40.0}
    return {
        "real": {
            "patients": 400,
            "events": 200,
            "folds": [],
            "models": {model: {"all": figures(), "five_primaries": figures()} for model in ("stack", "clinical_only")},
            "differences": {"stack against clinical_only": {"all": [0.05, 0.04, 0.06]}},
            "calibration": {"stack": {months: curve for months in ("3", "6", "12")}},
        },
        "left_out": left_out,
        "sequenced": [{"months": 6.0, "fifth": 1, "integrated": 0.5, "observed": 0.51}],
        "simulated": {
            "patients": [
                {**simulated, "patients": 9, "covered_3": 0.9, "covered_6": 0.9, "covered_12": 0.8, "slope": 1.1},
            ],
            "tables": [{**simulated, "truths": 2, "centres": 9, "covered": 0.9}],
        },
        "centre_factor": 1.2,
        "coverage": {"1.0": 0.8, "1.2": 0.9},
    }


def pack_with(folder, content: dict):
    write_small_pack(folder, json.dumps(content).encode())
    return folder


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """(pack, folder of the report)."""
    folder = tmp_path_factory.mktemp("report")
    pack = pack_with(folder / "small", measured())
    report(pack, folder / "out")
    return pack, folder / "out"


def test_every_file_is_listed_with_what_it_rests_on(reported):
    _, out = reported
    names = {path.name for path in out.iterdir()} - {"index.md"}
    assert names == {name for name in SENTENCES if not name.startswith("adaptation")}
    index = (out / "index.md").read_text()
    assert all(f"]({name})" in index for name in names)
    assert index.index("## Real patients") < index.index("## Published evidence") < index.index("## Computation only")


def test_the_same_numbers_give_the_same_bytes(reported, tmp_path):
    pack, out = reported
    report(pack, tmp_path)
    for path in out.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_figures_are_drawings_without_a_date(reported):
    for path in reported[1].glob("*.svg"):
        text = path.read_text()
        assert ElementTree.fromstring(text).tag.endswith("svg")
        assert "<dc:date>" not in text
        assert "real patients" in text or "evidence" in text, "a figure says what it rests on"


def test_tables_hold_the_numbers(reported):
    rows = list(csv.DictReader((reported[1] / "left_out_summary.csv").open()))
    whole = next(row for row in rows if row["setting"] == "all" and row["points_of"] == "whole cohorts")
    assert float(whole["error_points"]) == pytest.approx(20.0) and float(whole["covered"]) == 0.5
    figures = list(csv.DictReader((reported[1] / "real_figures.csv").open()))
    assert [row["model"] for row in figures] == ["stack", "stack", "clinical_only", "clinical_only"]
    assert float(figures[0]["auc_12_low"]) == pytest.approx(float(figures[0]["auc_12"]) - 0.01)


def test_a_pack_that_measured_nothing_is_told_so(tmp_path, capsys):
    write_small_pack(tmp_path / "small")
    with pytest.raises(PackError, match="holds no measured.json"):
        report(tmp_path / "small", tmp_path / "out")
    assert main(["report", str(tmp_path / "small"), "--out", str(tmp_path / "out")]) == 1
    assert "nothing to report" in capsys.readouterr().err and not (tmp_path / "out").exists()
    pack = pack_with(tmp_path / "other", {"weather": 3})
    with pytest.raises(PackError, match="nothing that this kit can show"):
        report(pack, tmp_path / "out")


@pytest.mark.parametrize("part", ["real", "left_out", "sequenced", "coverage", "simulated", "adaptation"])
def test_a_part_of_another_shape_is_named(tmp_path, part):
    pack = pack_with(tmp_path / "small", {**measured(), part: [{"other": 1}]})
    with pytest.raises(PackError, match=f"'{part}' has another shape"):
        report(pack, tmp_path / "out")


def test_an_adapted_pack_says_whose_figures_they_are(tmp_path):
    triple = [[-2.0, -2.1, -1.9], [-1.9, -2.0, -1.8], [0.1, 0.05, 0.15]]
    entry = {
        "from": {"name": "small", "version": "0.1.0"}, "shift": [0.2, 0.1], "slope": [1.0, 0.1], "spread": 0.8,
        "patients": 90, "deaths": 60, "held_out": {"log score per patient": triple},
    }  # fmt: skip
    pack = pack_with(tmp_path / "small", {**measured(), "adaptation": entry})
    assert "adaptation_held_out.csv" in report(pack, tmp_path / "out")
    assert "Adapted from small 0.1.0" in (tmp_path / "out" / "index.md").read_text()
    assert flat_figures({"adaptation": entry})["adapted: shift (SD)"] == "+0.200 (0.100)"


def test_flat_figures_stand_side_by_side():
    found = flat_figures(measured())
    assert found["cohorts left out: points"] == "3" and found["centre factor"] == "1.2"
    assert "real patients, stack, all: AUC 12 months" in found
    assert "real patients, stack, all: calibration slope" in found
    assert "real patients, clinical_only, all: AUC 12 months" in found
    assert "real patients, clinical_only, all: C-index" not in found
