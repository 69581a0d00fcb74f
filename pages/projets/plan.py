"""The map of one project."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.territory import ARRONDISSEMENTS, METROPOLE
from maps.spec import TOUCHED, Cadrage, MapSpec, ShownLayer


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
    return MapSpec(
        titre=f"Carte du périmètre du projet : {project['titre']}",
        layers=shown,
        basemap=basemap,
        chosen=[] if kind == METROPOLE else [(kind, code) for code in project["perimetre_codes"]],
        cadrage=Cadrage.around(project["id_projet"], perimeter),
    )
