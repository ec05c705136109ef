"""The commands besides making a forecast pack: `report`, `compare`, `adapt`, `segmentation-test-pack`."""

import argparse
import datetime
from pathlib import Path

from .adapt import adapt
from .adapt_card import verdict, warning
from .compare import compare
from .report import report
from .segmentation_test_pack import segmentation_test_pack

FEATURES = Path("assets/features.toml")


def add(subparsers) -> None:
    """Adds them to the command line."""
    shown = subparsers.add_parser("report", help="write tables and figures from what a pack measured")
    shown.add_argument("pack", type=Path, help="the pack's folder")
    shown.add_argument("--out", type=Path, required=True, help="folder for tables, figures and index.md")
    both = subparsers.add_parser("compare", help="two packs side by side, as Markdown")
    both.add_argument("first", type=Path)
    both.add_argument("second", type=Path)
    both.add_argument("--cohort", type=Path, help="CSV: catalogue columns, months, died")
    moved = subparsers.add_parser("adapt", help="shrink a pack towards a centre's own patients, as a new pack")
    moved.add_argument("--pack", type=Path, required=True, help="the shipped pack's folder")
    moved.add_argument("--cohort", type=Path, required=True, help="CSV: catalogue columns, months, died")
    moved.add_argument("--out", type=Path, required=True, help="the new pack's folder")
    moved.add_argument("--centre", help="the centre's name; else what --out adds to the pack's name")
    moved.add_argument("--who", default="SpineBoard training kit", help="who adapted, for the manifest")
    outlines = subparsers.add_parser("segmentation-test-pack", help="write the tiny pack of the tests, without meaning")
    outlines.add_argument("out", type=Path, help="the pack's folder")
    for parser in (moved, outlines):
        parser.add_argument(
            "--date", type=datetime.date.fromisoformat, default=datetime.date.today(), help="date in the manifest"
        )
    for parser in (both, moved):
        parser.add_argument("--setting", help="kind of cohort, for packs that know several; else the default one")
        parser.add_argument("--features", type=Path, default=FEATURES, help="the feature catalogue")


def _report(chosen: argparse.Namespace) -> None:
    names = report(chosen.pack, chosen.out)
    print(f"{len(names)} files and index.md in {chosen.out}")


def _compare(chosen: argparse.Namespace) -> None:
    print(compare(chosen.first, chosen.second, chosen.setting, chosen.cohort, chosen.features))


def _adapt(chosen: argparse.Namespace) -> None:
    learned = adapt(
        chosen.pack, chosen.cohort, chosen.out, chosen.features, chosen.setting, chosen.centre, chosen.date, chosen.who
    )
    fitted = learned.adaptation
    print(f"{learned.patients} patients, {learned.deaths} deaths")
    print(f"shift {fitted.shift:+.3f} (SD {fitted.shift_sd:.3f}), slope {fitted.slope:.3f} (SD {fitted.slope_sd:.3f})")
    print(f"spread {fitted.spread:.3f}")
    print(warning(fitted) + verdict(learned.gain))


def _outlines(chosen: argparse.Namespace) -> None:
    segmentation_test_pack(chosen.out, chosen.date)
    print(f"{chosen.out}: for tests only, without medical meaning")


RUN = {"report": _report, "compare": _compare, "adapt": _adapt, "segmentation-test-pack": _outlines}
