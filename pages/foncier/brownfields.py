"""Brownfields as the page shows them: filters in words, rows by site and by land unit, totals, finding, map."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from facts.fields import Field
from facts.naming import BIKES
from facts.snapshot import Snapshot
from geo.friches import checked, land_by_commune, land_by_qpv, merged, merged_surface_m2, site_distances
from loaders.catalogue import Source
from loaders.friches import sheet_url
from maps.spec import Cadrage, MapSpec, ShownLayer
from ui.choices import Where
from words.constants import UNCHECKED
from words.formats import NON_DIFFUSE, entier, is_missing, pluriel, surface

SOURCE: Final = "friches"
STATUTS: Final[Mapping[str, str]] = {
    "friche sans projet": "Sans projet",
    "friche avec projet": "Avec projet",
    "friche reconvertie": "Reconverties",
    UNCHECKED: "Potentielles, non vérifiées",
}
#: Columns whose values the user filters by, with their titles.
TYPES: Final[Mapping[str, str]] = {
    "site_type": "Type de friche",
    "sol_pollution_existe": "Pollution du sol",
    "urba_zone_type": "Zonage d'urbanisme",
}
#: Distances that the user limits, with what the filter is called and what they are measured from.
LIMITS: Final[Mapping[str, tuple[str, str]]] = {
    "distance_station_m": (f"station {BIKES}", ""),
    "distance_ligne_m": ("métro, tramway ou BHNS", " de la ligne"),
}
#: Letters of the local plans, as the CNIG standard gives them.
ZONES: Final[Mapping[str, str]] = {
    "U": "U, urbaine",
    "AUc": "AUc, à urbaniser (constructible)",
    "AUs": "AUs, à urbaniser (sous conditions)",
    "A": "A, agricole",
    "N": "N, naturelle",
}
UNKNOWN: Final = "inconnu"
EVERYWHERE: Final = "Partout"
INSIDE: Final = "Dans un QPV"
WITHIN: Final = "À portée d'un QPV"

_LAND: Final = (
    "Plusieurs sites peuvent partager une même unité foncière : les surfaces des sites ne s'additionnent pas"
)
_COMMON: Final = (
    Field("commune", "Commune", "texte"),
    Field("statut", "Statut", "texte", SOURCE),
    Field("surface_m2", "Surface", "surface_m2", SOURCE, _LAND),
    Field("site_type", "Type", "texte", SOURCE),
    Field("sol_pollution_existe", "Pollution du sol", "texte", SOURCE),
    Field("zonage", "Zonage d'urbanisme", "texte", SOURCE),
    Field("distance_qpv_m", "QPV le plus proche", "distance_m", "qpv", "À vol d'oiseau, depuis le point de la friche ; 0 dans le QPV"),
    Field("qpv_proche", "Nom du QPV", "texte", "qpv"),
    Field("distance_station_m", f"Station {BIKES} la plus proche", "distance_m", "velos", "À vol d'oiseau ; stations physiques seulement"),
    Field("distance_ligne_m", "Ligne la plus proche", "distance_m", "lignes", "Métro, tramway ou BHNS ; à vol d'oiseau, jusqu'à la ligne et non jusqu'à un arrêt"),
    Field("ligne_proche", "Nom de la ligne", "texte", "lignes"),
)  # fmt: skip
SITE_FIELDS: Final = (
    Field("nom", "Site", "texte", SOURCE),
    Field("site_id", "Identifiant", "texte"),
    *_COMMON,
    Field("activite_libelle", "Dernière activité", "texte", SOURCE),
    Field("site_actu_date", "Mise à jour", "date", SOURCE),
    Field("unite", "Unité foncière", "texte", help="Les sites qui partagent une parcelle portent la même"),
    Field("fiche", "Fiche Cartofriches", "texte"),
)
UNIT_FIELDS: Final = (
    Field("nom", "Sites", "texte", SOURCE),
    Field("nb_sites", "Nombre de sites", "entier"),
    *_COMMON,
    Field("fiche", "Fiche du plus grand site", "texte"),
)
#: What only files need.
UNIT_FILE_FIELDS: Final = (
    Field("unite", "Unité foncière", "texte", help="Le plus petit identifiant de ses sites"),
    *UNIT_FIELDS,
    Field("sites", "Identifiants des sites", "texte"),
)
_COUNTED: Final = (
    Field("friches_verifiees", "Sites vérifiés", "entier", SOURCE),
    Field("lieux_verifies", "Unités foncières vérifiées", "entier", SOURCE),
    Field("surface_verifiee_m2", "Surface vérifiée", "surface_m2", SOURCE, "Les parcelles communes à plusieurs sites comptent une fois"),
)  # fmt: skip
_UNCHECKED: Final = (
    Field("friches_potentielles", "Sites potentiels, non vérifiés", "entier", SOURCE),
    Field("lieux_potentiels", "Unités foncières potentielles", "entier", SOURCE),
    Field("surface_potentielle_m2", "Surface potentielle, non vérifiée", "surface_m2", SOURCE, "Les parcelles communes à plusieurs sites comptent une fois"),
)  # fmt: skip


@dataclass(frozen=True)
class Filters:
    """The filters in force.

    Attributes
    ----------
    lieu
        `EVERYWHERE`, `INSIDE` or `WITHIN`.
    radius_m
        What is within reach of a QPV, in metres, as the crow flies.
    types
        Column to the values shown, only those that are limited; a missing value is NON_DIFFUSE.
    surface_m2
        Smallest surface, None for any.
    limits_m
        Column of `LIMITS` to the largest distance, those alone that are limited.
    """

    here: Where
    lieu: str
    radius_m: int
    statuts: tuple[str, ...]
    types: Mapping[str, Sequence[str]]
    limits_m: Mapping[str, int]
    surface_m2: int | None = None

    @property
    def described(self) -> dict[str, str]:
        """The filters in words, for files and paper; "" where there is none."""
        near = {
            LIMITS[column][0]: f"à {entier(limit_m)} m au plus{LIMITS[column][1]}"
            for column, limit_m in self.limits_m.items()
        }
        return {
            "commune": self.here.town,
            "lieu": "" if self.lieu == EVERYWHERE else self.lieu.lower(),
            "seuil": f"{entier(self.radius_m)} m d'un QPV, à vol d'oiseau",
            "statuts": ", ".join(STATUTS[statut].lower() for statut in self.statuts) or "aucun",
            **{TYPES[column].lower(): ", ".join(values) for column, values in self.types.items()},
            "surface": f"au moins {surface(self.surface_m2)}" if self.surface_m2 else "",
        } | near


def prepared(held: Snapshot) -> gpd.GeoDataFrame:
    """Give each site what the page says of it.

    Returns
    -------
    GeoDataFrame
        The sites with the columns of `SITE_FIELDS`, `unite` aside; outside a network's communes a distance is missing.
    """
    friches, qpv, lines = held.layers["friches"], held.qpv, held.lines
    found = site_distances(
        friches,
        qpv,
        held.bikes,
        lines,
        stations_covered=held.sources["velos"].communes,
        lines_covered=held.sources["lignes"].communes,
    )
    return friches.join(found).assign(
        nom=friches["site_nom"],
        statut=friches["site_statut"],
        surface_m2=friches["unite_fonciere_surface"],
        zonage=friches["urba_zone_type"].map(ZONES).fillna(friches["urba_zone_type"]),
        qpv_proche=found["code_qp_proche"].map(qpv["lib_qp"]),
        ligne_proche=found["route_id"].map(lines["route_short_name"]),
        fiche=[sheet_url(str(site)) for site in friches.index],
    )


def offered(sites: pd.DataFrame) -> dict[str, list[str]]:
    """List the values that each filter on types offers."""
    return {
        column: sorted(
            sites[column].fillna(NON_DIFFUSE).unique(), key=lambda value: (value == NON_DIFFUSE, value)
        )
        for column in TYPES
    }


def select(sites: gpd.GeoDataFrame, filters: Filters) -> gpd.GeoDataFrame:
    """Keep the sites that answer to the filters.

    Parameters
    ----------
    filters
        The filters in force; a distance or a surface that is missing answers to no limit.

    Returns
    -------
    GeoDataFrame
        The sites kept, with `unite`: the land unit that they make among themselves.
    """
    kept = sites[sites["site_statut"].isin(filters.statuts)]
    if filters.here.commune is not None:
        kept = kept[kept["code_insee"] == filters.here.commune]
    if filters.lieu != EVERYWHERE:
        limit_m = 0 if filters.lieu == INSIDE else filters.radius_m
        kept = kept[kept["distance_qpv_m"] <= limit_m]
    for column, values in filters.types.items():
        kept = kept[kept[column].fillna(NON_DIFFUSE).isin(values)]
    if filters.surface_m2 is not None:
        kept = kept[kept["surface_m2"] >= filters.surface_m2]
    for column, limit_m in filters.limits_m.items():
        kept = kept[kept[column] <= limit_m]
    units = merged(kept)["sites"].explode()
    unit_of = pd.Series(units.index, index=units.to_numpy(), dtype="str")
    return kept.assign(unite=unit_of.reindex(kept.index)).sort_values(
        ["surface_m2", "site_nom"], ascending=[False, True]
    )


def by_unit(kept: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make one row of the sites that share land.

    Parameters
    ----------
    kept
        Sites of one table, as `select` gives them.

    Returns
    -------
    GeoDataFrame
        Index `unite`, the largest first, with the columns of `UNIT_FIELDS`: texts of the sites joined, each once;
        smallest distances; the surface of the largest site.
    """
    units = merged(kept)
    members = [kept.loc[sites] for sites in units["sites"]]
    units["communes"] = [sorted(set(rows["code_insee"])) for rows in members]
    for column in ("nom", "commune", "statut", "site_type", "sol_pollution_existe", "zonage"):
        units[column] = [_joined(rows[column]) for rows in members]
    units["nb_sites"] = units["sites"].map(len)
    for distance, name in (
        ("distance_qpv_m", "qpv_proche"),
        ("distance_station_m", None),
        ("distance_ligne_m", "ligne_proche"),
    ):
        units[distance] = [rows[distance].min() for rows in members]
        if name is not None:
            units[name] = [_closest(rows, name, distance) for rows in members]
    units["fiche"] = [rows["fiche"].iloc[0] for rows in members]
    return units.sort_values(["surface_m2", "nom"], ascending=[False, True])


