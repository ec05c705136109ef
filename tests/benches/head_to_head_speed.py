"""Times `spineboard validate` on a synthetic cohort and computes the same AUCs and C beside it, in numpy.

Usage: python head_to_head_speed.py SPINEBOARD PACKS [PATIENTS]. The aim is 10,000 patients with 200
resamples in under 120 s on two cores. The figures beside it start from what `spineboard assess --csv`
writes, so that reading, rows, predictors and statistics are all checked by another way.
"""

import csv
import json
import math
import random
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import numpy as np

HORIZONS = (3, 6, 12)
MEDIANS = {"breast": 22, "prostate": 18, "kidney": 12, "lung": 5, "colon": 7, "myeloma": 30, "melanoma": 6, "thyroid": 35}


def cohort(path: Path, patients: int, seed: int = 7) -> None:
    """Exponential survival whose rate follows from the primary, performance, organs and albumin."""
    draw = random.Random(seed)
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(
            "id,months,died,year,age,sex,primary_tumour,karnofsky,visceral_metastases,brain_metastasis,liver_metastasis,"
            "lung_metastasis,vertebral_metastases,extraspinal_bone_metastases,frankel,prior_chemotherapy,albumin".split(",")
        )
        for number in range(patients):
            primary = draw.choice(list(MEDIANS))
            karnofsky = draw.choice([30, 40, 50, 60, 70, 80, 90, 100])
            visceral = draw.choices(["none", "resectable", "unresectable"], [6, 1, 3])[0]
            liver = visceral != "none" and draw.random() < 0.5
            lung = visceral != "none" and (not liver or draw.random() < 0.4)
            albumin = round(draw.gauss(37, 5), 1)
            hazard = (
                math.log(2) / MEDIANS[primary]
                * math.exp(0.025 * (75 - karnofsky) + (0.6 if visceral == "unresectable" else 0) + 0.06 * (38 - albumin))
            )
            death = draw.expovariate(hazard)
            lost = draw.uniform(4, 48)
            if draw.random() < 0.08:
                lost = draw.uniform(0, 6)
            known = lambda value, share: value if draw.random() < share else ""
            table.writerow(
                [
                    f"p{number}", f"{min(death, lost):.2f}", int(death <= lost), 2008 + number % 14, draw.randint(38, 88),
                    "male" if primary == "prostate" or draw.random() < 0.4 else "female", primary,
                    known(karnofsky, 0.97), known(visceral, 0.97), known(str(draw.random() < 0.08).lower(), 0.95),
                    str(liver).lower(), str(lung).lower(), known(draw.randint(1, 6), 0.96), known(draw.choice([0, 0, 1, 2, 4]), 0.96),
                    known(draw.choices("ABCDE", [1, 1, 2, 3, 6])[0], 0.9), known(str(draw.random() < 0.5).lower(), 0.8),
                    known(min(max(albumin, 15), 55), 0.55),
                ]
            )


def censoring_before(months: np.ndarray, died: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Kaplan-Meier of censoring just before each time; deaths come before censorings at a tie."""
    event_times = np.unique(months[~died])
    lost = np.array([np.sum((months == time) & ~died) for time in event_times])
    at_risk = np.array([np.sum(months > time) + np.sum((months == time) & ~died) for time in event_times])
    curve = np.concatenate([[1.0], np.cumprod(1 - lost / at_risk)])
    return curve[np.searchsorted(event_times, times, side="left")]


def auc(months: np.ndarray, died: np.ndarray, risk: np.ndarray, horizon: float) -> float:
    """Cumulative/dynamic AUC weighted for censoring (Uno et al. 2007)."""
    dead = died & (months <= horizon)
    alive = (months > horizon) | (~died & (months == horizon))
    weights = 1 / censoring_before(months, died, months[dead])
    better = (risk[dead][:, None] > risk[alive][None, :]) + 0.5 * (risk[dead][:, None] == risk[alive][None, :])
    return float((weights[:, None] * better).sum() / (weights.sum() * alive.sum()))


def harrell(months: np.ndarray, died: np.ndarray, risk: np.ndarray) -> float:
    """Pairs of which it is known who died first; ties in risk count one half (Harrell et al. 1982)."""
    right = pairs = 0.0
    for time, own in zip(months[died], risk[died], strict=True):
        later = (months > time) | ((months == time) & ~died)
        pairs += later.sum()
        right += (own > risk[later]).sum() + 0.5 * (own == risk[later]).sum()
    return right / pairs


def run(*arguments: str) -> subprocess.CompletedProcess:
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(done.stderr)
    return done


def sign(score: str) -> int:
    """-1 where a high total is good."""
    path = Path(__file__).parents[2] / "assets" / "scores" / f"{score}.toml"
    return -1 if tomllib.loads(path.read_text())["direction"] == "higher_is_better" else 1


def number(text: str) -> float:
    return float(text) if text else math.nan


def main(spineboard: str, packs: str, patients: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table, plain, assessed = folder / "cohort.csv", folder / "plain.csv", folder / "assessed.csv"
        cohort(table, patients)
        started = time.perf_counter()
        study = json.loads(run(spineboard, "--packs", packs, "validate", str(table), "--json").stdout)
        seconds = time.perf_counter() - started
        print(f"{patients} patients, {study['result']['same_rows']['bootstraps']} resamples: {seconds:.1f} s")

        rows = list(csv.DictReader(table.open()))
        outcome = {"months", "died", "year"}
        with plain.open("w", newline="") as file:
            writer = csv.DictWriter(file, [column for column in rows[0] if column not in outcome], extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        run(spineboard, "--packs", packs, "assess", "--csv", str(plain), "--out", str(assessed))
        results = list(csv.DictReader(assessed.open()))

    months = np.array([float(row["months"]) for row in rows])
    died = np.array([row["died"] == "1" for row in rows])
    same = study["result"]["same_rows"]
    ids = [one["id"] for one in same["predictors"] if one["id"] != "model"]
    death = {horizon: np.array([1 - number(row[f"survival_{horizon}_months"]) for row in results]) for horizon in HORIZONS}
    totals = {one: sign(one) * np.array([number(row[f"{one}.total"]) for row in results]) for one in ids}
    usable = ~np.isnan(death[12]) & np.all([~np.isnan(total) for total in totals.values()], axis=0)
    print(f"same rows: {same['counts']['patients']}, by the other way {int(usable.sum())}")
    worst = 0.0
    for one in same["predictors"]:
        figures = {**{f"auc_{at['months']}": at["auc"]["figure"]["point"] for at in one["horizons"]}, "c": one["harrell_c"]["figure"]["point"]}
        for horizon in HORIZONS:
            risk = death[horizon] if one["id"] == "model" else totals[one["id"]]
            # The table has fewer digits than the program, which makes a few ties of the model.
            worst = max(worst, abs(auc(months[usable], died[usable], risk[usable], horizon) - figures[f"auc_{horizon}"]))
        risk = death[12] if one["id"] == "model" else totals[one["id"]]
        worst = max(worst, abs(harrell(months[usable], died[usable], risk[usable]) - figures["c"]))
        print(f"{one['id']:24} AUC " + " ".join(f"{figures[f'auc_{horizon}']:.4f}" for horizon in HORIZONS) + f"  C {figures['c']:.4f}")
    print(f"largest difference from numpy: {worst:.1e}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 10_000)
