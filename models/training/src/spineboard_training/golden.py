"""The golden rows: synthetic patients (nobody real) with the outputs that any engine must reproduce."""

import numpy as np

from .columns import encode
from .draws import TIME_GRID_MONTHS
from .reference import Model, forecast

HORIZONS_MONTHS = (3, 6, 12)
TOLERANCE = 1e-6


def patients(genes: list[str]) -> list[dict]:
    """Facts in catalogue units: nothing known, everything known, typical cases, odd ones."""
    laboratory = {
        "albumin": 36.0, "haemoglobin": 112.0, "lactate_dehydrogenase": 260.0,
        "neutrophil_lymphocyte_ratio": 5.0, "platelet_lymphocyte_ratio": 210.0,
    }  # fmt: skip
    organs = dict.fromkeys(("lung_metastasis", "adrenal_metastasis", "pleural_metastasis", "peritoneal_metastasis"), False)
    full = {
        "age": 67.0, "sex": "female", "primary_tumour": "breast", "lung_histology": "other",
        "oestrogen_receptor": "positive", "her2_status": "negative", "microsatellite_instability": "stable",
        "tumour_mutational_burden": 3.0, "prostate_hormone_status": "castration_resistant",
        "karnofsky": 80, "ecog": 1, "walking": "independent", "frankel": "E", **laboratory,
        "visceral_metastases": "unresectable", "liver_metastasis": True, "brain_metastasis": False, **organs,
        "extraspinal_bone_metastases": 4, "vertebral_metastases": 3, "months_since_primary_diagnosis": 60.0,
        "prior_systemic_lines": 2, **{f"gene_{gene.lower()}": "wild_type" for gene in genes},
    }  # fmt: skip
    fit_prostate = {
        "age": 71.0, "sex": "male", "primary_tumour": "prostate", "prostate_hormone_status": "hormone_naive",
        "ecog": 0, "walking": "independent", "visceral_metastases": "none", "albumin": 42.0,
    }  # fmt: skip
    frail_lung = {
        "age": 74.0, "sex": "male", "primary_tumour": "lung", "lung_histology": "small_cell", "karnofsky": 40,
        "frankel": "B", "albumin": 24.0, "lactate_dehydrogenase": 900.0, "liver_metastasis": True,
        "brain_metastasis": True, "prior_systemic_lines": 3,
    }  # fmt: skip
    return [
        {},
        full,
        {**full, "primary_tumour": "lung", "lung_histology": "adenocarcinoma", "gene_egfr": "variant"},
        {"primary_tumour": "lung"},
        {"primary_tumour": "breast"},
        {"primary_tumour": "prostate"},
        {"primary_tumour": "kidney", "age": 62.0, "sex": "male", "ecog": 1},
        {"primary_tumour": "myeloma", "karnofsky": 70},
        {"primary_tumour": "lymphoma", "age": 50.0},
        {"primary_tumour": "unknown_primary", "karnofsky": 50, "walking": "not_walking"},
        {"primary_tumour": "thymus"},
        fit_prostate,
        frail_lung,
        {**frail_lung, "age": 30.0, "karnofsky": 100},
        {"sex": "male"},
        {"sex": "female", "age": 44.0, "oestrogen_receptor": "negative", "her2_status": "negative"},
        {"gene_egfr": "variant"},
        {"gene_spop": "variant", "sex": "male"},
        {"karnofsky": 20},
        {"karnofsky": 100},
        {"ecog": 4},
        laboratory,
        {"frankel": "C"},
        {"visceral_metastases": "none", "liver_metastasis": True},
        {**dict.fromkeys(organs, False), "liver_metastasis": False},
        {"primary_tumour": "colon", "microsatellite_instability": "high"},
        {"primary_tumour": "melanoma", "gene_braf": "variant", "brain_metastasis": True, "lactate_dehydrogenase": 2400.0},
        {"primary_tumour": "thyroid", "months_since_primary_diagnosis": 300.0, "vertebral_metastases": 1},
        {"age": 100.0, "primary_tumour": "pancreas", "albumin": 16.0, "neutrophil_lymphocyte_ratio": 90.0},
        {"primary_tumour": "breast", "her2_status": "low", "oestrogen_receptor": "positive", "ecog": 2},
    ]  # fmt: skip


def summary(paths: np.ndarray, horizons: tuple[int, ...] = HORIZONS_MONTHS) -> dict:
    """Point and interval of survival at each horizon."""
    at = {months: int(np.flatnonzero(TIME_GRID_MONTHS == months)[0]) for months in horizons}
    return {str(months): point_and_interval(paths[:, column], "alive") for months, column in at.items()}


def point_and_interval(draws: np.ndarray, point: str) -> dict:
    """Mean over the draws, called `point`, and their 5 % and 95 % quantiles."""
    low, high = np.quantile(draws, [0.05, 0.95])
    return {point: float(draws.mean()), "low": float(low), "high": float(high)}


def rows(model: Model) -> list[dict]:
    """The rows of golden.json."""
    found = []
    for facts in patients(list(model.world.genes)):
        values, known = encode(facts, model.inputs)
        values = [float(np.float32(value)) for value in values]
        alive = summary(forecast(model, values, known))
        found.append({"facts": facts, "values": values, "known": known, "alive": alive})
    return found
