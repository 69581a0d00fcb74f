"""The figures of a QPV and of a commune: what each is called, measured in and drawn from."""

from collections.abc import Iterable
from typing import Final

import pandas as pd

from facts.fields import Field
from facts.naming import BIKES
from geo.places import RADII_M
from words.formats import metres

NARROW: Final = "\u202f"
_ESTIMATE: Final = "Estimation : densité uniforme dans chaque QPV, à vol d’oiseau"
_OUTLINE: Final = "À vol d’oiseau, depuis le contour, intérieur compris"

#: What names a QPV among others.
QPV: Final = (
    Field("lib_qp", "QPV", "texte"),
    Field("code_qp", "Code", "texte"),
    Field("lib_communes", "Commune", "texte"),
)
#: What the State publishes of each QPV.
INDICATORS: Final = (
    Field("population", "Habitants", "entier", "indicateurs"),
    Field("taux_pauvrete_60_pct", "Taux de pauvreté", "pourcentage", "indicateurs", "Au seuil de 60 % du niveau de vie médian"),
    Field("taux_emploi_pct", "Taux d’emploi", "pourcentage", "indicateurs"),
    Field("menages", "Ménages", "entier", "indicateurs"),
    Field("logements_sociaux", "Logements sociaux", "entier", "indicateurs"),
    Field("indice_jeunesse", "Indice de jeunesse", "decimal", "indicateurs", "Moins de 20 ans pour une personne de 60 ans et plus"),
    Field("part_menages_1_pers_pct", "Ménages d’une personne", "pourcentage", "indicateurs"),
    Field("allocataires_caf", "Allocataires de la CAF", "entier", "indicateurs"),
    Field("foyers_rsa", "Foyers au RSA", "entier", "indicateurs"),
)  # fmt: skip
PEOPLE: Final = INDICATORS[0]
SURFACE: Final = Field("surface_m2", "Surface", "surface_m2", "qpv")


def known(fields: Iterable[Field], frame: pd.DataFrame) -> tuple[Field, ...]:
    """Keep the columns of which the source gives at least one value.

    Returns
    -------
    tuple of Field
        In the same order.
    """
    return tuple(field for field in fields if frame[field.column].notna().any())


def of_qpv(radius_m: float) -> tuple[Field, ...]:
    """Give the figures of a QPV.

    Parameters
    ----------
    radius_m
        Threshold of the figures within reach, in metres.

    Returns
    -------
    tuple of Field
        In the order to show; columns of `facts.portraits.quartiers`.
    """
    reach = f"à {metres(radius_m)} au plus"
    return (
        *INDICATORS,
        SURFACE,
        Field("distance_station_m", f"Station {BIKES} la plus proche", "distance_m", "velos", "À vol d’oiseau, depuis le contour ; stations physiques seulement"),
        Field("stations_a_portee", f"Stations {BIKES} {reach}", "entier", "velos", _OUTLINE),
        Field("habitants_hors_portee", f"Habitants à plus de {metres(radius_m)} d’une station {BIKES} (estimation)", "entier", "velos", _ESTIMATE),
        Field("distance_ligne_m", "Ligne de métro, tramway ou BHNS la plus proche", "distance_m", "lignes", "À vol d’oiseau, jusqu’à la ligne et non jusqu’à un arrêt"),
        Field("distance_gare_m", "Gare la plus proche", "distance_m", "sncf", "À vol d’oiseau, depuis le contour"),
        Field("friches_a_portee", f"Friches vérifiées {reach}", "entier", "friches", _OUTLINE),
        Field("friches_surface_m2", f"Surface de ces friches, {reach}", "surface_m2", "friches", "Un terrain que plusieurs sites partagent compte une fois"),
        Field("sports_a_portee", f"Équipements sportifs {reach}", "entier", "sports", _OUTLINE),
        Field("sports_pour_1000_hab", f"Équipements sportifs {reach}, pour 1{NARROW}000 habitants", "decimal", "sports", _OUTLINE),
        Field("social_a_portee", f"Équipements sociaux {reach}", "entier", "social", _OUTLINE),
        Field("distance_college_m", "Collège REP ou REP+ le plus proche", "distance_m", "colleges", "À vol d’oiseau, depuis le contour"),
        Field("colleges_a_portee", f"Collèges REP et REP+ {reach}", "entier", "colleges", _OUTLINE),
    )  # fmt: skip


