"""The rows that the map, the table and the files share, and their columns."""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd

from facts.fields import Field
from facts.place_fields import INDICATORS, QPV, SPORT_HELD, SPORT_NAMES, SPORT_YEAR, SURFACE, known
from facts.snapshot import Snapshot
from facts.surroundings import SORTS
from geo.proximity import pairs_within
from geo.scope import in_scope
from maps.spec import Cadrage, MapSpec, ShownLayer
from pages.carte.filters import Filters, Types

_TOWN: Final = Field("commune", "Commune", "texte")

FIELDS: Final[Mapping[str, tuple[Field, ...]]] = {
    "communes": (
        Field("nom", "Commune", "texte"),
        Field("code_insee", "Code Insee", "texte"),
        Field("statut_affiche", "Statut", "texte"),
        Field("population", "Habitants", "entier", "communes"),
    ),
    "arrondissements": (
        Field("nom", "Arrondissement", "texte"),
        Field("code_insee", "Code Insee", "texte"),
        Field("population", "Habitants", "entier", "arrondissements"),
    ),
    "qpv": (
        *QPV,
        *INDICATORS[:5],
        SURFACE,
    ),
    "lignes": (
        Field("route_short_name", "Ligne", "texte"),
        Field("route_long_name", "Parcours", "texte"),
        Field("mode", "Mode", "texte"),
    ),
    "sports": (
        Field("equip_type_name", "Type", "texte"),
        Field("famille", "Famille", "texte"),
        _TOWN,
        Field("equip_id", "Identifiant", "texte"),
        Field("vintage", "Millésime", "date"),
    ),
    "social": (
        Field("nom", "Nom", "texte"),
        Field("categorie", "Catégorie", "texte"),
        Field("adresse", "Adresse", "texte", "social"),
        Field("code_postal", "Code postal", "texte", "social"),
        _TOWN,
    ),
    "colleges": (
        Field("nom", "Collège", "texte", "colleges"),
        Field("education_prioritaire", "Réseau", "texte", "colleges"),
        Field("statut", "Statut", "texte", "colleges"),
        _TOWN,
        Field("uai", "Code UAI", "texte"),
        Field("vintage", "Téléchargé le", "date"),
    ),
    "friches": (
        Field("site_nom", "Site", "texte", "friches"),
        Field("site_id", "Identifiant", "texte"),
        _TOWN,
        Field("site_statut", "Statut", "texte", "friches"),
        Field("site_type", "Type", "texte", "friches"),
        Field("activite_libelle", "Dernière activité", "texte", "friches"),
        Field("unite_fonciere_surface", "Unité foncière", "surface_m2", "friches", "Plusieurs sites peuvent partager une même unité foncière : ces surfaces ne s’additionnent pas"),
        Field("sol_pollution_existe", "Pollution du sol", "texte", "friches"),
        Field("urba_zone_type", "Zone d’urbanisme", "texte", "friches"),
        Field("site_actu_date", "Mise à jour", "date", "friches"),
    ),
    "gares": (
        Field("name", "Gare", "texte"),
        Field("uic", "Code UIC", "texte"),
        _TOWN,
        Field("voyageurs_2024", "Voyageurs en 2024", "entier", "sncf"),
    ),
    "stations": (
        Field("name", "Station", "texte"),
        Field("capacity", "Points d’attache", "entier", "velos"),
        Field("is_virtual_station", "Virtuelle", "texte", "velos", "Une station virtuelle n’a pas de borne : elle ne compte pas dans les distances"),
        _TOWN,
    ),
}  # fmt: skip


def fields_of(layer_id: str, frame: gpd.GeoDataFrame) -> tuple[Field, ...]:
    """Give the columns of a layer's table.

    Parameters
    ----------
    frame
        All its rows: what its source knows of none of them has no column.
    """
    if layer_id != "sports":
        return FIELDS[layer_id]
    details = known((*SPORT_NAMES, SPORT_YEAR, *SPORT_HELD), frame)
    return (*FIELDS[layer_id][:3], *details, *FIELDS[layer_id][3:])


