"""The grid of benefit against the published numbers and numbers found by hand."""

import json
import math
import re

import numpy as np
import pytest
from conftest import EVIDENCE, FEATURES, shared

from spineboard_training import benefit, benefit_card, benefit_pooling, benefit_reference, evidence, restate
from spineboard_training.catalogue import read_catalogue

PATHS = 512
MONTHS = np.arange(61.0)


@pytest.fixture(scope="module")
def made() -> dict:
    """The file as the application reads it: rounded numbers."""
    return json.loads(benefit.text(benefit.build(EVIDENCE, PATHS, seed=7)))


def survival(hazard: float = 0.03) -> np.ndarray:
    """Everybody alike: exponential survival [S, T]."""
    return np.tile(np.exp(-hazard * MONTHS), (PATHS, 1))


def cell(made: dict, option: str, outcome: str, facts: dict, paths: np.ndarray | None = None) -> dict:
    grid = benefit_reference.evaluate(made, facts, MONTHS, survival() if paths is None else paths)
    return next(entry for entry in grid if (entry["option"], entry["outcome"]) == (option, outcome))


# Like those of the trial: a compressed cord, a deficit of at most two days, no radiosensitive tumour.
PATCHELL = {"bilsky_grade": "3", "primary_tumour": "kidney", "motor_deficit_days": 2}
WALKING, NOT_WALKING = {"walking": "independent", "frankel": "D"}, {"walking": "not_walking", "frankel": "C"}
SC24 = {"ecog": 1, "sins_total": 7, "frankel": "E", "bladder_or_bowel_dysfunction": False, "worst_pain": 6}


def test_a_trial_like_patient_gets_the_walking_rates_of_patchell(made):
    # 16 of about 51 patients in each arm did not walk before (patchell_walk: regained 10/16 and 3/16).
    def rate(option):
        found = [
            cell(made, option, "walking", {**PATCHELL, **facts})["probability"]["point"] for facts in (NOT_WALKING, WALKING)
        ]
        return (16 * found[0] + 35 * found[1]) / 51

    assert rate("surgery_with_radiotherapy") == pytest.approx(0.84, abs=0.03)
    assert rate("conventional") == pytest.approx(0.57, abs=0.06)
    regained = cell(made, "surgery_with_radiotherapy", "walking", {**PATCHELL, **NOT_WALKING})["probability"]
    assert regained["low"] < 10 / 16 < regained["high"]


@pytest.mark.parametrize(
    "outside",
    [
        {"primary_tumour": "myeloma"},
        {"bilsky_grade": "1b"},
        {"walking": "not_walking", "frankel": "A", "motor_deficit_days": 3},
    ],
)
def test_patchell_counts_only_inside_its_own_criteria(made, outside):
    found = cell(made, "surgery_with_radiotherapy", "walking", {**PATCHELL, **WALKING, **outside})
    assert (found["state"], found["reason"]) == ("absent", "outside_criteria")
    assert "probability" not in found and [entry["state"] for entry in found["criteria"]].count("missed") == 1


def test_patchell_needs_an_expected_survival_of_three_months_and_known_facts(made):
    facts = {**PATCHELL, **WALKING}
    dying = cell(made, "surgery_with_radiotherapy", "walking", facts, survival(math.log(2) / 2.9))
    assert dying["reason"] == "outside_criteria"
    assert cell(made, "surgery_with_radiotherapy", "walking", facts, survival(math.log(2) / 3.1))["state"] == "shown"
    blank = {name: value for name, value in facts.items() if name != "bilsky_grade"}
    assert cell(made, "surgery_with_radiotherapy", "walking", blank)["reason"] == "criteria_unknown"


def test_what_the_catalogue_cannot_tell_is_said(made):
    states = {
        entry["id"]: entry["state"]
        for entry in cell(made, "surgery_with_radiotherapy", "walking", {**PATCHELL, **WALKING})["criteria"]
    }
    assert states.pop("one_compressed_area") == states.pop("fit_for_surgery") == "unchecked"
    assert set(states.values()) == {"met"}


