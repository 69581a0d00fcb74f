"""The faults of a user's layer, and what to do about each."""

from typing import Final

from loaders import _own_positions, _own_shapes, _own_values, _own_vectors
from loaders._grids import CUT_SHORT, MISCUT

#: What to do about each fault.
MENDS: Final = {
    MISCUT: "vérifier les séparateurs et les guillemets de la ligne",
    CUT_SHORT: "compléter la ligne ; si c'est la dernière, exporter de nouveau le fichier entier",
    _own_positions.ABSENT: "donner une position à cette ligne",
    _own_positions.UNREADABLE: "écrire la position en chiffres, comme sur les autres lignes",
    _own_vectors.UNREADABLE: "dessiner de nouveau cet objet, ou le retirer",
    _own_shapes.ABROAD: "vérifier la position et le système de coordonnées, ou retirer la ligne",
    _own_shapes.FLAT: "dessiner de nouveau cet objet, ou le retirer",
    _own_shapes.REPAIRED: "vérifier le contour, qui se recoupait",
    _own_shapes.OPENED: "rien, si chaque point compte pour un objet",
    _own_shapes.MIXED: "séparer points, lignes et surfaces si toutes comptent",
    _own_values.NOT_A_NUMBER: "écrire un nombre, ou choisir de garder cette colonne comme texte",
    _own_values.NOT_A_DAY: "écrire une date (31/12/2025), ou choisir de garder cette colonne comme texte",
    _own_values.SHEET_ERROR: "corriger la formule, puis recopier la colonne en valeurs",
}


def mend(fault: str) -> str:
    """Say what to do about a fault."""
    return MENDS[fault.partition(" (")[0].partition(" : ")[0]]
