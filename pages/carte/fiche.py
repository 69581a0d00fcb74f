"""The figures of the chosen QPV, source by source, narrow enough to stand beside the map."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Final

import geopandas as gpd

from facts.fields import Field, present, stated
from facts.naming import BIKES
from facts.place_fields import INDICATORS, SURFACE
from geo.proximity import count_within
from geo.scope import mask
from loaders.catalogue import Source
from pages.carte.filters import Filters
from pages.carte.rows import of_types
from words.constants import PROXIMITY_M, UNCHECKED
from words.formats import NARROW, entier, figure, typographie
from words.missing import REASONS

SIG_VILLE: Final = "https://sig.ville.gouv.fr/territoire/"
FIGURES: Final = (*INDICATORS, SURFACE)
_AROUND: Final = (
    ("friches", "Friches vérifiées", "friches"),
    ("sports", "Équipements sportifs", "sports"),
    ("social", "Équipements sociaux", "social"),
    ("colleges", "Collèges REP et REP+", "colleges"),
    ("gares", "Gares", "sncf"),
    ("stations", f"Stations {BIKES} physiques", "velos"),
)


def around(
    frames: Mapping[str, gpd.GeoDataFrame], filters: Filters, code_qp: str, sources: Mapping[str, Source]
) -> tuple[gpd.GeoDataFrame, tuple[Field, ...]]:
    """Count what lies in a QPV and near its outline.

    Parameters
    ----------
    filters
        The filters in force: those on types, and the distance (300 m if there is none).
    sources
        The catalogue: outside a source's communes a count is missing, not 0.
    """
    distance_m = PROXIMITY_M if filters.around_m is None else filters.around_m
    within = f"à {entier(distance_m)}{NARROW}m au plus" if distance_m else "dans le quartier"
    row = frames["qpv"].loc[[code_qp]].copy()
    fields = list(FIGURES)
    for layer_id, title, source_id in _AROUND:
        frame = of_types(layer_id, frames[layer_id], filters.types)
        if layer_id == "friches":
            frame = frame[frame["site_statut"] != UNCHECKED]
        if layer_id == "stations":
            frame = frame[~frame["is_virtual_station"]]
        number = count_within(row, frame, distance_m).astype(float)
        row[layer_id] = mask(number, row["communes"], sources[source_id].communes)
        fields.append(Field(layer_id, f"{title} {within}", "entier", source_id))
    return row, present(fields, sources)


def to_html(row: gpd.GeoDataFrame, fields: Sequence[Field], *, sources: Mapping[str, Source]) -> str:
    """Write the figures of one QPV, each source once above its figures, and the link to the official sheet."""
    code, name = str(row.index[0]), str(row["lib_qp"].iloc[0])
    values = stated(row, fields, sources).iloc[0]
    lines = []
    for source_id, group in groupby(fields, key=lambda field: field.source_id):
        if source_id is not None:
            source = sources[source_id]
            origin = typographie(f"{source.producteur}, {source.millesime}")
            lines.append(
                f'<tr><th class="fiche-source" scope="rowgroup" colspan="2">{escape(origin)}</th></tr>'
            )
        for field in group:
            text = figure(values[field.column], field.kind)
            kind = "nombre raison" if text in REASONS else "nombre"
            help_text = f' title="{escape(typographie(field.help))}"' if field.help else ""
            lines.append(
                f'<tr><th scope="row"{help_text}>{escape(typographie(field.title))}</th><td class="{kind}">{escape(text)}</td></tr>'
            )
    title = typographie(f"{name}, {row['lib_communes'].iloc[0]} ({code})")
    return (
        f'<table class="atlas-table atlas-quartier"><caption>{escape(title)}</caption><tbody>{"".join(lines)}</tbody></table>'
        f'<p class="atlas-note"><a href="quartier?qpv={escape(code)}" target="_self">Ouvrir la page du quartier</a>. '
        f'Distances à vol d’oiseau, depuis le contour. <a href="{SIG_VILLE}{escape(code)}" target="_blank" '
        f'rel="noopener noreferrer">Fiche officielle SIG Ville : {escape(name)}'
        '<span class="atlas-cache"> (nouvel onglet)</span></a></p>'
    )
