"""The layers that maps draw, in paint order: what each is, how it looks, what its tooltip says.

No layer is told apart by its colour alone: points differ by their shape, lines by their width and dashes,
outlines by their stroke. Colours derive from the palette of Okabe and Ito (2008), darkened until they stand out
at 3:1 at least on white.
"""

from collections.abc import Container, Mapping
from typing import Final

from errors import ArgumentError
from facts.fields import Field
from facts.naming import BIKES
from maps.layer import Layer, Symbole, Variante
from words.constants import UNCHECKED

LAYERS: Final[tuple[Layer, ...]] = (
    Layer(
        "communes",
        "Communes",
        "communes",
        "#3D4757",
        "contour",
        "nom",
        (Field("population", "Population", "entier"),),
        epaisseur=1.6,
        variable="statut_affiche",
        variantes=(
            Variante("avec QPV", "Communes avec QPV"),
            Variante("territoire à enjeux", "Territoires à enjeux", tirets="7 4"),
            Variante("territoire à enjeux (à confirmer)", "Territoires à enjeux (à confirmer)", tirets="7 4"),
        ),
        etiquettes=True,
    ),
    Layer(
        "arrondissements",
        "Arrondissements",
        "arrondissements",
        "#6A7482",
        "contour",
        "nom",
        (Field("population", "Population", "entier"),),
        epaisseur=1.2,
        tirets="1 4",
    ),
    Layer(
        "qpv",
        "QPV 2024",
        "qpv",
        "#B34700",
        "contour",
        "lib_qp",
        (
            Field("code_qp", "Code"),
            Field("lib_communes", "Commune"),
            Field("population", "Habitants", "entier"),
            Field("taux_pauvrete_60_pct", "Taux de pauvreté", "pourcentage"),
        ),
        remplissage=0.18,
        epaisseur=2.0,
        autres_sources=("indicateurs",),
    ),
    Layer(
        "lignes",
        "Métro, tramway et BHNS",
        "lignes",
        "#00609C",
        "trait",
        "route_short_name",
        (Field("route_long_name", "Ligne"),),
        epaisseur=3.0,
        variable="mode",
        variantes=(
            Variante("metro", "Métro", epaisseur=4.5),
            Variante("tram", "Tramway", epaisseur=3.0, tirets="9 4"),
            Variante("bhns", "Bus à haut niveau de service", epaisseur=2.5, tirets="2 5"),
        ),
    ),
    Layer(
        "sports",
        "Équipements sportifs",
        "sports",
        "#856404",
        "triangle",
        "equip_type_name",
        (
            Field("famille", "Famille"),
            Field("nom", "Nom"),
            Field("installation", "Installation"),
            Field("adresse", "Adresse"),
            Field("acces_libre", "Accès"),
            Field("annee_service", "Mise en service"),
        ),
        facultatifs=frozenset(("nom", "installation", "adresse", "acces_libre", "annee_service")),
    ),
    Layer(
        "social",
        "Équipements sociaux",
        "social",
        "#56419A",
        "etoile",
        "nom",
        (Field("categorie", "Catégorie"), Field("adresse", "Adresse")),
    ),
    Layer(
        "colleges",
        "Collèges REP et REP+",
        "colleges",
        "#C62828",
        "ecusson",
        "nom",
        (Field("education_prioritaire", "Réseau"), Field("statut", "Statut")),
        variable="education_prioritaire",
        variantes=(Variante("REP+", "Collèges REP+"), Variante("REP", "Collèges REP", plein=False)),
    ),
    Layer(
        "friches",
        "Friches",
        "friches",
        "#A8246E",
        "losange",
        "site_nom",
        (
            Field("site_type", "Type"),
            Field("unite_fonciere_surface", "Surface de l’unité foncière", "surface_m2"),
            Field("sol_pollution_existe", "Pollution du sol"),
        ),
        variable="site_statut",
        variantes=(
            Variante("friche sans projet", "Friches sans projet"),
            Variante("friche avec projet", "Friches avec projet", symbole="croix"),
            Variante(UNCHECKED, "Friches potentielles, non vérifiées", plein=False),
        ),
    ),
    Layer(
        "gares",
        "Gares",
        "sncf",
        "#1C2530",
        "carre",
        "name",
        (Field("voyageurs_2024", "Voyageurs en 2024", "entier"),),
    ),
    Layer(
        "stations",
        f"Stations {BIKES}",
        "velos",
        "#00795C",
        "cercle",
        "name",
        (Field("capacity", "Points d’attache", "entier"),),
        variable="is_virtual_station",
        variantes=(
            Variante("false", f"Stations {BIKES}"),
            Variante("true", f"Stations {BIKES} virtuelles", plein=False),
        ),
    ),
)


