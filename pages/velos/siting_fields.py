"""The columns of the view "Implantation": sites, what they change, the curve, faults of imported files."""

from typing import Final

from facts.fields import Field
from facts.place_fields import PEOPLE, QPV
from pages.velos.gaps import NETWORK
from ui import reading

_REACHED: Final = "Estimation : densité uniforme dans le QPV, à vol d'oiseau"
_SITE: Final = (
    Field("place", "Emplacement", "texte"),
    Field("rank", "Rang", "entier", help="1 pour le site qui ajoute le plus d'habitants, puis celui qui ajoute le plus à côté des précédents"),
    Field("kind", "Sorte d'emplacement", "texte"),
    Field("habitants_gagnes", "Habitants gagnés", "entier", NETWORK, "En plus de ceux des sites de rang inférieur ; estimation, à vol d'oiseau"),
    Field("habitants_gagnes_seul", "Gagnés s'il était seul", "entier", NETWORK, "Si ce site était le seul nouveau ; estimation, à vol d'oiseau"),
    Field("qpv_servis", "QPV desservis", "texte", "qpv"),
    Field("distance_station_m", "Station existante la plus proche", "distance_m", NETWORK, "À vol d'oiseau"),
    Field("station_proche", "Nom de la station", "texte", NETWORK),
)  # fmt: skip
_LINE: Final = (
    Field("distance_ligne_m", "Ligne la plus proche", "distance_m", "lignes", "À vol d'oiseau, jusqu'au tracé et non jusqu'à un arrêt"),
    Field("ligne_proche", "Nom de la ligne", "texte", "lignes"),
)  # fmt: skip
# No source limits them: an archive does not say which communes it covers, and a stop that is far is just far.
_STOP: Final = (
    Field("distance_arret_m", "Arrêt le plus proche", "distance_m", help="À vol d'oiseau, jusqu'à l'arrêt des modes choisis, selon l'archive GTFS importée"),
    Field("arret_proche", "Nom de l'arrêt", "texte"),
    Field("arret_modes", "Modes de l'arrêt", "texte"),
    Field("arret_lignes", "Lignes de l'arrêt", "texte", help="Toutes celles de l'archive, autobus compris"),
)  # fmt: skip
_RAILWAY: Final = (
    Field("distance_gare_m", "Gare la plus proche", "distance_m", "sncf", "À vol d'oiseau"),
    Field("gare_proche", "Nom de la gare", "texte", "sncf"),
)
#: What files say beside: where the site is, for those who have no map.
_PLACE: Final = (
    Field("lon", "Longitude (degrés, WGS 84)", "decimal"),
    Field("lat", "Latitude (degrés, WGS 84)", "decimal"),
    Field("candidate_id", "Identifiant", "texte"),
)
CHANGE_FIELDS: Final = (
    *QPV,
    PEOPLE,
    Field("habitants_gagnes", "Habitants gagnés", "entier", NETWORK, _REACHED),
    Field("part_avant", "Surface à portée avant", "part", NETWORK),
    Field("part_apres", "Surface à portée après", "part", NETWORK),
    Field("habitants_avant", "Habitants à portée avant", "entier", NETWORK, _REACHED),
    Field("habitants_apres", "Habitants à portée après", "entier", NETWORK, _REACHED),
)
CURVE_FIELDS: Final = (
    Field("stations", "Nouvelles stations", "entier"),
    Field("habitants_gagnes", "Habitants gagnés, choix glouton", "entier", NETWORK, "Estimation, par mailles de 20 m"),
    Field("apport", "Apport de la dernière", "entier", NETWORK, "Estimation, par mailles de 20 m"),
)  # fmt: skip

FAULT_FIELDS: Final = reading.FAULTS[:-1]


def of_sites(*, to_stops: bool) -> tuple[Field, ...]:
    """Give the columns of the sites on the page.

    Returns
    -------
    tuple of Field
        The columns, in order.
    """
    return (*_SITE, *(_STOP if to_stops else _LINE), *_RAILWAY)


def of_site_files(*, to_stops: bool) -> tuple[Field, ...]:
    """Give the columns of the sites in files, which have their position in degrees too."""
    return (*of_sites(to_stops=to_stops), *_PLACE)
