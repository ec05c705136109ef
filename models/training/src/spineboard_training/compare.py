"""`compare`: two packs side by side, on synthetic patients and, where a table is given, on a centre's real ones."""

from pathlib import Path

import numpy as np

from . import packs
from .card import table
from .catalogue import read_catalogue
from .centre import Centre, read_centre
from .golden import patients as synthetic_patients
from .horizon_figures import STATISTICS, assessable, paired
from .measured_tables import flat_figures
from .packs import Pack

HORIZONS_MONTHS = (3.0, 6.0, 12.0)
SEED, BOOTSTRAPS = 20261128, 500


def compare(first: Path, second: Path, setting: str | None, cohort: Path | None, features: Path) -> str:
    """The comparison as Markdown. `setting` applies to the packs that know settings; without one each takes its default."""
    both = (packs.read_pack(first), packs.read_pack(second))
    chosen = tuple(pack.setting(setting) if pack.settings else None for pack in both)
    sections = [_identity(both), _inputs(both), _measured(both), _synthetic(both, chosen)]
    if cohort is not None:
        sections.append(_cohort(both, chosen, read_centre(cohort, read_catalogue(features), _population(both))))
    heading = f"# {both[0].title} and {both[1].title}\n"
    return "\n".join([heading, *(section.strip() + "\n" for section in sections)])


def _names(both: tuple[Pack, Pack]) -> list[str]:
    """Column heads; alike packs are told apart by their place."""
    names = [pack.title for pack in both]
    return names if names[0] != names[1] else [f"{names[0]} (first)", f"{names[1]} (second)"]


def _identity(both) -> str:
    def row(label, read):
        return [label, *(read(pack.manifest) for pack in both)]

    rows = [
        row("structure", lambda manifest: str(manifest["schema_version"])),
        row("made", lambda manifest: str(manifest["training"]["when"])),
        row("rests on", lambda manifest: ", ".join(manifest["rests_on"])),
        row("columns", lambda manifest: str(len(manifest["input"]))),
        row("sample paths", lambda manifest: str(manifest["output"]["samples"])),
        row("horizons, months", lambda manifest: ", ".join(f"{m:g}" for m in manifest["output"]["horizons_months"])),
        ["settings, the default first", *(", ".join(pack.settings) or "one only" for pack in both)],
    ]
    return "## What they are\n\n" + table(["", *_names(both)], rows)


def _inputs(both) -> str:
    read = [list(dict.fromkeys(column["feature"] for column in pack.manifest["input"])) for pack in both]
    rows = []
    for own, other, name in zip(read, reversed(read), _names(both), strict=True):
        alone = [feature for feature in own if feature not in other]
        rows.append([name, str(len(own)), ", ".join(alone) or "none"])
    return "## Facts that they read\n\n" + table(["pack", "facts", "only this one reads"], rows)


def _measured(both) -> str:
    figures = [flat_figures(pack.measured or {}) for pack in both]
    if not any(figures):
        return "## Measured figures\n\nNeither pack holds measured.json; their cards say what was measured."
    labels = list(dict.fromkeys([*figures[0], *figures[1]]))
    rows = [[label, *(own.get(label, "not given") for own in figures)] for label in labels]
    note = "Each as its own pack reports it: the patients and folds need not be the same.\n\n"
    return "## Measured figures\n\n" + note + table(["figure", *_names(both)], rows)


def _synthetic(both, chosen) -> str:
    genes = {
        column["feature"] for pack in both for column in pack.manifest["input"] if column["feature"].startswith("gene_")
    }
    facts = synthetic_patients(sorted(gene.removeprefix("gene_").upper() for gene in genes))
    point = [packs.survival(pack, facts, setting, HORIZONS_MONTHS) for pack, setting in zip(both, chosen, strict=True)]
    rows = []
    for number, months in enumerate(HORIZONS_MONTHS):
        difference = point[1][:, number, 0] - point[0][:, number, 0]
        largest = int(np.abs(difference).argmax())
        width = [100 * (values[:, number, 2] - values[:, number, 1]).mean() for values in point]
        rows.append(
            [
                f"{months:g}", f"{100 * difference.mean():+.1f}", f"{100 * np.abs(difference).mean():.1f}",
                f"{100 * difference[largest]:+.1f}", _described(facts[largest], largest), f"{width[0]:.0f} / {width[1]:.0f}",
            ]
        )  # fmt: skip
    head = ["months", "mean", "mean absolute", "largest", "in patient", "mean width of the 90 % interval"]
    return f"""## Difference of survival, second - first, in points

Computation only: {len(facts)} synthetic patients, nobody real. {_settings_text(both, chosen)}

{table(head, rows)}"""


def _described(facts: dict, number: int) -> str:
    """A synthetic patient in a cell."""
    told = ", ".join(
        f"{name} {value}" for name, value in facts.items() if not name.startswith("gene_") or value == "variant"
    )
    return f"{number + 1}: {told[:110] + ' ...' if len(told) > 110 else told or 'nothing known'}"


def _settings_text(both, chosen) -> str:
    said = [f"{name} in `{setting}`" for name, setting in zip(_names(both), chosen, strict=True) if setting]
    return f"Settings: {'; '.join(said)}." if said else ""


def _population(both) -> dict:
    """For whom both packs answer."""
    parts = [pack.manifest["population"] for pack in both]
    excluded = sorted({value for part in parts for value in part.get("primary_excluded", [])})
    return {"age_min": max(part["age_min"] for part in parts), "primary_excluded": excluded}


def _cohort(both, chosen, centre: Centre) -> str:
    alive = [packs.survival(p, centre.facts, s, HORIZONS_MONTHS)[:, :, 0] for p, s in zip(both, chosen, strict=True)]
    rows, without = [], []
    for number, months in enumerate(HORIZONS_MONTHS):
        if not assessable(centre.months, centre.died, months):
            without.append(f"{months:g}")
            continue
        for label, statistic in STATISTICS.items():
            point = [values[:, number] for values in alive]
            found = paired(statistic, *point, centre.months, centre.died, months, SEED, BOOTSTRAPS)
            cells = [f"{value:.3f} ({low:.3f} to {high:.3f})" for value, low, high in found]
            rows.append([f"{months:g}", label, *cells])
    note = (
        f"\nNot to be had at {', '.join(without)} months: nobody died by then, or nobody was followed beyond.\n"
        if without
        else ""
    )
    return f"""## On real patients of the table

{len(centre.facts)} patients, {int(centre.died.sum())} deaths; both packs on the same rows, 95 % bootstrap intervals, paired.
AUC and Brier score weighted for censoring; intercept and slope of calibration on the log odds (0 and 1 are right).
{_settings_text(both, chosen)}

{table(["months", "figure", *_names(both), "second - first"], rows)}{note}"""