def test_rtog_0631_and_sc24_stay_two_modes(made):
    effect = np.array(next(c for c in made["cells"] if c["outcome"] == "complete_pain_response" and "effect" in c)["effect"])
    better, worse = math.log(3.47), math.log(0.413 / 0.587) - math.log(0.605 / 0.395)
    assert (effect > 0.2).mean() == pytest.approx(0.5, abs=0.05)
    assert np.median(effect[effect > 0.2]) == pytest.approx(better, abs=0.1)
    assert np.median(effect[effect < 0.2]) == pytest.approx(worse, abs=0.1)
    middle = (better + worse) / 2
    assert (np.abs(effect - middle) < 0.25).mean() < 0.15
    found = cell(made, "stereotactic", "complete_pain_response", SC24)
    assert found["difference"]["low"] < 0 < found["difference"]["high"]
    assert 0.3 < found["likelihood_of_benefit"] < 0.5 and found["likelihood_of_harm"] > 0


def test_deaths_after_surgery_keep_their_sources_apart(made):
    level = made["levels"]["death_after_surgery"]
    facts = {"neutrophil_lymphocyte_ratio": 3.0}
    low, high = (
        cell(made, "surgery_with_radiotherapy", "death_30_days", facts)["probability"][end] for end in ("low", "high")
    )
    assert low < 0.026 and high > 0.085
    average = cell(made, "surgery_with_radiotherapy", "death_30_days", {})["probability"]["point"]
    assert average == pytest.approx((0.11 + 0.026 + 0.03 + 0.085) / 4, abs=0.005)
    inflamed = cell(made, "surgery_with_radiotherapy", "death_30_days", {"neutrophil_lymphocyte_ratio": 11})
    assert inflamed["probability"]["point"] > average and "alive_and" not in inflamed
    assert len(level["factors"][0]["levels"]) == 2


def test_a_blank_is_the_average_of_the_published_patients(made):
    level = made["levels"]["fracture_after_radiotherapy"]
    link = benefit_pooling.LINKS[level["link"]]
    average = np.zeros(PATHS)
    for collapse in level["factors"][0]["levels"]:
        for lesion in level["factors"][1]["levels"]:
            for alignment in level["factors"][2]["levels"]:
                three = (collapse, lesion, alignment)
                weight = np.prod([entry["share"] for entry in three], axis=0)
                average += weight * link.probability(level["value"] + sum(np.array(entry["coefficient"]) for entry in three))
    assert np.median(average) == pytest.approx(0.184, abs=0.005)
    found = [cell(made, "conventional", "vertebral_fracture", facts)["probability"]["point"] for facts in (
        {"vertebral_collapse": "none", "lesion_type": "blastic", "spinal_alignment": "normal"}, {},
        {"vertebral_collapse": "under_50", "lesion_type": "lytic", "spinal_alignment": "deformity"},
    )]  # fmt: skip
    assert found == sorted(found) and found[2] - found[0] > 0.2


def test_a_shrunk_factor_by_hand(made):
    coefficient = np.array(made["levels"]["fracture_after_radiotherapy"]["factors"][1]["levels"][1]["coefficient"])
    error = math.log(7.93 / 1.58) / (2 * 1.959964)
    kept = 0.25 / (0.25 + error**2 + 0.25**2)
    assert coefficient.mean() == pytest.approx(math.log(3.53) * kept, abs=0.01)
    assert coefficient.std() == pytest.approx(math.sqrt(kept * (error**2 + 0.25**2)), abs=0.01)


def test_an_effect_is_as_wide_as_its_interval_and_another_trial(made):
    effect = np.array(made["cells"][0]["effect"])
    error = math.log(19.8 / 2.0) / (2 * 1.959964)
    assert effect.mean() == pytest.approx(math.log(6.2), abs=0.01)
    assert effect.std() == pytest.approx(math.hypot(error, 0.25), abs=0.02)


def test_alive_and_is_path_times_draw(made):
    paths = np.exp(-np.linspace(0.01, 0.1, PATHS)[:, None] * MONTHS)
    found = cell(made, "conventional", "complete_pain_response", {"worst_pain": 5}, paths)
    chance = 1 / (1 + np.exp(-np.array(made["levels"]["pain_after_radiotherapy"]["value"])))
    assert found["alive_and"]["point"] == pytest.approx((paths[:, 3] * chance).mean(), abs=1e-12)
    fracture = cell(made, "conventional", "vertebral_fracture", {}, paths)
    assert fracture["alive_and"]["point"] < paths[:, 12].mean()


