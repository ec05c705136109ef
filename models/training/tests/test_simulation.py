"""The simulation checks: do they know the truth, and do they find intervals that are too narrow?"""

from dataclasses import replace

import numpy as np
import pytest

from spineboard_training import evidence
from spineboard_training.columns import encode
from spineboard_training.ensemble import conditioning, prior, simulated_patients, simulated_tables, worlds
from spineboard_training.reference import Facts, laboratory

AS_ASSUMED = {"id": "as assumed"}
EVERYTHING = dict.fromkeys(evidence.rules("simulation")["patients"]["known"], 1.0)


@pytest.fixture
def built(made):
    return made[1]


@pytest.fixture
def learned(built):
    return built.study.within[:, None] * np.ones(worlds.BANDS)


def constant_of(built):
    return prior.constants(built.study.layout, built.study.rule, built.conditioned[0])


def checked(built, learned, generator, truths=8, patients=40):
    rule = {"generator": [generator], "truths": truths, "patients": patients, "known": EVERYTHING}
    return simulated_patients.simulated_patients(
        built.study, learned, built.conditioned, 1.0, built.model, built.graph, rule, False, 3
    )[0]


def test_a_truth_without_a_centre_lives_as_its_curve_says(built, learned):
    study = built.study
    study = replace(
        study, rule={**study.rule, "era": {**study.rule["era"], "target_year_low": 2017, "target_year_high": 2017}}
    )
    constant = prior.constants(study.layout, study.rule, built.conditioned[0])
    weight = conditioning.weights(study, study.pooled)
    for generator in (AS_ASSUMED, {"fading": [1.5, 1.0, 0.5, 0.5]}, {"visceral_fitness": -1.0}, {"unrecorded_sd": 1.0}):
        alive, _ = simulated_patients.truth(study, learned, constant, "surgery", 0.0, generator, np.random.default_rng(1))
        level = conditioning.setting_curve(study.layout, constant, "surgery", np.array([3.0, 12.0]))
        assert weight @ alive[:, [3, 12]] == pytest.approx(np.exp(-np.exp(level)), abs=0.01)
        assert (np.diff(alive, axis=1) <= 0).all()


def test_the_facts_of_a_patient_are_read_back_as_what_was_drawn(built, learned):
    study, draw = built.study, np.random.default_rng(1)
    _, covariate = simulated_patients.truth(study, learned, constant_of(built), "referral", 1.0, AS_ASSUMED, draw)
    checked = 0
    for at in draw.integers(0, len(study.people.primary), 40):
        facts = simulated_patients.facts_of(study, covariate, at, EVERYTHING, draw)
        fact = Facts(built.model, *encode(facts, built.model.inputs))
        performance, albumin, _, dehydrogenase, *_ = laboratory(built.model, fact)
        # Karnofsky is told in tens: half of one is 0.3 SD.
        assert abs(-performance - covariate["performance_status"][at]) < 0.3 or facts["karnofsky"] in (10, 20, 100)
        if 18 < facts["albumin"] < 52 and 100 < facts["lactate_dehydrogenase"] < 1500:
            checked += 1
            assert -albumin == pytest.approx(covariate["albumin"][at], abs=1e-6)
            assert dehydrogenase == pytest.approx(covariate["lactate_dehydrogenase"][at], abs=1e-6)
        assert fact["not_walking"] == covariate["not_walking"][at]
        assert fact["liver_metastasis"] == covariate["liver_metastasis"][at]
        assert fact["vertebrae_2"] == covariate["multiple_vertebrae"][at]
        assert fact["systemic_lines_3"] == covariate["systemic_lines"][at]
    assert checked > 20


def test_intervals_hold_where_all_is_as_assumed_and_give_way_where_it_is_not(built, learned):
    fair = checked(built, learned, AS_ASSUMED)
    assert fair["patients"] == 320
    assert all(fair[f"covered_{months}"] > 0.75 for months in (3, 6, 12))
    assert abs(fair["bias"]) < 10
    foul = checked(built, learned, {"id": "foul", "unrecorded_sd": 3.0})
    assert foul["covered_12"] < fair["covered_12"] - 0.2
    assert foul["error"] > fair["error"] + 5


