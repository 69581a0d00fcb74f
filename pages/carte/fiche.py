"""The figures of the chosen QPV, source by source, narrow enough to stand beside the map."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

import geopandas as gpd
from markupsafe import Markup

from facts.fields import Field, present, stated
from facts.place_fields import INDICATORS, SURFACE
from facts.snapshot import Snapshot
from facts.standing import origin
from facts.surroundings import SORTS
from geo.proximity import count_within
from geo.scope import mask
from loaders.catalogue import Source
from pages.carte.filters import Filters
from pages.carte.rows import objects
from ui.html import html
from words.constants import PROXIMITY_M
from words.formats import NARROW, entier, figure
from words.missing import REASONS

SIG_VILLE: Final = "https://sig.ville.gouv.fr/territoire/"
FIGURES: Final = (*INDICATORS, SURFACE)
_AROUND: Final = ("friches", "sports", "social", "colleges", "gares", "stations")


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
