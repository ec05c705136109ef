"""`pack.toml` of `spine-ensemble`: what it reads and gives, whom it was made from, groups of the explanation,
plausible blanks.
"""

import datetime

import pandas as pd

from .. import columns
from ..draws import TIME_GRID_MONTHS
from ..evidence import Term
from ..pack import EXCLUDED_PRIMARIES, LICENCE, MSK_MET_NOTICE, RESEARCH_NOTICE, patients_by_primary
from .worlds import DRAWS, Paths

# A variant is worth asking for where at least this share, and this many, of the patients carry it.
CARRIER_SHARE, CARRIERS = 0.05, 20
AGE_BANDS = [18.0, 40.0, 50.0, 60.0, 70.0, 80.0, 120.0]
LABORATORY = list(columns.LABORATORY)
ORGANS = [f"{organ}_metastasis" for organ in columns.ORGANS]
CORD_FEATURES = {
    "bilsky_grade": "bilsky",
    "canal_compromise": "canal_compromise",
    "sins_total": "sins",
    "canal_compromise_per_month": "speed",
}
NOTICES = [
    MSK_MET_NOTICE,
    "Uses published hazard ratios, survival figures and treatment results; each is cited in CARD.md and in assets/evidence.",
    "Cord compression and benefit by option are evidence and assumption, not patient data.",
    RESEARCH_NOTICE,
]


def survival_groups(genes: list[str], terms: list[Term]) -> list[dict]:
    """Facts that are explained together for survival, with the evidence behind them."""

    def citations(*names: str) -> list[str]:
        rows = [row.id for term in terms if term.id in names for row in term.rows]
        return list(dict.fromkeys(rows))

    tumour = ["primary_tumour", "lung_histology", "oestrogen_receptor", "her2_status", "prostate_hormone_status"]
    genome = [f"gene_{gene.lower()}" for gene in genes] + [
        "microsatellite_instability",
        "tumour_mutational_burden",
        "fraction_genome_altered",
    ]
    burden = ["extraspinal_bone_metastases", "vertebral_metastases"]
    course = ["months_since_primary_diagnosis", "months_since_first_metastasis", "prior_systemic_lines"]
    return [
        {
            "id": "primary_tumour",
            "features": tumour,
            "citations": ["bollen_six_models", *citations("not_castration_resistant")],
        },
        {"id": "genes", "features": genome, "citations": []},
        {"id": "age_and_sex", "features": ["age", "sex"], "citations": []},
        {"id": "performance_status", "features": ["karnofsky", "ecog"], "citations": citations("performance_status")},
        {"id": "walking", "features": ["walking", "frankel"], "citations": citations("not_walking")},
        {"id": "laboratory", "features": LABORATORY, "citations": citations(*LABORATORY)},
        {"id": "viscera", "features": ["visceral_metastases", *ORGANS], "citations": citations(*ORGANS)},
        {"id": "brain", "features": ["brain_metastasis"], "citations": citations("brain_metastasis")},
        {"id": "bone", "features": burden, "citations": citations("extraspinal_bone", "multiple_vertebrae")},
        {"id": "course", "features": course, "citations": citations("interval_from_primary", "systemic_lines")},
    ]


def cord_groups(features: list[str], rule: dict) -> list[dict]:
    """The same for cord compression; what acts only through death is one group."""
    found = [
        {"id": feature, "features": [feature], "citations": rule[name]["rows"]} for feature, name in CORD_FEATURES.items()
    ]
    found.append({"id": "primary_tumour", "features": ["primary_tumour"], "citations": rule["primary"]["prostate"]["rows"]})
    rest = [name for name in features if name not in CORD_FEATURES and name != "primary_tumour"]
    return [*found, {"id": "death_first", "features": rest, "citations": []}]


