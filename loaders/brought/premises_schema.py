"""What an inventory of ground-floor premises is made of: its columns, their rules and their value lists.

The reader, the template and the messages to users all come from `COLUMNS`: they cannot drift apart.
"""

from dataclasses import dataclass
from typing import Final, Literal

from loaders import territory
from loaders.brought.schemas import Expected, folded
from words.formats import grouped

CellKind = Literal["texte", "liste", "nombre", "date", "etage", "degres", "code_qp"]

UNKNOWN: Final = "inconnu"
YES: Final = "oui"
NO: Final = "non"
#: What a fictitious row says of itself in column `fictif`; others say `NO`.
FICTIONAL: Final = "fictif"
#: What `code_qp` says of premises that lie in no QPV.
OUTSIDE_QPV: Final = "hors QPV"

_VIEW: Final = territory.load().vue


def _degrees(value: float) -> str:
    """Write an example's degrees, in the territory, with the comma of French spreadsheets."""
    return f"{value:.4f}".replace(".", ",")


@dataclass(frozen=True)
class Column:
    """One column of an inventory.

    Attributes
    ----------
    title
        Its French title; both are accepted as headings, whatever the case and the accents.
    required
        Whether the column must be there.
    filled
        Whether each of its cells must be filled and readable, else the row is set aside.
    """

    name: str
    title: str
    kind: CellKind
    help: str
    examples: tuple[str, str]
    required: bool = False
    filled: bool = False
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    bounds: tuple[float, float] = (0.0, 0.0)
    unit: str = ""

    @property
    def rule(self) -> str:
        """Say in French what its cells may be.

        Returns
        -------
        str
            Part of a sentence, without a full stop.
        """
        if self.kind == "liste":
            return "une valeur parmi : " + ", ".join(value for value, _ in self.choices)
        if self.kind == "nombre":
            low, high = map(grouped, self.bounds)
            return f"un nombre de {low} à {high} ({self.unit})"
        return {
            "texte": "un texte",
            "date": "une date JJ/MM/AAAA ou AAAA-MM-JJ",
            "etage": "un étage en chiffres (0 ou RDC pour le rez-de-chaussée, 1, -1)",
            "degres": "des degrés décimaux (WGS84), par exemple 5,3712 et 43,2965",
            "code_qp": "un code de QPV 2024 (QN…) ou rien",
        }[self.kind]


