"""Command line of the loaders: `python -m loaders build`, `refresh`, `revert`, `record` or `fictifs`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from errors import AtlasError
from loaders import checksums, fictional, premises
from loaders.build import build
from loaders.paths import DATA
from loaders.record import record
from loaders.refresh import RefreshResult, refresh_all, revert
from words.formats import pluriel


def main() -> int:
    """Run the command and give its exit status."""
    parser = argparse.ArgumentParser(prog="python -m loaders", description="Build the files of data/.")
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="build data/ from files in the producers' layouts")
    building.add_argument("--from", dest="folder", type=Path, required=True, metavar="DIR")
    fetching = commands.add_parser("refresh", help="fetch the sources again from their producers")
    for command in (building, fetching):
        command.add_argument(
            "sources", nargs="*", metavar="SOURCE", help="ids of the catalogue; all by default"
        )
    fetching.add_argument(
        "--accepter-la-baisse", action="store_true", help="accept a version that lost many rows"
    )
    reverting = commands.add_parser("revert", help="put the version of before the last refresh back")
    reverting.add_argument("source", metavar="SOURCE")
    recording = commands.add_parser("record", help="believe files that were corrected by hand")
    recording.add_argument(
        "names", nargs="*", metavar="SOURCE", help="sources, or files without one; all by default"
    )
    for command in (fetching, reverting, recording):
        command.add_argument("--dans", dest="data_dir", type=Path, default=DATA, metavar="DIR")
    commands.add_parser("fictifs", help="draw data/equipements/locaux_fictifs.csv again")
    arguments = parser.parse_args()
    if arguments.command == "fictifs":
        premises.FICTIONAL_FILE.write_bytes(fictional.make())
        return _record([checksums.FICTIONAL], DATA)
    try:
        if arguments.command == "build":
            return _build(arguments.folder, arguments.sources)
        if arguments.command == "record":
            return _record(arguments.names, arguments.data_dir)
        if arguments.command == "revert":
            return _tell(revert(arguments.source, data_dir=arguments.data_dir))
        results = refresh_all(
            arguments.sources or None,
            data_dir=arguments.data_dir,
            accept_loss=arguments.accepter_la_baisse,
            on_progress=_progress,
        )
        return max([_tell(result) for result in results], default=0)
    except AtlasError as error:
        print(error, file=sys.stderr)
        return 1


def _build(folder: Path, sources: Sequence[str]) -> int:
    for report in build(folder, sources=sources or None):
        print(
            f"{report.source_id:<16} {report.lignes_lues:>6} lues = {report.lignes_gardees:>6} gardées "
            f"+ {report.lignes_ecartees:>5} écartées ; {len(report.faults)} signalements"
        )
    return 0


def _record(names: Sequence[str], data_dir: Path) -> int:
    for one in record(names or None, data_dir=data_dir):
        counted = "" if one.rows is None else f" : {pluriel(one.rows, 'ligne')}"
        print(f"{one.name:<16} enregistré{counted}")
    return 0


def _progress(source_id: str, done: int, total: int | None) -> None:
    """Write the bytes received over the same line, where somebody looks."""
    if sys.stderr.isatty():
        whole = f" sur {total / 1e6:.1f} Mo" if total else " Mo"
        print(f"\r{source_id:<16} {done / 1e6:.1f}{whole}", end="\033[K\r", file=sys.stderr)


def _tell(result: RefreshResult) -> int:
    rows = result.changes
    line = f"{result.source_id:<16} {result.outcome}"
    if rows.after or rows.before:
        line += (
            f" : {rows.before} -> {rows.after} lignes ({rows.added} ajoutées, {rows.gone} disparues, "
            f"{rows.edited} modifiées, {rows.moved} déplacées)"
        )
    print(line + (f" : {result.reason}" if result.reason else ""), flush=True)
    return int(result.refused)


if __name__ == "__main__":
    sys.exit(main())
