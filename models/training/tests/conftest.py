"""A small synthetic study, so that the tests need no patient data. Nobody in it is real."""
# ruff: noqa: I001

import datetime
import os
from pathlib import Path

import spineboard_training  # noqa: F401  first: it sets the number of threads before numpy loads

import numpy as np
import onnxruntime
import pandas as pd
import pytest

from spineboard_training import spine_ensemble, survival_linear
from spineboard_training.catalogue import read_catalogue

REPOSITORY = Path(__file__).resolve().parents[3]
FEATURES = REPOSITORY / "assets" / "features.toml"
EVIDENCE = REPOSITORY / "assets" / "evidence"
DATE = datetime.date(2026, 1, 2)

TUMOURS = [
    ("BRCA", "IDC HR+HER2-", "Breast", 0.06), ("BRCA", "IDC TN", "Breast", 0.12), ("PRAD", "PRAD", "Prostate", 0.02),
    ("LUAD", "LUAD", "Lung", 0.05), ("SCLC", "SCLC", "Lung", 0.12), ("CRC", "CRC MSS", "Colon", 0.03),
    ("CRC", "CRC HM", "Rectum", 0.02), ("PAAD", "PAAD", "Pancreas", 0.1), ("CCRCC", "CCRCC", "Kidney", 0.03),
]  # fmt: skip


def shared() -> Path | None:
    """The folder with the real study, if this machine has it."""
    folder = Path(os.environ.get("SPINEBOARD_SHARED", REPOSITORY.parent / "shared"))
    return folder if (folder / "data" / "msk_met_2021").is_dir() else None


def write_study(folder: Path, size: int = 1500) -> None:
    """Files in the layout of the cBioPortal study, with exponential survival by tumour."""
    draw = np.random.default_rng(5)
    kind = draw.integers(0, len(TUMOURS), size)
    ids = [f"P-{number:07d}" for number in range(size)]
    rate = np.array([tumour[3] for tumour in TUMOURS])[kind]
    months, follow_up = draw.exponential(1 / rate), draw.uniform(1, 60, size)
    age = draw.uniform(25, 88, size)
    patients = pd.DataFrame(
        {
            "PATIENT_ID": ids,
            "SEX": np.where(draw.random(size) < 0.5, "Male", "Female"),
            "OS_MONTHS": np.minimum(months, follow_up),
            "OS_STATUS": np.where(months <= follow_up, "1:DECEASED", "0:LIVING"),
            "AGE_AT_EVIDENCE_OF_METS": np.where(draw.random(size) < 0.9, age - 1, age + 1),
            "AGE_AT_SEQUENCING": age,
        }
    )
    samples = pd.DataFrame(
        {
            "PATIENT_ID": ids,
            "tumor_type": [TUMOURS[k][0] for k in kind],
            "SUBTYPE_ABBREVIATION": [TUMOURS[k][1] for k in kind],
            "PRIMARY_SITE": [TUMOURS[k][2] for k in kind],
            "GENE_PANEL": np.where(np.arange(size) % 3 == 0, "SMALL", "LARGE"),
            "TMB_NONSYNONYMOUS": draw.exponential(5, size),
        }
    )
    biopsy = np.random.default_rng(6)
    samples["FGA"] = biopsy.beta(1, 4, size)
    samples["SAMPLE_TYPE"] = np.where(biopsy.random(size) < 0.5, "Primary", "Metastasis")
    samples["METASTATIC_SITE"] = np.where(samples["SAMPLE_TYPE"] == "Primary", None, biopsy.choice(["Bone", "Liver"], size))
    carrier = draw.random(size) < 0.4
    tp53 = [{"PATIENT_ID": i, "gene": "TP53"} for i, has in zip(ids, carrier, strict=True) if has]
    egfr = [{"PATIENT_ID": ids[n], "gene": "EGFR"} for n in range(size) if n % 3 and n % 10 == 1]
    folder.mkdir(parents=True)
    patients.to_csv(folder / "patients.csv.gz", index=False)
    samples.to_csv(folder / "samples.csv.gz", index=False)
    pd.DataFrame(tp53 + egfr).to_csv(folder / "mutations.csv.gz", index=False)
    fusions = {"Sample_Id": ["P-0000007-T01"], "Site1_Hugo_Symbol": ["EML4"], "Site2_Hugo_Symbol": ["ALK"]}
    pd.DataFrame(fusions).to_csv(folder / "fusions.csv.gz", index=False)
    copies = {"SAMPLE_ID": ["P-0000009-T01"], "AR": [2], "MYC": [0], "CDKN2A": [-2], "PTEN": [0]}
    pd.DataFrame(copies).to_csv(folder / "copy_number_17_genes.csv.gz", index=False)


@pytest.fixture(scope="session")
def study(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("study") / "msk_met_2021"
    write_study(folder)
    return folder


@pytest.fixture(scope="session")
def catalogue():
    return read_catalogue(FEATURES)


@pytest.fixture(scope="session")
def pack(study, tmp_path_factory):
    """A quick pack of the synthetic study: (folder, what was built)."""
    out = tmp_path_factory.mktemp("pack") / "survival-linear"
    built = survival_linear.build(study, EVIDENCE, FEATURES, out, True, DATE, "tests")
    return out, built


@pytest.fixture(scope="session")
def session(pack):
    return onnxruntime.InferenceSession(pack[0] / "survival.onnx")


@pytest.fixture(scope="session")
def made(study, tmp_path_factory):
    """A quick `spine-ensemble` of the synthetic study: (folder, what was built)."""
    out = tmp_path_factory.mktemp("ensemble") / "spine-ensemble"
    return out, spine_ensemble.build(study, EVIDENCE, FEATURES, out, True, DATE, "tests")
