"""`report`: the tables (CSV) and figures (SVG) behind a pack's card, from what the pack says that it measured."""

import csv
import io
from pathlib import Path

from . import packs, report_figures
from .measured_tables import tables
from .packs import PackError

REAL, EVIDENCE, COMPUTATION = "Real patients", "Published evidence", "Computation only"
# What each file rests on, and one sentence.
SENTENCES = {
    "adaptation.csv": (REAL, "How far the centre's own patients moved the pack, with standard deviations."),
    "adaptation_held_out.csv": (REAL, "Shipped against adapted pack on patients of the centre that the fit had not seen."),
    "real_figures.csv": (
        REAL,
        "Discrimination, Brier scores and calibration slope of each model on held-out sequenced patients, by group.",
    ),
    "real_differences.csv": (
        REAL,
        "Gain in AUC at 12 months between models on the same held-out patients, with 95 % intervals.",
    ),
    "real_calibration.csv": (REAL, "Tenths of forecast survival against Kaplan-Meier, held-out sequenced patients."),
    "calibration.svg": (REAL, "Calibration curves at 3, 6 and 12 months on held-out sequenced patients."),
    "ablation.svg": (REAL, "What clinical and genomic inputs and each family add to the AUC at 12 months."),
    "left_out.csv": (EVIDENCE, "Every published point of survival, foreseen without the cluster that it comes from."),
    "left_out_summary.csv": (EVIDENCE, "Errors, coverage and width over the left-out points, by setting."),
    "left_out.svg": (EVIDENCE, "Whole published cohorts against the forecast made without their cluster, by setting."),
    "coverage.csv": (EVIDENCE, "Share of left-out published points covered at each factor on the centre effect."),
    "coverage.svg": (EVIDENCE, "The same as a curve, with the factor that was frozen."),
    "sequenced.csv": (
        COMPUTATION,
        "Whether anything is counted twice: the model with the unrecorded facts integrated out, against the patients it "
        "was fitted to, by fifths of risk; not held out.",
    ),
    "simulated_patients.csv": (
        COMPUTATION,
        "Whether intervals hold simulated patients' own probability, where the generator is as assumed and where it is not.",
    ),
    "simulated_tables.csv": (
        COMPUTATION,
        "Whether intervals hold a new centre of a known truth after conditioning on the tables which that truth published.",
    ),
}
ABLATION_GROUPS = ("five_primaries", "all")


def report(folder: Path, out: Path) -> list[str]:
    """Writes the files and `index.md`; gives the names of the files."""
    pack = packs.read_pack(folder)
    measured = pack.measured
    if measured is None:
        raise PackError(f"{pack.title} holds no measured.json: there is nothing to report; read its CARD.md")
    files = {f"{name}.csv": _csv(header, rows) for name, (header, rows) in tables(measured).items()}
    files |= figures(measured)
    if not files:
        raise PackError(f"{pack.title}: measured.json holds nothing that this kit can show")
    out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (out / name).write_bytes(data)
    (out / "index.md").write_text(_index(pack, measured, files), encoding="utf-8")
    return sorted(files)


def figures(measured: dict) -> dict[str, bytes]:
    """Every figure that the measured numbers allow."""
    found = {}
    if "real" in measured:
        real = measured["real"]
        found["calibration.svg"] = report_figures.calibration(real)
        held = set().union(*real["models"].values())
        group = next((name for name in ABLATION_GROUPS if name in held), None)
        if group:
            found["ablation.svg"] = report_figures.ablation(real, group)
    if any(row["whole"] for row in measured.get("left_out", [])):
        found["left_out.svg"] = report_figures.left_out(measured["left_out"])
    if measured.get("coverage"):
        found["coverage.svg"] = report_figures.coverage(measured["coverage"], measured.get("centre_factor"))
    return found


def _csv(header: list[str], rows: list[list]) -> bytes:
    """Numbers as short as they round-trip; nothing for what is not there."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return buffer.getvalue().encode()


def _index(pack: packs.Pack, measured: dict, files: dict[str, bytes]) -> str:
    lines = [f"# Figures of {pack.title}", ""]
    if "adaptation" in measured:
        origin = measured["adaptation"]["from"]
        lines += [
            f"Adapted from {origin['name']} {origin['version']}: all but the tables `adaptation*` describe that pack.",
            "",
        ]
    for kind in (REAL, EVIDENCE, COMPUTATION):
        named = [name for name, (basis, _) in SENTENCES.items() if basis == kind and name in files]
        if named:
            lines += [f"## {kind}", "", *(f"- [{name}]({name}): {SENTENCES[name][1]}" for name in named), ""]
    return "\n".join(lines)