def sweep(genes: list[str], table: pd.DataFrame) -> list[dict]:
    """What a blank could plausibly be: about the 10 % and 90 % points of the case mix, or the options that differ. Genes
    only where a variant is not rare among MSK-MET's patients with the primary tumour."""
    flags = [*ORGANS, "brain_metastasis"]
    values = {
        "age": [49.0, 80.0],
        "sex": ["female", "male"],
        "lung_histology": ["adenocarcinoma", "squamous", "small_cell"],
        "oestrogen_receptor": ["positive", "negative"],
        "her2_status": ["positive", "negative"],
        "prostate_hormone_status": ["hormone_naive", "castration_resistant"],
        "microsatellite_instability": ["stable", "high"],
        "tumour_mutational_burden": [3.0, 20.0],
        "karnofsky": [50, 90],
        "ecog": [0, 3],
        "walking": ["independent", "not_walking"],
        "frankel": ["E", "C"],
        "albumin": [31.0, 45.0],
        "haemoglobin": [94.0, 140.0],
        "lactate_dehydrogenase": [135.0, 427.0],
        "neutrophil_lymphocyte_ratio": [2.0, 15.0],
        "platelet_lymphocyte_ratio": [100.0, 475.0],
        "visceral_metastases": ["none", "unresectable"],
        **{name: [False, True] for name in flags},
        "extraspinal_bone_metastases": [0, 3],
        "vertebral_metastases": [1, 3],
        "months_since_primary_diagnosis": [3.0, 90.0],
        "prior_systemic_lines": [0, 3],
        "months_since_first_metastasis": [0.0, 36.0],
        "fraction_genome_altered": [5.0, 60.0],
    }
    found = [{"feature": name, "values": options} for name, options in values.items()]
    for gene in genes:
        share = table.groupby("primary")[gene].agg(["mean", "sum"])
        common = share.index[(share["mean"] >= CARRIER_SHARE) & (share["sum"] >= CARRIERS)]
        if len(common):
            name = f"gene_{gene.lower()}"
            found.append({"feature": name, "values": ["wild_type", "variant"], "only_for": sorted(common)})
    return found


def strata(table: pd.DataFrame) -> list[dict]:
    """Patients behind the learned part by primary tumour, subtype where it was known, and age."""
    subtype = {
        "breast": {"oestrogen_receptor": "oestrogen", "her2_status": "her2"},
        "lung": {"lung_histology": "histology"},
    }
    codes = {"oestrogen_receptor": ("negative", "positive"), "her2_status": ("negative", "positive")}
    found = []
    for primary, part in sorted(table.groupby("primary")):
        known = subtype.get(primary, {})
        keys = list(known.values())
        groups = part.groupby(keys, dropna=False) if keys else [((), part)]
        for key, members in groups:
            key = key if isinstance(key, tuple) else (key,)
            when = {}
            for feature, value in zip(known, key, strict=True):
                if not pd.isna(value):
                    when[feature] = codes[feature][int(value)] if feature in codes else value
            counts = pd.cut(members["age"], AGE_BANDS, right=False).value_counts(sort=False)
            for band, patients in counts.items():
                if patients:
                    entry = {"primary": primary, "age_min": float(band.left), "age_max": float(band.right)}
                    found.append({**entry, "patients": int(patients), **({"when": when} if when else {})})
    return found


def manifest(
    name: str,
    version: str,
    inputs: list[dict],
    paths: Paths,
    table: pd.DataFrame,
    genes: list[str],
    primaries: tuple[str, ...],
    terms: list[Term],
    cord_rule: dict,
    blood: list[str],
    date: datetime.date,
    who: str,
) -> dict:
    """pack.toml without the hashes."""
    counts = table.groupby("primary")["died"].agg(["size", "sum"])
    features = list(dict.fromkeys(column["feature"] for column in inputs))
    primary = patients_by_primary(counts, primaries)
    return {
        "schema_version": 2,
        "name": name,
        "version": version,
        "title": "Survival and cord compression in spinal metastasis across plausible worlds",
        "licence": LICENCE,
        "notices": NOTICES,
        "rests_on": ["real_patients", "published_evidence"],
        "input": inputs,
        "setting": [{"name": setting} for setting in paths.settings],
        "output": {
            "endpoint": "overall_survival",
            "time_grid_months": [int(month) for month in TIME_GRID_MONTHS],
            "horizons_months": [1, 3, 6, 12, 24],
            "samples": paths.size,
            "worlds": paths.size // DRAWS,
            "point": "mean",
            "interval_level": 0.9,
            "cord_compression": {
                "months": float(cord_rule["months"]),
                "certainty": "low",
                "hidden_when": [
                    {"feature": "frankel", "values": ["A", "B", "C", "D"]},
                    {"feature": "walking", "values": ["not_walking"]},
                    {"feature": "bladder_or_bowel_dysfunction", "values": [True]},
                ],
            },
        },
        "member": [{"file": "ensemble.onnx", "weight": 1.0}],
        "explanation": {
            "months": 12.0,
            "standard_error": 0.01,
            "survival": survival_groups(genes, terms),
            "cord_compression": cord_groups(features, cord_rule),
            "survival_unread": list(CORD_FEATURES),
        },
        "sweep": sweep(genes, table),
        "population": {
            "age_min": 18,
            "primary_excluded": EXCLUDED_PRIMARIES,
            "literature_only": blood,
            "primary": [{"value": row["value"], "patients": row["patients"]} for row in primary if row["patients"]],
            "stratum": strata(table),
        },
        "training": {
            "who": who,
            "when": date.isoformat(),
            "script": "python -m spineboard_training build (models/training)",
            "data": "MSK-MET (patients metastatic at sequencing); published evidence listed in CARD.md",
            "events": int(counts["sum"].sum()),
            "primary": primary,
        },
    }