def of_commune(radius_m: float) -> tuple[Field, ...]:
    """Give the figures of a commune.

    Parameters
    ----------
    radius_m
        Threshold of the figures within reach of its QPV, in metres.

    Returns
    -------
    tuple of Field
        In the order to show; columns of `facts.portraits.communes`.
    """
    near = f"à {metres(radius_m)} au plus de ses QPV"
    return (
        Field("population", "Habitants", "entier", "communes"),
        Field("surface_m2", "Surface", "surface_m2", "communes", "Mesurée sur le contour"),
        Field("nb_qpv", "QPV", "entier", "qpv", "Un QPV sur deux communes est compté sous la première"),
        Field("population_qpv", "Habitants des QPV", "entier", "indicateurs"),
        Field("stations", f"Stations {BIKES} physiques", "entier", "velos"),
        Field("part_habitants_a_portee", f"Habitants des QPV à {metres(radius_m)} au plus d’une station {BIKES} (estimation)", "part", "velos", _ESTIMATE),
        Field("gares", "Gares", "entier", "sncf"),
        Field("friches_verifiees", "Friches vérifiées", "entier", "friches"),
        Field("friches_potentielles", "Friches potentielles, non vérifiées", "entier", "friches"),
        Field("friches_a_portee", f"Friches vérifiées {near}", "entier", "friches", _OUTLINE),
        Field("sports", "Équipements sportifs", "entier", "sports"),
        Field("sports_pour_1000_hab", f"Équipements sportifs {near}, pour 1{NARROW}000 de leurs habitants", "decimal", "sports", _OUTLINE),
        Field("social", "Équipements sociaux", "entier", "social"),
        Field("colleges", "Collèges REP et REP+", "entier", "colleges"),
    )  # fmt: skip


#: What depends on the QPV of a commune: without a QPV, "sans objet".
OF_ITS_QPV: Final = ("population_qpv", "part_habitants_a_portee", "friches_a_portee", "sports_pour_1000_hab")

#: What only Data ES knows of a sports facility.
SPORT_NAMES: Final = (
    Field("nom", "Équipement", "texte", "sports"),
    Field("installation", "Installation", "texte", "sports", "Le lieu qui regroupe des équipements, tel un stade"),
    Field("adresse", "Adresse", "texte", "sports"),
)  # fmt: skip
SPORT_YEAR: Final = Field("annee_service", "Mise en service", "texte", "sports")
SPORT_HELD: Final = (
    Field("acces_libre", "Accès", "texte", "sports"),
    Field("proprietaire", "Propriétaire", "texte", "sports"),
    Field("gestionnaire", "Gestionnaire", "texte", "sports"),
)

ORIGIN: Final = Field("source", "Source et millésime", "texte")
_AWAY: Final = Field(
    "distance_m", "Distance", "distance_m", None, "À vol d’oiseau, depuis le contour ; 0 à l’intérieur"
)
OBJECT_FIELDS: Final = (
    Field("nom", "Nom", "texte", None, "Le type, avec le lieu s'il est connu, pour les équipements sportifs"),
    Field("quoi", "Nature", "texte"),
    Field("type", "Type", "texte"),
    _AWAY,
    ORIGIN,
)
COUNT_FIELDS: Final = (
    Field("titre", "Couche", "texte"),
    Field("dans", "À l’intérieur", "entier"),
    *(Field(f"a_{m}_m", f"À {metres(m)} au plus", "entier", None, _OUTLINE) for m in RADII_M),
    ORIGIN,
)
NEAREST_FIELDS: Final = (
    Field("titre", "Le plus proche", "texte"),
    Field("nom", "Nom", "texte"),
    _AWAY,
    Field("dans", "Combien à l’intérieur", "entier"),
    ORIGIN,
)
FRICHE_FIELDS: Final = (
    Field("site_nom", "Site", "texte", "friches"),
    Field("site_id", "Identifiant", "texte"),
    Field("distance_m", "Distance", "distance_m", None, "À vol d’oiseau, du contour au point de la source"),
    Field("site_statut", "Statut", "texte", "friches"),
    Field("site_type", "Type", "texte", "friches"),
    Field("unite_fonciere_surface", "Unité foncière", "surface_m2", "friches", "Plusieurs sites peuvent partager une même unité foncière : ces surfaces ne s’additionnent pas"),
    Field("sol_pollution_existe", "Pollution du sol", "texte", "friches"),
    Field("urba_zone_type", "Zone d’urbanisme", "texte", "friches"),
    Field("site_actu_date", "Mise à jour", "date", "friches"),
    Field("lien", "Fiche Cartofriches", "texte"),
)  # fmt: skip
PROJECT_FIELDS: Final = (
    Field("titre", "Projet", "texte"),
    Field("situation", "Situation", "texte"),
    Field("orientations", "Orientation", "texte"),
    Field("registre", "Registre", "texte"),
)
