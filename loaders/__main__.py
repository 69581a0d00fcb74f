"""Command line of the loaders: `python -m loaders build --from DIR`, `python -m loaders fictifs`."""

import argparse
import sys
from pathlib import Path

from errors import AtlasError
from loaders import fictional, premises
from loaders.build import build


def main() -> int:
    """Run the command and give its exit status."""
    parser = argparse.ArgumentParser(prog="python -m loaders", description="Build the files of data/.")
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="build data/ from files in the producers' layouts")
    building.add_argument("--from", dest="folder", type=Path, required=True, metavar="DIR")
    commands.add_parser("fictifs", help="draw data/equipements/locaux_fictifs.csv again")
    arguments = parser.parse_args()
    if arguments.command == "fictifs":
        premises.FICTIONAL_FILE.write_bytes(fictional.make())
        return 0
    try:
        reports = build(arguments.folder)
    except AtlasError as error:
        print(error, file=sys.stderr)
        return 1
    for report in reports:
        print(
            f"{report.source_id:<16} {report.lignes_lues:>6} lues = {report.lignes_gardees:>6} gardées "
            f"+ {report.lignes_ecartees:>5} écartées ; {len(report.faults)} signalements"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
