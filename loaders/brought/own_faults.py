"""The faults of a user's layer, and what to do about each."""

from typing import Final

from loaders.brought import own_positions, own_shapes, own_values, own_vectors
from loaders.formats.grids import CUT_SHORT, MISCUT

#: What to do about each fault.
MENDS: Final = {
    MISCUT: "vérifier les séparateurs et les guillemets de la ligne",
    CUT_SHORT: "compléter la ligne ; si c'est la dernière, exporter de nouveau le fichier entier",
    own_positions.ABSENT: "donner une position à cette ligne",
    own_positions.UNREADABLE: "écrire la position en chiffres, comme sur les autres lignes",
    own_vectors.UNREADABLE: "dessiner de nouveau cet objet, ou le retirer",
    own_shapes.ABROAD: "vérifier la position et le système de coordonnées, ou retirer la ligne",
    own_shapes.FLAT: "dessiner de nouveau cet objet, ou le retirer",
    own_shapes.REPAIRED: "vérifier le contour, qui se recoupait",
    own_shapes.OPENED: "rien, si chaque point compte pour un objet",
    own_shapes.MIXED: "séparer points, lignes et surfaces si toutes comptent",
    own_values.NOT_A_NUMBER: "écrire un nombre, ou choisir de garder cette colonne comme texte",
    own_values.NOT_A_DAY: "écrire une date (31/12/2025), ou choisir de garder cette colonne comme texte",
    own_values.SHEET_ERROR: "corriger la formule, puis recopier la colonne en valeurs",
}


def mend(fault: str) -> str:
    """Say what to do about a fault."""
    return MENDS[fault.partition(" (")[0].partition(" : ")[0]]
