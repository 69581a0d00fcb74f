"""The maps of the sheets: which layers, how far they reach."""

from typing import Final

import geopandas as gpd

from exports.vector_map import Drawn, Ring, VectorMap, draw
from facts import coverage, project
from facts.portraits import QUARTIER, Portrait
from facts.snapshot import Snapshot
from facts.surroundings import SORTS
from geo.places import RADII_M
from geo.territory import ARRONDISSEMENTS, METROPOLE
from maps.spec import TOUCHED
from words.formats import HORS_PERIMETRE, NON_TELECHARGEE, metres

#: Width and height of the map of an A4 sheet, in points.
SIZE_PT: Final = (510.0, 250.0)
PLACE_SIZE_PT: Final = (510.0, 300.0)


def of_project(reached: project.Affected, held: Snapshot) -> VectorMap:
    """Draw the perimeter of a project, the QPV that it touches, and what counts for it.

    Parameters
    ----------
    reached
        What `facts.project.reach` gives.
    """
    inside = set(reached.touched.index)
    kind = reached.project["perimetre"]
    drawn = [
        Drawn("communes", held.layers["communes"], labels=True),
        Drawn(
            "qpv",
            held.qpv,
            classes=TOUCHED,
            classed={str(code): int(code not in inside) for code in held.qpv.index},
        ),
    ]
    if kind == ARRONDISSEMENTS:
        drawn.append(Drawn("arrondissements", held.arrondissements))
    if reached.kept is not None:
        drawn.append(Drawn(coverage.MESURES[reached.project["couche"]].layer_id, reached.kept))
    west, south, east, north = (float(edge) for edge in reached.outline.total_bounds)
    return draw(
        drawn,
        bounds=(west, south, east, north),
        size_pt=SIZE_PT,
        chosen=None if kind == METROPOLE else reached.outline,
    )


def of_place(portrait: Portrait, held: Snapshot) -> VectorMap:
    """Draw a place and what is around it.

    Returns
    -------
    VectorMap
        The place is set off, with the objects of its lists; around a QPV, their distances are drawn.
    """
    near, margin_m = portrait.kind == QUARTIER, RADII_M[-1]
    west, south, east, north = (float(edge) for edge in portrait.row.total_bounds)
    around = {str(key): list(rows["objet"]) for key, rows in portrait.objects.groupby("couche")}
    drawn = [
        Drawn("communes", held.layers["communes"], labels=not near),
        Drawn("arrondissements", held.arrondissements),
        Drawn("qpv", held.qpv, labels=near),
        Drawn("lignes", held.lines),
        *(
            Drawn(
                layer_id,
                held.layers[layer_id].loc[[code for key in _sorts(layer_id) for code in around.get(key, ())]],
            )
            for layer_id in ("sports", "social", "colleges", "friches", "gares", "stations")
        ),
    ]
    outline = gpd.GeoSeries(portrait.row.geometry)
    rings = [Ring(outline.buffer(radius_m, quad_segs=16), radius_m) for radius_m in RADII_M] if near else []
    return draw(
        drawn,
        bounds=(west - margin_m, south - margin_m, east + margin_m, north + margin_m),
        size_pt=PLACE_SIZE_PT,
        chosen=outline,
        rings=rings,
    )


def remark(portrait: Portrait) -> str:
    """Say how far the map of a place reaches, and which layers are absent for want of a source."""
    said = f"Objets dessinés jusqu'à {metres(RADII_M[-1])} du contour, lignes exceptées."
    absent = {
        reason: ", ".join(
            name[0].lower() + name[1:]
            for name in portrait.counts.loc[portrait.counts["dans"] == reason, "titre"]
        )
        for reason in (HORS_PERIMETRE, NON_TELECHARGEE)
    }
    if absent[HORS_PERIMETRE]:
        said += (
            f" {HORS_PERIMETRE[0].upper()}{HORS_PERIMETRE[1:]} : {absent[HORS_PERIMETRE]}. La carte n'en montre rien, "
            "ou seulement ce qui est de l'autre côté de la limite communale."
        )
    if absent[NON_TELECHARGEE]:
        said += f" {NON_TELECHARGEE[0].upper()}{NON_TELECHARGEE[1:]} : {absent[NON_TELECHARGEE]}."
    return said


def _sorts(layer_id: str) -> list[str]:
    return [key for key, sort in SORTS.items() if sort.layer_id == layer_id]
