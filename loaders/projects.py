"""The contrat de ville's cooperation projects, orientations, works of the governance and toolbox.

Line numbers are those of the text version of their document, which `territoire.toml` names.
"""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import pandas as pd

from loaders import catalogue, territory
from loaders._contract import NOT_STATED, ContractTable
from loaders.formats.empty import no_rows
from loaders.partners import (
    ACRONYMS_FILE,
    FOLDER,
    PARTNERS_FILE,
    SOURCE_ID,
    load_acronyms,
    load_partners,
    wordings,
)
from loaders.territory import Territory
from words.missing import NON_LUE

__all__ = [
    "load",
    "load_governance",
    "load_orientations",
    "load_partners",
    "load_registers",
    "load_toolbox",
]

PROJECTS_FILE = FOLDER / "projets.csv"
ORIENTATIONS_FILE = FOLDER / "orientations.csv"
REGISTERS_FILE = FOLDER / "registres.csv"
GOVERNANCE_FILE = FOLDER / "gouvernance.csv"
TOOLBOX_FILE = FOLDER / "boite_a_outils.csv"

PROJECT_COLUMNS = [
    "id_projet", "ordre", "titre", "orientations", "registre", "resume", "partenaires", "indicateurs",
    "perimetre", "perimetre_codes", "perimetre_origine", "perimetre_ligne", "perimetre_texte", "perimetre_note",
    "a_confirmer", "accents", "accent_ligne", "couche", "couche_motif", "provenance", "lignes", "titre_tableau",
    "partenaires_tableau", "ligne_tableau", "remarque",
]  # fmt: skip
ORIENTATION_COLUMNS = ["id_orientation", "ordre", "titre_court", "libelle", "ligne"]
REGISTER_COLUMNS = ["registre", "ordre", "ecritures"]
GOVERNANCE_COLUMNS = ["id_travail", "ordre", "titre", "chefs_de_file", "partenaires", "ligne"]
TOOLBOX_COLUMNS = [
    "id_outil", "id_famille", "famille_ordre", "famille", "famille_ligne", "ordre", "outil", "ligne",
]  # fmt: skip

METROPOLE, COMMUNES, ARRONDISSEMENTS, QPV = "métropole", "communes", "arrondissements", "qpv"
PERIMETERS = (METROPOLE, COMMUNES, ARRONDISSEMENTS, QPV)
#: Who bounds the project: its own sheet or table row, or, where no place is named, the contrat as a whole.
ORIGINS = ("fiche", "contrat")
SHEET, TABLE_ONLY = "fiche", "tableau"
NO_LAYER = "aucune donnée ouverte"
#: Source ids of the layers that a project can act on.
LAYERS = ("velos", "lignes", "sncf", "friches", "sports", "social", "colleges")
ABSENT_FROM_TABLES = "absent des tableaux"

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_QPV_2024 = re.compile(r"QN\d{5}[A-Z]")
_MEND = "corriger les lignes nommées"


def check(folder: Path, *, data_dir: Path) -> int:
    """Read every table of a folder of projects, and count the projects.

    Parameters
    ----------
    data_dir
        Folder of the data that they belong to: its territory counts.

    Raises
    ------
    SourceError
        If a table is missing or at fault.
    """
    found = _read(folder / PROJECTS_FILE.name, folder, territory.load(data_dir))
    load_governance(folder / GOVERNANCE_FILE.name, registers=folder)
    load_toolbox(folder / TOOLBOX_FILE.name)
    load_acronyms(folder / ACRONYMS_FILE.name)
    return len(found)


