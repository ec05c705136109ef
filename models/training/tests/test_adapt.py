"""`adapt`: known shifts are found again, nothing else is, and what cannot be learned from is refused."""

import datetime
import hashlib
import tomllib

import numpy as np
import pytest
from conftest import FEATURES
from small_pack import FACTS, centre_times, people, write_centre, write_small_pack

from spineboard_training import adapt_fit, packs
from spineboard_training.__main__ import main
from spineboard_training.adapt import adapt, centre_spread
from spineboard_training.adapt_card import verdict, warning
from spineboard_training.adapt_graph import adapted_graph, adapted_paths
from spineboard_training.centre import CentreError, check_enough, read_centre
from spineboard_training.packs import PackError

DATE = datetime.date(2026, 1, 2)
CENTRE_SD = 0.42


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packs") / "small"
    write_small_pack(folder)
    return folder


def centre(folder, path, shift, slope, size=700, seed=11, setting="referral"):
    """Writes a table drawn from the pack in `folder`."""
    pack = packs.read_pack(folder)
    facts = people(size, seed)
    write_centre(path, facts, *centre_times(pack, facts, setting, shift, slope, CENTRE_SD, seed + 1))
    return path


def run(folder, table, out, setting=None):
    return adapt(folder, table, out, FEATURES, setting, None, DATE, "tests")


@pytest.fixture(scope="module")
def moved(small, tmp_path_factory):
    """A pack adapted to a centre with shift 0.5: (folder, what was learned, the centre's table)."""
    folder = tmp_path_factory.mktemp("centre")
    table = centre(small, folder / "centre.csv", 0.5, 1.0, setting="surgery")
    return folder / "small-hill-clinic", run(small, table, folder / "small-hill-clinic", "surgery"), table


@pytest.mark.parametrize(("shift", "slope"), [(0.5, 1.0), (-0.4, 0.8), (0.2, 1.3)])
def test_a_known_shift_and_slope_are_found_again(small, tmp_path, shift, slope):
    learned = run(small, centre(small, tmp_path / "c.csv", shift, slope), tmp_path / "small-c")
    fitted = learned.adaptation
    assert abs(fitted.shift - shift) < 3 * fitted.shift_sd
    assert abs(fitted.slope - slope) < 3 * fitted.slope_sd
    assert 0.03 < fitted.shift_sd < CENTRE_SD and 0.03 < fitted.slope_sd < 0.2
    assert 0.3 <= fitted.spread < 1
    assert learned.gain["log score per patient"][2][0] > 0
    assert warning(fitted) == ""
    assert "better" in verdict(learned.gain)


def test_a_centre_like_the_pack_moves_it_little_and_gains_nothing(small, tmp_path):
    learned = run(small, centre(small, tmp_path / "c.csv", 0.0, 1.0), tmp_path / "small-c")
    assert abs(learned.adaptation.shift) < 3 * learned.adaptation.shift_sd
    assert abs(learned.gain["log score per patient"][2][0]) < 0.01
    assert "better" not in verdict(learned.gain)


def test_the_slopes_of_the_log_score_are_right(small):
    pack = packs.read_pack(small)
    facts = people(40, 2)
    months, died = centre_times(pack, facts, "referral", 0.0, 1.0, CENTRE_SD, 3)
    months[:3], died[:3] = [0.0, 60.0, 75.0], [1, 1, 1]
    data = adapt_fit.prepare(pack, facts, months, died, "referral", (12.0,))
    assert data.died[2] == 0, "a death after the end of the curve is follow-up to its end"
    move, step = np.linspace(-0.5, 0.5, 40), 1e-5
    _, gradient, curvature = adapt_fit._score_slopes(data, move, 0.8)
    (up, up_slope, _), (down, down_slope, _) = (adapt_fit._score_slopes(data, move + s * step, 0.8) for s in (1, -1))
    np.testing.assert_allclose(gradient, (up - down) / (2 * step), atol=1e-5)
    np.testing.assert_allclose(curvature, (up_slope - down_slope) / (2 * step), atol=1e-5)


