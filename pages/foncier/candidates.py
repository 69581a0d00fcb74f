"""Candidate addresses as the page shows them: their columns, where they lie, filters, what the map is given."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import geopandas as gpd
import pandas as pd

from facts.fields import Field
from geo.proximity import nearest
from loaders.brought import addresses
from loaders.brought import personnes_morales as reading
from loaders.brought.personnes_morales import Candidates
from loaders.brought.premises_schema import OUTSIDE_QPV
from loaders.catalogue import Source
from maps.session_objects import points
from maps.spec import SessionObjects, ShownLayer
from ui.choices import Where
from words.formats import distance, entier

LAYER: Final = "pistes"
#: In place of the QPV and of the distance of a candidate that has no position.
NOWHERE: Final = "sans position"
FIELDS: Final = (
    Field("adresse", "Adresse", "texte"),
    Field("verification", "À vérifier", "texte"),
    Field("commune", "Commune", "texte"),
    Field("bailleurs", "Bailleurs", "texte"),
    Field("sirens", "SIREN", "texte"),
    Field("origine_bailleur", "Bailleur reconnu par", "texte"),
    Field("nb_rdc", "Locaux lus au rez-de-chaussée", "entier"),
    Field("nb_locaux", "Locaux du bailleur à l'adresse", "entier", help="De toute nature : logements, caves et garages compris"),
    Field("part_niveaux_lus", "Niveaux lisibles", "part", help="Part des locaux de l'adresse dont l'étage a pu être lu"),
    Field("lecture", "Lecture des niveaux", "texte"),
)  # fmt: skip
#: What is known once addresses were looked up.
PLACED_FIELDS: Final = (
    *FIELDS[:3],
    Field("position", "Position", "texte", help="Ce que le service d'adresses de l'IGN a répondu"),
    Field("lib_qp", "QPV", "texte"),
    Field("qpv_proche", "QPV le plus proche", "texte"),
    Field("distance_qpv_m", "Distance à ce QPV, à vol d'oiseau", "distance_m", help="Jusqu'au contour ; 0 dans le QPV"),
    *FIELDS[3:],
)  # fmt: skip


def located(candidates: pd.DataFrame, placed: gpd.GeoDataFrame | None, qpv: gpd.GeoDataFrame) -> pd.DataFrame:
    """Join to candidates what is known of their place.

    Parameters
    ----------
    placed
        Those whose address was looked up, as `loaders.brought.personnes_morales.place` gives them; None if none was.
    qpv
        All the QPV in EPSG:2154, with `lib_qp`.

    Returns
    -------
    DataFrame
        The candidates as they are if none was looked up; else a GeoDataFrame in EPSG:2154 with `position`, `code_qp`,
        `lib_qp`, `qpv_proche` and `distance_qpv_m` (metres to the outline, 0 inside), the last three `NOWHERE` without
        position; the nearest to a QPV first.
    """
    if placed is None or placed.empty:
        return candidates
    known = placed[["position", "code_qp", "geometry"]].reindex(candidates.index)
    rows = gpd.GeoDataFrame(
        candidates.join(known.drop(columns="geometry")), geometry=known.geometry, crs=placed.crs
    )
    rows["position"] = rows["position"].fillna(addresses.NOT_ASKED)
    found = rows[rows.geometry.notna()]
    close = nearest(found, qpv)
    names = qpv["lib_qp"] + " (" + qpv.index + ")"
    words = {
        "lib_qp": found["code_qp"].map(qpv["lib_qp"]).fillna(OUTSIDE_QPV),
        "qpv_proche": close["id"].map(names),
        "distance_qpv_m": close["distance_m"],
    }
    # Those in a QPV first, those without position last.
    rows = rows.loc[close["distance_m"].reindex(rows.index).sort_values(kind="stable").index]
    return rows.assign(
        **{
            name: values.astype(object).reindex(rows.index, fill_value=NOWHERE)
            for name, values in words.items()
        }
    )


def select(rows: pd.DataFrame, here: Where) -> pd.DataFrame:
    """Keep the candidates of the places chosen; a QPV keeps those alone whose position lies in it."""
    kept = rows if here.commune is None else rows[rows["code_insee"] == here.commune]
    if here.chosen is None:
        return kept
    return kept[kept["code_qp"] == here.chosen] if "code_qp" in kept else kept.iloc[:0]


def to_ask(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the candidates whose address the service has not answered yet.

    Returns
    -------
    DataFrame
        All of them before the first answer; those on which the service failed are asked again.
    """
    if "position" not in rows:
        return rows
    waiting = rows["position"].eq(addresses.NOT_ASKED) | rows["position"].str.startswith(
        addresses.SERVICE_AWAY
    )
    return rows[waiting]


def answers(rows: pd.DataFrame) -> str:
    """Say what became of the addresses looked up.

    Returns
    -------
    str
        French sentences, such as "Positions : adresse géocodée, à vérifier : 3 (dont 1 dans un QPV) ; ...".
    """
    told = rows["position"].str.partition(" (")[0]
    inside = int(rows["code_qp"].notna().sum() - rows["code_qp"].eq(OUTSIDE_QPV).sum())
    counts = told.value_counts()
    parts = [
        f"{name} : {entier(count)}" + (f" (dont {entier(inside)} dans un QPV)" if name == addresses.FROM_ADDRESS else "")
        for name, count in counts.items()
    ]  # fmt: skip
    drawn = " Celles qui ont une position sont sur la carte de cet onglet, en carrés vides."
    return f"Positions : {' ; '.join(parts)}.{drawn if addresses.FROM_ADDRESS in counts else ''}"


def source(found: Candidates, *, name: str, looked_up: bool) -> Source:
    """Describe the file as the catalogue describes a source, the geocoder included once it was asked."""
    described = reading.source_of(found, name=name)
    if not looked_up:
        return described
    return replace(
        described,
        attribution=f"{described.attribution} ; positions : IGN, géocodage de la Géoplateforme (Base Adresse Nationale)",
    )


def shown(rows: pd.DataFrame, kept: pd.DataFrame, origin: Source) -> Sequence[ShownLayer]:
    """Describe the candidates on the map.

    Parameters
    ----------
    rows
        All the candidates, as `located` gives them.

    Returns
    -------
    sequence of ShownLayer
        One layer of those that have a position; none before addresses were looked up.
    """
    if not isinstance(rows, gpd.GeoDataFrame):
        return []
    found = rows[rows.geometry.notna()]
    if found.empty:
        return []
    ids = [str(name) for name in kept.index[kept.index.isin(found.index)]]
    return [ShownLayer(LAYER, ids=None if len(ids) == len(found) else ids, session=_objects(found, origin))]


def _objects(found: gpd.GeoDataFrame, origin: Source) -> SessionObjects:
    away = zip(found["qpv_proche"], found["distance_qpv_m"], strict=True)
    columns = {
        **{name: found[name] for name in ("adresse", "verification", "commune", "nb_rdc", "position")},
        "bailleurs": [" ; ".join(names) for names in found["bailleurs"]],
        "proche": [
            f"dans {name}" if not metres else f"à {distance(metres)} de {name}, à vol d'oiseau"
            for name, metres in away
        ],
    }
    return points(found, columns, note=f"{origin.origine} ; position à vérifier")
