"""Restates the evidence rows in use as data files of the product, so that it can cite them without a network."""

from pathlib import Path

from .evidence import read_evidence, rules
from .pack import toml_table

RATIO_FIELDS = (
    "factor", "level", "reference", "measure", "value", "approx", "null_result", "ci_low", "ci_high", "outcome",
    "adjusted", "n", "provenance", "confidence",
)  # fmt: skip
COHORT_FIELDS = {
    "bollen_six_models": (
        "primary_n", "median_os_by_primary", "median_os_by_primary_ci", "os_median_months", "dead_2_months",
        "alive_24_months", "age_mean", "age_sd", "visceral_or_brain", "extraspinal_bone", "spinal_mets_3plus",
        "neuro_major_deficit_frankelABC",
    ),
    "rades2007_mscc": ("survival_overall",),
    "scorad_arms": ("survival_12w", "primary_mix"),
    "nesms_prospective": ("dead_12m",),
    "schoenfeld_lab1216": ("os_median_days", "os_iqr_days"),
    "yibin127": ("survival",),
    "rades2008_first_score_factors": ("survival_6m_by_primary",),
    "crnalic54_prostate": ("castration_resistant", "hormone_naive", "median_months_crpc", "hormone_naive_alive"),
    "crnalic54_baseline": ("visceral_crpc",),
    "huddart1997": ("os_median_days", "median_days_no_prior_hormone"),
    "rcc101": ("visceral",),
    "quraishi201": ("primary_mix",),
    "zakaria417": ("primary_mix",),
    "wang1196": ("levels_ge3",),
    "ryvlin153": ("nlr_gt_10_2", "plr_gt_260"),
    "sorg_labs": ("labs_median",),
}  # fmt: skip
COMMON_COHORT_FIELDS = ("n", "years", "provenance", "confidence")
SOURCE_FIELDS = ("authors", "journal", "year", "doi", "pmid")
HEAD = """# {title}
# Facts taken from the literature for the pack `survival-linear`; only what it uses. Written by
# `python -m spineboard_training restate`. provenance: read = the number was seen in the source's abstract or an excerpt;
# recalled = from memory, with confidence; mixed, derived = as they say. `authors not seen`: complete before printing.
"""


def used_ids() -> list[str]:
    """Ids of the hazard ratio rows that the terms use, in file order, each once."""
    ids = [row["id"] for term in rules("evidence_terms")["term"] for row in term.get("rows", [])]
    return list(dict.fromkeys(ids))


def restate(evidence: Path, out: Path) -> None:
    """Writes hazard_ratios.toml and cohorts.toml."""
    ratios, cohorts = read_evidence(evidence)
    out.mkdir(parents=True, exist_ok=True)
    text = HEAD.format(title="Hazard ratios for death in use")
    for id in used_ids():
        text += "\n" + toml_table("[[hazard_ratio]]", _kept(id, ratios[id], RATIO_FIELDS))
    (out / "hazard_ratios.toml").write_text(text, encoding="utf-8")
    text = HEAD.format(title="Cohorts in use: targets of the baseline, case mix, survival by primary tumour")
    for id, fields in COHORT_FIELDS.items():
        text += "\n" + toml_table("[[cohort]]", _kept(id, cohorts[id], (*COMMON_COHORT_FIELDS, *fields)))
    (out / "cohorts.toml").write_text(text, encoding="utf-8")


def _kept(id: str, row: dict, fields: tuple[str, ...]) -> dict:
    kept = {"id": id, **{name: row[name] for name in fields if name in row}}
    source = {name: row["source"][name] for name in SOURCE_FIELDS if name in row["source"]}
    if not {"doi", "pmid"} & set(source) and "url" in row["source"]:
        source["url"] = row["source"]["url"]
    return {**kept, "source": source}
