"""The golden rows: synthetic patients (nobody real) with the outputs that any engine must reproduce.

Survival and cord compression come from the plain reference; Shapley values from all subsets of the known groups, each run by
onnxruntime on the graph itself, because the value function is the shown forecast with the other facts blank.
"""

from itertools import combinations
from math import factorial

import numpy as np
import onnxruntime

from .. import benefit_reference
from ..columns import encode
from ..draws import TIME_GRID_MONTHS
from ..golden import patients as common_patients
from ..golden import point_and_interval, summary
from .reference import Model, forecast

HORIZONS_MONTHS = (1, 3, 6, 12, 24)
EXPLAINED_MONTHS = 12
# Every start of the application replays the rows: few subsets, few rows.
GROUPS_EXPLAINED = (2, 4)
ROWS_EXPLAINED = 3


def patients(genes: list[str]) -> list[dict]:
    """Facts in catalogue units."""
    level = {"bilsky_grade": "1c", "canal_compromise": 55.0, "sins_total": 11, "canal_compromise_per_month": 12.0}
    return [
        *common_patients(genes),
        *benefit_reference.patients(),
        {"primary_tumour": "lung", "age": 64.0, "sex": "male", "walking": "independent", **level},
        {"primary_tumour": "prostate", "bilsky_grade": "0", "karnofsky": 80},
        {"primary_tumour": "breast", "canal_compromise": 80.0, "karnofsky": 90, "sins_total": 4},
        {"bilsky_grade": "3"},
        {"primary_tumour": "melanoma", "months_since_first_metastasis": 14.0, "fraction_genome_altered": 35.0, "ecog": 1},
        {"primary_tumour": "rectum", "months_since_first_metastasis": 0.0, "fraction_genome_altered": 0.0, "age": 51.0},
    ]


def rows(model: Model, graph: bytes, described: dict, benefit: dict) -> list[dict]:
    """The rows of golden.json for the manifest `described` and its benefit grid; the settings take turns."""
    explanation = described["explanation"]
    hidden_when = described["output"]["cord_compression"]["hidden_when"]
    session = onnxruntime.InferenceSession(graph)
    settings = model.paths.settings
    found = []
    explained = dict.fromkeys(("survival", "cord_compression"), 0)
    for number, facts in enumerate(patients(list(model.world.genes))):
        setting = settings[number % len(settings)]
        values, known = encode(facts, model.inputs)
        values = [float(np.float32(value)) for value in values]
        alive, cord = forecast(model, values, known, setting)
        row = {
            "facts": facts,
            "values": values,
            "known": known,
            "setting": setting,
            "alive": summary(alive, HORIZONS_MONTHS),
        }
        row["cord_compression"] = point_and_interval(cord, "point")
        deficit = any(facts.get(rule["feature"]) in rule["values"] for rule in hidden_when)
        row["shapley"] = {}
        for endpoint in ("survival",) if deficit else ("survival", "cord_compression"):
            players = playing(facts, explanation[endpoint])
            fitting = GROUPS_EXPLAINED[0] <= len(players) <= GROUPS_EXPLAINED[1]
            if fitting and explained[endpoint] < ROWS_EXPLAINED:
                explained[endpoint] += 1
                row["shapley"][endpoint] = shapley_values(session, model, facts, setting, endpoint, players)
        row["benefit"] = benefit_reference.evaluate(benefit, facts, TIME_GRID_MONTHS, alive)
        found.append(row)
    return found


def run(session, model: Model, patients: list[dict], setting: str) -> tuple[np.ndarray, np.ndarray]:
    """Mean survival at `EXPLAINED_MONTHS` and mean cord compression [N] of several sets of facts, by the graph."""
    encoded = [encode(facts, model.inputs) for facts in patients]
    one_hot = np.zeros((len(patients), len(model.paths.settings)), dtype=np.float32)
    one_hot[:, model.paths.settings.index(setting)] = 1
    inputs = {
        "values": np.array([values for values, _ in encoded], dtype=np.float32),
        "known": np.array([known for _, known in encoded], dtype=np.float32),
        "setting": one_hot,
    }
    alive, cord = session.run(["survival", "cord_compression"], inputs)
    column = int(np.flatnonzero(TIME_GRID_MONTHS == EXPLAINED_MONTHS)[0])
    return alive[:, :, column].astype(float).mean(1), cord.astype(float).mean(1)


def playing(facts: dict, groups: list[dict]) -> list[dict]:
    """The groups with a known fact."""
    return [group for group in groups if any(facts.get(name) is not None for name in group["features"])]


def shapley_values(session, model: Model, facts: dict, setting: str, endpoint: str, players: list[dict]) -> dict:
    """Exact Shapley values of the groups on the log cumulative hazard, by all subsets."""
    size = len(players)
    subsets = [subset for count in range(size + 1) for subset in combinations(range(size), count)]
    shown = [{name: facts[name] for i in subset for name in players[i]["features"] if name in facts} for subset in subsets]
    alive, cord = run(session, model, shown, setting)
    share = alive if endpoint == "survival" else 1 - cord
    value = dict(zip(subsets, np.log(-np.log(share)), strict=True))
    amounts = {}
    for player, group in enumerate(players):
        total = 0.0
        for subset in subsets:
            if player not in subset:
                weight = factorial(len(subset)) * factorial(size - len(subset) - 1) / factorial(size)
                total += weight * (value[tuple(sorted((*subset, player)))] - value[subset])
        amounts[group["id"]] = float(total)
    return {"baseline": float(value[()]), "total": float(value[subsets[-1]]), "groups": amounts}