def _own(rank: int, couleur: str, symbole: Symbole, tirets: str, epaisseur: float) -> Layer:
    """Describe the layer of whatever file a user brings: points, lines and outlines of one colour."""
    return Layer(
        f"couche{rank}",
        f"Couche importée n° {rank}",
        f"couche{rank}",
        couleur,
        symbole,
        "id_objet",
        remplissage=0.1,
        epaisseur=epaisseur,
        tirets=tirets,
        variable="genre",
        variantes=(
            Variante("point", f"Couche importée n° {rank} : points"),
            Variante("ligne", f"Couche importée n° {rank} : lignes", symbole="trait"),
            Variante("surface", f"Couche importée n° {rank} : surfaces", symbole="contour"),
        ),
    )


#: The layers of the files that one session may hold at once, whatever they are about.
OWN_LAYERS: Final[tuple[Layer, ...]] = (
    _own(1, "#C8102E", "pentagone", "10 3 2 3", 3.0),
    _own(2, "#4F7302", "eclat", "3 3", 3.5),
    _own(3, "#8E24AA", "demicercle", "12 3", 2.2),
)

#: Layers of what users import: their objects belong to one session, and are never written into files.
SESSION_LAYERS: Final[tuple[Layer, ...]] = (
    Layer(
        "locaux",
        "Locaux de l’inventaire importé",
        "locaux",
        "#0B6E8A",
        "maison",
        "adresse",
        (
            Field("id_local", "Identifiant"),
            Field("bailleur", "Bailleur"),
            Field("usage", "Usage"),
            Field("statut", "Statut"),
            Field("surface_m2", "Surface en m²", "decimal"),
            Field("releve", "Relevé"),
            Field("fictif", "Donnée fictive"),
        ),
        variable="aspect",
        variantes=(
            Variante("disponible", "Locaux disponibles"),
            Variante("autre", "Locaux non disponibles ou de statut inconnu", plein=False),
            Variante("disponible fictif", "DONNÉES FICTIVES\u00a0: locaux disponibles", couleur="#A8246E"),
            Variante("autre fictif", "DONNÉES FICTIVES\u00a0: autres locaux", couleur="#A8246E", plein=False),
        ),
    ),
    Layer(
        "arrets",
        "Arrêts de l’archive GTFS importée",
        "gtfs",
        "#00609C",
        "triangle",
        "nom",
        (Field("modes", "Modes"), Field("lignes", "Lignes")),
        plein=False,
    ),
    Layer(
        "propositions",
        "Stations proposées",
        "implantation",
        "#B30059",
        "hexagone",
        "titre",
        (
            Field("kind", "Emplacement"),
            Field("habitants_gagnes", "Habitants gagnés (estimation)", "entier"),
            Field("qpv_servis", "QPV desservis"),
            Field("distance_station_m", "Station existante la plus proche", "distance_m"),
        ),
    ),
    Layer(
        "pistes",
        "Pistes à vérifier (fichier de la DGFiP)",
        "personnes_morales",
        "#8A4B08",
        "carre",
        "adresse",
        (
            Field("verification", "État"),
            Field("commune", "Commune"),
            Field("bailleurs", "Bailleurs"),
            Field("nb_rdc", "Locaux lus au rez-de-chaussée", "entier"),
            Field("position", "Position"),
            Field("proche", "QPV"),
        ),
        plein=False,
    ),
    *OWN_LAYERS,
    Layer(
        "deploiements",
        "Déploiements enregistrés",
        "suivi",
        "#00614A",
        "drapeau",
        "lieu",
        (
            Field("projet", "Projet"),
            Field("statut", "Statut"),
            Field("commune", "Commune"),
            Field("debut", "Début"),
            Field("fin", "Fin"),
            Field("partenaire", "Partenaire chef de file"),
        ),
        variable="statut",
        variantes=(
            Variante("réalisé", "Déploiements réalisés"),
            Variante("engagé", "Déploiements engagés", couleur="#8A4B08", symbole="fanion"),
            Variante("envisagé", "Déploiements envisagés", couleur="#6A3D9A", symbole="fanion", plein=False),
            Variante("abandonné", "Déploiements abandonnés", couleur="#45505E", symbole="croix", plein=False),
        ),
    ),
)

#: Every layer, in paint order.
REGISTRY: Final[tuple[Layer, ...]] = (*LAYERS, *SESSION_LAYERS)
_BY_ID: Final[Mapping[str, Layer]] = {layer.layer_id: layer for layer in REGISTRY}


def of(source_ids: Container[str]) -> tuple[Layer, ...]:
    """Give the layers that a territory has.

    Returns
    -------
    tuple of Layer
        Part of `LAYERS`, in paint order.
    """
    return tuple(layer for layer in LAYERS if layer.source_id in source_ids)


def get(layer_id: str) -> Layer:
    """Give a layer by its id.

    Raises
    ------
    ArgumentError
        If the registry does not hold it.
    """
    try:
        return _BY_ID[layer_id]
    except KeyError:
        raise ArgumentError(f"Couche inconnue : {layer_id}") from None