def test_the_new_pack_is_sound(small, moved):
    folder, learned, _ = moved
    pack, shipped = packs.read_pack(folder), packs.read_pack(small)
    manifest = tomllib.loads((folder / "pack.toml").read_text())
    for entry in manifest["file"]:
        assert hashlib.sha256((folder / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
    assert pack.title == "small-hill-clinic 0.1.0+hill-clinic"
    assert manifest["notices"][0] == "A notice." and "hill-clinic" in manifest["notices"][1]
    assert manifest["training"]["when"] == "2026-01-02" and "adapt" in manifest["training"]["script"]
    assert manifest["output"] == shipped.manifest["output"] and manifest["input"] == shipped.manifest["input"]
    for row, old in zip(pack.golden, shipped.golden, strict=True):
        assert "shapley" not in row
        assert row["cord_compression"] == old["cord_compression"] and row["facts"] == old["facts"]
        point = packs.survival(pack, [row["facts"]], row["setting"], (12.0,))[0, 0]
        np.testing.assert_allclose(point, [row["alive"]["12"][name] for name in ("alive", "low", "high")], atol=1e-6)
    card = pack.files["CARD.md"].decode()
    for text in ("shift of the log", f"{learned.adaptation.shift:+.3f}", "700", "cord compression", verdict(learned.gain)):
        assert text in card
    assert pack.measured["adaptation"]["deaths"] == learned.deaths


def test_cord_compression_passes_through(small, moved):
    rows = packs.encoded(packs.read_pack(small), FACTS)
    cord = [next(packs.answers(packs.read_pack(p), *rows, "surgery", ("cord_compression",)))[0] for p in (small, moved[0])]
    assert np.array_equal(*cord)


@pytest.mark.parametrize("slope", [-1.0, 0.5, 1.0, 2.5])
@pytest.mark.parametrize("spread", [0.3, 1.0])
def test_paths_start_at_one_and_never_rise_whatever_the_slope(small, slope, spread):
    pack = packs.read_pack(small)
    numbers = adapt_fit.Adaptation(0.8, slope, spread, 0.1, 0.1, np.array([0.1, -0.3]), 0.5, CENTRE_SD)
    new = packs.Pack(pack.manifest, pack.files, packs.session(adapted_graph(pack, numbers)))
    rows = packs.encoded(pack, people(64, 8))
    for position, setting in enumerate(pack.settings):
        alive, shipped = (next(packs.answers(which, *rows, setting))[0] for which in (new, pack))
        assert (alive[:, :, 0] == 1).all() and alive.min() >= 0
        assert (np.diff(alive, axis=2) <= 0).all()
        np.testing.assert_allclose(alive, adapted_paths(shipped, pack.months, numbers, position), atol=1e-6)
        if slope == spread == 1.0:
            still = adapt_fit.Adaptation(0.0, 1.0, 1.0, 0.1, 0.1, numbers.middle, 0.5, CENTRE_SD)
            np.testing.assert_allclose(adapted_paths(shipped, pack.months, still, position), shipped, atol=2e-7)


def test_the_same_table_gives_the_same_bytes(small, moved, tmp_path):
    folder, _, table = moved
    run(small, table, tmp_path / "small-hill-clinic", "surgery")
    for path in sorted(folder.iterdir()):
        assert path.read_bytes() == (tmp_path / "small-hill-clinic" / path.name).read_bytes()


def test_no_row_of_the_table_is_in_the_pack(moved):
    folder, _, table = moved
    cells = {cell for line in table.read_text().splitlines()[1:] for cell in (line.split(",")[0], line.split(",")[-2])}
    for path in folder.iterdir():
        content = path.read_bytes()
        assert not [cell for cell in cells if len(cell) > 5 and cell.encode() in content]


def test_a_pack_without_settings_is_adapted_too(pack, tmp_path):
    folder = pack[0]
    facts = people(300, 5)
    table = tmp_path / "c.csv"
    write_centre(table, facts, *centre_times(packs.read_pack(folder), facts, None, 0.6, 1.0, CENTRE_SD, 6))
    learned = run(folder, table, tmp_path / "survival-linear-c")
    assert abs(learned.adaptation.shift - 0.6) < 3 * learned.adaptation.shift_sd
    assert packs.read_pack(tmp_path / "survival-linear-c").settings == []


def test_nothing_that_exists_is_overwritten(small, moved, tmp_path):
    folder, _, table = moved
    with pytest.raises(FileExistsError, match="shipped pack itself"):
        run(small, table, small)
    with pytest.raises(FileExistsError, match="another pack"):
        adapt(small, table, folder, FEATURES, None, "elsewhere", DATE, "tests")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="letter.txt"):
        run(small, table, tmp_path / "out")


def test_an_adapted_pack_is_not_adapted_again(moved, tmp_path):
    with pytest.raises(PackError, match="adapted already"):
        run(moved[0], moved[2], tmp_path / "twice")


def test_a_centre_further_off_than_centres_are_is_warned_of(small, tmp_path, capsys):
    table, out = centre(small, tmp_path / "c.csv", -1.6, 1.0, size=300), tmp_path / "small-c"
    arguments = ["adapt", "--pack", str(small), "--cohort", str(table), "--out", str(out), "--features", str(FEATURES)]
    assert main(arguments) == 0
    assert "check the table" in capsys.readouterr().out and "check the table" in (out / "CARD.md").read_text()


def test_the_centre_sd_is_named():
    assert centre_spread({"centre_sd": 0.5}) == (0.5, "the pack's own (measured.json, centre_sd)")
    assert centre_spread({"centre_factor": 1.5})[0] == pytest.approx(0.63)
    value, source = centre_spread({})
    assert value == 0.42 and "does not say" in source


GOOD = "age,primary_tumour,months,died\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("age,months\n60,3\n", "no column 'died'"),
        ("age,shoe_size,months,died\n60,44,3,1\n", "'shoe_size'"),
        ("age,age,months,died\n60,61,3,1\n", "twice"),
        ("death,months,died\n2,3,1\n", "no input"),
        (GOOD + "60,lung,-1,1\n", "line 2: months is negative"),
        (GOOD + "60,lung,,1\n", "months is blank"),
        (GOOD + "60,lung,900,1\n", "days"),
        (GOOD + "60,lung,nan,1\n", "not a number"),
        (GOOD + "60,lung,3,yes\n", "neither 0 nor 1"),
        (GOOD + "60,lung,3,1\n,,,\n9,lung,3,1\n", "line 4: a child"),
        (GOOD + "60,central_nervous_system,3,1\n", "line 2: the pack is not made"),
        (GOOD + "60,lungs,3,1\n", "primary_tumour: not an option"),
        (GOOD + "sixty,lung,3,1\n", "age: not a number"),
        (GOOD + "60,lung,3\n", "3 cells"),
        (GOOD, "no patients"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_by_line_and_column(small, tmp_path, catalogue, text, reason):
    (tmp_path / "c.csv").write_text(text)
    with pytest.raises(CentreError, match=reason):
        read_centre(tmp_path / "c.csv", catalogue, packs.read_pack(small).manifest["population"])


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([(3.0, 0), (4.0, 0), (5.0, 0)], "nobody died"),
        ([(3.0, 1)] * 40 + [(4.0, 1)] * 40, "different times"),
        ([(float(n + 1), 1) for n in range(49)], "49 deaths"),
        ([(float(n + 12), 1) for n in range(60)], "49 deaths within the pack's 60 months"),
    ],
)
def test_a_cohort_that_is_too_small_is_refused(small, tmp_path, catalogue, rows, reason):
    (tmp_path / "c.csv").write_text(GOOD + "".join(f"60,lung,{months},{died}\n" for months, died in rows))
    table = read_centre(tmp_path / "c.csv", catalogue, packs.read_pack(small).manifest["population"])
    with pytest.raises(CentreError, match=reason):
        check_enough(table, 60.0)


