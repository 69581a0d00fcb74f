"""The contrat de ville's cooperation projects, orientations, works of the governance and toolbox.

Line numbers are those of the text version of their document, which `territoire.toml` names.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd

from loaders import catalogue, territory
from loaders._contract import NOT_STATED, SEPARATOR, ContractTable, Description
from loaders.paths import DATA
from loaders.territory import Territory
from words.formats import NON_LUE

#: The folder that `territoire.toml` names; where it names none, nothing is read from it.
FOLDER = DATA / (territory.load().projets or "projets")
ABSENT_FROM_TABLES = "absent des tableaux"

PARTNERS = Description(
    FOLDER / "partenaires.csv",
    ["id_partenaire", "nom_court", "sigle", "nom_complet", "type", "ecritures", "note"],
    lists=["ecritures"],
    unique=["nom_complet"],
    mend="corriger le registre des partenaires",
)
ACRONYMS = Description(
    FOLDER / "sigles.csv", ["sigle", "developpe", "origine"], mend="corriger la liste des sigles"
)
PROJECTS = Description(
    FOLDER / "projets.csv",
    [
        "id_projet", "ordre", "titre", "orientations", "registre", "resume", "partenaires", "indicateurs",
        "perimetre", "perimetre_codes", "perimetre_origine", "perimetre_ligne", "perimetre_texte",
        "perimetre_note", "a_confirmer", "accents", "accent_ligne", "couche", "couche_motif", "provenance",
        "lignes", "titre_tableau", "partenaires_tableau", "ligne_tableau", "remarque",
    ],
    lists=["orientations", "indicateurs", "perimetre_codes", "accents", "lignes"],
    integers=["ordre", "perimetre_ligne", "lignes"],
    unique=["ordre", "titre"],
    mentions={"partenaires": (), "partenaires_tableau": {ABSENT_FROM_TABLES}},
    flags=["a_confirmer"],
)  # fmt: skip
ORIENTATIONS = Description(
    FOLDER / "orientations.csv",
    ["id_orientation", "ordre", "titre_court", "libelle", "ligne"],
    integers=["ordre", "ligne"],
    unique=["ordre"],
)
REGISTERS = Description(
    FOLDER / "registres.csv",
    ["registre", "ordre", "ecritures"],
    lists=["ecritures"],
    integers=["ordre"],
    unique=["ordre"],
)
GOVERNANCE = Description(
    FOLDER / "gouvernance.csv",
    ["id_travail", "ordre", "titre", "chefs_de_file", "partenaires", "ligne"],
    integers=["ordre", "ligne"],
    unique=["ordre"],
    mentions={"chefs_de_file": (), "partenaires": ()},
)
TOOLBOX = Description(
    FOLDER / "boite_a_outils.csv",
    ["id_outil", "id_famille", "famille_ordre", "famille", "famille_ligne", "ordre", "outil", "ligne"],
    integers=["famille_ordre", "famille_ligne", "ordre", "ligne"],
    unique=["ligne"],
)

METROPOLE, COMMUNES, ARRONDISSEMENTS, QPV = "métropole", "communes", "arrondissements", "qpv"
PERIMETERS = (METROPOLE, COMMUNES, ARRONDISSEMENTS, QPV)
#: Who bounds the project: its own sheet or table row, or, where no place is named, the contrat as a whole.
ORIGINS = ("fiche", "contrat")
SHEET, TABLE_ONLY = "fiche", "tableau"
NO_LAYER = "aucune donnée ouverte"
#: Source ids of the layers that a project can act on.
LAYERS = ("velos", "lignes", "sncf", "friches", "sports", "social", "colleges")

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_QPV_2024 = re.compile(r"QN\d{5}[A-Z]")


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
    found = _read(folder / PROJECTS.file.name, folder, territory.load(data_dir))
    load_governance(folder / GOVERNANCE.file.name, registers=folder)
    load_toolbox(folder / TOOLBOX.file.name)
    load_acronyms(folder / ACRONYMS.file.name)
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
    frame = _read(path, Path(registers or FOLDER), territory.load())
    # A project may act on a layer that this territory does not have, or whose file is refused.
    sources = catalogue.load()
    refused = frame["couche"].isin([source.source_id for source in sources.refused])
    lost = ~frame["couche"].isin([NO_LAYER, *sources])
    return frame.assign(couche=frame["couche"].mask(lost, NO_LAYER).mask(refused, NON_LUE))


def _read(path: Path | str | None, folder: Path, place: Territory) -> pd.DataFrame:
    codes: dict[str, Collection[str]] = {
        METROPOLE: set(place.epci),
        COMMUNES: place.contract_codes,
        ARRONDISSEMENTS: {part for parts in place.arrondissements.values() for part in parts},
    }

    def check_more(table: ContractTable) -> None:
        table.one_of("orientations", load_orientations(folder / ORIENTATIONS.file.name).index)
        table.one_of("registre", load_registers(folder / REGISTERS.file.name).index)
        table.one_of("couche", [*LAYERS, NO_LAYER])
        table.one_of("perimetre", PERIMETERS)
        table.one_of("perimetre_origine", ORIGINS)
        table.one_of("provenance", [SHEET, TABLE_ONLY])
        for line, row in table.cells.iterrows():
            _check_row(table, line, row, codes)

    return PROJECTS.load(path, known=lambda: _wordings(folder), also=check_more)


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
    return ORIENTATIONS.load(path)


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
    return REGISTERS.load(path)


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
    return GOVERNANCE.load(path, known=lambda: _wordings(Path(registers or FOLDER)))


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
    return TOOLBOX.load(path, also=_check_families)


def load_partners(path: Path | str | None = None) -> pd.DataFrame:
    """Load the register of partners.

    Parameters
    ----------
    path
        A register in the project's schema; the embedded one by default.

    Returns
    -------
    DataFrame
        Index `id_partenaire`; `nom_court`, `sigle` ("sans sigle" where there is none), `nom_complet`, `type`,
        `ecritures` (list of the document's wordings) and `note` ("sans objet" where there is none).

    Raises
    ------
    SourceMissingError, SourceFormatError
        If the file is missing or is not such a table.
    SourceContentError
        If a cell is blank, an id stands twice, or one wording belongs to two partners.
    """
    return PARTNERS.load(path, also=_check_wordings)


def load_acronyms(path: Path | str | None = None) -> pd.DataFrame:
    """Load the acronyms that the document uses, for search and for captions.

    Parameters
    ----------
    path
        A list in the project's schema; the embedded one by default.

    Returns
    -------
    DataFrame
        Index `sigle`; `developpe` and `origine` (the line where the document spells it out, "usage courant" elsewhere).

    Raises
    ------
    SourceMissingError, SourceFormatError
        If the file is missing or is not such a table.
    SourceContentError
        If a cell is blank or an acronym stands twice.
    """
    return ACRONYMS.load(path)


def _wordings(folder: Path) -> Mapping[str, list[str]]:
    """Give the wordings that the register of a folder holds for each partner's id."""
    partners = load_partners(folder / PARTNERS.file.name)
    return dict(zip(partners.index, partners["ecritures"], strict=True))


def _check_wordings(table: ContractTable) -> None:
    """Refuse a wording that belongs to two partners."""
    holders: dict[str, str] = {}
    for line, row in table.cells.iterrows():
        for wording in row["ecritures"].split(SEPARATOR):
            holder = holders.setdefault(wording.strip().casefold(), row["id_partenaire"])
            if wording and holder != row["id_partenaire"]:
                table.fault(line, f"l'écriture « {wording} » est déjà celle de « {holder} »")


def _check_families(table: ContractTable) -> None:
    """Refuse a family that is not described alike in all its rows."""
    family = ["famille", "famille_ordre", "famille_ligne"]
    first = table.cells.groupby("id_famille")[family].transform("first")
    for line in table.cells.index[(table.cells[family] != first).any(axis=1)]:
        table.fault(line, "la famille n'est pas décrite comme à sa première ligne")


def _check_row(
    table: ContractTable, line: object, row: pd.Series, codes: Mapping[str, Collection[str]]
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
