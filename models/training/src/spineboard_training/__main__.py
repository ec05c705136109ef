"""`python -m spineboard_training`: makes and checks model packs."""

import argparse
import datetime
import sys
from pathlib import Path

from . import commands, spine_ensemble, survival_linear
from .restate import restate

BUILDERS = {"spine-ensemble": spine_ensemble.build, "survival-linear": survival_linear.build}


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; the exit code is 0 unless it failed."""
    parser = argparse.ArgumentParser(prog="spineboard_training", description=__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True)
    build = subparsers.add_parser("build", help="learn, pool, solve and write a pack")
    build.add_argument("--model", choices=sorted(BUILDERS), default="spine-ensemble", help="which pack to make")
    build.add_argument("--data", type=Path, required=True, help="folder that holds msk_met_2021/")
    build.add_argument("--evidence", type=Path, required=True, help="folder with the evidence tables")
    build.add_argument("--out", type=Path, required=True, help="the pack's folder")
    build.add_argument("--features", type=Path, default=Path("assets/features.toml"), help="the feature catalogue")
    build.add_argument("--quick", action="store_true", help="fewer draws and repeats, for tests")
    build.add_argument(
        "--date", type=datetime.date.fromisoformat, default=datetime.date.today(), help="date in the manifest"
    )
    build.add_argument("--who", default="SpineBoard training kit", help="who trained, for the manifest")
    facts = subparsers.add_parser("restate", help="write the evidence rows that the rules use into assets/evidence")
    facts.add_argument("--evidence", type=Path, required=True)
    facts.add_argument("--out", type=Path, required=True)
    commands.add(subparsers)
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "restate":
            restate(chosen.evidence, chosen.out)
        elif chosen.command in commands.RUN:
            commands.RUN[chosen.command](chosen)
        else:
            BUILDERS[chosen.model](
                chosen.data,
                chosen.evidence,
                chosen.features,
                chosen.out,
                chosen.quick,
                chosen.date,
                chosen.who,
            )
    except (OSError, ValueError, KeyError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