def test_cells_are_read_as_the_application_reads_them(small, tmp_path, catalogue):
    (tmp_path / "c.csv").write_text("\ufeffpatient;age;liver_metastasis;months;died\nA;60;Yes;3;1\nB;NA;0;4.5;0\n")
    table = read_centre(tmp_path / "c.csv", catalogue, packs.read_pack(small).manifest["population"])
    assert table.facts == [{"age": 60.0, "liver_metastasis": True}, {"liver_metastasis": False}]
    assert table.months.tolist() == [3.0, 4.5] and table.died.tolist() == [1, 0]


def test_the_command_says_why_it_refuses(small, tmp_path, capsys):
    (tmp_path / "c.csv").write_text(GOOD + "60,lung,3,1\n61,lung,4,1\n62,lung,5,0\n")
    out = tmp_path / "small-c"
    arguments = ["adapt", "--pack", str(small), "--cohort", str(tmp_path / "c.csv"), "--out", str(out)]
    assert main([*arguments, "--features", str(FEATURES)]) == 1
    assert "2 deaths" in capsys.readouterr().err and not out.exists()
    assert main([*arguments, "--features", str(FEATURES), "--setting", "spa"]) == 1
    assert "referral, surgery" in capsys.readouterr().err


def test_a_changed_file_is_no_pack(moved, tmp_path):
    for path in moved[0].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "CARD.md").write_text("better")
    with pytest.raises(PackError, match="CARD.md does not have the SHA-256"):
        packs.read_pack(tmp_path)
