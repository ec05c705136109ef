"""The real part of `spine-ensemble` on a synthetic table whose effects are known. Nobody in it is real."""

import json

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
from onnx import TensorProto, helper
from scipy import sparse
from scipy.optimize import minimize

from spineboard_training import msk_met
from spineboard_training.builder import Builder
from spineboard_training.real import bands, blanks, graph_part, inputs, measure, network, sites, stack, trees

GENES = ["TP53", "KRAS", "EGFR", "MYC"]
PRIMARIES = ["breast", "prostate", "lung", "myeloma", "colon", "rectum", "pancreas", "other"]
LEVEL = {"breast": 0.03, "prostate": 0.02, "lung": 0.05, "colon": 0.03, "rectum": 0.03, "pancreas": 0.09}
# TP53 harms everywhere, EGFR helps in lung cancer alone, liver samples die sooner, genome altered stands behind MYC.
TP53_EFFECT, EGFR_EFFECT, LIVER_EFFECT = 0.7, -0.8, 0.8


def table_of(size: int, seed: int = 3) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    primary = draw.choice(sorted(LEVEL), size)
    table = pd.DataFrame({"patient": np.arange(size), "primary": primary})
    table["age"], table["male"] = draw.uniform(30, 88, size), (draw.random(size) < 0.5).astype(float)
    lung, breast = primary == "lung", primary == "breast"
    histology = pd.Series(draw.choice(["adenocarcinoma", "squamous", "small_cell"], size)).where(lung, None)
    table["histology"] = histology
    table["oestrogen"] = np.where(breast, draw.random(size) < 0.8, np.nan)
    table["her2"] = np.where(breast, draw.random(size) < 0.2, np.nan)
    table["tmb_high"] = (draw.random(size) < 0.1).astype(float)
    table["msi_high"] = np.where(np.isin(primary, ["colon", "rectum"]), draw.random(size) < 0.05, np.nan)
    for gene, share in zip(GENES, (0.5, 0.3, 0.3, 0.2), strict=True):
        table[gene] = (draw.random(size) < share).astype(float)
    table["months_since_metastasis"] = draw.exponential(12, size)
    table["fga"] = np.clip(draw.beta(2, 8, size) + 0.15 * table["MYC"], 0, 1)
    table["biopsy_site"] = draw.choice(["primary_sample", "lymph_node", "liver", "bone"], size)
    risk = TP53_EFFECT * table["TP53"] + EGFR_EFFECT * table["EGFR"] * lung + 0.15 * (table["age"] - 60) / 10
    risk += 2.0 * (table["fga"] - 0.2) + LIVER_EFFECT * (table["biopsy_site"] == "liver")
    time = draw.exponential(1 / (np.array([LEVEL[value] for value in primary]) * np.exp(risk)))
    follow_up = draw.uniform(1, 60, size)
    table["months"], table["died"] = np.minimum(time, follow_up), (time <= follow_up).astype(float)
    return table


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return table_of(3000)


@pytest.fixture(scope="module")
def part(table) -> stack.StackedPart:
    return stack.learn(table, GENES, PRIMARIES, 1, True)


@pytest.fixture(scope="module")
def rows(table, part) -> inputs.Patients:
    return inputs.patients(table, part.layout, 1)


def changed(part, x, **values) -> np.ndarray:
    x = x.copy()
    for name, value in values.items():
        x[:, part.layout.at(name)] = value
    return x


def test_known_effects_come_back(part, rows):
    year = slice(0, 3)
    with_gene = part.log_hazard(changed(part, rows.x, gene_tp53=1.0)) - part.log_hazard(changed(part, rows.x, gene_tp53=0.0))
    assert with_gene[:, year].mean() == pytest.approx(TP53_EFFECT, abs=0.2)
    lung = rows.x[:, part.layout.at("primary_lung")] == 1
    egfr = part.log_hazard(changed(part, rows.x, gene_egfr=1.0)) - part.log_hazard(changed(part, rows.x, gene_egfr=0.0))
    assert egfr[lung][:, year].mean() < -0.3 and abs(egfr[~lung][:, year].mean()) < 0.2


def test_weights_are_never_negative_and_the_mean_is_zero(part, rows):
    assert part.weights.shape == (3, bands.BANDS) and (part.weights >= 0).all() and part.weights.sum(0).min() > 0.5
    assert part.log_hazard(rows.x).mean(0) == pytest.approx(np.zeros(bands.BANDS), abs=1e-6)
    assert set(part.by_primary) == set(LEVEL)


