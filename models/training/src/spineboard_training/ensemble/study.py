"""Puts together what the worlds are conditioned on: network, simulated patients, prior and published numbers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .. import cohorts, evidence, world
from ..columns import ORGANS
from ..real.stack import StackedPart
from .conditioning import ORGAN_TERMS, Study
from .people import simulate
from .prior import Layout
from .real_link import Learned, continuous, link
from .targets import read_observations
from .worlds import BAND_WEIGHT

COMMON = ("breast", "lung", "prostate", "kidney", "colon")
SITE_TILT = (0.4, 2.0)
SITE_SHRINK = 100.0
SITE_TAU = 0.15
RESECTED_TAU = 0.40
LEAST_DEATHS = 10
RESECTED = {("colorectal", "liver")}
SITE_OF_ORGAN = {"liver": "liver", "lung": "lung", "adrenal": "adrenal", "pleural": "pleura", "peritoneal": "peritoneum"}
GROUPS_OF_SITES = {"lung": "lung", "breast": "breast", "prostate": "prostate", "colorectal": "colon", "pancreas": "pancreas"}


def organ_shares(primaries: list[str], overall: list[float], share: dict) -> np.ndarray:
    """P(organ | any viscera) [C, 5]: the shares of the case mix, tilted by how often that organ is biopsied in MSK-MET in a
    primary tumour against all, within bounds. A lung biopsy says little where the lung is the primary."""
    total = sum(part["patients"] for part in share.values())
    found = np.tile(np.array(overall, dtype=float), (len(primaries), 1))
    for column, organ in enumerate(ORGANS):
        site = SITE_OF_ORGAN[organ]
        everywhere = sum(part["patients"] * part[site] for part in share.values()) / total
        for row, value in enumerate(primaries):
            part = share.get(value)
            if part is None or everywhere == 0 or (organ == "lung" and value == "lung"):
                continue
            own = (part["patients"] * part[site] + SITE_SHRINK * everywhere) / (part["patients"] + SITE_SHRINK)
            found[row, column] *= np.clip(own / everywhere, *SITE_TILT)
    return np.clip(found, 0.02, 0.95)


def visceral_contrasts(primaries: list[str], ratios: dict, mix: np.ndarray, organ_share: np.ndarray) -> list[dict]:
    """Published contrasts of any viscera against none: pooled value, error, and what a world says."""
    adjustment = evidence.rules("evidence_terms")["adjustment"]
    populations = {}
    for entry in evidence.rules("evidence_terms")["term"]:
        if entry["id"].startswith("visceral_"):
            populations |= {row["id"]: row for row in entry["rows"]}
    named = {
        value
        for row in evidence.rules("ensemble_targets")["visceral_contrast"]
        if row["primaries"] != "*"
        for value in row["primaries"]
    }
    found = []
    for entry in evidence.rules("ensemble_targets")["visceral_contrast"]:
        rows = [(evidence.used_row(populations[name], ratios), populations[name]["group"]) for name in entry["ids"]]
        mean, variance, _ = evidence.random_effects(rows, adjustment)
        members = (
            [v not in named for v in primaries]
            if entry["primaries"] == "*"
            else [v in entry["primaries"] for v in primaries]
        )
        weight = mix * np.array(members)
        weight = weight / weight.sum()

        def gap(multiplier, effect, weight=weight):
            per_primary = sum(organ_share[:, column] * effect[f"{organ}_metastasis"] for column, organ in enumerate(ORGANS))
            return float(weight @ (multiplier * per_primary))

        found.append(
            {"name": f"viscera: {entry['primaries']}", "value": mean, "error": float(np.sqrt(variance)), "gap": gap}
        )
    return found


def site_contrasts(primaries: list[str], table: dict, prevalence: np.ndarray) -> list[dict]:
    """MSK-MET: log hazard ratio of a biopsy from an organ against one from a lymph node, by group of primaries.

    Someone biopsied in the organ has it involved; someone biopsied in a node has it with the usual prevalence [C, 6]. Lung
    samples, and liver samples in colorectal cancer, come in part from resections of few metastases, for which patients
    are selected: they count with a larger error.
    """
    found = []
    for group, member in GROUPS_OF_SITES.items():
        row = primaries.index(member)
        for column, name in enumerate(ORGAN_TERMS):
            organ = name.removesuffix("_metastasis")
            seen = table[group].get(SITE_OF_ORGAN.get(organ, organ))
            if seen is None or seen["deaths"] < LEAST_DEATHS or (group, organ) == ("lung", "lung"):
                continue

            def gap(multiplier, effect, row=row, name=name, free=1 - prevalence[row, column]):
                return float(multiplier[row] * effect[name] * free)

            resected = organ == "lung" or (group, organ) in RESECTED
            error = float(np.hypot(seen["se"], RESECTED_TAU if resected else SITE_TAU))
            found.append({"name": f"biopsy {organ}: {group}", "value": seen["mean"], "error": error, "gap": gap})
    return found


def bone_effects(table: dict, shares: dict) -> dict[str, tuple[float, float]]:
    """MSK-MET: log hazard of patients biopsied in the bone against all of the same primary tumour, with standard error."""
    found = {}
    for group, member in GROUPS_OF_SITES.items():
        bone = table[group]["bone"]
        if bone["deaths"] < LEAST_DEATHS:
            continue
        own = shares[member]
        usual = sum(own[site] * effect["mean"] for site, effect in table[group].items())
        found[member] = (bone["mean"] - usual, float(np.hypot(bone["se"], SITE_TAU)))
    return found


@dataclass(frozen=True)
class Prepared:
    """The study with the learned part linked to it.

    `between` [C] is NaN where MSK-MET has no patients; `value` [P, BANDS] is the learned part of the simulated patients
    without its mean per primary.
    """

    study: Study
    learned: Learned
    between: np.ndarray
    value: np.ndarray
    bone: dict[str, tuple[float, float]]
    blood: list[str]


def centred(between: np.ndarray, pooled: np.ndarray) -> np.ndarray:
    """MSK-MET's log hazard by primary around the pooled mix; 0 where it has no patients (NaN)."""
    known = ~np.isnan(between)
    average = (pooled[known] * between[known]).sum() / pooled[known].sum()
    return np.where(known, np.nan_to_num(between) - average, 0.0)


