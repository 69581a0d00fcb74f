"""The faults of an inventory's rows, and what to do about each."""

from typing import Final

import pandas as pd

from loaders.brought import addresses
from loaders.brought.premises_schema import BY_NAME
from loaders.formats.geopackages import NOT_A_POINT
from loaders.formats.grids import CUT_SHORT, MISCUT
from loaders.quality import OFF_TERRITORY, Report

#: A report shows no more of a cell.
_VALUE_CHARACTERS: Final = 80

#: What to do about each fault; the rule of the column named in brackets completes it.
MENDS: Final = {
    "identifiant absent": "donner un identifiant propre au local",
    "identifiant en double": "donner à chaque local un identifiant différent, ou retirer la répétition",
    "valeur absente": "remplir la case",
    "valeur inconnue": "écrire",
    "texte au lieu d'un nombre": "écrire",
    "nombre hors bornes": "écrire",
    "étage illisible": "écrire",
    "date illisible": "écrire",
    "date hors bornes": "vérifier le jour, écrire",
    "formule sans valeur enregistrée": "recopier la colonne en valeurs (collage spécial), puis enregistrer",
    "erreur de tableur": "corriger la formule, puis recopier la colonne en valeurs",
    MISCUT: "vérifier les séparateurs et les guillemets de la ligne",
    CUT_SHORT: "compléter la ligne ; si c'est la dernière, exporter de nouveau le fichier entier",
    "coordonnées absentes": "remplir lon et lat, ou l'adresse",
    "coordonnées incomplètes": "remplir lon et lat toutes les deux",
    "coordonnées inversées": "échanger lon et lat dans l'inventaire",
    "coordonnées en mètres": "convertir lon et lat en degrés (WGS84)",
    "coordonnées hors de France": "vérifier lon et lat",
    NOT_A_POINT: "donner un seul point à chaque local",
    OFF_TERRITORY: "vérifier la position, ou retirer la ligne si le local est hors des communes du contrat",
    addresses.NO_ADDRESS: "remplir lon et lat, ou l'adresse",
    addresses.NOT_ASKED: "remplir lon et lat, ou demander le géocodage des adresses",
    addresses.NOT_FOUND: "vérifier l'adresse, ou remplir lon et lat",
    addresses.IMPRECISE: "compléter l'adresse (numéro, voie, code postal, commune), ou remplir lon et lat",
    addresses.TOO_MANY: "remplir lon et lat, ou importer l'inventaire en plusieurs fois",
    addresses.SERVICE_AWAY: "recommencer plus tard, ou remplir lon et lat",
    "code de QPV de 2015": "laisser code_qp vide ou donner le code de 2024 (QN…)",
    "code de QPV inconnu": "laisser code_qp vide ou donner le code de 2024 (QN…)",
    "hors du QPV déclaré": "vérifier la position, ou laisser code_qp vide",
    "loin du QPV déclaré": "corriger la position ou code_qp, qui se contredisent",
    "local hors du rez-de-chaussée": "vérifier l'étage, ou retirer la ligne",
}


def mend(fault: str) -> str:
    """Say what to do about a fault.

    Parameters
    ----------
    fault
        A fault of the report, with the column in brackets if it is about one.

    Returns
    -------
    str
        In French, without a full stop.
    """
    base, _, rest = fault.partition(" (")
    advice = MENDS[base.partition(" : ")[0]]
    column = BY_NAME.get(rest.rstrip(")"))
    return f"{advice} {column.rule}" if column and advice.endswith("écrire") else advice


def note(
    rows: pd.DataFrame, fault: str, result: str, *, ids: pd.Series, values: pd.Series, report: Report
) -> None:
    """Report a fault of some rows, each with the start of its value.

    Parameters
    ----------
    rows
        The rows at fault, indexed by line.
    fault, result
        What is wrong, one of `MENDS`, and what was done.
    ids, values
        Id and value at fault of each row, on an index that holds these lines.
    """
    if len(rows):
        report.add(rows, fault, result, ids=ids, values=values.str.slice(stop=_VALUE_CHARACTERS))
