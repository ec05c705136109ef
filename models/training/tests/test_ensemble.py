"""The pack `spine-ensemble` on a small synthetic study: worlds, blanks, refit, graph against reference, Shapley values."""

import json
import tomllib
from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import shap
from conftest import REPOSITORY
from scipy.stats import norm

from spineboard_training.columns import encode
from spineboard_training.draws import GroupedStrata
from spineboard_training.ensemble import conditioning, golden, prior, sequenced, worlds
from spineboard_training.ensemble.people import Dependence, covariates
from spineboard_training.ensemble.reference import forecast

SHIPPED = REPOSITORY / "models" / "packs" / "spine-ensemble"


@pytest.fixture(scope="module")
def session(made):
    return onnxruntime.InferenceSession(made[0] / "ensemble.onnx")


def run(session, model, patients, setting="referral"):
    encoded = [encode(facts, model.inputs) for facts in patients]
    values, known = (np.array(part, dtype=np.float32) for part in zip(*encoded, strict=True))
    one_hot = np.zeros((len(patients), len(model.paths.settings)), dtype=np.float32)
    one_hot[:, model.paths.settings.index(setting)] = 1
    return session.run(["survival", "cord_compression"], {"values": values, "known": known, "setting": one_hot})


def rows(folder):
    return json.loads((folder / "golden.json").read_text())["rows"]


def replay(folder, session):
    settings = [entry["name"] for entry in tomllib.loads((folder / "pack.toml").read_text())["setting"]]
    for row in rows(folder):
        one_hot = np.eye(len(settings), dtype=np.float32)[[settings.index(row["setting"])]]
        values, known = (np.array([row[name]], dtype=np.float32) for name in ("values", "known"))
        alive, cord = session.run(["survival", "cord_compression"], {"values": values, "known": known, "setting": one_hot})
        for months, expected in row["alive"].items():
            said = alive[0, :, int(months)].astype(float)
            assert said.mean() == pytest.approx(expected["alive"], abs=1e-6)
            assert np.quantile(said, 0.05) == pytest.approx(expected["low"], abs=1e-5)
            assert np.quantile(said, 0.95) == pytest.approx(expected["high"], abs=1e-5)
        assert cord[0].astype(float).mean() == pytest.approx(row["cord_compression"]["point"], abs=1e-6)


def test_onnxruntime_reproduces_the_numpy_rows(made, session):
    assert len(rows(made[0])) >= 24
    assert {row["setting"] for row in rows(made[0])} == set(made[1].model.paths.settings)
    replay(made[0], session)


def test_the_shipped_pack_reproduces_its_rows_and_is_small():
    replay(SHIPPED, onnxruntime.InferenceSession(SHIPPED / "ensemble.onnx"))
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 40e6


def test_every_path_of_graph_and_reference_agrees(made, session):
    model = made[1].model
    for facts, setting in ((golden.patients(list(model.world.genes))[1], "surgery"), ({"karnofsky": 50}, "sequenced")):
        alive, cord = run(session, model, [facts], setting)
        values, known = encode(facts, model.inputs)
        expected, expected_cord = forecast(model, [float(np.float32(value)) for value in values], known, setting)
        assert np.abs(alive[0] - expected).max() < 2e-6
        assert np.abs(cord[0] - expected_cord).max() < 1e-6


def test_paths_start_at_one_never_rise_and_leave_room_for_cord_compression(made, session):
    model = made[1].model
    alive, cord = run(session, model, golden.patients(list(model.world.genes)))
    assert (alive[:, :, 0] == 1).all()
    assert (np.diff(alive, axis=2) <= 0).all()
    assert alive.min() >= 0 and cord.min() >= 0
    assert (cord <= 1).all()


def test_a_forecast_with_a_blank_is_the_average_of_the_filled_forecasts(made, session):
    """Albumin blank against albumin filled at the quantiles of p(albumin | Karnofsky), which the network implies: one latent
    fitness with the world's loadings, averaged over the worlds."""
    model = made[1].model
    known = {"primary_tumour": "breast", "karnofsky": 60, "age": 60.0}
    blank = run(session, model, [known])[0].astype(float).mean(1)[0]
    paths, world = model.paths, model.world
    measure = (60 - world.measure_mean[0]) / world.measure_sd[0]
    loading = paths.loading[:, None] * world.loading
    correlation = loading[:, 0] * loading[:, 1]
    means, spreads = correlation * measure, np.sqrt(1 - correlation**2)
    grid = np.linspace(-3.5, 3.5, 71)
    weight = np.zeros(len(grid))
    for mean, spread in zip(means, spreads, strict=True):
        density = norm.pdf(grid, mean, spread)
        weight += density / density.sum() / len(means)
    albumin = world.measure_mean[1] + world.measure_sd[1] * grid
    alive = run(session, model, [{**known, "albumin": float(value)} for value in albumin])[0].astype(float).mean(1)
    filled = weight @ alive
    for month in (3, 6, 12):
        assert filled[month] == pytest.approx(blank[month], abs=0.012)
    assert abs(alive[0, 12] - alive[-1, 12]) > 0.05


