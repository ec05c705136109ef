"""MSK-MET (Nguyen et al., Cell 2022, doi:10.1016/j.cell.2022.01.003): the table that the real part learns from.

One row per patient whose metastasis was known at sequencing (age at evidence of metastasis not later than age at
sequencing). Time zero is sequencing: nobody is at risk before it, so survival until sequencing is a condition of being
in the table (no immortal time inside the follow-up), not an outcome. `MET_COUNT`, `MET_SITE_COUNT` (accumulated over the
whole course) and race are never read. Time in months, 1 = died. A gene outside the patient's panel is NaN.
"""

import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from .catalogue import check_primaries, read_catalogue
from .real.sites import site_of

FUSION_GENES = ("ALK", "ROS1", "RET")
AMPLIFIED_GENES = ("AR", "MYC")
DELETED_GENES = ("CDKN2A", "PTEN")
PATIENT_COLUMNS = [
    "PATIENT_ID",
    "SEX",
    "OS_MONTHS",
    "OS_STATUS",
    "AGE_AT_EVIDENCE_OF_METS",
    "AGE_AT_SEQUENCING",
]
SAMPLE_COLUMNS = [
    "PATIENT_ID",
    "tumor_type",
    "SUBTYPE_ABBREVIATION",
    "PRIMARY_SITE",
    "GENE_PANEL",
    "TMB_NONSYNONYMOUS",
    "FGA",
    "SAMPLE_TYPE",
    "METASTATIC_SITE",
]


def read_study(data: Path, features: Path) -> tuple[dict, list[str], list[str], pd.DataFrame]:
    """Catalogue, its genes and primary tumours, and the patients; `data` holds the study's folder or is it."""
    catalogue = read_catalogue(features)
    genes = [name.removeprefix("gene_").upper() for name in catalogue if name.startswith("gene_")]
    primaries = list(catalogue["primary_tumour"].options)
    folder = data / "msk_met_2021" if (data / "msk_met_2021").is_dir() else data
    table = read_patients(folder, genes)
    check_primaries(sorted(set(table["primary"])), catalogue)
    return catalogue, genes, primaries, table


def read_patients(folder: Path, genes: list[str]) -> pd.DataFrame:
    """Patients metastatic at sequencing: age, sex, primary, subtype facts, genes, time, died, months since the
    first metastasis, altered share of the genome, site of the biopsy."""
    patients = pd.read_csv(folder / "patients.csv.gz", usecols=PATIENT_COLUMNS)
    samples = pd.read_csv(folder / "samples.csv.gz", usecols=SAMPLE_COLUMNS)
    table = patients.merge(samples, on="PATIENT_ID", validate="one_to_one").sort_values("PATIENT_ID")
    metastatic = table["AGE_AT_EVIDENCE_OF_METS"] <= table["AGE_AT_SEQUENCING"]
    usable = metastatic & table["OS_MONTHS"].notna() & (table["AGE_AT_SEQUENCING"] >= 18)
    table = table[usable].reset_index(drop=True)
    mapping = tomllib.loads(files(__package__).joinpath("rules/msk_met_primaries.toml").read_text("utf-8"))
    facts = pd.DataFrame(
        {
            "patient": table["PATIENT_ID"],
            "months": table["OS_MONTHS"].astype(float),
            "died": table["OS_STATUS"].str.startswith("1").astype(float),
            "age": table["AGE_AT_SEQUENCING"].astype(float),
            "male": (table["SEX"] == "Male").astype(float),
            "primary": [
                primary_tumour(*row, mapping)
                for row in zip(table["tumor_type"], table["SUBTYPE_ABBREVIATION"], table["PRIMARY_SITE"], strict=True)
            ],
            "histology": table["tumor_type"].map(mapping["lung_histology"]),
            "tmb_high": (table["TMB_NONSYNONYMOUS"] >= 10).astype(float),
            "msi_high": table["SUBTYPE_ABBREVIATION"].map(mapping["microsatellite_high"]).astype(float),
        }
    )
    facts["months_since_metastasis"] = (facts["age"] - table["AGE_AT_EVIDENCE_OF_METS"]) * 12
    facts["fga"] = table["FGA"].astype(float)
    facts["biopsy_site"] = site_of(table["SAMPLE_TYPE"], table["METASTATIC_SITE"])
    receptors = table["SUBTYPE_ABBREVIATION"].map(mapping["breast_receptors"])
    facts["oestrogen"] = [pair[0] if isinstance(pair, list) else np.nan for pair in receptors]
    facts["her2"] = [pair[1] if isinstance(pair, list) else np.nan for pair in receptors]
    altered = _altered(folder, genes, samples)
    covered = _covered(altered, samples, genes)
    for gene in genes:
        status = table["PATIENT_ID"].isin(altered[gene]).astype(float)
        facts[gene] = status.where(table["GENE_PANEL"].map(covered[gene]).astype(bool))
    return facts


def primary_tumour(tumour: str, subtype: str, site: str, mapping: dict) -> str:
    """The catalogue's primary tumour; an unmapped code is an error, not `other`."""
    found = mapping["subtype"].get(subtype) or mapping["tumour_and_site"].get(f"{tumour}|{site}")
    return found or mapping["tumour"][tumour]


def _altered(folder: Path, genes: list[str], samples: pd.DataFrame) -> dict[str, set[str]]:
    """Patients with a variant per gene: coding mutation; fusion (ALK, ROS1, RET) instead; amplification or deep
    deletion besides where that is the usual event."""
    mutations = pd.read_csv(folder / "mutations.csv.gz", usecols=["PATIENT_ID", "gene"])
    fusions = pd.read_csv(folder / "fusions.csv.gz", usecols=["Sample_Id", "Site1_Hugo_Symbol", "Site2_Hugo_Symbol"])
    copies = pd.read_csv(folder / "copy_number_17_genes.csv.gz")
    fusion_patient = fusions["Sample_Id"].str.slice(0, 9)
    copy_patient = copies["SAMPLE_ID"].str.slice(0, 9)
    known = set(samples["PATIENT_ID"])
    altered = {}
    for gene in genes:
        if gene in FUSION_GENES:
            partner = (fusions["Site1_Hugo_Symbol"] == gene) | (fusions["Site2_Hugo_Symbol"] == gene)
            found = set(fusion_patient[partner])
        else:
            found = set(mutations.loc[mutations["gene"] == gene, "PATIENT_ID"])
        if gene in AMPLIFIED_GENES:
            found |= set(copy_patient[copies[gene] >= 2])
        if gene in DELETED_GENES:
            found |= set(copy_patient[copies[gene] <= -2])
        altered[gene] = found & known
    return altered


def _covered(altered: dict[str, set[str]], samples: pd.DataFrame, genes: list[str]) -> dict[str, dict[str, bool]]:
    """A panel covers a gene if anyone sequenced with it shows a variant there (panel contents are not in the data)."""
    panel_of = samples.set_index("PATIENT_ID")["GENE_PANEL"]
    panels = sorted(panel_of.dropna().unique())
    return {
        gene: {panel: bool((panel_of.reindex(sorted(altered[gene])) == panel).any()) for panel in panels} for gene in genes
    }
