"""The grid of benefit for one patient, computed from the draws as the application must compute it (golden rows).

Facts are plain values by feature id; survival is sample paths [S, T] over months [T]. Draw s belongs to path s.
"""

import operator
from itertools import product

import numpy as np

from .benefit_pooling import LINKS

UNKNOWN = None
RANGE = {"min": operator.ge, "max": operator.le, "above": operator.gt, "below": operator.lt}


def judge(condition: dict, facts: dict) -> bool | None:
    """Three-valued: True, False, or None where facts are missing. All features match, and one of `any_of` where given."""
    parts = [_matches(matcher, facts.get(feature)) for feature, matcher in condition.items() if feature != "any_of"]
    if "any_of" in condition:
        found = [judge(part, facts) for part in condition["any_of"]]
        parts.append(True if True in found else UNKNOWN if UNKNOWN in found else False)
    return False if False in parts else UNKNOWN if UNKNOWN in parts else True


def _matches(matcher, value) -> bool | None:
    if value is None:
        return UNKNOWN
    if isinstance(matcher, list):
        return value in matcher
    if not isinstance(matcher, dict):
        return value == matcher
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and all(RANGE[name](value, limit) for name, limit in matcher.items())


def evaluate(benefit: dict, facts: dict, months: np.ndarray, paths: np.ndarray, level: float = 0.9) -> list[dict]:
    """One result for every option and outcome, in the order of the file; of several cells the first that is shown."""
    found = []
    for option, outcome in product(benefit["options"], benefit["outcomes"]):
        pair = (option, outcome["id"])
        cells = [cell for cell in benefit["cells"] if (cell["option"], cell["outcome"]) == pair]
        if not cells:
            absent = next(entry for entry in benefit["absent"] if (entry["option"], entry["outcome"]) == pair)
            found.append({"option": option, "outcome": outcome["id"], "state": "absent", "reason": absent["reason"]})
            continue
        answers = [_cell(cell, benefit, outcome, facts, months, paths, level) for cell in cells]
        shown = [answer for answer in answers if answer["state"] == "shown"]
        found.append((shown or answers)[0])
    return found


def criteria(cell: dict, benefit: dict, facts: dict, months: np.ndarray, paths: np.ndarray) -> list[dict]:
    """State of each entry criterion: met, missed, unknown, or unchecked where the catalogue cannot tell."""
    found = []
    for id in cell["criteria"]:
        entry = benefit["criteria"][id]
        if "alive" in entry:
            alive = float(alive_at(entry["alive"]["months"], months, paths).mean())
            truth = alive >= entry["alive"]["at_least"]
        elif "when" in entry:
            truth = judge(entry["when"], facts)
        elif "not_when" in entry:
            inner = judge(entry["not_when"], facts)
            truth = UNKNOWN if inner is UNKNOWN else not inner
        else:
            found.append({"id": id, "state": "unchecked"})
            continue
        found.append({"id": id, "state": "unknown" if truth is UNKNOWN else "met" if truth else "missed"})
    return found


def alive_at(month: float, months: np.ndarray, paths: np.ndarray) -> np.ndarray:
    """[S] by straight lines between the months of the grid."""
    return np.array([np.interp(month, months, path) for path in paths])


def _cell(cell: dict, benefit: dict, outcome: dict, facts: dict, months, paths, level: float) -> dict:
    asked = criteria(cell, benefit, facts, months, paths)
    answer = {"option": cell["option"], "outcome": cell["outcome"], "kind": cell["kind"], "criteria": asked}
    states = {entry["id"]: entry["state"] for entry in asked}
    if "missed" in states.values():
        return answer | {"state": "absent", "reason": "outside_criteria"}
    if any(states[id] == "unknown" for id in cell["required"]):
        return answer | {"state": "absent", "reason": "criteria_unknown"}
    base = benefit["levels"][cell["level"]]
    link, value = LINKS[base["link"]], np.asarray(base["value"], dtype=float)
    value = value + sum(_slope(slope, facts) for slope in base["slopes"])
    effect = np.asarray(cell.get("effect", 0.0), dtype=float)
    extra = cell.get("option_factors", [])
    own, added = _drawn(base["factors"], facts), _drawn(extra, facts)
    chance = link.probability(value + own + effect + added)
    alive = alive_at(outcome["months"], months, paths)
    answer |= {"state": "shown", "probability": _interval(chance, level)}
    if outcome["id"] != "death_30_days":
        free = 1 - chance if outcome["better"] == "less" else chance
        answer["alive_and"] = _interval(alive * free, level)
    if "comparator" in cell:
        reference = link.probability(value + own)
        answer["comparator"] = cell["comparator"]
        answer["difference"] = _interval(chance - reference, level)
        gain = _mean_difference(link, value, effect, base["factors"], extra, facts)
        gain = -gain if outcome["better"] == "less" else gain
        answer["likelihood_of_benefit"] = float((gain > outcome["minimal_difference"]).mean())
        answer["likelihood_of_harm"] = float((gain < -outcome["minimal_difference"]).mean())
    return answer