def in_commune(frames: Mapping[str, gpd.GeoDataFrame], commune: str | None) -> Mapping[str, gpd.GeoDataFrame]:
    """Keep the rows of one commune.

    Parameters
    ----------
    frames
        Layer id to frame, with `communes`.
    commune
        INSEE code; None keeps everything.

    Returns
    -------
    Mapping of str to GeoDataFrame
        Layer id to the rows kept; the communes are the map's background, and all stay.
    """
    if commune is None:
        return frames
    return {
        layer_id: frame if layer_id == "communes" else frame[in_scope(frame["communes"], [commune])]
        for layer_id, frame in frames.items()
    }


def of_types(layer_id: str, frame: gpd.GeoDataFrame, types: Types) -> gpd.GeoDataFrame:
    """Keep the rows of the types chosen."""
    for (owner, column), values in types:
        if owner == layer_id:
            frame = frame[frame[column].isin(values)]
    return frame


def objects(held: Snapshot, types: Types) -> dict[str, gpd.GeoDataFrame]:
    """Give the objects of each sort of `facts.surroundings.SORTS` that are of the types chosen."""
    return {key: of_types(SORTS[key].layer_id, frame, types) for key, frame in held.objects.items()}


def select(placed: Mapping[str, gpd.GeoDataFrame], filters: Filters) -> dict[str, gpd.GeoDataFrame]:
    """Give the rows of each layer shown that answer to the filters.

    Parameters
    ----------
    placed
        Layer id to the rows of the chosen commune, as `in_commune` gives them.

    Returns
    -------
    dict of str to GeoDataFrame
        Layer id to rows, in the registry's order.
    """
    rows = {}
    for layer_id, frame in placed.items():
        if layer_id not in filters.layers:
            continue
        kept = of_types(layer_id, frame, filters.types)
        if layer_id == "friches":
            kept = kept[kept["site_statut"].isin(filters.statuts)]
        if filters.here.chosen is not None and filters.around_m is not None:
            near = pairs_within(placed["qpv"].loc[[filters.here.chosen]], kept, filters.around_m)
            kept = kept.iloc[sorted(near.point)]
        rows[layer_id] = kept
    return rows


def spec(
    placed: Mapping[str, gpd.GeoDataFrame],
    rows: Mapping[str, gpd.GeoDataFrame],
    filters: Filters,
    *,
    titre: str,
    basemap: str,
) -> MapSpec:
    """Describe the map that draws exactly these rows."""
    here = filters.here
    place = None if here.commune is None else (here.commune,)
    shown = [
        ShownLayer(
            layer_id,
            communes=None if layer_id == "communes" else place,
            ids=None if len(kept) == len(placed[layer_id]) else list(kept.index),
        )
        for layer_id, kept in rows.items()
    ]
    chosen = (("communes", here.commune), ("qpv", here.chosen))
    return MapSpec(
        titre=titre,
        layers=shown,
        basemap=basemap,
        chosen=[(layer_id, code) for layer_id, code in chosen if code is not None],
        cadrage=_cadrage(placed, filters),
        adresse=filters.address,
    )


def _cadrage(placed: Mapping[str, gpd.GeoDataFrame], filters: Filters) -> Cadrage:
    """Go where the user looks: a QPV with its surroundings, else a commune, else the territory."""
    here, around_m = filters.here, filters.around_m
    if here.chosen is not None:
        return Cadrage.around(
            f"{here.commune}-{here.chosen}-{around_m}",
            placed["qpv"].loc[[here.chosen]],
            margin_m=max(around_m or 0, 150),
            souple=around_m is None,
        )
    if here.commune is not None:
        return Cadrage.around(here.commune, placed["communes"].loc[[here.commune]])
    return Cadrage.around("territoire", placed["communes"])