def _closest(rows: pd.DataFrame, name: str, distance: str) -> Any:
    at = int(rows[distance].fillna(float("inf")).to_numpy().argmin())
    return rows[name].iloc[at]


def _joined(values: pd.Series) -> str:
    return " ; ".join(dict.fromkeys(value for value in values if not is_missing(value)))


def total_fields(head: tuple[Field, ...], *, unchecked: bool) -> tuple[Field, ...]:
    """Give the columns of a table of totals, those of unchecked sites apart if they are shown."""
    return (*head, *_COUNTED, *(_UNCHECKED if unchecked else ()))


def totals(kept: gpd.GeoDataFrame, count: Callable[[gpd.GeoDataFrame], pd.DataFrame]) -> pd.DataFrame:
    """Count checked and unchecked sites apart, per place.

    Parameters
    ----------
    count
        Gives sites, places and surface, in that order, per place.

    Returns
    -------
    DataFrame
        The columns of `total_fields`, all six.
    """
    parts = []
    for sites, fields in ((checked(kept), _COUNTED), (unchecked(kept), _UNCHECKED)):
        part = count(sites)
        part.columns = pd.Index([field.column for field in fields])
        parts.append(part)
    return pd.concat(parts, axis="columns")


def unchecked(kept: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the sites that the Cerema has not checked."""
    return kept[kept["site_statut"] == UNCHECKED]


def per_commune(communes: pd.DataFrame, kept: gpd.GeoDataFrame, source: Source) -> pd.DataFrame:
    """Count the sites of each commune, near a QPV or not.

    Parameters
    ----------
    communes
        The communes shown, with `nom`.

    Returns
    -------
    DataFrame
        Index `code_insee`, by name.
    """
    counted = totals(kept, lambda sites: land_by_commune(communes, sites, covered=source.communes))
    return communes[["nom"]].join(counted).sort_values("nom")


def per_qpv(
    qpv: gpd.GeoDataFrame, kept: gpd.GeoDataFrame, *, radius_m: int, source: Source
) -> gpd.GeoDataFrame:
    """Count the sites in and around each QPV.

    Parameters
    ----------
    radius_m
        Threshold in metres, crow-flies.
    """

    def count(sites: gpd.GeoDataFrame) -> pd.DataFrame:
        return land_by_qpv(qpv, sites, radius_m=radius_m, covered=source.communes).drop(
            columns="friches_dans"
        )

    rows = qpv[["lib_qp", "lib_communes", "communes", "geometry"]].join(totals(kept, count))
    return rows.sort_values(
        ["surface_verifiee_m2", "friches_verifiees", "lib_qp"], ascending=[False, False, True]
    )


def finding(kept: gpd.GeoDataFrame, filters: Filters, *, vintage: str) -> str:
    """Say in one sentence what the page found."""
    sites, others, place = checked(kept), unchecked(kept), filters.here.name
    if sites.empty:
        text = (
            f"L'inventaire du {vintage} ne liste aucune friche vérifiée qui réponde à ces filtres ({place})"
        )
    else:
        near = int((sites["distance_qpv_m"] <= filters.radius_m).sum())
        verb = "est" if near < 2 else "sont"
        units = len(merged(sites))
        text = (
            f"{pluriel(len(sites), 'site vérifié', 'sites vérifiés')} au {vintage} ({place}) "
            f"{'forme' if len(sites) == 1 else 'forment'} {pluriel(units, 'unité foncière', 'unités foncières')} et "
            f"{surface(merged_surface_m2(sites))}, parcelles communes comptées une fois ; {entier(near)} {verb} dans un QPV ou "
            f"à {entier(filters.radius_m)} m au plus, à vol d'oiseau"
        )
    if not others.empty:
        text += f" ; à part, {pluriel(len(others), 'site potentiel non vérifié', 'sites potentiels non vérifiés')}"
    return text + "."


def spec(kept: gpd.GeoDataFrame, here: Where, *, basemap: str) -> MapSpec:
    """Describe the map that draws exactly these sites."""
    return MapSpec(
        titre=f"Carte des friches, {here.name}",
        layers=[
            ShownLayer("communes"),
            ShownLayer("qpv", ids=list(here.qpv.index)),
            ShownLayer("lignes"),
            ShownLayer("stations"),
            ShownLayer("friches", ids=list(kept.index)),
        ],
        basemap=basemap,
        cadrage=Cadrage.around(f"friches-{here.commune}", here.communes),
        adresse={"commune": here.address["commune"]},
    )
