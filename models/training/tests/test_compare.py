"""`compare`: what two packs differ in, on nobody real and on a table of patients; the figures at a horizon."""

import numpy as np
import pytest
from conftest import FEATURES
from small_pack import centre_times, people, write_centre, write_small_pack

from spineboard_training import horizon_figures, packs, performance
from spineboard_training.__main__ import main
from spineboard_training.compare import compare


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packs") / "small"
    write_small_pack(folder)
    return folder


@pytest.fixture(scope="module")
def table(small, tmp_path_factory):
    """A centre that is as the small pack says."""
    pack, path = packs.read_pack(small), tmp_path_factory.mktemp("centre") / "c.csv"
    facts = people(400, 3)
    write_centre(path, facts, *centre_times(pack, facts, "referral", 0.0, 1.0, 0.0, 4))
    return path


def rows_of(text: str, section: str) -> list[list[str]]:
    """Cells of the first table of a section, without its head."""
    lines = text.partition(f"## {section}")[2].partition("\n## ")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")][2:]


def test_a_pack_does_not_differ_from_itself(small, table):
    text = compare(small, small, None, table, FEATURES)
    for row in rows_of(text, "Difference of survival"):
        assert row[1] == "+0.0" and row[2] == "0.0" and row[3] == "+0.0"
    figures = rows_of(text, "On real patients")
    assert {row[0] for row in figures} == {"3", "6", "12"} and len(figures) == 12
    for row in figures:
        assert row[2] == row[3] and row[4].startswith("0.000 (0.000 to 0.000)")


def test_two_packs_side_by_side(small, pack):
    text = compare(pack[0], small, "surgery", None, FEATURES)
    names = {row[0]: row[1:] for row in rows_of(text, "What they are")}
    assert names["settings, the default first"] == ["one only", "referral, surgery"]
    alone = rows_of(text, "Facts that they read")
    assert "karnofsky" in alone[0][2] and alone[1][2] == "none"
    assert "in `surgery`" in text and "Neither pack holds measured.json" in text and "nobody real" in text
    facts = [{"age": 60.0}]
    ours, theirs = (
        packs.survival(packs.read_pack(p), facts, s, (12.0,))[0, 0, 0] for p, s in ((pack[0], None), (small, "surgery"))
    )
    assert ours != theirs


def test_an_unknown_setting_is_refused(small, capsys):
    assert main(["compare", str(small), str(small), "--setting", "spa"]) == 1
    assert "spa" in capsys.readouterr().err


def test_the_command_prints_markdown(small, table, capsys):
    assert main(["compare", str(small), str(small), "--cohort", str(table), "--features", str(FEATURES)]) == 0
    assert capsys.readouterr().out.startswith("# small 0.1.0 and small 0.1.0")


def simulated(size: int, slope: float, shift: float):
    """P(alive at 12) and follow-up of patients whose log odds of death are shift + slope x those of the forecast."""
    draw = np.random.default_rng(1)
    risk = 1 / (1 + np.exp(-draw.normal(0, 1.2, size)))
    truth = 1 / (1 + np.exp(-(shift + slope * np.log(risk / (1 - risk)))))
    rate = -np.log1p(-truth) / 12
    death, end = draw.exponential(1 / rate), draw.uniform(2, 40, size)
    return 1 - risk, np.minimum(death, end), (death <= end).astype(int)


def test_calibration_sees_what_is_wrong():
    alive, months, died = simulated(20000, 1.0, 0.0)
    assert horizon_figures.calibration_slope(alive, months, died, 12.0) == pytest.approx(1.0, abs=0.06)
    assert horizon_figures.calibration_intercept(alive, months, died, 12.0) == pytest.approx(0.0, abs=0.06)
    alive, months, died = simulated(20000, 0.6, 0.0)
    assert horizon_figures.calibration_slope(alive, months, died, 12.0) == pytest.approx(0.6, abs=0.06)
    alive, months, died = simulated(20000, 1.0, 0.5)
    assert horizon_figures.calibration_intercept(alive, months, died, 12.0) == pytest.approx(0.5, abs=0.06)


def test_the_figures_are_those_of_the_kit_and_paired():
    alive, months, died = simulated(600, 1.0, 0.0)
    worse = 0.5 * alive + 0.1
    found = horizon_figures.paired(performance.brier, worse, alive, months, died, 12.0, 3, 100)
    assert found[1][0] == performance.brier(alive, months, died, 12.0)
    value, low, high = found[2]
    assert low < value < high < 0 and value == pytest.approx(found[1][0] - found[0][0])
    assert high - low < found[1][2] - found[1][1], "pairing takes out what both share"
    assert found == horizon_figures.paired(performance.brier, worse, alive, months, died, 12.0, 3, 100)


def test_a_horizon_beyond_all_follow_up_has_no_figures(small, tmp_path):
    facts = people(80, 9)
    months = np.linspace(1, 9, 80)
    write_centre(tmp_path / "c.csv", facts, months, np.arange(80) % 2)
    text = compare(small, small, None, tmp_path / "c.csv", FEATURES)
    assert "Not to be had at 12 months" in text
    assert {row[0] for row in rows_of(text, "On real patients")} == {"3", "6"}
