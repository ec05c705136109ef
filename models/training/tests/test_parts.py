"""The parts against numbers found by hand or by another way."""

import math

import numpy as np
import pytest
from conftest import EVIDENCE, shared
from scipy.optimize import minimize

from spineboard_training import baseline, cohorts, evidence, hazard, msk_met, performance, restate
from spineboard_training.catalogue import CatalogueError, check_column
from spineboard_training.columns import encode
from spineboard_training.world import CaseMix


def test_person_intervals_of_a_death_and_two_censorings():
    at_risk, event = hazard.person_intervals(np.array([2.5, 6.5, 7.5]), np.array([1.0, 0.0, 0.0]))
    assert at_risk[0].sum() == 3 and event[0].tolist().index(True) == 2
    # Interval 6-8: censored at 6.5 did not enter it, at 7.5 survived it.
    assert at_risk[1].sum() == 6 and at_risk[2].sum() == 7
    assert event[1:].sum() == 0


def test_newton_finds_the_penalised_maximum():
    draw = np.random.default_rng(1)
    design = draw.standard_normal((300, 2))
    months = draw.exponential(np.exp(-design @ [0.7, -0.4]) * 10)
    died = (months < 40).astype(float)
    penalty = np.array([2.0, 5.0])
    model = hazard.fit(design, months, died, penalty)
    at_risk, event = hazard.person_intervals(months, died)
    used = event.sum(0) > 0

    def objective(parameters):
        mean = np.exp(parameters[: used.sum()] + (design @ parameters[used.sum() :])[:, None])
        loss = np.where(event[:, used] > 0, -np.log(-np.expm1(-mean)), at_risk[:, used] * mean).sum()
        return loss + 0.5 * (penalty * parameters[used.sum() :] ** 2).sum()

    start = np.concatenate([model.intercepts[used], np.zeros(2)])
    found = minimize(objective, start, method="BFGS", options={"gtol": 1e-6}).x[-2:]
    assert model.coefficients == pytest.approx(found, abs=1e-3)
    assert model.coefficients[0] > 0 > model.coefficients[1]


def test_auc_without_censoring_is_the_share_of_ordered_pairs():
    months, died = np.array([1.0, 2.0, 20.0, 30.0]), np.ones(4)
    risk = np.array([3.0, 1.0, 2.0, 0.0])
    # Cases 1 and 2, controls 3 and 4: (3>2), (3>0), (1<2), (1>0) = 3 of 4.
    assert performance.auc(risk, months, died, 12.0) == pytest.approx(0.75)
    assert performance.concordance(risk, months, died) == pytest.approx(5 / 6)


def test_kaplan_meier_by_hand():
    months, died = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 0.0, 1.0, 0.0])
    assert performance.kaplan_meier(months, died, np.array([0.5, 1.0, 3.5])) == pytest.approx([1, 0.75, 0.375])
    assert performance.censoring_survival(months, died, np.array([2.0, 3.0])) == pytest.approx([1, 2 / 3])


def test_a_published_interval_becomes_a_standard_error():
    ratios, published = evidence.read_evidence(EVIDENCE)
    terms = {term.id: term for term in evidence.pool_terms(ratios, published)}
    row = terms["not_walking"].rows[0]
    assert row.log_hazard_ratio == pytest.approx(math.log(1.96))
    assert row.standard_error == pytest.approx(math.log(2.34 / 1.65) / 3.919928, rel=1e-4)
    # One source: it strays by the between-study SD 0.25, and so does a new centre; half strength; then prior SD 0.5.
    variance = (row.standard_error**2 + 2 * 0.25**2) * 0.25
    assert terms["not_walking"].mean == pytest.approx(math.log(1.96) / 2 * 0.25 / (0.25 + variance))
    assert terms["not_walking"].sd == pytest.approx(math.sqrt(0.25 * variance / (0.25 + variance)))


def test_a_missing_row_is_named():
    with pytest.raises(evidence.EvidenceError, match="bollen_kps"):
        evidence.pool_terms({}, {})


def test_the_restated_evidence_gives_the_same_terms(tmp_path):
    folder = shared()
    if folder is None:
        print("SKIPPED: comparing the restated evidence needs ../shared")
        pytest.skip("needs ../shared")
    assert evidence.pool_terms(*evidence.read_evidence(EVIDENCE)) == evidence.pool_terms(
        *evidence.read_evidence(folder / "evidence")
    )
    restate.restate(folder / "evidence", tmp_path)
    for name in ("hazard_ratios.toml", "cohorts.toml"):
        assert (tmp_path / name).read_text() == (EVIDENCE / name).read_text()


def test_every_row_of_the_collection_is_used_or_left_out_with_a_reason():
    folder = shared()
    if folder is None:
        print("SKIPPED: the whole collection needs ../shared")
        pytest.skip("needs ../shared")
    selection = evidence.rules("evidence_terms")
    used = {row["id"] for term in selection["term"] for row in term.get("rows", [])}
    left_out = [id for entry in selection["excluded"] for id in entry["ids"]]
    assert len(left_out) == len(set(left_out)) and used.isdisjoint(left_out)
    ratios, _ = evidence.read_evidence(folder / "evidence")
    assert used | set(left_out) == set(ratios)
    assert not any(row.get("holdout") for row in ratios.values())