def test_epidural_grade_3_lowers_local_control(made):
    grades = [cell(made, "stereotactic", "local_control", {**SC24, "bilsky_grade": grade}) for grade in ("1a", "3")]
    assert grades[0]["kind"] == "randomised" and grades[0]["difference"]["point"] > grades[1]["difference"]["point"]
    other = cell(made, "stereotactic", "local_control", {**SC24, "ecog": 3})
    assert other["kind"] == "observational" and "difference" not in other and "likelihood_of_benefit" not in other


def test_criteria_are_three_valued():
    judge = benefit_reference.judge
    either = {"any_of": [{"frankel": ["A", "B"]}, {"motor_deficit_days": {"max": 2}}]}
    assert judge(either, {"frankel": "A"}) is True
    assert judge(either, {"frankel": "E"}) is None
    assert judge(either, {"frankel": "E", "motor_deficit_days": 3}) is False
    assert judge({"ecog": {"max": 2}}, {"ecog": 2}) is True and judge({"ecog": {"above": 2.5}}, {"ecog": 2}) is False
    assert judge({"frankel": "E", "bladder_or_bowel_dysfunction": False}, {"bladder_or_bowel_dysfunction": True}) is False
    assert judge({}, {}) is True


def test_every_pair_has_a_cell_or_a_reason(made):
    grid = benefit_reference.evaluate(made, {}, MONTHS, survival())
    assert len(grid) == 30 and all(entry["state"] == "shown" or entry["reason"] for entry in grid)
    assert all(entry["state"] == "absent" for entry in grid if entry["option"] in ("systemic_alone", "supportive"))


def test_every_number_is_quoted_from_its_row():
    rows, selection = restate.read_rows(EVIDENCE), evidence.rules("benefit")
    entries = [*selection["level"], *selection["effect"]]
    entries += [part for level in selection["level"] for name in ("factor", "slope") for part in level.get(name, [])]
    for entry in entries:
        assert entry["quote"] in str(rows[entry["rows"][0]]), entry["id"]
        numbers = [number for ratio in _ratios(entry) for number in ratio]
        held = {float(number) for number in re.findall(r"\d+\.?\d*", str([rows[id] for id in entry["rows"]]))}
        assert set(numbers) <= held, entry["id"]


def _ratios(entry: dict) -> list[list[float]]:
    levels = [ratio for level in entry.get("levels", []) for ratio in level.get("ratio", [])]
    trials = [trial["ratio"] for trial in entry.get("trials", []) if "ratio" in trial]
    return levels + trials + ([entry["ratio"]] if "ratio" in entry else [])


def test_shares_come_from_their_rows():
    rows, levels = restate.read_rows(EVIDENCE), {level["id"]: level for level in evidence.rules("benefit")["level"]}
    groups = levels["walking_after_radiotherapy"]["groups"]
    assert [group["walking"] for group in groups] == list(rows["rades_amb_rt"]["values"].values())
    assert [group["patients"] for group in groups] == list(rows["rades2008_ambulatory"]["n_by_score"].values())
    overall = sum(group["walking"] * group["patients"] for group in groups) / sum(group["patients"] for group in groups)
    assert levels["walking_after_radiotherapy"]["spread"][0]["probability"] == pytest.approx(overall, abs=0.01)
    points = {f"{value:g}" for value in (10 * share for share in rows["rades_amb_factors"]["values"].values())}
    for factor in levels["walking_after_radiotherapy"]["factor"]:
        assert {f"{level['points']:g}" for level in factor["levels"]} <= points
    kim = rows["kim_lp"]
    events = sum(kim["values"][grade] * kim["n_regions"][grade] for grade in "012")
    contrast = levels["control_after_stereotactic"]["factor"][0]["levels"][1]["contrast"]
    assert contrast["against"] == pytest.approx(1 - events / 140, abs=0.001) and contrast["against_patients"] == 140
    assert rows["ryvlin153"]["nlr_gt_10_2"] == levels["death_after_surgery"]["factor"][0]["levels"][1]["share"]
    assert rows["kyoto345"]["osteolytic"] == levels["fracture_after_radiotherapy"]["factor"][1]["levels"][1]["share"]
    assert rows["barzilai2024_eposo"]["charlson_mean"] == levels["complication_after_surgery"]["slope"][0]["centre"]


