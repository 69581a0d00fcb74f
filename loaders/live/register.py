"""The official sources: who makes each, where it is fetched, what it covers, and when a new version is refused."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from loaders.build import STEP_OF, Step
from loaders.live import gathering
from loaders.live.gathering import Gather, Gathered
from loaders.paths import DATA
from loaders.territory import Territory
from words.formats import date

#: Gives the vintage of what was gathered on a day, and the day to which it refers.
Vintage = Callable[[Gathered, dt.date], tuple[str, dt.date | None]]


@dataclass(frozen=True)
class Official:
    """One official source.

    Attributes
    ----------
    covered
        Communes where absence from the source means absence on the ground.
    least_share
        A new version that keeps a smaller share of the rows is refused.
    """

    source_id: str
    titre: str
    producteur: str
    attribution: str
    limites: str
    adresse: Callable[[Territory], str]
    gather: Gather
    vintage: Vintage
    covered: Callable[[Territory], Iterable[str]] = lambda territory: territory.communes.index
    least_share: float = 0.7
    licence: str = "Licence Ouverte 2.0"
    concerns: Callable[[Territory], bool] = lambda _territory: True
    named: Callable[[Territory], str] = lambda _territory: ""

    @property
    def step(self) -> Step:
        """Give how its extract is built."""
        return STEP_OF[self.source_id]

    @property
    def fichier(self) -> str:
        """Give its extract, relative to the folder of the data."""
        return self.step.extract.relative_to(DATA).as_posix()


def _served(territory: Territory) -> Iterable[str]:
    return frozenset[str]().union(*(network.communes for network in territory.velos))


def _read_on(said: str) -> Vintage:
    """Date by its download a source that is published as it changes; the producer's date counts if it gives one."""

    def vintage(gathered: Gathered, day: dt.date) -> tuple[str, dt.date | None]:
        dated = gathered.dated or day
        return said + date(dated), dated

    return vintage


def _in_force(_gathered: Gathered, day: dt.date) -> tuple[str, None]:
    return f"population municipale en vigueur le {date(day)}, année non précisée", None


OFFICIAL: Final = (
    Official(
        "communes",
        titre="Communes du contrat de ville : contours et population",
        producteur="Insee et IGN",
        attribution="Source : Insee, population municipale ; IGN, contours",
        limites="Le service ne dit pas l'année de la population municipale : celle qui est en vigueur le jour du téléchargement. Contours simplifiés à 5 m près : un point en mer ou dans un bassin portuaire peut tomber hors de sa commune.",
        adresse=lambda territory: gathering.geo_address(codeEpci=territory.epci[0]),
        gather=gathering.communes,
        vintage=_in_force,
        least_share=1.0,
    ),
    Official(
        "arrondissements",
        titre="Arrondissements municipaux",
        producteur="Insee et IGN",
        attribution="Source : Insee, population municipale ; IGN, contours",
        limites="Le service ne dit pas l'année de la population municipale : celle qui est en vigueur le jour du téléchargement. Contours simplifiés à 5 m près.",
        adresse=lambda territory: gathering.parts_address(next(iter(territory.arrondissements))),
        covered=lambda territory: territory.arrondissements,
        gather=gathering.arrondissements,
        vintage=_in_force,
        least_share=1.0,
        concerns=lambda territory: bool(territory.arrondissements),
    ),
    Official(
        "qpv",
        titre="Contours des quartiers prioritaires de la politique de la ville",
        producteur="ANCT",
        attribution="Source : ANCT, géographie prioritaire 2024",
        limites="Les codes de 2015 (QP) désignent d'autres périmètres. Les habitants d'un quartier qui s'étend sur plusieurs communes sont comptés une fois, dans la première que nomme le fichier.",
        adresse=lambda _territory: gathering.QPV_ADDRESS,
        covered=lambda territory: territory.contract_codes,
        gather=gathering.whole(gathering.QPV_ADDRESS),
        vintage=lambda _gathered, _day: (
            "géographie prioritaire 2024 (décret n° 2023-1314)",
            dt.date(2024, 1, 1),
        ),
        least_share=0.95,
    ),
    Official(
        "velos",
        titre="Stations de vélos en libre-service",
        producteur="Exploitant du réseau de vélos (flux GBFS)",
        licence="celle du flux GBFS du réseau",
        attribution="Source : exploitant du réseau de vélos, flux GBFS",
        limites="Les communes que le réseau dessert seulement. Les stations virtuelles sont montrées mais ne desservent personne.",
        adresse=lambda territory: gathering.stations_address(territory.velos[0]),
        covered=_served,
        gather=gathering.bikes,
        vintage=_read_on(""),
        concerns=lambda territory: bool(territory.velos),
        named=lambda territory: " " + ", ".join(network.nom for network in territory.velos),
    ),
    Official(
        "friches",
        titre="Inventaire national des friches (Cartofriches)",
        producteur="Cerema",
        attribution="Source : Cerema, Cartofriches",
        limites="Type et pollution des sols inconnus pour la plupart des sites. Les friches « potentielles » n'ont pas été vérifiées par le Cerema. Des sites partagent des parcelles : leurs surfaces ne s'additionnent pas telles quelles.",
        adresse=lambda _territory: gathering.FRICHES_ADDRESS,
        gather=gathering.whole(gathering.FRICHES_ADDRESS),
        vintage=_read_on("fichier national du "),
        least_share=0.8,
    ),
    Official(
        "sports",
        titre="Recensement des équipements sportifs (RES)",
        producteur="Ministère chargé des Sports",
        attribution="Source : ministère chargé des Sports, Data ES",
        limites="Base déclarative : une fermeture ou une création récente peut y manquer. Les familles sont un regroupement propre à l'atlas.",
        adresse=gathering.SPORTS.address,
        gather=gathering.SPORTS.gather,
        vintage=_read_on("base Data ES, lue le "),
        least_share=0.5,
    ),
    Official(
        "colleges",
        titre="Collèges en éducation prioritaire (REP et REP+)",
        producteur="Ministère chargé de l'Éducation nationale",
        attribution="Source : ministère chargé de l'Éducation nationale, Annuaire de l'éducation",
        limites="Collèges ouverts des réseaux REP et REP+ seulement. Un collège n'est pas un espace des parents : aucune source ouverte ne recense ces espaces.",
        adresse=gathering.COLLEGES.address,
        gather=gathering.COLLEGES.gather,
        vintage=_read_on("annuaire lu le "),
        least_share=0.5,
    ),
)

#: Sources of the atlas that nothing fetches, and why.
BY_HAND: Final = {
    "indicateurs": "l’Insee publie des tableaux séparés, dont l’atlas ne connaît qu’une compilation",
    "lignes": "le tracé des lignes n’a pas d’adresse stable en format ouvert",
    "sncf": "la liste des gares embarquée compile plusieurs fichiers, sans adresse unique",
    "social": "le fichier de la commune qui le publie n’a pas d’adresse stable",
    "projets": "c’est une lecture du contrat de ville, tenue à la main",
}


def official(source_id: str) -> Official | None:
    """Give one official source.

    Returns
    -------
    Official or None
        None if nothing fetches it.
    """
    return next((source for source in OFFICIAL if source.source_id == source_id), None)