def test_the_cohort_rules_quote_the_cohorts():
    _, published = evidence.read_evidence(EVIDENCE)
    points = {entry["id"]: entry["points"] for entry in evidence.rules("cohort_targets")["cohort"]}
    six = published["bollen_six_models"]
    assert points["bollen_six_models"] == [
        [2.0, 1 - six["dead_2_months"]], [six["os_median_months"], 0.5], [24.0, six["alive_24_months"]],
    ]  # fmt: skip
    rades = published["rades2007_mscc"]["survival_overall"]
    assert points["rades2007_mscc"] == [[6.0, rades["6m"]], [12.0, rades["12m"]], [24.0, rades["24m"]]]
    assert points["nesms_prospective"] == [[12.0, pytest.approx(1 - published["nesms_prospective"]["dead_12m"])]]
    yibin = published["yibin127"]["survival"]
    assert points["yibin127"] == [[6.0, yibin["6m"]], [12.0, yibin["12m"]]]
    lab = published["schoenfeld_lab1216"]
    days = [lab["os_iqr_days"][0], lab["os_median_days"], lab["os_iqr_days"][1]]
    assert [point[0] for point in points["schoenfeld_lab1216"]] == pytest.approx([d / 30.4375 for d in days], abs=0.01)


def test_the_mean_over_the_case_mix_meets_the_cohort():
    draw = np.random.default_rng(2)
    log_risk = draw.normal(0, 1.2, 4000)
    patients = CaseMix(np.zeros(4000, dtype=int), log_risk, np.zeros((4000, 0)))
    weights = baseline.patient_weights(np.array([1.0]), patients)[None]
    levels = baseline.solve_levels(log_risk, weights, np.array([[0.75, 0.6, 0.42, 0.25]]))[0]
    alive = [np.exp(-np.exp(log_risk + level)).mean() for level in levels]
    assert alive == pytest.approx([0.75, 0.6, 0.42, 0.25], abs=2e-3)
    curve = baseline.curve(levels, np.array([0.0, 3.0, 12.0, 60.0]))
    assert curve[0] == 0 and (np.diff(curve) > 0).all()
    assert curve[1] == pytest.approx(math.exp(levels[0]))


def test_carrying_a_cohort_uses_its_own_points_inside_and_the_slope_outside():
    points = np.array([[6.0, 0.6], [12.0, 0.4]])
    carried = cohorts.carry(points, np.array([3.0, 6.0, 12.0, 24.0]), slope=1.0)
    assert carried[1:3] == pytest.approx([0.6, 0.4])
    assert carried[0] == pytest.approx(0.6**0.5) and carried[3] == pytest.approx(0.4**2)


def test_the_table_keeps_metastatic_adults_and_unknown_genes(study):
    table = msk_met.read_patients(study, ["TP53", "EGFR", "ALK", "CDKN2A"])
    assert 1200 < len(table) < 1450 and table["age"].min() >= 18
    assert set(table["primary"]) == {"breast", "prostate", "lung", "colon", "rectum", "pancreas", "kidney"}
    # No patient of the small panel shows a variant in EGFR: that panel does not cover it.
    small = table["patient"].str.slice(2).astype(int) % 3 == 0
    assert table.loc[small, "EGFR"].isna().all() and table.loc[~small, "EGFR"].notna().all()
    assert table["TP53"].notna().all()
    assert table.loc[table["patient"] == "P-0000007", "ALK"].tolist() in ([1.0], [])


def test_an_unmapped_tumour_is_an_error():
    mapping = evidence.rules("msk_met_primaries")
    assert msk_met.primary_tumour("CRC", "CRC MSS", "Rectum", mapping) == "rectum"
    assert msk_met.primary_tumour("CRC", "CRC MSS", "Sigmoid Colon", mapping) == "colon"
    assert msk_met.primary_tumour("BLCA", "UTUC", "Ureter", mapping) == "upper_urinary_tract"
    with pytest.raises(KeyError):
        msk_met.primary_tumour("XYZ", "XYZ", "Nowhere", mapping)


def test_the_mapping_names_catalogue_options_only(catalogue):
    mapping = evidence.rules("msk_met_primaries")
    named = {*mapping["subtype"].values(), *mapping["tumour_and_site"].values(), *mapping["tumour"].values()}
    assert named <= set(catalogue["primary_tumour"].options)
    assert set(mapping["lung_histology"].values()) <= set(catalogue["lung_histology"].options)


@pytest.mark.parametrize(
    "column",
    [
        {"column": "a", "feature": "no_such", "encoding": {"kind": "flag"}},
        {"column": "a", "feature": "albumin", "encoding": {"kind": "flag"}},
        {"column": "a", "feature": "sex", "encoding": {"kind": "indicator", "value": "man"}},
        {
            "column": "a",
            "feature": "ecog",
            "encoding": {"kind": "number", "center": 0, "scale": 1, "min": -1, "max": 4},
        },
    ],
)
def test_the_catalogue_refuses_what_it_does_not_know(catalogue, column):
    with pytest.raises(CatalogueError):
        check_column(column, catalogue)


def test_encodings_by_hand():
    inputs = [
        {
            "column": "n",
            "feature": "albumin",
            "encoding": {"kind": "number", "center": 38, "scale": 5, "min": 20, "max": 50},
        },
        {"column": "t", "feature": "lines", "encoding": {"kind": "threshold", "at_or_above": 3}},
        {"column": "b", "feature": "lines", "encoding": {"kind": "threshold", "below": 3}},
        {"column": "i", "feature": "frankel", "encoding": {"kind": "indicator", "values": ["A", "B"]}},
        {"column": "f", "feature": "liver", "encoding": {"kind": "flag"}},
    ]
    facts = {"albumin": 60, "lines": 3, "frankel": "B", "liver": False}
    assert encode(facts, inputs) == ([2.4, 1, 0, 1, 0], [1, 1, 1, 1, 1])
    assert encode({}, inputs) == ([0] * 5, [0] * 5)