def load(path: Path | str | None = None, *, registers: Path | str | None = None) -> pd.DataFrame:
    """Load the cooperation projects.

    Parameters
    ----------
    path
        A table of projects in the project's schema; the embedded one by default.
    registers
        Folder of the partners, orientations and registres that the projects refer to; the embedded ones by default.

    Returns
    -------
    DataFrame
        Index `id_projet`, sorted by it. `ordre` is the rank in the document. Lists of text: `orientations`, `partenaires` (ids) and `partenaires_ecritures` (the sheet's wording, in the same order), `indicateurs`, `perimetre_codes` (INSEE codes, QPV codes, or the SIREN of the EPCI), `accents` (words of the document), `partenaires_tableau` and `partenaires_tableau_ecritures`. List of int: `lignes` (first line of each sheet, or of the table row). `perimetre` is one of `PERIMETERS`, `a_confirmer` (bool) marks a perimeter that is the atlas's reading, `couche` is a source id, `NO_LAYER`, or `NON_LUE` where the file of that source is refused. No cell is blank: "non précisé" where the document says nothing; no row in a territory without projects.

    Raises
    ------
    SourceMissingError, SourceFormatError
        If a file is missing or is not such a table.
    SourceContentError
        If a row is at fault; every faulty row is named with all its faults.
    """
    if path is None and not catalogue.has(SOURCE_ID):
        return _nothing(
            PROJECT_COLUMNS, "partenaires_ecritures", "partenaires_tableau_ecritures", a_confirmer="bool"
        )
    frame = _read(Path(path or PROJECTS_FILE), Path(registers or FOLDER), territory.load())
    # A project may act on a layer that this territory does not have, or whose file is refused.
    sources = catalogue.load()
    refused = frame["couche"].isin([source.source_id for source in sources.refused])
    lost = ~frame["couche"].isin([NO_LAYER, *sources])
    return frame.assign(couche=frame["couche"].mask(lost, NO_LAYER).mask(refused, NON_LUE))


def _read(path: Path, folder: Path, place: Territory) -> pd.DataFrame:
    table = ContractTable(path, columns=PROJECT_COLUMNS, key="id_projet")
    known = wordings(load_partners(folder / PARTNERS_FILE.name))

    for column in ("orientations", "indicateurs", "perimetre_codes", "accents", "lignes"):
        table.lists(column)
    for column in ("ordre", "perimetre_ligne", "lignes"):
        table.integers(column)
    table.unique("ordre")
    table.unique("titre")
    table.mentions("partenaires", known=known)
    table.mentions("partenaires_tableau", known=known, unless={ABSENT_FROM_TABLES})

    table.one_of("orientations", load_orientations(folder / ORIENTATIONS_FILE.name).index)
    table.one_of("registre", load_registers(folder / REGISTERS_FILE.name).index)
    table.one_of("couche", [*LAYERS, NO_LAYER])
    table.one_of("perimetre", PERIMETERS)
    table.one_of("perimetre_origine", ORIGINS)
    table.one_of("provenance", [SHEET, TABLE_ONLY])
    table.one_of("a_confirmer", ["oui", "non"])

    codes: dict[str, AbstractSet[str]] = {
        METROPOLE: set(place.epci),
        COMMUNES: place.contract_codes,
        ARRONDISSEMENTS: {part for parts in place.arrondissements.values() for part in parts},
    }
    for line, row in table.cells.iterrows():
        _check_row(table, line, row, codes)
    table.columns["a_confirmer"] = [cell == "oui" for cell in table.cells["a_confirmer"]]
    return table.frame(mend=_MEND)


def load_orientations(path: Path | str | None = None) -> pd.DataFrame:
    """Load the orientations of the contrat.

    Parameters
    ----------
    path
        A table in the project's schema; the embedded one by default.

    Returns
    -------
    DataFrame
        Index `id_orientation`; `ordre`, `titre_court` (the atlas's), `libelle` (the document's) and `ligne`.
    """
    if path is None and not catalogue.has(SOURCE_ID):
        return _nothing(ORIENTATION_COLUMNS)
    table = ContractTable(Path(path or ORIENTATIONS_FILE), columns=ORIENTATION_COLUMNS, key="id_orientation")
    table.integers("ordre")
    table.integers("ligne")
    table.unique("ordre")
    return table.frame(mend=_MEND)


def load_registers(path: Path | str | None = None) -> pd.DataFrame:
    """Load the registres of the projects.

    Parameters
    ----------
    path
        A table in the project's schema; the embedded one by default.

    Returns
    -------
    DataFrame
        Index `registre`, "non précisé" for the projects without a sheet; `ordre` and `ecritures` (list of the document's wordings).
    """
    if path is None and not catalogue.has(SOURCE_ID):
        return _nothing(REGISTER_COLUMNS)
    table = ContractTable(Path(path or REGISTERS_FILE), columns=REGISTER_COLUMNS, key="registre")
    table.integers("ordre")
    table.unique("ordre")
    table.lists("ecritures")
    return table.frame(mend=_MEND)


