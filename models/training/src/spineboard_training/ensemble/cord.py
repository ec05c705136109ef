"""Cord compression: the draws of a cause-specific hazard that death competes with. Numbers and their standing:
`rules/cord_compression.toml`. The hazard is constant over the six months; cumulative incidence = sum over months of
(mean share alive in the month) x (exp(-rate x month) - exp(-rate x (month + 1))).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from ..draws import Strata
from ..evidence import rules

NORMAL_95 = float(ndtri(0.95))


@dataclass(frozen=True)
class CordPaths:
    """Constants of the cord part; [S] or [S, k] per path, [grades] per Bilsky grade. Canal compromise counts as a share."""

    months: int
    grades: tuple[str, ...]
    grade_share: np.ndarray
    canal_mean: np.ndarray
    canal_sd: float
    grade: np.ndarray
    canal: np.ndarray
    sins: np.ndarray
    speed: np.ndarray
    grade_effect: np.ndarray
    canal_effect: np.ndarray
    sins_effect: np.ndarray
    speed_effect: np.ndarray
    primary: np.ndarray


def make_cord(primaries: list[str], size: int, seed: int) -> CordPaths:
    """`size` draws. The base rate is solved in each draw so that the unselected case mix meets the drawn anchor."""
    rule = rules("cord_compression")
    strata = Strata(size, seed)
    bilsky, canal, sins, speed = (rule[name] for name in ("bilsky", "canal_compromise", "sins", "speed"))
    share = np.array(bilsky["share"]) / sum(bilsky["share"])
    mean, spread = np.array(canal["mean_by_grade"]) / 100, canal["sd"] / 100

    def positive(entry, noise, unit=1.0):
        return unit * np.array(entry["median"]) * np.exp(entry["log_sd"] * noise)

    # One size for all grades in a draw: the higher grade never carries the lower risk.
    grade_effect = positive(bilsky, strata.normal()[:, None])
    canal_effect = positive(canal, strata.normal())
    sins_effect = positive(sins, strata.normal(), sins["sd"])
    speed_effect = positive(speed, strata.normal())
    grade = strata.uniform()
    canal_noise = strata.normal()
    sins_noise = strata.normal()
    speed_noise = np.clip(speed["mean"] + speed["sd"] * strata.normal(), 0, speed["limit"]) / 10
    # Case mix behind the anchor: the draws of the blanks, paired with every draw of the effects.
    drawn = np.searchsorted(np.cumsum(share), grade)
    canal_drawn = np.clip(mean[drawn] + spread * canal_noise, 0, 1)
    relative = (
        grade_effect[:, drawn]
        + canal_effect[:, None] * canal_drawn
        + sins_effect[:, None] * sins_noise
        + speed_effect[:, None] * speed_noise
    )
    anchor = rule["anchor"]
    low, high = anchor["risk_6_months_range"]
    error = anchor["widen"] * np.log(high / low) / (2 * NORMAL_95)
    risk = anchor["risk_6_months"] * np.exp(error * strata.normal())
    base = -np.log1p(-np.clip(risk, 1e-4, 0.5)) / rule["months"]
    level = np.log(base) - np.log(np.exp(relative).mean(1))
    primary = rule["primary"]
    effect = primary["sd"] * strata.normal(len(primaries))
    effect[:, primaries.index("prostate")] = _prostate(primary["prostate"], anchor, strata.normal())
    return CordPaths(
        months=rule["months"],
        grades=tuple(bilsky["grades"]),
        grade_share=share,
        canal_mean=mean,
        canal_sd=spread,
        grade=grade,
        canal=canal_noise,
        sins=sins_noise,
        speed=speed_noise,
        grade_effect=grade_effect,
        canal_effect=canal_effect,
        sins_effect=sins_effect,
        speed_effect=speed_effect,
        primary=level[:, None] + effect,
    )


def _prostate(entry: dict, anchor: dict, noise: np.ndarray) -> np.ndarray:
    """Log ratio of the trial arm's monthly hazard to the anchor's, with its sampling error."""
    risk = entry["risk_12_months"]
    monthly = -np.log1p(-risk) / 12
    usual = -np.log1p(-anchor["risk_6_months"]) / 6
    error = np.sqrt((1 - risk) / (risk * entry["patients"]))
    return np.log(monthly / usual) + error * noise
