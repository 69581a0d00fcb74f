"""The rows that the map, the table and the files share, with their columns; what they add up to, by commune and around a QPV."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

import geopandas as gpd
from markupsafe import Markup

from facts.fields import Field, pick, present, stated
from facts.place_fields import (
    FRICHE_FIELDS,
    INDICATORS,
    QPV,
    SPORT_HELD,
    SPORT_NAMES,
    SPORT_YEAR,
    SURFACE,
    known,
)
from facts.snapshot import Snapshot
from facts.standing import origin
from facts.surroundings import COUNTED, SORTS, in_communes
from geo.population import inhabitants_by_commune
from geo.proximity import count_within, pairs_within
from geo.scope import in_scope, mask
from loaders.catalogue import Source
from maps.spec import Cadrage, MapSpec, ShownLayer
from pages.carte.filters import Filters, Types
from ui.html import html
from words.constants import PROXIMITY_M
from words.formats import BROAD, NARROW, REASONS, entier, figure, pluriel

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
        *FRICHE_FIELDS[:2],
        _TOWN,
        *pick(FRICHE_FIELDS, ("site_statut", "site_type")),
        Field("activite_libelle", "Dernière activité", "texte", "friches"),
        *pick(FRICHE_FIELDS, ("unite_fonciere_surface", "sol_pollution_existe", "urba_zone_type", "site_actu_date")),
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
#: What a commune holds, source by source.
TOTALS: Final = (
    Field("nom", "Commune", "texte"),
    Field("nb_qpv", "QPV", "entier", "qpv"),
    Field("population_qpv", "Habitants des QPV", "entier", "indicateurs"),
    *(Field(column, SORTS[key].titre, "entier", SORTS[key].source_id) for column, key in COUNTED.items()),
)
TOTALS_SOURCES: Final = tuple(dict.fromkeys(field.source_id for field in TOTALS if field.source_id))
SIG_VILLE: Final = "https://sig.ville.gouv.fr/territoire/"
FIGURES: Final = (*INDICATORS, SURFACE)
_AROUND: Final = ("friches", "sports", "social", "colleges", "gares", "stations")


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


def by_commune(held: Snapshot, types: Types) -> gpd.GeoDataFrame:
    """Count what lies in each commune, by the filters on types alone.

    Returns
    -------
    GeoDataFrame
        Index `code_insee`, by name; the columns of `TOTALS`. Inhabitants are 0 where a commune has no QPV; those of a
        QPV on two communes are counted once, under the first that the source names.
    """
    communes = held.communes.sort_values("nom")
    totals = communes[["nom", "geometry"]].join(inhabitants_by_commune(communes, held.qpv))
    totals["population_qpv"] = totals["population_qpv"].mask(totals["nb_qpv"] == 0, 0.0)
    return totals.assign(**in_communes(communes, objects(held, types), held.sources))


def finding(held: Snapshot, commune: str | None) -> str:
    """Say in one sentence what there is in the territory, or in one commune.

    Parameters
    ----------
    commune
        INSEE code, None for the territory.
    """
    communes, qpv = held.communes, held.qpv
    checked = held.objects["friches"]
    surveyed = not held.friches.empty
    near = checked.index[sorted(set(pairs_within(qpv, checked, PROXIMITY_M).point))]
    people = inhabitants_by_commune(communes, qpv)
    if commune is None:
        head = f"Les {pluriel(len(qpv), 'QPV', 'QPV')} comptent {pluriel(people['population_qpv'].sum(), 'habitant')}"
    else:
        head = _about_commune(
            str(communes.loc[commune, "nom"]), people["nb_qpv"][commune], people["population_qpv"][commune]
        )
        checked = checked[checked["code_insee"] == commune]
        near = near.intersection(checked.index)
    if not surveyed:
        return f"{head}."
    if checked.empty:
        return f"{head} ; aucune friche vérifiée n’y est recensée."
    reach = f"dans un QPV ou à {PROXIMITY_M} m au plus, à vol d’oiseau"
    if len(checked) == 1:
        return f"{head} ; la seule friche vérifiée {'est' if len(near) else 'n’est pas'} {reach}."
    verb = "est" if len(near) <= 1 else "sont"
    said = "aucune" if near.empty else entier(len(near))
    none = "n’" if near.empty else ""
    return f"{head} ; sur {entier(len(checked))}{BROAD}friches vérifiées, {said} {none}{verb} {reach}."


def _about_commune(name: str, count: int, inhabitants: float) -> str:
    if not count:
        return f"{name} n’a pas de QPV"
    verb = "compte" if count == 1 else "comptent"
    return f"À {name}, {pluriel(count, 'QPV', 'QPV')} {verb} {pluriel(inhabitants, 'habitant')}"


def around(held: Snapshot, filters: Filters, code_qp: str) -> tuple[gpd.GeoDataFrame, tuple[Field, ...]]:
    """Count what lies in a QPV and near its outline.

    Parameters
    ----------
    filters
        The filters in force: those on types, and the distance (300 m if there is none).
    """
    distance_m = PROXIMITY_M if filters.around_m is None else filters.around_m
    within = f"à {entier(distance_m)}{NARROW}m au plus" if distance_m else "dans le quartier"
    row, by_sort, fields = held.qpv.loc[[code_qp]].copy(), objects(held, filters.types), list(FIGURES)
    for key in _AROUND:
        sort = SORTS[key]
        number = count_within(row, by_sort[key], distance_m).astype(float)
        row[key] = mask(number, row["communes"], held.sources[sort.source_id].communes)
        fields.append(Field(key, f"{sort.titre} {within}", "entier", sort.source_id))
    return row, present(fields, held.sources)


def to_html(row: gpd.GeoDataFrame, fields: Sequence[Field], *, sources: Mapping[str, Source]) -> Markup:
    """Write the figures of one QPV, each source once above its figures, and the link to the official sheet."""
    values = stated(row, fields, sources).iloc[0]
    told = [(field, figure(values[field.column], field.kind)) for field in fields]
    code, name = str(row.index[0]), str(row["lib_qp"].iloc[0])
    return html(
        "carte/fiche.jinja",
        title=f"{name}, {row['lib_communes'].iloc[0]} ({code})",
        groups=[
            (said, list(lines)) for said, lines in groupby(told, key=lambda line: origin(line[0], sources))
        ],
        reasons=REASONS,
        code=code,
        name=name,
        official=f"{SIG_VILLE}{code}",
    )