def primary_prior(primaries: list[str], between: np.ndarray, rule: dict, blood: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Prior mean and SD [C] of what a primary tumour adds to `spread` x MSK-MET's difference."""
    known = ~np.isnan(between)
    own = rule["primary"]
    mean, spread = np.zeros(len(primaries)), np.where(known, own["transport_sd"], own["no_source_sd"])
    for value in blood:
        row = primaries.index(value)
        mean[row], spread[row] = own["blood_mean"], own["blood_sd"]
    return mean, spread


def prepare(
    table: pd.DataFrame,
    evidence_folder: Path,
    primaries: list[str],
    genes: list[str],
    part: StackedPart,
    counts: tuple[int, int],
    seed: int,
) -> Prepared:
    """Everything that the worlds are conditioned on; `counts` = simulated patients of a common and of a rare primary
    tumour.
    """
    ratios, published = evidence.read_evidence(evidence_folder)
    rule, mix_rule = evidence.rules("ensemble_prior"), evidence.rules("case_mix")
    terms = evidence.pool_terms(ratios, published, evidence.ensemble_entries())
    pooled = cohorts.pooled_mix(primaries, mix_rule["primaries"], published)
    network = world.build_world(table, primaries, genes, pooled, mix_rule)
    organ_share = organ_shares(primaries, list(mix_rule["visceral"]["organs"].values()), part.site_shares)
    brain = np.full((len(primaries), 1), mix_rule["brain"]["share"])
    prevalence = np.hstack([network.visceral[:, None] * organ_share, brain])
    people = simulate(network, np.where(np.isin(primaries, COMMON), *counts), seed)
    learned, value = link(part, continuous(part), people)
    patients = set(table["primary"])
    between = np.where([value in patients for value in primaries], learned.between, np.nan)
    blood = list(mix_rule["primaries"]["haematological"])
    observations = read_observations(primaries, pooled, blood, published)
    layout = Layout(
        settings=tuple(rule["setting"]["names"]),
        primaries=tuple(primaries),
        terms=tuple(term.id for term in terms),
        clusters=tuple(sorted({row.cluster for row in observations})),
        between=tuple(centred(between, pooled)),
    )
    within = value @ BAND_WEIGHT - learned.between[people.primary]
    own = cohorts.own_mix(primaries, "own", pooled, blood)
    made = Study(
        layout=layout,
        rule=rule,
        world=network,
        people=people,
        organ_share=organ_share,
        within=within,
        standard=within * learned.precision[people.primary],
        pooled=pooled,
        terms=terms,
        observations=observations,
        contrasts=visceral_contrasts(primaries, ratios, pooled, organ_share)
        + site_contrasts(primaries, part.site_table, prevalence),
        discrimination=[{**row, "mix": own} for row in evidence.rules("ensemble_targets")["discrimination"]],
    )
    bone = bone_effects(part.site_table, part.site_shares)
    return Prepared(made, learned, between, value - learned.between[people.primary][:, None], bone, blood)
