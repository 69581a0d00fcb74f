"""The sheet of one project on the page: its words as HTML, its map."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import geopandas as gpd
import pandas as pd

from facts import project as words
from geo.territory import ARRONDISSEMENTS, METROPOLE
from maps.spec import TOUCHED, Cadrage, MapSpec, ShownLayer
from words.formats import typographie


def to_html(project: Mapping[str, Any], said: Sequence[tuple[str, str]]) -> str:
    """Write a project's summary and facts.

    Parameters
    ----------
    said
        What `facts` gives.
    """
    lines = "".join(
        f"<dt>{escape(typographie(title))}</dt><dd>{escape(typographie(text))}</dd>" for title, text in said
    )
    summary = escape(typographie(project["resume"]))
    return (
        f'<p class="projets-resume">{summary} <span class="atlas-note">(résumé rédigé par l\'atlas)</span></p>'
        f'<dl class="atlas-fiche">{lines}</dl>'
    )


def indicators(project: Mapping[str, Any]) -> str:
    """Write the indicators of a project.

    Returns
    -------
    str
        HTML list, or a sentence if the document gives none.
    """
    given = words.indicators(project)
    if not given:
        return '<p class="atlas-note">Le document ne donne aucun indicateur pour ce projet.</p>'
    return (
        f'<ul class="projets-liste">{"".join(f"<li>{escape(typographie(text))}</li>" for text in given)}</ul>'
    )


def spec(
    project: Mapping[str, Any],
    touched: pd.Index,
    perimeter: gpd.GeoSeries,
    qpv: pd.Index,
    *,
    layers: Sequence[ShownLayer],
    basemap: str,
) -> MapSpec:
    """Describe the map of a project's perimeter.

    Parameters
    ----------
    perimeter
        Its outline, in EPSG:2154.
    layers
        The layer that it acts on and what was recorded of it, none without.

    Returns
    -------
    MapSpec
        The QPV touched stand out; what the text names is outlined.
    """
    inside = set(touched)
    shown = [
        ShownLayer("communes"),
        ShownLayer(
            "qpv",
            classes=TOUCHED if len(inside) < len(qpv) else TOUCHED[:1],
            classed={str(code): int(code not in inside) for code in qpv},
        ),
    ]
    kind = project["perimetre"]
    if kind == ARRONDISSEMENTS:
        shown.append(ShownLayer(ARRONDISSEMENTS))
    shown += layers
    west, south, east, north = (float(edge) for edge in perimeter.total_bounds)
    return MapSpec(
        titre=f"Carte du périmètre du projet : {project['titre']}",
        layers=shown,
        basemap=basemap,
        chosen=[] if kind == METROPOLE else [(kind, code) for code in project["perimetre_codes"]],
        cadrage=Cadrage(project["id_projet"], (west, south, east, north)),
    )
