"""Command line of the follow-up: `python -m tracking backup DIR`, and the like."""

import argparse
import datetime as dt
import sys
from pathlib import Path

from errors import AtlasError
from tracking import backup
from tracking._engine import BASE_VARIABLE
from tracking.store import open_store


def main() -> int:
    """Run the command and give its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tracking", description="Keep the follow-up's database.")
    parser.add_argument(
        "--base", metavar="URL", help=f"the database; {BASE_VARIABLE} by default, else the embedded one"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    saving = commands.add_parser("backup", help="copy the SQLite database while the atlas runs")
    saving.add_argument("folder", type=Path)
    restoring = commands.add_parser("restore", help="bring the SQLite database back to a copy")
    restoring.add_argument("file", type=Path)
    commands.add_parser("migrate", help="bring the schema up to date, as the atlas does when it starts")
    commands.add_parser("people", help="list the authors and their pseudonyms")
    erasing = commands.add_parser("erase", help="forget who an author is")
    erasing.add_argument("author", help="the pseudonym that `people` gives")
    purging = commands.add_parser("purge", help="delete the old lines of the log")
    purging.add_argument("--days", type=int, default=365, help="keep those of the last days, 365 by default")
    arguments = parser.parse_args()
    try:
        print(_run(arguments))
    except AtlasError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(arguments: argparse.Namespace) -> str:
    """Do what is asked, and say what was done."""
    if arguments.command == "backup":
        return f"Sauvegarde faite : {backup.backup(arguments.base, arguments.folder)}"
    if arguments.command == "restore":
        kept = backup.restore(arguments.file, arguments.base)
        return "Base restaurée." + (f" L'état précédent est gardé dans {kept}." if kept else "")
    store = open_store(arguments.base)
    try:
        if arguments.command == "people":
            return "\n".join(f"{author}  {name}" for author, name in store.people()["name"].items())
        if arguments.command == "erase":
            store.erase_person(arguments.author)
            return "Personne effacée : l'historique garde son pseudonyme. Les sauvegardes antérieures ont encore son nom."
        if arguments.command == "purge":
            gone = store.purge(dt.datetime.now(tz=dt.UTC) - dt.timedelta(days=arguments.days))
            return f"Lignes du journal supprimées : {gone}."
        return "La base est à jour."
    finally:
        store.close()


if __name__ == "__main__":
    sys.exit(main())
