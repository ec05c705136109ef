"""The pack `survival-linear`: real part + evidence part + solved baseline, from the folders a user names."""

import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from . import cohort_checks, cohorts, draws, evidence, golden, msk_met, primary_hazards, real_part, world
from .card import card_text
from .catalogue import check_column
from .columns import columns
from .graph import build_graph
from .pack import (
    EXCLUDED_PRIMARIES,
    LICENCE,
    MSK_MET_NOTICE,
    RESEARCH_NOTICE,
    golden_text,
    patients_by_primary,
    prepare_folder,
    write_pack,
)
from .reference import Model

NAME = "survival-linear"
VERSION = "0.1.0"
SEED = 20212022
SAMPLES = 512
QUICK_SAMPLES = 64
PATIENTS_PER_PRIMARY = 200
QUICK_PATIENTS_PER_PRIMARY = 60
NOTICES = [
    MSK_MET_NOTICE,
    "Uses published hazard ratios and survival figures; each is cited in CARD.md and in assets/evidence.",
    RESEARCH_NOTICE,
]


@dataclass(frozen=True)
class Built:
    """What the card and the manifest report beside the model itself."""

    model: Model
    measured: dict
    counts: pd.DataFrame
    hazards: primary_hazards.PrimaryHazards
    centre: dict
    cohorts: list[cohorts.Cohort]
    left_out: list[dict]
    reproduced: list[dict]
    patients: world.CaseMix


def build(data: Path, evidence_folder: Path, features: Path, out: Path, quick: bool, date: datetime.date, who: str) -> Built:
    """Learns, pools, solves, draws, checks and writes the pack."""
    prepare_folder(out, {"survival.onnx", "golden.json", "CARD.md"})
    catalogue, genes, primaries, table = msk_met.read_study(data, features)
    built = learn(table, evidence_folder, primaries, genes, quick)
    for column in built.model.inputs:
        check_column(column, catalogue)
    model = built.model
    graph = build_graph(model.inputs, model.world, model.effect, model.terms, model.draws)
    rows = golden.rows(model)
    files = {
        "survival.onnx": graph,
        "golden.json": golden_text(rows),
        "CARD.md": card_text(built, NAME, VERSION, date, quick).encode(),
    }
    write_pack(out, manifest(built, date, who), files)
    return built


def learn(table: pd.DataFrame, evidence_folder: Path, primaries: list[str], genes: list[str], quick: bool) -> Built:
    """Everything but the files."""
    ratios, published = evidence.read_evidence(evidence_folder)
    terms = evidence.pool_terms(ratios, published)
    mix_rule, targets = evidence.rules("case_mix"), evidence.rules("cohort_targets")
    check_rule_ids(mix_rule, targets, primaries, terms)
    real, measured = real_part.learn(table, genes, primaries, SEED, quick)
    pooled = cohorts.pooled_mix(primaries, mix_rule["primaries"], published)
    network = world.build_world(table, primaries, genes, pooled, mix_rule)
    effect = world.effects(real, primaries)
    per_primary = QUICK_PATIENTS_PER_PRIMARY if quick else PATIENTS_PER_PRIMARY
    patients = world.simulate(network, effect, terms, per_primary, SEED + 1)
    chosen = cohorts.read_cohorts(primaries, targets, mix_rule["primaries"], published)
    scale = mix_rule["real_part"]
    rest = scale["scale_mean"] * patients.real + patients.evidence @ np.array([term.mean for term in terms])

    def hazards_from(selected):
        return primary_hazards.primary_hazards(
            real.primary, scale["scale_mean"], rest, patients, selected, pooled, targets["primary_medians"], published,
            primaries, targets["haematological"],
        )  # fmt: skip

    hazards = hazards_from(chosen)
    least = targets["rule"]["new_centre_sd_12_months"]
    centre = draws.centre_spread(terms, network, hazards.mean, scale["scale_mean"], patients, chosen, least)
    drawn = draws.make_draws(
        QUICK_SAMPLES if quick else SAMPLES, SEED + 2, network, hazards.mean, hazards.sd, terms,
        (scale["scale_mean"], scale["scale_sd"]), patients, chosen, centre["new_centre"],
    )  # fmt: skip
    log_risk = rest + hazards.mean[patients.primary]
    return Built(
        model=Model(columns(primaries, genes), network, effect, terms, drawn),
        measured=measured,
        counts=table.groupby("primary")["died"].agg(["size", "sum"]),
        hazards=hazards,
        centre=centre,
        cohorts=chosen,
        left_out=cohort_checks.leave_one_out(log_risk, patients, chosen, centre["tau"]),
        reproduced=cohort_checks.reproduced(drawn, patients, chosen),
        patients=patients,
    )


def check_rule_ids(mix_rule: dict, targets: dict, primaries: list[str], terms: list) -> None:
    """Every primary that a rule names must be an option of the catalogue."""
    named = [
        *mix_rule["primaries"]["counts"],
        *mix_rule["primaries"]["split"],
        *mix_rule["visceral"]["by_primary"],
    ]
    named += [
        *mix_rule["primaries"]["haematological"],
        *targets["primary_medians"]["map"],
        *EXCLUDED_PRIMARIES,
    ]
    named += [*targets["haematological"]["values"]]
    named += [value for term in terms for value in term.primaries if value != "*"]
    unknown = sorted(set(named) - set(primaries))
    if unknown:
        raise ValueError(f"the rules name primary tumours that the catalogue does not hold: {unknown}")


def manifest(built: Built, date: datetime.date, who: str) -> dict:
    """pack.toml without the hashes."""
    counts = built.counts
    primary = patients_by_primary(counts, built.model.world.primaries)
    return {
        "schema_version": 1,
        "name": NAME,
        "version": VERSION,
        "title": "Survival in spinal metastasis: linear baseline",
        "licence": LICENCE,
        "notices": NOTICES,
        "rests_on": ["real_patients", "published_evidence"],
        "input": built.model.inputs,
        "output": {
            "endpoint": "overall_survival",
            "time_grid_months": [int(month) for month in draws.TIME_GRID_MONTHS],
            "horizons_months": [3, 6, 12],
            "samples": len(built.model.draws.scale),
            "point": "mean",
            "interval_level": 0.9,
        },
        "member": [{"file": "survival.onnx", "weight": 1.0}],
        "population": {
            "age_min": 18,
            "primary_excluded": EXCLUDED_PRIMARIES,
            "primary": [{"value": row["value"], "patients": row["patients"]} for row in primary if row["patients"]],
        },
        "training": {
            "who": who,
            "when": date.isoformat(),
            "script": "python -m spineboard_training build (models/training)",
            "data": "MSK-MET (patients metastatic at sequencing); published hazard ratios and cohorts listed in CARD.md",
            "events": int(counts["sum"].sum()),
            "primary": primary,
        },
    }
