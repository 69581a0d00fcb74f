"""The territory of the contrat: its EPCI, its communes and their status."""

from pathlib import Path

import pandas as pd

from errors import SourceContentError
from loaders._files import read_csv
from loaders.paths import DATA

TERRITORY_FILE = DATA / "qpv" / "territoire.csv"
#: SIREN of the Métropole Aix-Marseille-Provence: the QPV are those of this EPCI, not those of a département.
EPCI_SIREN = "200054807"

WITH_QPV = "avec QPV"
AT_STAKE = "territoire à enjeux"
NEIGHBOUR = "voisine"


def load(path: Path | str | None = None) -> pd.DataFrame:
    """Load the communes of the contrat and the neighbours that its QPV touch.

    Parameters
    ----------
    path
        A list in the project's schema; `data/qpv/territoire.csv` by default, which is edited by hand.

    Returns
    -------
    DataFrame
        Index `code_insee`; `statut` ("avec QPV", "territoire à enjeux" or "voisine") and `a_confirmer` (bool).

    Raises
    ------
    SourceError
        If the file is missing or malformed.
    """
    target = Path(path or TERRITORY_FILE)
    frame = read_csv(target, columns=["code_insee", "nom", "statut", "a_confirmer"])
    faults = [
        f"ligne {line} : statut « {row['statut']} » inconnu"
        for line, row in frame.iterrows()
        if row["statut"] not in {WITH_QPV, AT_STAKE, NEIGHBOUR}
    ]
    faults += [
        f"ligne {line} : a_confirmer vaut « {row['a_confirmer']} »"
        for line, row in frame.iterrows()
        if row["a_confirmer"] not in {"oui", "non"}
    ]
    faults += [
        f"commune {code} en double" for code in frame.loc[frame["code_insee"].duplicated(), "code_insee"]
    ]
    if faults:
        raise SourceContentError(target, " ; ".join(faults), "corriger la liste des communes")
    frame["a_confirmer"] = frame["a_confirmer"] == "oui"
    return frame.set_index("code_insee").sort_index()