def test_a_blank_flag_is_the_average_of_yes_and_no(made, session):
    model = made[1].model
    known = {"primary_tumour": "kidney", "karnofsky": 80}
    share = model.world.lone[0]
    blank, no, yes = (
        run(session, model, [known, {**known, "brain_metastasis": False}, {**known, "brain_metastasis": True}])[0]
        .astype(float)
        .mean(1)
    )
    assert np.allclose(share * yes + (1 - share) * no, blank, atol=0.008)
    assert (yes[1:] < no[1:]).all()


def test_conditioning_moves_the_worlds_to_the_tables(made):
    built = made[1]
    study = replace(built.study, contrasts=[], discrimination=[])
    drawn = prior.draw(study.layout, study.rule, zero_prior(study), study.terms, 120, 3)
    moved = conditioning.condition(study, drawn, 4)
    value, error = conditioning.observed(study)

    def misfit(some):
        said = np.array([conditioning.predict(study, vector) for vector in some[:40]]).mean(0)
        return np.abs((said - value) / error).mean()

    assert misfit(moved) < 0.5 * misfit(drawn)
    whole = np.array([row.whole for row in study.observations])
    said = np.exp(-np.exp(np.array([conditioning.predict(study, vector) for vector in moved[:40]]).mean(0)))
    published = np.array([row.alive for row in study.observations])
    assert np.abs(said - published)[whole].mean() < 0.05


def zero_prior(study):
    size = len(study.layout.primaries)
    return np.zeros(size), np.full(size, 0.4)


def test_observations_left_out_do_not_move_the_worlds(made):
    study = replace(made[1].study, contrasts=[], discrimination=[])
    drawn = prior.draw(study.layout, study.rule, zero_prior(study), study.terms, 30, 3)
    nothing = np.zeros(len(study.observations), dtype=bool)
    assert np.array_equal(conditioning.condition(study, drawn, 4, nothing), drawn)


def test_chosen_worlds_keep_mean_and_spread(made):
    every = made[1].conditioned
    chosen = worlds.choose(every, 16, 5)
    assert np.allclose(chosen.mean(0), every.mean(0))
    assert np.allclose(chosen.std(0), every.std(0))


def test_the_baseline_gives_the_drawn_curve_back(made):
    """Solved over the pooled mix: its mean survival is the world's own curve, moved by the era alone."""
    built = made[1]
    study = built.study
    study = replace(
        study, rule={**study.rule, "era": {**study.rule["era"], "target_year_low": 2017, "target_year_high": 2017}}
    )
    constant = prior.constants(study.layout, study.rule, built.conditioned[0])
    learned = study.within[:, None] * np.ones(worlds.BANDS)
    log_hazard = worlds.log_hazards(study, constant, "surgery", learned)
    spent = worlds.baseline_by_band(study, constant, "surgery", log_hazard).sum(0)
    rest = conditioning.risk_parts(study, constant, "surgery")[0]
    number = study.layout.settings.index("surgery")
    log_risk = rest + constant.contrast[number] * constant.primary[study.people.primary]
    weight = conditioning.weights(study, study.pooled)
    for month in (3, 6, 12, 24):
        alive = weight @ np.exp(-spent[month] * np.exp(log_risk))
        level = conditioning.setting_curve(study.layout, constant, "surgery", np.array([float(month)]))[0]
        assert alive == pytest.approx(np.exp(-np.exp(level)), abs=0.01)


def test_the_refit_counts_the_unrecorded_once():
    """A learned and an unrecorded part of the hazard: integrating the latter out gives the survival back."""
    draw = np.random.default_rng(0)
    size = 12000
    within = 0.6 * draw.standard_normal(size)
    fitness = draw.standard_normal(size)
    rate = 0.03 * np.exp(within + 0.8 * fitness)
    months = draw.exponential(1 / rate)
    follow_up = draw.uniform(5, 60, size)
    died = (months <= follow_up).astype(float)
    data = sequenced.Sequenced(
        primary=np.zeros(size, dtype=int),
        between=np.zeros(1),
        within=np.repeat(within[:, None], 4, axis=1),
        standard=within / 0.6,
        months=np.minimum(months, follow_up),
        died=died,
        people=None,
        involved=None,
    )
    hidden = 0.8 * draw.standard_normal((size, sequenced.COPIES))
    fitted = sequenced.refit(data, hidden)
    assert fitted.scale == pytest.approx(1.0, abs=0.12)
    for months in (6.0, 12.0, 24.0):
        integrated = sequenced.integrated_survival(data, hidden, fitted, months)
        truth = np.exp(-0.03 * months * np.exp(within[:, None] + 0.8 * draw.standard_normal((size, 50)))).mean(1)
        for part in np.array_split(np.argsort(within), 4):
            assert integrated[part].mean() == pytest.approx(truth[part].mean(), abs=0.03)


