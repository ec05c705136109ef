"""What a pack measured (`measured.json`) as flat tables, and as labelled figures for a comparison."""

import numpy as np

from .packs import PackError

HORIZONS = ("3", "6", "12")
LEFT_OUT = (
    "cohort",
    "setting",
    "cluster",
    "group",
    "primary",
    "whole",
    "months",
    "published",
    "forecast",
    "low",
    "high",
    "guess",
)
SIMULATED = {
    "patients": (
        "generator", "patients", "covered_3", "covered_6", "covered_12", "bias", "error", "median_width", "slope",
    ),
    "tables": ("generator", "truths", "centres", "covered", "bias", "error", "median_width"),
}  # fmt: skip
# Groups whose figures `compare` sets side by side; the others are in the tables of `report`.
COMPARED_GROUPS = ("all", "five_primaries", "five_primaries_bone_biopsied")

Table = tuple[list[str], list[list]]


def tables(measured: dict) -> dict[str, Table]:
    """Header and rows by table name; only what the pack measured. A part of another shape is an error that names it."""
    found = {}
    for key, make in MAKERS.items():
        if key in measured:
            try:
                found |= make(measured[key])
            except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
                raise PackError(f"measured.json: '{key}' has another shape than this kit reads ({error!r})") from error
    return found


def _real(real: dict) -> dict[str, Table]:
    header = ["model", "group", "patients", "events", "c_index"]
    for months in HORIZONS:
        header += [f"auc_{months}", f"auc_{months}_low", f"auc_{months}_high", f"brier_{months}"]
    rows = []
    for model, groups in real["models"].items():
        for group, figures in groups.items():
            row = [model, group, figures["patients"], figures["events"], figures["c_index"]]
            for months in HORIZONS:
                row += [*figures[f"auc_{months}"], figures[f"brier_{months}"]]
            rows.append([*row, figures["calibration_slope"]])
    differences = [
        [pair, group, *values] for pair, groups in real["differences"].items() for group, values in groups.items()
    ]
    calibration = [
        [model, months, number, *entry]
        for model, horizons in real["calibration"].items()
        for months, entries in horizons.items()
        for number, entry in enumerate(entries, start=1)
    ]
    return {
        "real_figures": ([*header, "calibration_slope"], rows),
        "real_differences": (["comparison", "group", "auc_12_gain", "low", "high"], differences),
        "real_calibration": (["model", "months", "tenth", "forecast", "observed", "patients"], calibration),
    }


def _left_out(rows: list[dict]) -> dict[str, Table]:
    summary = []
    for setting in (*sorted({row["setting"] for row in rows}), "all"):
        for kind, wanted in (("whole cohorts", True), ("groups", False)):
            part = [row for row in rows if setting in (row["setting"], "all") and bool(row["whole"]) is wanted]
            if part:
                summary.append([setting, kind, *left_out_summary(part).values()])
    header = ["setting", "points_of", "points", "error_points", "guess_error_points", "covered", "median_width_points"]
    return {
        "left_out": (list(LEFT_OUT), [[row[name] for name in LEFT_OUT] for row in rows]),
        "left_out_summary": (header, summary),
    }


def left_out_summary(rows: list[dict]) -> dict[str, float]:
    """Mean absolute errors of the forecast and of the setting's mean in points, share inside the interval, median width."""
    value = {name: np.array([row[name] for row in rows], dtype=float) for name in LEFT_OUT[7:]}
    return {
        "points": len(rows),
        "error": float(100 * np.abs(value["forecast"] - value["published"]).mean()),
        "guess_error": float(100 * np.abs(value["guess"] - value["published"]).mean()),
        "covered": float(((value["low"] <= value["published"]) & (value["published"] <= value["high"])).mean()),
        "median_width": float(100 * np.median(value["high"] - value["low"])),
    }


def _sequenced(rows: list[dict]) -> dict[str, Table]:
    header = ["months", "fifth", "integrated", "observed"]
    return {"sequenced": (header, [[row[name] for name in header] for row in rows])}


def _coverage(shares: dict[str, float]) -> dict[str, Table]:
    rows = [[float(factor), share] for factor, share in shares.items()]
    return {"coverage": (["centre_factor", "covered"], sorted(rows))}


def _simulated(checks: dict[str, list[dict]]) -> dict[str, Table]:
    return {
        f"simulated_{kind}": (list(names), [[row[name] for name in names] for row in checks[kind]])
        for kind, names in SIMULATED.items()
    }


def _adaptation(entry: dict) -> dict[str, Table]:
    numbers = [["shift", *entry["shift"]], ["slope", *entry["slope"]], ["spread", entry["spread"], ""]]
    held_out = [
        [figure, who, *values]
        for figure, triples in entry["held_out"].items()
        for who, values in zip(("shipped", "adapted", "difference"), triples, strict=True)
    ]
    return {
        "adaptation": (["number", "value", "sd"], numbers),
        "adaptation_held_out": (["figure", "pack", "value", "low", "high"], held_out),
    }


MAKERS = {
    "adaptation": _adaptation,
    "real": _real,
    "sequenced": _sequenced,
    "left_out": _left_out,
    "coverage": _coverage,
    "simulated": _simulated,
}


def flat_figures(measured: dict) -> dict[str, str]:
    """Labelled figures as text, in a fixed order; of models whose calibration is not drawn only the AUC at 12 months."""
    found = {}
    tables(measured)
    real = measured.get("real", {"models": {}, "calibration": {}})
    for model, groups in real["models"].items():
        whole = model in real["calibration"]
        for group in (name for name in COMPARED_GROUPS if name in groups):
            figures, label = groups[group], f"real patients, {model}, {group}"
            for months in HORIZONS if whole else HORIZONS[-1:]:
                value, low, high = figures[f"auc_{months}"]
                found[f"{label}: AUC {months} months"] = f"{value:.3f} ({low:.3f} to {high:.3f})"
                if whole:
                    found[f"{label}: Brier {months} months"] = f"{figures[f'brier_{months}']:.4f}"
            if whole:
                found[f"{label}: patients"] = str(figures["patients"])
                found[f"{label}: C-index"] = f"{figures['c_index']:.3f}"
                found[f"{label}: calibration slope"] = f"{figures['calibration_slope']:.2f}"
    if measured.get("left_out"):
        summary = left_out_summary(measured["left_out"])
        found["cohorts left out: points"] = str(summary["points"])
        found["cohorts left out: mean absolute error, points"] = f"{summary['error']:.1f}"
        found["cohorts left out: error of the setting's mean"] = f"{summary['guess_error']:.1f}"
        found["cohorts left out: inside the 90 % interval"] = f"{100 * summary['covered']:.0f} %"
        found["cohorts left out: median width, points"] = f"{summary['median_width']:.0f}"
    if "centre_factor" in measured:
        found["centre factor"] = f"{measured['centre_factor']:.1f}"
    if "adaptation" in measured:
        entry = measured["adaptation"]
        found["adapted: shift (SD)"] = "{:+.3f} ({:.3f})".format(*entry["shift"])
        found["adapted: slope (SD)"] = "{:.3f} ({:.3f})".format(*entry["slope"])
        found["adapted: spread"] = f"{entry['spread']:.3f}"
        found["adapted: patients, deaths"] = f"{entry['patients']}, {entry['deaths']}"
    return found
