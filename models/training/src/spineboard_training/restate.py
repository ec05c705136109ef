"""Restates the evidence rows in use as data files of the product, so that it can cite them without a network."""

import tomllib
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
    "crnalic54_prostate": (
        "castration_resistant", "hormone_naive", "median_months_crpc", "hormone_naive_alive", "complications_30d",
    ),
    "crnalic54_baseline": ("visceral_crpc",),
    "huddart1997": ("os_median_days", "median_days_no_prior_hormone"),
    "rcc101": ("visceral",),
    "quraishi201": ("primary_mix",),
    "zakaria417": ("primary_mix",),
    "wang1196": ("levels_ge3",),
    "ryvlin153": ("nlr_gt_10_2", "plr_gt_260", "dead_30d"),
    "sorg_labs": ("labs_median",),
    "rades2008_ambulatory": ("n_by_score",),
    "kyoto345": ("osteolytic",),
    "barzilai2024_eposo": ("charlson_mean",),
    "sc24_arms": ("setting",),
}  # fmt: skip
# Every kind of row that the grid of benefit may cite; the first file that holds an id is the one that counts.
BENEFIT_FILES = {
    "treatment_effects": "treatment_effect",
    "cord_compression": "cord_compression",
    "guidelines": "guideline",
    "hazard_ratios": "hazard_ratio",
    "cohorts": "cohort",
}
TITLES = {
    "treatment_effects": "Results of treatment in use",
    "cord_compression": "Walking and cord compression: rows in use",
    "guidelines": "Rules of guidelines and trials in use",
}
SURVIVAL_FIELDS = ("survival", "os_", "dead_", "median_", "alive_", "primary_mix", "primary_n", "n_by_")
NOT_RESTATED = ("holdout", "source", "id")
COMMON_COHORT_FIELDS = ("n", "years", "provenance", "confidence")
SOURCE_FIELDS = ("authors", "journal", "year", "doi", "pmid")
HEAD = """# {title}
# Facts taken from the literature for the packs; only what they use. Written by
# `python -m spineboard_training restate`. provenance: read = the number was seen in the source's abstract or an excerpt;
# recalled = from memory, with confidence; mixed, derived = as they say. `authors not seen`: complete before printing.
"""


def used_ids() -> list[str]:
    """Ids of the hazard ratio rows that the terms and contrasts use, in file order, each once."""
    terms = [*rules("evidence_terms")["term"], *rules("ensemble_terms")["term"]]
    ids = [row["id"] for term in terms for row in term.get("rows", [])]
    ids += [id for contrast in rules("ensemble_targets")["visceral_contrast"] for id in contrast["ids"]]
    return list(dict.fromkeys(ids))


def cohort_fields(cohorts: dict[str, dict]) -> dict[str, tuple[str, ...]]:
    """By id, the fields of a cohort that are used: those named above, and the survival of every training table."""
    targets = rules("ensemble_targets")
    named = [name for entry in targets["target"] for name in (entry["id"], entry.get("mix_from", entry["id"]))]
    found = dict(COHORT_FIELDS)
    for id in dict.fromkeys(named):
        survival = [name for name in cohorts[id] if name.startswith(SURVIVAL_FIELDS)]
        found[id] = tuple(dict.fromkeys([*found.get(id, ()), *survival]))
    return found


def read_rows(folder: Path) -> dict[str, dict]:
    """Rows of every kind by id, from the full collection or from `assets/evidence`."""
    return {id: row for rows in reversed(_rows_by_file(folder).values()) for id, row in rows.items()}


def benefit_ids(folder: Path) -> dict[str, list[str]]:
    """By file, the ids that the rules of benefit, cord compression and era name, in file order."""
    wanted = set().union(*(rows_named(rules(name)) for name in ("benefit", "cord_compression", "ensemble_prior")))
    found = {}
    for name, rows in _rows_by_file(folder).items():
        found[name] = [id for id in rows if id in wanted]
        wanted -= set(rows)
    return found


def rows_named(node) -> set[str]:
    """Ids of evidence rows anywhere inside an entry of the rules."""
    if isinstance(node, dict):
        own = {*node.get("rows", []), *node.get("beside", []), *([node["row"]] if "row" in node else [])}
        return own.union(*(rows_named(value) for value in node.values()))
    return set().union(*(rows_named(value) for value in node)) if isinstance(node, list) else set()


def restate(evidence: Path, out: Path) -> None:
    """Writes one file per kind of row."""
    ratios, cohorts = read_evidence(evidence)
    out.mkdir(parents=True, exist_ok=True)
    text = HEAD.format(title="Hazard ratios for death in use")
    benefit = benefit_ids(evidence)
    for id in dict.fromkeys([*used_ids(), *benefit["hazard_ratios"]]):
        text += "\n" + toml_table("[[hazard_ratio]]", _kept(id, ratios[id], RATIO_FIELDS))
    (out / "hazard_ratios.toml").write_text(text, encoding="utf-8")
    text = HEAD.format(title="Cohorts in use: targets of the baseline, case mix, survival by primary tumour")
    for id, fields in cohort_fields(cohorts).items():
        text += "\n" + toml_table("[[cohort]]", _kept(id, cohorts[id], (*COMMON_COHORT_FIELDS, *fields)))
    (out / "cohorts.toml").write_text(text, encoding="utf-8")
    rows = read_rows(evidence)
    for name, title in TITLES.items():
        text = HEAD.format(title=title)
        for id in benefit[name]:
            fields = tuple(field for field in rows[id] if field not in NOT_RESTATED)
            text += "\n" + toml_table(f"[[{BENEFIT_FILES[name]}]]", _kept(id, rows[id], fields))
        (out / f"{name}.toml").write_text(text, encoding="utf-8")


def _rows_by_file(folder: Path) -> dict[str, dict[str, dict]]:
    return {
        name: {row["id"]: row for row in tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))[table]}
        for name, table in BENEFIT_FILES.items()
    }


def _kept(id: str, row: dict, fields: tuple[str, ...]) -> dict:
    kept = {"id": id, **{name: row[name] for name in fields if name in row}}
    source = {name: row["source"][name] for name in SOURCE_FIELDS if name in row["source"]}
    if not {"doi", "pmid"} & set(source) and "url" in row["source"]:
        source["url"] = row["source"]["url"]
    return {**kept, "source": source}