def load_governance(path: Path | str | None = None, *, registers: Path | str | None = None) -> pd.DataFrame:
    """Load the first works of the governance.

    Parameters
    ----------
    path
        A table in the project's schema; the embedded one by default.
    registers
        Folder of the register of partners; the embedded one by default.

    Returns
    -------
    DataFrame
        Index `id_travail`; `ordre`, `titre`, `chefs_de_file` and `partenaires` (lists of ids), `chefs_de_file_ecritures` and `partenaires_ecritures` (the document's wording, in the same order) and `ligne`.
    """
    if path is None and not catalogue.has(SOURCE_ID):
        return _nothing(GOVERNANCE_COLUMNS, "chefs_de_file_ecritures", "partenaires_ecritures")
    table = ContractTable(Path(path or GOVERNANCE_FILE), columns=GOVERNANCE_COLUMNS, key="id_travail")
    known = wordings(load_partners(Path(registers or FOLDER) / PARTNERS_FILE.name))
    table.integers("ordre")
    table.integers("ligne")
    table.unique("ordre")
    table.mentions("chefs_de_file", known=known)
    table.mentions("partenaires", known=known)
    return table.frame(mend=_MEND)


def load_toolbox(path: Path | str | None = None) -> pd.DataFrame:
    """Load the tools of the contrat's toolbox, each with its family.

    Parameters
    ----------
    path
        A table in the project's schema; the embedded one by default.

    Returns
    -------
    DataFrame
        Index `id_outil`; `id_famille`, `famille`, `famille_ordre`, `famille_ligne`, `outil`, `ordre` (within the family) and `ligne`.
    """
    if path is None and not catalogue.has(SOURCE_ID):
        return _nothing(TOOLBOX_COLUMNS)
    table = ContractTable(Path(path or TOOLBOX_FILE), columns=TOOLBOX_COLUMNS, key="id_outil")
    for column in ("famille_ordre", "famille_ligne", "ordre", "ligne"):
        table.integers(column)
    table.unique("ligne")
    family = ["famille", "famille_ordre", "famille_ligne"]
    first = table.cells.groupby("id_famille")[family].transform("first")
    for line in table.cells.index[(table.cells[family] != first).any(axis=1)]:
        table.fault(line, "la famille n'est pas décrite comme à sa première ligne")
    return table.frame(mend=_MEND)


def _nothing(columns: Sequence[str], *more: str, **dtypes: str) -> pd.DataFrame:
    """Give the table of a territory without projects."""
    numbers = {name: "int64" for name in columns if "ordre" in name}
    return no_rows(columns[0], dict.fromkeys([*columns[1:], *more], "object") | numbers | dtypes)


def _check_row(
    table: ContractTable, line: object, row: pd.Series, codes: Mapping[str, AbstractSet[str]]
) -> None:
    """Check what depends on several cells of a project."""
    if row["id_projet"] and not _SLUG.fullmatch(row["id_projet"]):
        table.fault(
            line, f"id_projet « {row['id_projet']} » : lettres minuscules sans accent, chiffres et tirets"
        )
    for code in [code.strip() for code in row["perimetre_codes"].split("|")]:
        if not code or row["perimetre"] not in PERIMETERS:
            continue
        fits = _QPV_2024.fullmatch(code) if row["perimetre"] == QPV else code in codes[row["perimetre"]]
        if not fits:
            table.fault(line, f"perimetre_codes « {code} » n'est pas un code pour « {row['perimetre']} »")
    if (row["registre"] == NOT_STATED) != (row["provenance"] == TABLE_ONLY):
        table.fault(line, "le registre est « non précisé » pour les projets sans fiche, et pour eux seuls")
    absent = {
        row[name] == ABSENT_FROM_TABLES for name in ("titre_tableau", "partenaires_tableau", "ligne_tableau")
    }
    if len(absent) > 1:
        table.fault(line, f"« {ABSENT_FROM_TABLES} » vaut pour les trois colonnes du tableau ou pour aucune")
    elif absent == {False} and row["ligne_tableau"] and not row["ligne_tableau"].isdecimal():
        table.fault(line, f"ligne_tableau « {row['ligne_tableau']} » n'est pas un nombre entier")
    unstressed = {row[name] == NOT_STATED for name in ("accents", "accent_ligne")}
    if len(unstressed) > 1:
        table.fault(
            line, f"accents et accent_ligne vont ensemble : « {NOT_STATED} » pour les deux ou pour aucun"
        )
    elif unstressed == {False} and row["accent_ligne"] and not row["accent_ligne"].isdecimal():
        table.fault(line, f"accent_ligne « {row['accent_ligne']} » n'est pas un nombre entier")
