"""Makes `benefit.json`: what each option of treatment may bring, as draws that the application combines with a patient.

`rules/benefit.toml` says which published row stands behind which cell. Every uncertain number becomes S draws, stratified
(Latin hypercube); draw s goes with sample path s of the survival forecast, so that "alive and walking" is path times
draw. All coefficients live on the link of their level: log odds, or the log of the cumulative hazard.
"""

import json
from math import sqrt
from pathlib import Path

import numpy as np

from .benefit_pooling import (
    LINKS,
    Estimate,
    from_arms,
    from_interval,
    from_patients,
    from_ratio,
    heterogeneity,
    pool,
    shrink,
)
from .draws import Strata
from .evidence import EvidenceError, citation, rules
from .restate import read_rows, rows_named

SCHEMA_VERSION = 1
DECIMALS = 6
OUTCOME_FIELDS = ("id", "months", "better", "minimal_difference")
LEAST_SHARE = 1e-4  # so that no kind of patient has a share that rounds to nothing


def build(evidence: Path, size: int, seed: int) -> dict:
    """The content of `benefit.json` for packs with `size` sample paths."""
    rows, selection = read_rows(evidence), rules("benefit")
    check(selection, rows)
    maker = _Maker(selection["assumed"], rows, Strata(size, seed))
    levels = {level["id"]: maker.level(level) for level in selection["level"]}
    effects = {effect["id"]: maker.effect(effect) for effect in selection["effect"]}
    cited = sorted({id for entry in (*selection["cell"], *selection["absent"]) for id in _cited(entry, selection)})
    return {
        "schema_version": SCHEMA_VERSION,
        "paths": size,
        "options": [option["id"] for option in selection["option"]],
        "outcomes": [{name: entry[name] for name in OUTCOME_FIELDS} for entry in selection["outcome"]],
        "criteria": {entry["id"]: _criterion(entry) for entry in selection["criterion"]},
        "levels": levels,
        "cells": [_cell(cell, selection, effects, levels, rows) for cell in selection["cell"]],
        "absent": [
            {**_pair(entry), "reason": entry["reason"], "citations": entry.get("rows", [])} for entry in selection["absent"]
        ],
        "sources": {id: citation(rows[id]) for id in cited},
    }


