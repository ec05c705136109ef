"""The pack `spine-ensemble`: learned part, evidence and worlds put together, checked and written."""

import datetime
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from . import benefit, benefit_card, evidence, msk_met
from .catalogue import check_column
from .ensemble import checks, cord, golden, graph, inputs, prior, study, worlds
from .ensemble.card import card_text
from .ensemble.conditioning import Study, condition
from .ensemble.manifest import manifest
from .ensemble.reference import Model
from .ensemble.refits import fit_all, msk_patients
from .ensemble.simulated_patients import simulated_patients
from .ensemble.simulated_tables import simulated_tables
from .pack import golden_text, prepare_folder, write_pack
from .real import measure, stack

NAME = "spine-ensemble"
VERSION = "0.1.0"
SEED = 20262022
FILES = {"ensemble.onnx", "golden.json", "CARD.md", "benefit.json", "measured.json"}


@dataclass(frozen=True)
class Effort:
    """How much is computed."""

    prior_worlds: int
    left_out_worlds: int
    worlds: int
    people: tuple[int, int]


FULL = Effort(prior_worlds=1600, left_out_worlds=500, worlds=64, people=(300, 80))
QUICK = Effort(prior_worlds=60, left_out_worlds=24, worlds=16, people=(60, 20))


@dataclass(frozen=True)
class Built:
    """What the card reports beside the model itself."""

    model: Model
    graph: bytes
    study: Study
    measured: dict
    table: pd.DataFrame
    conditioned: np.ndarray
    left_out: list[dict]
    centre_factor: float
    centre_sd: float
    coverage: dict[str, float]
    sequenced_check: list[dict]
    simulated: dict[str, list[dict]]
    quick: bool


def build(data: Path, evidence_folder: Path, features: Path, out: Path, quick: bool, date: datetime.date, who: str) -> Built:
    """Learns, conditions, solves, checks and writes the pack."""
    prepare_folder(out, FILES)
    catalogue, genes, primaries, table = msk_met.read_study(data, features)
    built = learn(table, evidence_folder, primaries, genes, quick)
    model = built.model
    for column in model.inputs:
        check_column(column, catalogue)
    described = manifest(
        NAME,
        VERSION,
        model.inputs,
        model.paths,
        table,
        genes,
        tuple(primaries),
        built.study.terms,
        evidence.rules("cord_compression"),
        list(evidence.rules("case_mix")["primaries"]["haematological"]),
        date,
        who,
    )
    described["benefit"] = {"file": "benefit.json"}
    grid = benefit.text(benefit.build(evidence_folder, size=model.paths.size, seed=SEED))
    files = {
        "ensemble.onnx": built.graph,
        "golden.json": golden_text(golden.rows(model, built.graph, described, json.loads(grid))),
        "CARD.md": card_text(built, NAME, VERSION, date, benefit_card.section(json.loads(grid))).encode(),
        "benefit.json": grid,
        "measured.json": measured_text(built),
    }
    write_pack(out, described, files)
    return built


def learn(table: pd.DataFrame, evidence_folder: Path, primaries: list[str], genes: list[str], quick: bool) -> Built:
    """Everything but the files."""
    effort = QUICK if quick else FULL
    part = stack.learn(table, genes, primaries, SEED, quick)
    measured = measure.measure(table, genes, primaries, SEED, quick)
    own = study.prepare(table, evidence_folder, primaries, genes, part, effort.people, SEED + 1)
    prior_mean = study.primary_prior(primaries, own.between, own.study.rule, own.blood)
    drawn = prior.draw(own.study.layout, own.study.rule, prior_mean, own.study.terms, effort.prior_worlds, SEED + 2)
    conditioned = condition(own.study, drawn, SEED + 3)
    left_out = checks.leave_clusters_out(own.study, drawn[: effort.left_out_worlds], SEED + 4)
    factor, covered = checks.centre_factor(left_out)
    chosen = worlds.choose(conditioned, effort.worlds, SEED + 5)
    data = msk_patients(table, own, part, SEED + 6)
    refits, check = fit_all(own, data, chosen)
    paths = worlds.make_paths(
        own.study, chosen, own.value, refits, own.between, own.bone, factor, len(own.learned.continuous), SEED + 7
    )
    model = Model(
        inputs=inputs.columns(primaries, genes),
        world=own.study.world,
        organ_share=own.study.organ_share,
        terms=own.study.layout.terms,
        paths=paths,
        cord=cord.make_cord(primaries, paths.size, SEED + 8),
        learned=own.learned,
    )
    made = graph.build_graph(
        model.inputs, model.world, model.organ_share, model.terms, model.paths, model.cord, model.learned
    )
    rule = evidence.rules("simulation")
    truths = prior.draw(own.study.layout, own.study.rule, prior_mean, own.study.terms, rule["tables"]["truths"], SEED + 9)
    simulated = {
        "patients": simulated_patients(
            own.study, own.value, conditioned, factor, model, made, rule["patients"], quick, SEED + 10
        ),
        "tables": simulated_tables(own.study, truths, drawn, rule["tables"], quick, SEED + 11),
    }
    return Built(
        model=model,
        graph=made,
        study=own.study,
        measured=measured,
        table=table,
        conditioned=conditioned,
        left_out=checks.table(left_out, factor),
        centre_factor=factor,
        centre_sd=factor * float(np.exp(chosen[:, own.study.layout.slices()["centre_log_sd"]]).mean()),
        coverage={f"{value:.1f}": float(share) for value, share in zip(checks.FACTORS, covered, strict=True)},
        sequenced_check=check,
        simulated=simulated,
        quick=quick,
    )


def measured_text(built: Built) -> bytes:
    """The numbers behind the card, for `report` and `compare`."""
    found = {
        "real": built.measured,
        "left_out": built.left_out,
        "sequenced": built.sequenced_check,
        "simulated": built.simulated,
        "centre_factor": built.centre_factor,
        "centre_sd": built.centre_sd,
        "coverage": built.coverage,
    }
    return (json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False) + "\n").encode()
