"""The register of partners that the contrat's projects and works name, and the acronyms of their document."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from loaders import catalogue, territory
from loaders._contract import ContractTable
from loaders.formats.empty import no_rows
from loaders.paths import DATA

#: The folder that `territoire.toml` names; where it names none, nothing is read from it.
FOLDER = DATA / (territory.load().projets or "projets")
#: The source of all that the folder holds.
SOURCE_ID = "projets"
PARTNERS_FILE = FOLDER / "partenaires.csv"
ACRONYMS_FILE = FOLDER / "sigles.csv"
PARTNER_COLUMNS = ["id_partenaire", "nom_court", "sigle", "nom_complet", "type", "ecritures", "note"]
ACRONYM_COLUMNS = ["sigle", "developpe", "origine"]


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
    if path is None and not catalogue.has(SOURCE_ID):
        return no_rows("id_partenaire", dict.fromkeys(PARTNER_COLUMNS[1:], "object"))
    table = ContractTable(Path(path or PARTNERS_FILE), columns=PARTNER_COLUMNS, key="id_partenaire")
    table.lists("ecritures")
    table.unique("nom_complet")
    holders: dict[str, str] = {}
    for line, row in table.cells.iterrows():
        for wording in row["ecritures"].split("|"):
            holder = holders.setdefault(wording.strip().casefold(), row["id_partenaire"])
            if wording and holder != row["id_partenaire"]:
                table.fault(line, f"l'écriture « {wording} » est déjà celle de « {holder} »")
    return table.frame(mend="corriger le registre des partenaires")


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
    if path is None and not catalogue.has(SOURCE_ID):
        return no_rows("sigle", dict.fromkeys(ACRONYM_COLUMNS[1:], "object"))
    table = ContractTable(Path(path or ACRONYMS_FILE), columns=ACRONYM_COLUMNS, key="sigle")
    return table.frame(mend="corriger la liste des sigles")


def wordings(partners: pd.DataFrame) -> Mapping[str, list[str]]:
    """Give the wordings that the register holds for each partner's id.

    Parameters
    ----------
    partners
        The register, as `load_partners` gives it.
    """
    return dict(zip(partners.index, partners["ecritures"], strict=True))