def test_a_shown_biopsy_is_not_drawn_away(made):
    study = made[1].study
    primary = np.full(50, study.layout.primaries.index("breast"))
    sites = np.array(["liver"] * 25 + [""] * 25)
    people, involved = sequenced.copies(study.world, primary, sites, 3)
    dependence = Dependence(1.0, 0.0)
    covariate = covariates(people, study.world, study.organ_share, dependence, 0.0, np.zeros(len(people.primary)))
    shown = np.maximum(covariate["liver_metastasis"], involved[:, 0]).reshape(50, -1)
    assert (shown[:25] == 1).all()
    assert 0 < shown[25:].mean() < 1


def test_shapley_values_agree_with_the_shap_package(made, session):
    """The same value function through `shap.explainers.Exact`: a mask over the groups, the others blank."""
    model = made[1].model
    plan = tomllib.loads((made[0] / "pack.toml").read_text())["explanation"]
    facts = {"primary_tumour": "lung", "karnofsky": 50, "albumin": 30.0, "liver_metastasis": True, "age": 71.0}
    players = golden.playing(facts, plan["survival"])
    ours = golden.shapley_values(session, model, facts, "referral", "survival", players)

    def value(masks):
        shown = [
            {
                name: facts[name]
                for use, group in zip(mask, players, strict=True)
                if use
                for name in group["features"]
                if name in facts
            }
            for mask in masks
        ]
        return np.log(-np.log(golden.run(session, model, shown, "referral")[0]))

    explainer = shap.explainers.Exact(value, np.zeros((1, len(players))))
    theirs = explainer(np.ones((1, len(players))))
    assert theirs.base_values[0] == pytest.approx(ours["baseline"], abs=1e-6)
    for group, amount in zip(players, theirs.values[0], strict=True):
        assert amount == pytest.approx(ours["groups"][group["id"]], abs=1e-5)
    assert sum(ours["groups"].values()) == pytest.approx(ours["total"] - ours["baseline"], abs=1e-9)


def test_settings_differ_and_cord_compression_follows_the_canal(made, session):
    model = made[1].model
    facts = {"primary_tumour": "lung"}
    by_setting = {name: run(session, model, [facts], name)[0][0, :, 12].mean() for name in model.paths.settings}
    assert by_setting["stereotactic"] > by_setting["referral"]
    levels = [{"canal_compromise": float(share)} for share in (0, 25, 50, 75)]
    cord = run(session, model, levels)[1].mean(1)
    assert (np.diff(cord) > 0).all()
    grades = [{"bilsky_grade": grade} for grade in ("0", "1a", "1b", "1c", "2", "3")]
    assert (np.diff(run(session, model, grades)[1].mean(1)) > 0).all()


def test_blanks_are_spread_evenly_within_each_world_and_over_all():
    column = GroupedStrata(16, 8, 3).uniform()
    assert np.allclose(np.sort(column), (np.arange(128) + 0.5) / 128)
    for world in column.reshape(16, 8):
        assert sorted((world * 8).astype(int)) == list(range(8))


def test_what_a_bone_metastasis_adds_lies_between_spine_and_biopsies(made):
    built = made[1]
    study = built.study
    constant = prior.constants(study.layout, study.rule, built.conditioned[0])
    fitted = sequenced.Refit(np.ones(17), np.zeros(len(study.layout.primaries)), 1.0)
    between = np.where(np.array(study.layout.primaries) == "thymus", np.nan, 0.0)
    lung, thymus = (study.layout.primaries.index(value) for value in ("lung", "thymus"))
    alone = worlds.sequenced_primary(study, constant, fitted, between, {})
    biopsied = worlds.sequenced_primary(study, constant, fitted, between, {"lung": (2.0, 0.01)})
    assert biopsied[lung] == pytest.approx(2.0, abs=0.02)
    assert np.allclose(np.delete(alone, lung), np.delete(biopsied, lung))
    known = ~np.isnan(between)
    centre = (study.pooled * constant.primary)[known].sum() / study.pooled[known].sum()
    assert alone[lung] == pytest.approx(0.5 * (constant.primary[lung] - centre))
    assert alone[thymus] == pytest.approx(constant.primary[thymus] - centre)
