"""A centre's own patients as a CSV table: columns of the feature catalogue, follow-up `months`, `died` (0 or 1).

The table that the application reads (`patient` and `id` are passed over), with the two columns of follow-up. A blank cell or
`NA` is unknown. What is wrong is named by line and column, never by the content of the cell.
"""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .catalogue import Feature
from .evidence import rules

FOLLOW_UP = ("months", "died")
LABELS = ("patient", "id")
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class CentreError(ValueError):
    """A table that cannot be used, with the line and column at fault."""


@dataclass(frozen=True)
class Centre:
    """Facts per patient in catalogue units; `months` [N] of follow-up; `died` [N] 1 = died then, 0 = alive then."""

    facts: list[dict]
    months: np.ndarray
    died: np.ndarray


def read_centre(path: Path, catalogue: dict[str, Feature], population: dict) -> Centre:
    """Reads the table; the first thing that is wrong is an error. `population` = that part of a pack's manifest."""
    text = path.read_text(encoding="utf-8-sig")
    header = text.partition("\n")[0]
    table = list(csv.reader(text.splitlines(), delimiter=max(",;\t", key=header.count)))
    names = [name.strip() for name in table[0]] if table else []
    _check_names(names, catalogue)
    most = rules("adapt")["cohort"]["most_months"]
    facts, months, died = [], [], []
    for line, cells in enumerate(table[1:], start=2):
        cells = [cell.strip() for cell in cells]
        if not any(_known(cell) for cell in cells):
            continue
        if len(cells) != len(names):
            raise CentreError(f"line {line} has {len(cells)} cells, the header {len(names)}")
        row = {name: cell for name, cell in zip(names, cells, strict=True) if _known(cell)}
        months.append(_follow_up(row, line, most))
        died.append(_died(row, line))
        known = {name: _value(catalogue[name], cell, line) for name, cell in row.items() if name in catalogue}
        _check_population(known, population, line)
        facts.append(known)
    if not facts:
        raise CentreError("the table holds no patients")
    return Centre(facts, np.array(months), np.array(died, dtype=int))


def _check_names(names: list[str], catalogue: dict[str, Feature]) -> None:
    for name in FOLLOW_UP:
        if name not in names:
            raise CentreError(f"there is no column '{name}'")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CentreError(f"columns are there twice: {', '.join(twice)}")
    unknown = [name for name in names if name not in (*catalogue, *FOLLOW_UP, *LABELS)]
    if unknown:
        raise CentreError(f"the feature catalogue knows no column {', '.join(repr(name) for name in unknown)}")
    outcomes = [name for name in names if name in catalogue and catalogue[name].kind == "outcome"]
    if outcomes:
        raise CentreError(f"{', '.join(outcomes)}: an outcome is no input; follow-up goes into 'months' and 'died'")


def _known(cell: str) -> bool:
    return cell not in ("", "NA")


def _number(cell: str, line: int, name: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise CentreError(f"line {line}, {name}: not a number (the decimal sign is a point)")
    return number


def _follow_up(row: dict, line: int, most: float) -> float:
    if "months" not in row:
        raise CentreError(f"line {line}: months is blank")
    months = _number(row["months"], line, "months")
    if months < 0:
        raise CentreError(f"line {line}: months is negative")
    if months > most:
        raise CentreError(f"line {line}: months is beyond all follow-up; are these days?")
    return months


def _died(row: dict, line: int) -> int:
    if row.get("died") not in ("0", "1"):
        raise CentreError(f"line {line}: died is neither 0 nor 1")
    return int(row["died"])


def _value(feature: Feature, cell: str, line: int):
    if feature.kind in ("number", "integer"):
        number = _number(cell, line, feature.id)
        if feature.kind == "integer" and not number.is_integer():
            raise CentreError(f"line {line}, {feature.id}: not a whole number")
        return number
    if feature.kind == "flag":
        if cell.lower() not in FLAGS:
            raise CentreError(f"line {line}, {feature.id}: not one of {', '.join(FLAGS)}")
        return FLAGS[cell.lower()]
    options = {option.lower(): option for option in feature.options}
    if cell.lower() not in options:
        raise CentreError(f"line {line}, {feature.id}: not an option; write one of {', '.join(feature.options)}")
    return options[cell.lower()]


def _check_population(facts: dict, population: dict, line: int) -> None:
    if facts.get("age", math.inf) < population["age_min"]:
        raise CentreError(f"line {line}: a child; the pack answers from {population['age_min']:g} years on")
    if facts.get("primary_tumour") in population.get("primary_excluded", []):
        raise CentreError(f"line {line}: the pack is not made for primary tumours of this kind")


def check_enough(centre: Centre, last_month: float) -> None:
    """Refuses a cohort that is too small to adapt to; deaths after `last_month` of the pack's curve do not count."""
    rule = rules("adapt")["cohort"]
    deaths = int(((centre.died == 1) & (centre.months <= last_month)).sum())
    if not centre.died.any():
        raise CentreError("nobody died: nothing can be learned from follow-up without an event")
    if len(np.unique(centre.months)) < rule["fewest_times"]:
        raise CentreError(f"fewer than {rule['fewest_times']} different times of follow-up")
    if deaths < rule["fewest_deaths"]:
        raise CentreError(
            f"{deaths} deaths within the pack's {last_month:g} months; at least {rule['fewest_deaths']} are needed, "
            "because with fewer a difference between the centre and the pack cannot be told from noise (working rule)"
        )