def _interval(draws: np.ndarray, level: float) -> dict:
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return {"point": float(draws.mean()), "low": float(low), "high": float(high)}


def _slope(slope: dict, facts: dict) -> np.ndarray:
    value = facts.get(slope["feature"])
    value = slope["centre"] if value is None else min(max(value, slope["least"]), slope["most"])
    return np.asarray(slope["coefficient"]) * (value - slope["centre"])


def _possible(factor: dict, facts: dict) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients [S, L] and shares [S, L] of the levels that the patient may have: one where the facts settle it."""
    truths = [judge(level["when"], facts) for level in factor["levels"]]
    if True in truths:
        kept = [truths.index(True)]
    else:
        kept = [position for position, truth in enumerate(truths) if truth is UNKNOWN] or list(range(len(truths)))
    coefficient = np.stack([np.asarray(factor["levels"][position]["coefficient"]) for position in kept], axis=1)
    share = np.stack([np.asarray(factor["levels"][position]["share"]) for position in kept], axis=1)
    return coefficient, share / share.sum(1, keepdims=True)


def _drawn(factors: list[dict], facts: dict) -> np.ndarray | float:
    """Sum of coefficients [S], a blank placed by the factor's uniform number: patient by patient."""
    total = 0.0
    for factor in factors:
        coefficient, share = _possible(factor, facts)
        below = np.cumsum(share, axis=1)[:, :-1]
        position = (np.asarray(factor["uniform"])[:, None] >= below).sum(1)
        total = total + coefficient[np.arange(len(position)), position]
    return total


def _mean_difference(link, value, effect, factors: list[dict], extra: list[dict], facts: dict) -> np.ndarray:
    """Mean effect for such patients in each draw [S]: blanks are averaged over, not placed."""
    without, with_option, weight = value[:, None], (value + effect)[:, None], np.ones((len(value), 1))
    for position, factor in enumerate((*factors, *extra)):
        coefficient, share = _possible(factor, facts)
        own = coefficient if position < len(factors) else np.zeros_like(coefficient)
        without = (without[:, :, None] + own[:, None, :]).reshape(len(value), -1)
        with_option = (with_option[:, :, None] + coefficient[:, None, :]).reshape(len(value), -1)
        weight = (weight[:, :, None] * share[:, None, :]).reshape(len(value), -1)
    return (weight * (link.probability(with_option) - link.probability(without))).sum(1)


def patients() -> list[dict]:
    """Synthetic patients (nobody real) who between them reach every cell, criterion and blank."""
    compressed = {"bilsky_grade": "3", "primary_tumour": "kidney", "motor_deficit_days": 1.5}
    painful = {"worst_pain": 6, "ecog": 1, "frankel": "E", "sins_total": 7, "bladder_or_bowel_dysfunction": False}
    bone = {"vertebral_collapse": "under_50", "lesion_type": "lytic", "spinal_alignment": "deformity"}
    known = {"visceral_metastases": "none", "months_since_primary_diagnosis": 30.0}
    return [
        {},
        {**compressed, "walking": "independent", "frankel": "D", **known},
        {**compressed, "walking": "not_walking", "frankel": "C"},
        {**compressed, "walking": "not_walking", "frankel": "A", "motor_deficit_days": 9},
        {**compressed, "walking": "not_walking"},
        {**compressed, "primary_tumour": "myeloma", "walking": "with_aid", "motor_deficit_days": 20},
        {"primary_tumour": "prostate", "walking": "not_walking", "frankel": "B", "bilsky_grade": "1c"},
        {**painful, **bone, "bilsky_grade": "1a", "primary_tumour": "breast"},
        {**painful, "bilsky_grade": "3", "vertebral_collapse": "none_over_50_involved"},
        {**painful, "ecog": 3, "vertebral_collapse": "none", "lesion_type": "mixed", "spinal_alignment": "normal"},
        {**painful, "sins_total": 12},
        {"worst_pain": 1, "charlson_index": 14, "neutrophil_lymphocyte_ratio": 15.0},
        {"worst_pain": 4, "charlson_index": 3, "neutrophil_lymphocyte_ratio": 10.2, "visceral_metastases": "resectable"},
    ]  # fmt: skip