def test_the_same_seed_gives_the_same_part(table, part, rows):
    again = stack.learn(table, GENES, PRIMARIES, 1, True)
    assert np.array_equal(again.log_hazard(rows.x), part.log_hazard(rows.x))
    assert again.site_table == part.site_table


def test_the_graph_equals_numpy(part, rows):
    width = len(part.layout.names)
    x = rows.x[:400].astype(np.float32)
    x[:20, part.layout.positions("primary_")] = 0
    x[:20, part.layout.at("primary_myeloma")] = 1
    x[20:25, part.layout.at("fraction_genome_altered")] = 1.7
    builder = Builder()
    name = graph_part.add_to_graph(part, builder, "x")
    graph = helper.make_graph(
        builder.nodes,
        "real_part",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["R", width])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["R", bands.BANDS])],
        builder.constants,
    )
    domains = [helper.make_opsetid("", 13)]
    model = helper.make_model(graph, opset_imports=domains, ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    assert session.run(None, {"x": x})[0] == pytest.approx(part.log_hazard(x), abs=1e-5)


def test_only_age_and_sex_speak_where_there_are_no_patients(part, rows):
    x = changed(part, rows.x, age=0.3, male=1.0)
    x[:, part.layout.positions("primary_")] = 0
    x[:, part.layout.at("primary_myeloma")] = 1
    assert np.ptp(part.log_hazard(x), axis=0).max() < 1e-6
    assert np.ptp(part.log_hazard(changed(part, x[:2], age=[0.3, 2.0])), axis=0).min() > 0


def test_an_unknown_gene_is_drawn_and_never_wild_type(table, part):
    unknown = table.copy()
    hidden = unknown.index % 2 == 0
    unknown.loc[hidden, "TP53"] = np.nan
    rows = inputs.patients(unknown, part.layout, 1)
    copies = np.bincount(rows.patient)
    assert set(copies[hidden]) == {inputs.COPIES} and set(copies[~hidden]) == {1}
    assert rows.deaths.sum() == pytest.approx(bands.exposure(table["months"].to_numpy(), table["died"].to_numpy())[1].sum())
    drawn = rows.x[hidden[rows.patient], part.layout.at("gene_tp53")]
    assert drawn.mean() == pytest.approx(table["TP53"].mean(), abs=0.04)


def test_counts_of_metastases_and_race_are_not_read(study):
    read = {*msk_met.PATIENT_COLUMNS, *msk_met.SAMPLE_COLUMNS}
    assert not read & {"MET_COUNT", "MET_SITE_COUNT", "RACE"}
    table = msk_met.read_patients(study, GENES)
    assert set(table["biopsy_site"]) == {"primary_sample", "bone", "liver"}
    assert table["fga"].between(0, 1).all() and (table["months_since_metastasis"] >= 0).all()


def test_the_site_of_the_biopsy_has_its_own_effect_beside_g(part):
    liver = part.site_table["overall"]["liver"]
    assert abs(liver["mean"] - LIVER_EFFECT) < 3 * liver["se"] and liver["se"] < 0.15
    assert part.site_table["overall"]["lymph_node"]["mean"] == 0
    assert part.site_shares["lung"]["liver"] == pytest.approx(0.25, abs=0.06)
    lung = np.zeros((len(sites.SITES), len(PRIMARIES)))
    lung[:, PRIMARIES.index("lung")] = 1
    offset = part.offset.of(np.arange(len(sites.SITES)), lung)
    assert offset[sites.SITES.index("liver")] > 0.3 > offset[sites.SITES.index("bone")]


def test_a_blank_genome_keeps_what_a_gene_does_through_it(part, rows):
    column = part.layout.at("fraction_genome_altered")
    filled = part.blanks.filled(rows.x, np.random.default_rng(1), burden_too=True)
    carrier = rows.x[:, part.layout.at("gene_myc")] == 1
    for group in (carrier, ~carrier):
        assert filled[group, column].mean() == pytest.approx(rows.x[group, column].mean(), abs=0.02)
    assert filled[:, column].min() >= 0 and filled[:, column].max() <= 1
    micro = part.layout.positions("microsatellite_")
    assert (filled[:, micro].sum(1) == 1).all()
    high = [micro[1], micro[3]]
    assert filled[:, high].sum() == pytest.approx(rows.x[:, high].sum(), rel=0.25)
    unstable = [micro[2], micro[3]]
    assert (filled[:, unstable].sum(1) == rows.x[:, unstable].sum(1)).all()
    assert (blanks.burden_low(rows.x, part.layout)[:, high] == 0).all()


def test_noise_gets_no_weight(rows):
    draw = np.random.default_rng(2)
    signal = draw.normal(0, 1, len(rows.x))
    at_risk, deaths = bands.exposure(draw.exponential(20 * np.exp(-signal)), np.ones(len(rows.x)))
    simulated = inputs.Patients(rows.x, at_risk, deaths, rows.site, rows.patient)
    forecasts = [signal, draw.normal(0, 1, len(signal)), -signal + draw.normal(0, 0.1, len(signal))]
    ahead = np.repeat(np.array(forecasts)[:, :, None], bands.BANDS, axis=2)
    weights = stack.stacking_weights(ahead[:2], np.zeros(len(signal)), simulated)
    assert weights[0] == pytest.approx(np.ones(bands.BANDS), abs=0.15) and (weights[1] < 0.1).all()
    assert (stack.stacking_weights(ahead[2:], np.zeros(len(signal)), simulated) == 0).all()


def test_a_tree_is_cut_down_to_what_it_says_in_each_band():
    def leaf(value):
        return {"leaf_value": value}

    inner = {"split_feature": 0, "threshold": 0.5, "left_child": leaf(1.0), "right_child": leaf(2.0)}
    root = {"split_feature": 3, "threshold": 1.5, "left_child": inner, "right_child": leaf(5.0)}
    cut = trees._by_band(root, 3)
    forest = trees.Forest(np.zeros(2), tuple(cut), np.zeros(bands.BANDS))
    assert forest.log_hazard(np.array([[0.0, 0.0], [1.0, 0.0]])).tolist() == [[1, 1, 5, 5], [2, 2, 5, 5]]
    assert len(trees._by_band(inner, 3)) == 1


def test_the_gradient_of_the_network_is_the_slope_of_its_loss():
    draw = np.random.default_rng(4)
    clinical, genomic = draw.normal(size=(30, 3)), draw.normal(size=(30, 4))
    at_risk, deaths = draw.random((30, bands.BANDS)), (draw.random((30, bands.BANDS)) < 0.3).astype(float)
    shapes = [(3, 2), (2,), (4, 2), (2,), (6, 2), (2,), (2, bands.BANDS), (bands.BANDS,)]
    weights = [0.3 * draw.normal(size=shape) for shape in shapes]

    def loss():
        output = network._forward(weights, clinical, genomic)[-1]
        return (at_risk * np.exp(output) - deaths * output).sum() / 30

    for number, found in enumerate(network._gradient(weights, clinical, genomic, at_risk, deaths, 1.0)):
        place = tuple(0 for _ in weights[number].shape)
        around = []
        for step in (1e-6, -2e-6):
            weights[number][place] += step
            around.append(loss())
        weights[number][place] += 1e-6
        assert (around[0] - around[1]) / 2e-6 == pytest.approx(found[place], abs=1e-5)


def test_ridge_finds_the_greatest_penalised_likelihood():
    draw = np.random.default_rng(6)
    design, months = draw.normal(size=(300, 2)), draw.exponential(10, 300)
    at_risk, deaths = bands.exposure(months, np.ones(300))
    penalty, centre = np.array([1.0, 50.0]), np.array([0.0, 0.5])
    found = bands.ridge(sparse.csr_matrix(design), at_risk, deaths, penalty, centre, with_covariance=True)

    def loss(values):
        ratio = (design @ values[4:])[:, None]
        missed = bands.log_likelihood(at_risk, deaths, values[:4], ratio)
        return -missed + 0.5 * (penalty * (values[4:] - centre) ** 2).sum()

    best = minimize(loss, np.r_[found.levels, found.coefficients] + 0.05, method="BFGS").x
    assert found.coefficients == pytest.approx(best[4:], abs=1e-3)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx([0.06, 0.06], abs=0.03)


def test_the_figures_are_of_patients_not_seen_and_fit_for_json():
    figures = measure.measure(table_of(1200), GENES, PRIMARIES, 1, True)
    assert json.loads(json.dumps(figures))["patients"] == 1200
    found = {model: groups["all"]["auc_12"] for model, groups in figures["models"].items()}
    assert found["stack"][0] > found["primary_only"][0] and found["stack"][1] < found["stack"][0] < found["stack"][2]
    assert 0.6 < figures["models"]["stack"]["all"]["calibration_slope"] < 1.5
    assert {len(fold["weights"]) for fold in figures["folds"]} == {3}


def test_a_calibration_slope_by_hand():
    draw = np.random.default_rng(8)
    risk = draw.normal(0, 1, 20000)
    months = draw.exponential(20 * np.exp(-0.5 * risk))
    assert measure.calibration_slope(risk, months, np.ones(20000)) == pytest.approx(0.5, abs=0.03)