def test_no_post_treatment_hazard_ratio_is_an_effect():
    selection = evidence.rules("benefit")
    rows = restate.read_rows(EVIDENCE)
    for effect in selection["effect"]:
        assert all("RCT" in rows[trial["row"]]["design"] for trial in effect["trials"])
    assert "snu_systemic" not in restate.rows_named(selection)
    cells = {(entry["option"], entry["outcome"]): entry for entry in selection["cell"] if "effect" in entry}
    assert all(entry["kind"] in ("randomised", "pooled_randomised") for entry in cells.values())


def test_rules_without_evidence_are_refused():
    rows, selection = restate.read_rows(EVIDENCE), evidence.rules("benefit")
    with pytest.raises(evidence.EvidenceError, match="patchell2005"):
        benefit.check(selection, {id: row for id, row in rows.items() if id != "patchell2005"})
    with pytest.raises(evidence.EvidenceError, match="either a cell or one reason"):
        benefit.check({**selection, "absent": selection["absent"][1:]}, rows)
    with pytest.raises(evidence.EvidenceError, match="low confidence"):
        benefit.check(selection, {**rows, "sc24": {**rows["sc24"], "confidence": "low"}})


def test_the_file_is_small_sound_and_the_same_again(made):
    text = benefit.text(benefit.build(EVIDENCE, PATHS, seed=7))
    assert json.loads(text) == made and len(text) < 1_000_000
    assert set(made["sources"]) >= {id for entry in made["cells"] for id in (*entry["citations"], *entry["beside"])}
    for entry in made["levels"].values():
        assert len(entry["value"]) == PATHS
        for factor in entry["factors"]:
            assert np.sum([level["share"] for level in factor["levels"]], axis=0) == pytest.approx(np.ones(PATHS), abs=1e-5)


def test_every_feature_and_option_is_in_the_catalogue(made):
    catalogue = read_catalogue(FEATURES)

    def visit(condition: dict):
        for feature, matcher in condition.items():
            if feature == "any_of":
                for part in matcher:
                    visit(part)
                continue
            codes = [code for code in (matcher if isinstance(matcher, list) else [matcher]) if isinstance(code, str)]
            assert set(codes) <= set(catalogue[feature].options), feature

    for entry in made["criteria"].values():
        visit(entry.get("when", {}) | entry.get("not_when", {}))
    factors = [factor for level in made["levels"].values() for factor in level["factors"]]
    for factor in factors:
        for level in factor["levels"]:
            visit(level["when"])
    assert catalogue["charlson_index"].kind == "integer"


def test_the_restated_rows_give_the_same_file(made, tmp_path):
    folder = shared()
    if folder is None:
        print("SKIPPED: comparing the restated evidence needs ../shared")
        pytest.skip("needs ../shared")
    assert json.loads(benefit.text(benefit.build(folder / "evidence", PATHS, seed=7))) == made
    restate.restate(folder / "evidence", tmp_path)
    for name in ("treatment_effects.toml", "cord_compression.toml", "guidelines.toml"):
        assert (tmp_path / name).read_text() == (EVIDENCE / name).read_text()


def test_the_golden_patients_reach_every_cell_and_criterion_state(made):
    grids = [benefit_reference.evaluate(made, facts, MONTHS, survival()) for facts in benefit_reference.patients()]
    shown = {(e["option"], e["outcome"], e["kind"]) for grid in grids for e in grid if e["state"] == "shown"}
    assert shown == {(entry["option"], entry["outcome"], entry["kind"]) for entry in made["cells"]}
    asked = [
        one
        for facts in benefit_reference.patients()
        for entry in made["cells"]
        for one in benefit_reference.criteria(entry, made, facts, MONTHS, survival())
    ]
    states = {(one["id"], one["state"]) for one in asked}
    for id, entry in made["criteria"].items():
        judged = {"met"} if "alive" in entry else {"met", "missed", "unknown"}
        wanted = judged if set(entry) - {"citations"} else {"unchecked"}
        assert {(id, state) for state in wanted} <= states, id


def test_the_card_names_every_cell_row_and_assumption(made):
    text = benefit_card.section(made)
    assert "| surgery with radiotherapy | walking | randomised, recalled in part |" in text
    assert "18% (" in text and all(f"`{id}`" in text for id in made["sources"])
    assert all(name.replace("_", " ") in text for name in evidence.rules("benefit")["assumed"])
