"""The training tables: published survival of cohorts, primaries and groups as observations on ln(-ln(alive))."""

from dataclasses import dataclass

import numpy as np

from ..cohorts import complementary_log_log, own_mix
from ..evidence import EvidenceError, rules


@dataclass(frozen=True)
class Observation:
    """One published point: [setting, year, mix of primaries, group] at `months`.

    On ln(-ln(alive)): `error` = SD beyond the centre effect; `printed` = the part of it that lies in the printed number
    (sampling, recalled or of another kind of patients) and not in the model.
    """

    id: str
    setting: str
    cluster: str
    year: float
    months: float
    alive: float
    error: float
    printed: float
    mix: np.ndarray
    select: str | None
    whole: bool

    @property
    def level(self) -> float:
        """ln(-ln(alive))."""
        return float(complementary_log_log(self.alive))


def read_observations(primaries: list[str], pooled: np.ndarray, blood: list[str], published: dict) -> list[Observation]:
    """All points of `rules/ensemble_targets.toml`; an id that the evidence does not hold is an error."""
    rule = rules("ensemble_targets")
    error = rule["error"]
    found = []
    for target in rule["target"]:
        if target["id"] not in published:
            raise EvidenceError(f"no cohort '{target['id']}'")
        mix = _mix(target, primaries, pooled, blood)
        whole = target["mix"] in ("pooled", "own") or (isinstance(target["mix"], dict) and not target.get("only_named"))
        whole &= "select" not in target
        for months, alive in target["points"]:
            mismatch = error["mismatch"] if target.get("mismatch") else 0.0
            printed = float(np.hypot(_sampling(alive, target["n"], error), mismatch))
            found.append(
                Observation(
                    id=target["id"],
                    setting=target["setting"],
                    cluster=target["cluster"],
                    year=float(target["year"]),
                    months=float(months),
                    alive=float(alive),
                    error=float(np.hypot(printed, error["overall" if whole else "part"])),
                    printed=printed,
                    mix=mix,
                    select=target.get("select"),
                    whole=bool(whole),
                )
            )
    return found + _medians(rule["medians_by_primary"], primaries, published, error)


def _medians(entry: dict, primaries: list[str], published: dict, error: dict) -> list[Observation]:
    source = published[entry["id"]]
    found = []
    for value, name in entry["map"].items():
        low, high = source["median_os_by_primary_ci"].get(name, (0.0, 0.0))
        # Where an interval was read: its width on ln(months), times the slope of ln(-ln S) on ln(months), about 0.75.
        seen = 0.75 * np.log(high / low) / (2 * 1.959964) if low > 0 else 0.0
        sampling = max(seen, _sampling(0.5, source["primary_n"][name], error))
        found.append(
            Observation(
                id=entry["id"],
                setting=entry["setting"],
                cluster=entry["cluster"],
                year=float(entry["year"]),
                months=float(source["median_os_by_primary"][name]),
                alive=0.5,
                error=float(np.hypot(sampling, error["part"])),
                printed=float(sampling),
                mix=one_primary(primaries, value),
                select=None,
                whole=False,
            )
        )
    return found


def _sampling(alive: float, patients: float, error: dict) -> float:
    """Standard error of ln(-ln S) for a binomial share of `patients`."""
    share = np.sqrt(alive * (1 - alive) / patients) / (alive * -np.log(alive))
    return max(float(share), error["least_sampling"])


def one_primary(primaries: list[str], value: str) -> np.ndarray:
    """The mix [C] of a cohort with one primary tumour."""
    mix = np.zeros(len(primaries))
    mix[primaries.index(value)] = 1.0
    return mix


def _mix(target: dict, primaries: list[str], pooled: np.ndarray, blood: list[str]) -> np.ndarray:
    named = target["mix"]
    if isinstance(named, dict) and target.get("only_named"):
        return sum(share * one_primary(primaries, value) for value, share in named.items())
    if named == "bollen2014":
        return own_mix(primaries, {"breast": 0.287, "lung": 0.24, "prostate": 0.206}, pooled, blood)
    if named in primaries:
        return one_primary(primaries, named)
    return own_mix(primaries, named, pooled, blood)