COLUMNS: Final[tuple[Column, ...]] = (
    Column(
        "id_local",
        "Identifiant du local",
        "texte",
        "Identifiant propre à chaque local, stable d'un relevé à l'autre",
        ("EXEMPLE-001", "EXEMPLE-002"),
        required=True,
        filled=True,
    ),
    Column(
        "code_qp",
        "Code du QPV",
        "code_qp",
        "Facultatif : calculé d'après la position, et comparé à elle s'il est donné",
        ("", ""),
    ),
    Column(
        "adresse",
        "Adresse",
        "texte",
        "Numéro, voie, code postal et commune ; sert à placer le local si lon et lat manquent",
        ("1 rue de l'Exemple, 75000 Ville-Exemple", "2 place de l'Exemple, 75000 Ville-Exemple"),
    ),
    Column(
        "lon",
        "Longitude",
        "degres",
        "Longitude en degrés (WGS84)",
        (_degrees(_VIEW.lon), _degrees(_VIEW.lon + 0.01)),
    ),
    Column(
        "lat",
        "Latitude",
        "degres",
        "Latitude en degrés (WGS84)",
        (_degrees(_VIEW.lat), _degrees(_VIEW.lat + 0.01)),
    ),
    Column(
        "bailleur",
        "Bailleur",
        "texte",
        "Organisme propriétaire ou gestionnaire, jamais une personne physique",
        ("Bailleur de l'exemple", "Bailleur de l'exemple"),
    ),
    Column("etage", "Étage", "etage", "Étage du local", ("RDC", "0")),
    Column(
        "surface_m2",
        "Surface",
        "nombre",
        "Surface utile en mètres carrés",
        ("85,5", "120"),
        bounds=(1, 20_000),
        unit="m²",
    ),
    Column(
        "usage",
        "Usage",
        "liste",
        "Usage constaté à la date du relevé ; case vide : inconnu",
        ("vacant", "associatif"),
        required=True,
        choices=(
            ("associatif", ("association",)),
            ("commercial", ("commerce", "commerces")),
            ("service public", ("services publics", "public")),
            ("vacant", ("vide", "inoccupé")),
            ("stockage", ("stock", "réserve")),
            (UNKNOWN, ("non renseigné", "nr", "?")),
        ),
    ),
    Column(
        "statut",
        "Statut",
        "liste",
        "Situation locative à la date du relevé ; case vide : inconnu",
        ("disponible", "occupé"),
        choices=(
            ("disponible", ("libre", "à louer")),
            ("réservé", ("réservation",)),
            ("occupé", ("loué",)),
            ("en travaux", ("travaux",)),
            ("hors service", ("condamné",)),
            (UNKNOWN, ("non renseigné", "nr", "?")),
        ),
    ),
    Column("disponible_depuis", "Disponible depuis", "date", "Date de disponibilité", ("01/03/2026", "")),
    Column(
        "etat_bati",
        "État du bâti",
        "liste",
        "État général du local ; case vide : inconnu",
        ("moyen", "bon"),
        choices=(
            ("bon", ("bon état",)),
            ("moyen", ("état moyen",)),
            ("dégradé", ("mauvais", "mauvais état")),
            (UNKNOWN, ("non renseigné", "nr", "?")),
        ),
    ),
    Column(
        "entree_plain_pied",
        "Entrée de plain-pied",
        "liste",
        "Entrée sans marche depuis la rue ; case vide : inconnu",
        ("oui", "non"),
        choices=(
            (YES, ("o", "vrai", "true", "1")),
            (NO, ("n", "faux", "false", "0")),
            (UNKNOWN, ("non renseigné", "nr", "?")),
        ),
    ),
    Column(
        "loyer_m2_an",
        "Loyer annuel",
        "nombre",
        "Loyer annuel hors charges, par mètre carré",
        ("90", "75,50"),
        bounds=(0, 2_000),
        unit="€/m²/an",
    ),
    Column(
        "source",
        "Source",
        "texte",
        "Qui a fait le relevé ; obligatoire dans chaque ligne",
        ("Relevé de l'exemple", "Relevé de l'exemple"),
        required=True,
        filled=True,
    ),
    Column(
        "date_releve",
        "Date du relevé",
        "date",
        "Jour du relevé ; obligatoire dans chaque ligne",
        ("15/01/2026", "2026-01-15"),
        required=True,
        filled=True,
    ),
    Column(
        "niveau_confiance",
        "Niveau de confiance",
        "liste",
        "Confiance que la source accorde à la ligne ; case vide : inconnu",
        ("élevé", "moyen"),
        choices=(
            ("élevé", ("fort", "haut", "bon")),
            ("moyen", ("moyenne",)),
            ("faible", ("bas",)),
            (UNKNOWN, ("non renseigné", "nr", "?")),
        ),
    ),
    Column(
        "fictif",
        "Donnée fictive",
        "liste",
        "« fictif » (ou oui) si la ligne est inventée ; case vide : non",
        ("fictif", "fictif"),
        choices=(
            (NO, ("n", "faux", "false", "0")),
            (FICTIONAL, ("fictive", "oui", "o", "vrai", "true", "1")),
        ),
    ),
)
BY_NAME: Final = {column.name: column for column in COLUMNS}
#: Either both coordinates or the address must be there.
COORDINATES: Final = ("lon", "lat")
ADDRESS: Final = "adresse"
#: What an inventory is, for the reader of tables.
INVENTORY: Final = Expected(
    names=folded({text: column.name for column in COLUMNS for text in (column.name, column.title)}),
    units=True,
    smaller="découper l'inventaire, par exemple par commune ou par bailleur",
    filled="choisir un inventaire rempli",
    fill="remplir l'inventaire sous son en-tête",
    one_line="partir du modèle d'inventaire et garder les noms de ses colonnes sur une seule ligne",
)