def test_heavy_tails_stretch_the_same_centres_to_the_same_spread():
    normal = np.random.default_rng(1).standard_normal(400_000)
    assert simulated_patients.centre_scores(normal, AS_ASSUMED) is normal
    heavy = simulated_patients.centre_scores(normal, {"centre_degrees": 5})
    assert (np.argsort(heavy) == np.argsort(normal)).all()
    assert heavy.std() == pytest.approx(1.0, abs=0.02)
    assert np.quantile(heavy, 0.999) > 1.2 * np.quantile(normal, 0.999)


def test_figures_of_patients_by_hand():
    told = np.array([[0.9, 0.8, 0.5], [0.7, 0.5, 0.2]])
    said = np.array(
        [
            [[0.9, 0.8, 0.95], [0.8, 0.82, 0.9], [0.6, 0.4, 0.8]],
            [[0.7, 0.6, 0.8], [0.5, 0.4, 0.6], [0.4, 0.3, 0.5]],
        ]
    )
    found = simulated_patients.figures(told, said)
    assert (found["covered_3"], found["covered_6"], found["covered_12"]) == (1.0, 0.5, 0.5)
    assert found["bias"] == pytest.approx(15.0) and found["error"] == pytest.approx(15.0)
    assert found["median_width"] == pytest.approx(30.0)


def test_tables_without_error_are_those_of_the_truth_and_draw_the_worlds_to_it(built):
    study = built.study
    size = len(study.layout.primaries)
    drawn = prior.draw(study.layout, study.rule, (np.zeros(size), np.full(size, 0.4)), study.terms, 81, 4)
    vector, drawn = drawn[0], drawn[1:]
    published = simulated_tables.publish(study, vector, {"error_factor": 0.0}, np.random.default_rng(1))
    assert len(published.observations) == len(study.observations)
    # Published centres are drawn afresh: only what no centre enters is the truth's own.
    own = conditioning.predict(study, vector)[len(study.observations) :]
    assert conditioning.observed(published)[0][len(study.observations) :] == pytest.approx(own)

    rule = {"primaries": ["breast", "lung"], "months": [3.0, 12.0]}
    probe = replace(study, observations=simulated_tables.probes(study, rule), contrasts=[], discrimination=[])
    told = simulated_tables.new_centre(probe, vector, {}, np.random.default_rng(2))
    assert told.shape == (len(study.layout.settings) * 3 * 2,)

    def width(some):
        low, high = np.quantile(simulated_tables._foreseen(probe, some, 3), [0.05, 0.95], axis=0)
        return (high - low).mean()

    assert width(conditioning.condition(published, drawn, 5)) < 0.9 * width(drawn)


def test_figures_of_tables_by_hand():
    told = np.array([[[0.5, 0.9], [0.1, 0.5]]])
    said = np.linspace([0.4, 0.4], [0.6, 0.8], 101)[None]
    found = simulated_tables.figures(told, said)
    assert (found["truths"], found["centres"], found["covered"]) == (1, 2, 0.5)
    assert found["bias"] == pytest.approx((0 - 30 + 40 + 10) / 4)
    assert found["error"] == pytest.approx((0 + 30 + 40 + 10) / 4)
    assert found["median_width"] == pytest.approx((18 + 36) / 2)


def test_a_shift_of_what_is_published_is_a_bias_of_what_is_foreseen(built):
    study = built.study
    size = len(study.layout.primaries)
    drawn = prior.draw(study.layout, study.rule, (np.zeros(size), np.full(size, 0.4)), study.terms, 60, 4)
    rule = {"truths": 1, "worlds": 50, "centres": 30, "primaries": ["breast"], "months": [12.0]}
    rule["generator"] = [AS_ASSUMED, {"id": "better", "published_shift": -0.6}]
    fair, better = simulated_tables.simulated_tables(study, drawn[:1], drawn[10:], rule, False, 6)
    assert better["bias"] > fair["bias"] + 5
    assert (fair["truths"], fair["centres"]) == (1, 30)
