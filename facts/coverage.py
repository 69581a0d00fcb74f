"""What the atlas measures, commune by commune, on the layers that projects act on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from facts.fields import Field, stated
from facts.frames import Frames
from facts.naming import BIKES
from geo import cycling, facilities
from geo import friches as brownfields
from geo.population import inhabitants_by_commune
from geo.proximity import neighbours
from geo.territory import COMMUNES, METROPOLE, NO_QPV
from loaders.catalogue import Source
from words.constants import PROXIMITY_M


@dataclass(frozen=True)
class Mesure:
    """What is measured for the projects that act on one layer.

    Attributes
    ----------
    dated
        Whether the year of the source stands beside the name wherever it is read.
    """

    nom: str
    field: Field
    detail: str
    layer_id: str
    objets: str
    dated: bool = False


#: Source id of a layer to what is measured on it.
MESURES: Final[Mapping[str, Mesure]] = {
    "velos": Mesure(
        f"habitants des QPV à {PROXIMITY_M} m d'une station (%)",
        Field(
            "part_habitants_a_portee",
            f"Habitants des QPV à {PROXIMITY_M} m au plus d'une station {BIKES}",
            "part",
            "velos",
            "Estimation : densité uniforme dans chaque QPV, à vol d'oiseau",
        ),
        f"part des habitants des QPV de la commune à {PROXIMITY_M} m au plus d'une station {BIKES} physique, "
        "à vol d'oiseau ; estimation, les habitants étant répartis uniformément dans chaque QPV",
        "stations",
        "stations physiques",
    ),
    "friches": Mesure(
        f"friches vérifiées à {PROXIMITY_M} m des QPV",
        Field(
            "friches_a_portee",
            f"Friches vérifiées dans les QPV ou à {PROXIMITY_M} m au plus",
            "entier",
            "friches",
            "À vol d'oiseau, depuis le contour des QPV ; sans les friches potentielles, non vérifiées",
        ),
        f"nombre de friches vérifiées par le Cerema dans un QPV de la commune ou à {PROXIMITY_M} m au plus de son "
        "contour, à vol d'oiseau ; 0 veut dire qu'il n'y en a aucune, et les friches potentielles ne comptent pas",
        "friches",
        "friches vérifiées",
    ),
    "sports": Mesure(
        f"équipements à {PROXIMITY_M} m des QPV pour 1\u202f000 hab.",
        Field(
            "equipements_pour_1000_hab",
            f"Équipements sportifs à {PROXIMITY_M} m au plus des QPV, pour 1\u202f000 habitants des QPV",
            "decimal",
            "sports",
            "À vol d'oiseau, depuis le contour des QPV, intérieur compris",
        ),
        f"équipements sportifs dans les QPV de la commune ou à {PROXIMITY_M} m au plus de leur contour, à vol d'oiseau, "
        "pour 1\u202f000 habitants de ces QPV ; fermetures et créations depuis sont inconnues",
        "sports",
        "équipements sportifs",
        dated=True,
    ),
    "colleges": Mesure(
        f"collèges REP et REP+ à {PROXIMITY_M} m des QPV",
        Field(
            "colleges_a_portee",
            f"Collèges REP et REP+ dans les QPV ou à {PROXIMITY_M} m au plus",
            "entier",
            "colleges",
            "À vol d'oiseau, depuis le contour des QPV",
        ),
        f"nombre de collèges publics et privés des réseaux REP et REP+ dans un QPV de la commune ou à {PROXIMITY_M} m au "
        "plus de son contour, à vol d'oiseau ; 0 veut dire qu'il n'y en a aucun",
        "colleges",
        "collèges REP et REP+",
    ),
}  # fmt: skip
FIELDS: Final = tuple(mesure.field for mesure in MESURES.values())


def by_commune(held: Frames, reach: pd.DataFrame) -> pd.DataFrame:
    """Measure what each layer brings to the QPV of each commune.

    Parameters
    ----------
    reach
        What `geo.cycling.qpv_figures` gives at `PROXIMITY_M`.

    Returns
    -------
    DataFrame
        On the communes: one column of objects per measure, a number, the reason why there is none, or "sans objet" in a
        commune without QPV.
    """
    communes, qpv, sources = held.communes, held.qpv, held.sources
    cycle = cycling.commune_figures(communes, qpv, reach)
    sites = brownfields.commune_figures(
        communes, qpv, held.friches, radius_m=PROXIMITY_M, covered=sources["friches"].communes
    )
    grounds, schools = (
        facilities.commune_figures(
            communes, qpv, objects, radius_m=PROXIMITY_M, covered=sources[key].communes
        )
        for key, objects in (("sports", held.sports), ("colleges", held.colleges))
    )
    figures = cycle[["part_habitants_a_portee"]].assign(
        friches_a_portee=sites["friches_a_portee"],
        equipements_pour_1000_hab=grounds["equipements_pour_1000_hab"],
        colleges_a_portee=schools["equipements_a_portee"],
    )
    return without_qpv(stated(figures, FIELDS, sources), cycle["nb_qpv"])


def in_perimeter(
    mesure: Mesure,
    communes: pd.DataFrame,
    touched: gpd.GeoDataFrame,
    objects: gpd.GeoDataFrame,
    *,
    source: Source,
) -> pd.DataFrame:
    """Count the objects of a layer in some communes, and near the QPV that a project touches there.

    Parameters
    ----------
    communes
        Communes of the perimeter, by INSEE code.
    touched
        QPV that the project touches, in EPSG:2154.
    objects
        All the objects of the layer, in EPSG:2154, with `code_insee`: one across the border may be near a QPV.

    Returns
    -------
    DataFrame
        On the index of `communes`: `objets_commune` and `objets_proches` (at most `PROXIMITY_M` from a QPV touched,
        each once), numbers or reasons.
    """
    fields = object_fields(mesure)
    near = facilities.commune_figures(
        communes, touched, objects, radius_m=PROXIMITY_M, covered=source.communes
    )
    number = facilities.in_communes(communes, objects, covered=source.communes)
    counts = pd.DataFrame(
        {"objets_commune": number, "objets_proches": near["equipements_a_portee"]}, index=communes.index
    )
    said = stated(counts, fields, {source.source_id: source})
    said["objets_proches"] = without_qpv(said[["objets_proches"]], near["nb_qpv"])["objets_proches"]
    return said


def counted(couche: str, held: Frames) -> gpd.GeoDataFrame | None:
    """Keep what counts in a layer: physical stations, checked brownfields, every sports facility and collège."""
    if couche == "velos":
        return cycling.serving(held.bikes)
    if couche == "friches":
        return brownfields.checked(held.friches)
    return {"sports": held.sports, "colleges": held.colleges}.get(couche)


def within(
    project: Mapping[str, Any], objects: gpd.GeoDataFrame, communes: pd.DataFrame, outline: gpd.GeoSeries
) -> gpd.GeoDataFrame:
    """Keep the objects in the perimeter of a project.

    Parameters
    ----------
    objects
        Objects of its layer, in EPSG:2154, with `code_insee`.
    communes
        Communes of its perimeter: where it is made of whole communes, the source's own codes decide.
    outline
        Its outline, in EPSG:2154: elsewhere, it decides.

    Returns
    -------
    GeoDataFrame
        The rows kept, in order.
    """
    if project["perimetre"] in {METROPOLE, COMMUNES}:
        return objects[objects["code_insee"].isin(communes.index)]
    _, inside = neighbours(outline, objects, 0.0)
    return objects.iloc[sorted(inside)]


def object_fields(mesure: Mesure) -> tuple[Field, Field]:
    """Give the columns of `in_perimeter`."""
    plural = mesure.objets[:1].upper() + mesure.objets[1:]
    source_id = mesure.field.source_id
    return (
        Field("objets_commune", f"{plural} dans la commune", "entier", source_id),
        Field(
            "objets_proches",
            f"{plural} à {PROXIMITY_M} m des QPV touchés",
            "entier",
            source_id,
            "Dans les QPV ou à cette distance au plus de leur contour, à vol d'oiseau, hors de la commune aussi",
        ),
    )


def towns(communes: pd.DataFrame, qpv: pd.DataFrame) -> pd.DataFrame:
    """Count the QPV and their inhabitants per commune.

    Parameters
    ----------
    communes
        Communes by INSEE code.
    qpv
        Some QPV, with `communes` and `population`; one on several communes counts once, under the first.

    Returns
    -------
    DataFrame
        On the index of `communes`: `nb_qpv`, `population_qpv` ("sans objet" without a QPV).
    """
    counted = inhabitants_by_commune(communes, qpv)
    return without_qpv(counted.astype(object), counted["nb_qpv"], keep=("nb_qpv",))


def without_qpv(values: pd.DataFrame, nb_qpv: pd.Series, *, keep: tuple[str, ...] = ()) -> pd.DataFrame:
    """Say "sans objet" where there is no QPV to measure.

    Parameters
    ----------
    nb_qpv
        Number of QPV, on the same index.
    """
    columns = [column for column in values.columns if column not in keep]
    said = values.copy()
    said[columns] = values[columns].where(nb_qpv > 0, NO_QPV)
    return said