def text(benefit: dict) -> bytes:
    """The file: numbers to six decimals, no spaces; a number that is not finite is an error."""
    return (json.dumps(_plain(benefit), ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n").encode()


def check(selection: dict, rows: dict[str, dict]) -> None:
    """Refuses rules that name a row nobody holds, or leave a pair of option and outcome without cell and without reason."""
    unknown = sorted(rows_named(selection) - set(rows))
    if unknown:
        raise EvidenceError(f"no evidence row {', '.join(unknown)}")
    weak = [id for id in rows_named(selection) if rows[id].get("confidence") == "low"]
    if weak:
        raise EvidenceError(f"recalled with low confidence, so not to be shown: {', '.join(sorted(weak))}")
    shown = {tuple(_pair(cell).values()) for cell in selection["cell"]}
    absent = [tuple(_pair(entry).values()) for entry in selection["absent"]]
    wanted = {(option["id"], outcome["id"]) for option in selection["option"] for outcome in selection["outcome"]}
    if shown & set(absent) or shown | set(absent) != wanted or len(set(absent)) != len(absent):
        raise EvidenceError("every option needs, for every outcome, either a cell or one reason why there is none")
    without = [cell for cell in selection["cell"] if not cell["rows"]]
    if without:
        raise EvidenceError(f"cells without evidence: {without}")


class _Maker:
    """Turns entries of the rules into draws."""

    def __init__(self, assumed: dict, rows: dict[str, dict], strata: Strata):
        self.assumed, self.rows, self.strata = assumed, rows, strata

    def level(self, entry: dict) -> dict:
        """Value [S] on the link scale; with factors, the value of which the average patient gets the published rate."""
        if entry["combine"] == "score_groups":
            return self._score_level(entry)
        link = LINKS[entry["link"]]
        value = self._combined([self._source(source, link) for source in entry["sources"]], entry, link)
        factors = [self.factor(factor, link) for factor in entry.get("factor", [])]
        slopes = [self._slope(slope) for slope in entry.get("slope", [])]
        if factors:
            value = _solve(link, value, factors)
        return {"link": entry["link"], "value": value, "factors": factors, "slopes": slopes}

    def effect(self, entry: dict) -> np.ndarray:
        """Differences [S] on the link scale for a new trial or centre."""
        link = LINKS[entry["link"]]
        trials = [self._trial(trial, link) for trial in entry["trials"]]
        if entry["combine"] == "mixture":
            return self._mixture(trials, self.assumed["between_trial_sd"])
        mean, error = pool(trials, heterogeneity(trials, self.assumed["between_trial_sd"]))
        return mean + error * self.strata.normal()

    def factor(self, entry: dict, link) -> dict:
        """Levels with coefficients [S] and their share of patients [S], and the uniform numbers that place a blank."""
        levels = []
        for level, share in zip(entry["levels"], self._shares(entry["levels"]), strict=True):
            levels.append({"when": level["when"], "coefficient": self._coefficient(level, link), "share": share})
        return {"id": entry["id"], "uniform": self.strata.uniform(), "levels": levels}

    def _score_level(self, entry: dict) -> dict:
        """Log odds = intercept + slope x points of a published score, fitted to its groups by weighted least squares."""
        link = LINKS["logit"]
        groups = [from_patients(group["walking"], group["patients"], link) for group in entry["groups"]]
        points = np.array([group["points"] for group in entry["groups"]])
        middle = 33.0
        design = np.stack([np.ones(len(points)), points - middle], axis=1)
        weight = np.array([group.error**-2 for group in groups])
        covariance = np.linalg.inv(design.T @ (weight[:, None] * design))
        fitted = covariance @ design.T @ (weight * np.array([group.mean for group in groups]))
        centre_sd = heterogeneity(
            [self._source(source, link) for source in entry["spread"]], self.assumed["between_centre_sd"]
        )
        pair = fitted + self.strata.normal(2) @ np.linalg.cholesky(covariance).T
        other = np.array(entry["other_points"]["points"], dtype=float)
        others = other[np.minimum((self.strata.uniform() * len(other)).astype(int), len(other) - 1)]
        value = pair[:, 0] + pair[:, 1] * (others - middle) + centre_sd * self.strata.normal()
        factors = []
        for factor in entry["factor"]:
            shares = self._shares(factor["levels"])
            levels = [
                {"when": level["when"], "coefficient": pair[:, 1] * level["points"], "share": share}
                for level, share in zip(factor["levels"], shares, strict=True)
            ]
            factors.append({"id": factor["id"], "uniform": self.strata.uniform(), "levels": levels})
        return {"link": "logit", "value": value, "factors": factors, "slopes": []}

    def _combined(self, sources: list[Estimate], entry: dict, link) -> np.ndarray:
        if entry["combine"] == "mixture":
            return self._mixture(sources, self.assumed["between_centre_sd"])
        seen = [self._source(source, link) for source in entry.get("spread", [])] or sources
        mean, error = pool(sources, heterogeneity(seen, self.assumed["between_centre_sd"]))
        return mean + error * self.strata.normal()

    def _mixture(self, parts: list[Estimate], spread: float) -> np.ndarray:
        """Each draw follows one of the parts, all parts equally often."""
        chosen = np.minimum((self.strata.uniform() * len(parts)).astype(int), len(parts) - 1)
        mean = np.array([part.mean for part in parts])[chosen]
        error = np.array([sqrt(part.error**2 + spread**2) for part in parts])[chosen]
        return mean + error * self.strata.normal()

    def _source(self, source: dict, link) -> Estimate:
        if "low" in source:
            found = from_interval(source["probability"], source["low"], source["high"], link)
        else:
            found = from_patients(source["probability"], source["patients"], link)
        return self._doubted(found, source["row"])

    def _trial(self, trial: dict, link) -> Estimate:
        if "ratio" in trial:
            return self._doubted(from_ratio(*trial["ratio"]), trial["row"])
        half = trial["patients"] / 2
        return self._doubted(from_arms((trial["treated"], half), (trial["control"], half), link), trial["row"])

    def _doubted(self, found: Estimate, row: str) -> Estimate:
        recalled = self.rows[row]["provenance"] == "recalled"
        return Estimate(found.mean, found.error * (self.assumed["recalled_se_multiplier"] if recalled else 1.0))

    def _coefficient(self, level: dict, link) -> np.ndarray:
        """Shrunk draws [S]; 0 for the level that the others are compared with."""
        if "contrast" in level:
            pair = level["contrast"]
            first, against = (pair["probability"], pair["patients"]), (pair["against"], pair["against_patients"])
            parts = [from_arms(first, against, link)]
        elif "ratio" in level:
            parts = [from_ratio(*ratio) for ratio in level["ratio"]]
        else:
            return np.zeros(self.strata.size)
        mean, error = shrink(*pool(parts, self.assumed["between_trial_sd"]), self.assumed["prior_sd"])
        return mean + error * self.strata.normal()

    def _shares(self, levels: list[dict]) -> list[np.ndarray]:
        """Share of each level [S], summing to 1: about the cited ones, or any mix at all where none was cited."""
        known = ["share" in level for level in levels]
        if any(known) and not all(known):
            raise EvidenceError("a factor needs the shares of all its levels, or of none")
        size = self.assumed["share_concentration"]
        concentration = np.array([level["share"] * size if all(known) else 1.0 for level in levels])
        drawn = np.maximum(self.strata.generator.dirichlet(concentration, self.strata.size), LEAST_SHARE)
        return list((drawn / drawn.sum(1, keepdims=True)).T)

    def _slope(self, entry: dict) -> dict:
        """A line; spread and shrinkage are those of the contrast between its centre and its end."""
        kept = {name: entry[name] for name in ("id", "feature", "centre", "least", "most")}
        width = entry["most"] - entry["centre"]
        point = from_ratio(*entry["ratio"])
        contrast = pool([Estimate(point.mean * width, point.error * width)], self.assumed["between_trial_sd"])
        mean, error = shrink(*contrast, self.assumed["prior_sd"])
        return {**kept, "coefficient": (mean + error * self.strata.normal()) / width}


def _solve(link, published: np.ndarray, factors: list[dict]) -> np.ndarray:
    """The value [S] at which the average over the shares of all levels is the published probability."""
    offsets, weights = np.zeros((len(published), 1)), np.ones((len(published), 1))
    for factor in factors:
        coefficient = np.stack([level["coefficient"] for level in factor["levels"]], axis=1)
        share = np.stack([level["share"] for level in factor["levels"]], axis=1)
        offsets = (offsets[:, :, None] + coefficient[:, None, :]).reshape(len(published), -1)
        weights = (weights[:, :, None] * share[:, None, :]).reshape(len(published), -1)
    wanted = link.probability(published)
    low, high = published - 12.0, published + 12.0
    for _ in range(60):
        middle = (low + high) / 2
        above = (weights * link.probability(middle[:, None] + offsets)).sum(1) > wanted
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (low + high) / 2


def _cell(cell: dict, selection: dict, effects: dict, levels: dict, rows: dict[str, dict]) -> dict:
    made = {**_pair(cell), "kind": cell["kind"], "level": cell["level"]}
    if "effect" in cell:
        made |= {"effect": effects[cell["effect"]], "comparator": cell["comparator"]}
    factors = [factor for id in cell.get("option_factors", []) for factor in levels[id]["factors"]]
    if factors:
        made["option_factors"] = [_centred(factor) for factor in factors]
    return made | {
        "criteria": cell.get("criteria", []),
        "required": cell.get("required", []),
        "citations": cell["rows"],
        "beside": cell.get("beside", []),
        "recalled": any(rows[id]["provenance"] != "read" for id in _numbers(cell, selection)),
    }


def _centred(factor: dict) -> dict:
    """The factor as a change of the option's effect, which was measured over the average patient."""
    average = sum(level["coefficient"] * level["share"] for level in factor["levels"])
    return {**factor, "levels": [{**level, "coefficient": level["coefficient"] - average} for level in factor["levels"]]}


def _numbers(cell: dict, selection: dict) -> set[str]:
    """Rows that lend the cell a number."""
    parts = [entry for entry in selection["level"] if entry["id"] in (cell["level"], *cell.get("option_factors", []))]
    parts += [entry for entry in selection["effect"] if entry["id"] == cell.get("effect")]
    return rows_named(parts)


def _cited(entry: dict, selection: dict) -> set[str]:
    criteria = [one for one in selection["criterion"] if one["id"] in entry.get("criteria", [])]
    return {*entry.get("rows", []), *entry.get("beside", []), *(id for one in criteria for id in one["rows"])}


def _criterion(entry: dict) -> dict:
    return {name: entry[name] for name in ("when", "not_when", "alive") if name in entry} | {"citations": entry["rows"]}


def _pair(entry: dict) -> dict:
    return {"option": entry["option"], "outcome": entry["outcome"]}


def _plain(node):
    if isinstance(node, np.ndarray):
        return [round(float(number), DECIMALS) for number in node]
    if isinstance(node, dict):
        return {name: _plain(value) for name, value in node.items()}
    return [_plain(value) for value in node] if isinstance(node, list) else node
