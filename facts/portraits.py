"""All that the atlas knows of one place: figures beside their median and rank, surroundings, projects."""

from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd
import pandas as pd

from errors import ArgumentError
from facts import place_fields
from facts.fields import Field, present
from facts.frames import Frames
from facts.naming import everywhere
from facts.surroundings import closest, counts, described, in_communes, objects_by_sort, sorts
from geo import cycling, facilities
from geo import friches as brownfields
from geo.places import RADII_M, around, standing
from geo.proximity import nearest_distance
from geo.scope import mask
from geo.territory import LOCALISED, METROPOLITAN, NO_QPV, projects_by_commune, projects_of_qpv
from loaders.catalogue import OPTIONAL, Source
from words.constants import PROXIMITY_M

QUARTIER: Final = "quartier"
COMMUNE: Final = "commune"
Genre = Literal["quartier", "commune"]
CARTOFRICHES: Final = "https://cartofriches.cerema.fr/cartofriches/?site="
_PLACES: Final = ("qpv", "indicateurs", "communes", "projets")


@dataclass(frozen=True, eq=False)
class Places:
    """The figures of all the places of a kind, which one is compared with.

    Attributes
    ----------
    rows
        All the QPV or the communes, with their outlines and the columns of `fields`: numbers, missing where there is
        none, or "sans objet" where a commune has no QPV.
    fields
        The figures, in the order to show.
    radius_m
        Threshold of the figures within reach, in metres.
    """

    kind: Genre
    rows: gpd.GeoDataFrame
    fields: tuple[Field, ...]
    radius_m: float

    def standing(self, code: str) -> pd.DataFrame:
        """Set the figures of one place beside the median of all and give its rank.

        Raises
        ------
        ArgumentError
            If there is no such place.
        """
        columns = [field.column for field in self.fields]
        numbers = {column: pd.to_numeric(self.rows[column], errors="coerce") for column in columns}
        return standing(pd.DataFrame(numbers, index=self.rows.index), code)


@dataclass(frozen=True, eq=False)
class Portrait:
    """One place.

    Attributes
    ----------
    notes
        French sentences that a reader needs to read the figures rightly.
    row
        The place alone, with its outline (EPSG:2154) and its figures, ready for `facts.fields.stated`.
    fields
        The figures of `row`, in the order to show.
    radius_m
        Threshold of the figures within reach, in metres.
    standing
        On the columns of `fields`: `mediane` of the places of the kind, `rang` (1 for the largest value, ties share the
        best), `classes` (how many places have the figure). Without a figure of its own a place has no rank.
    objects
        What lies inside and at most 1,000 m from the outline, by growing distance (0 inside): `couche` (key of
        `SORTS`), `objet` (id in the layer), `quoi`, `nom`, `type`, `distance_m`, `source`, geometry. Columns of
        `place_fields.OBJECT_FIELDS`.
    counts
        On the keys of `SORTS`: how many objects inside and within 300, 500 and 1,000 m, or why the source says nothing.
        Columns of `place_fields.COUNT_FIELDS`.
    nearest
        On the keys of `NEAREST`: name, distance in metres, how many inside, or why the source says nothing. Columns of `place_fields.NEAREST_FIELDS`.
    friches, friches_potentielles
        Brownfields at most 1,000 m away, by growing distance, checked by the Cerema or not: columns of
        `place_fields.FRICHE_FIELDS`.
    projects
        The projects whose perimeter covers the place, those that name it first: index `id_projet`; `statut`
        ("localisé" or "métropolitain"), `a_confirmer`, columns of `place_fields.PROJECT_FIELDS`.
    """

    kind: Genre
    code: str
    name: str
    subtitle: str
    notes: tuple[str, ...]
    row: gpd.GeoDataFrame
    fields: tuple[Field, ...]
    radius_m: float
    standing: pd.DataFrame
    objects: gpd.GeoDataFrame
    counts: pd.DataFrame
    nearest: pd.DataFrame
    friches: gpd.GeoDataFrame
    friches_potentielles: gpd.GeoDataFrame
    projects: pd.DataFrame
    sources: tuple[Source, ...]


def quartiers(frames: Frames, *, radius_m: float = PROXIMITY_M) -> Places:
    """Work out the figures of the QPV.

    Parameters
    ----------
    radius_m
        Threshold of the figures within reach, in metres, as the crow flies.

    Returns
    -------
    Places
        Rows indexed by `code_qp`.

    Raises
    ------
    ArgumentError
        If the threshold is not a length.
    """
    qpv, scopes = frames.qpv, _scopes(frames)
    cycle = cycling.qpv_figures(qpv, frames.bikes, radius_m=radius_m, covered=scopes["velos"])
    transit = cycling.transit_distances(
        qpv, frames.lines, frames.railway_stations, lines_covered=scopes["lignes"]
    )
    land = brownfields.land_by_qpv(
        qpv, brownfields.checked(frames.friches), radius_m=radius_m, covered=scopes["friches"]
    )
    sports = facilities.qpv_figures(qpv, frames.sports, radius_m=radius_m, covered=scopes["sports"])
    social = facilities.qpv_figures(qpv, frames.social, radius_m=radius_m, covered=scopes["social"])
    schools = facilities.qpv_figures(qpv, frames.colleges, radius_m=radius_m, covered=scopes["colleges"])
    rows = qpv.join([cycle, transit, land]).assign(
        sports_a_portee=sports["equipements_a_portee"],
        sports_pour_1000_hab=sports["equipements_pour_1000_hab"],
        social_a_portee=social["equipements_a_portee"],
        distance_college_m=mask(nearest_distance(qpv, frames.colleges), qpv["communes"], scopes["colleges"]),
        colleges_a_portee=schools["equipements_a_portee"],
    )
    return Places(QUARTIER, rows, present(place_fields.of_qpv(radius_m), frames.sources), radius_m)


def communes(frames: Frames, *, radius_m: float = PROXIMITY_M) -> Places:
    """Work out the figures of the communes.

    Parameters
    ----------
    radius_m
        Threshold of the figures within reach of their QPV, in metres, as the crow flies.

    Returns
    -------
    Places
        Rows indexed by `code_insee`; "sans objet" where a figure is about QPV and the commune has none.

    Raises
    ------
    ArgumentError
        If the threshold is not a length.
    """
    towns, qpv, scopes = frames.communes, frames.qpv, _scopes(frames)
    reach = cycling.qpv_figures(qpv, frames.bikes, radius_m=radius_m, covered=scopes["velos"])
    cycle = cycling.commune_figures(towns, qpv, reach)
    land = brownfields.commune_figures(
        towns, qpv, frames.friches, radius_m=radius_m, covered=scopes["friches"]
    )
    sports = facilities.commune_figures(
        towns, qpv, frames.sports, radius_m=radius_m, covered=scopes["sports"]
    )
    rows = towns.assign(
        communes=pd.Series([[code] for code in towns.index], index=towns.index, dtype=object),
        surface_m2=towns.geometry.area,
        nb_qpv=cycle["nb_qpv"],
        population_qpv=cycle["population_qpv"],
        part_habitants_a_portee=cycle["part_habitants_a_portee"],
        friches_a_portee=land["friches_a_portee"],
        sports_pour_1000_hab=sports["equipements_pour_1000_hab"],
        **in_communes(towns, objects_by_sort(frames), frames.sources),
    )
    about = list(place_fields.OF_ITS_QPV)
    rows[about] = rows[about].astype(object).where(rows["nb_qpv"] > 0, NO_QPV)
    return Places(COMMUNE, rows, present(place_fields.of_commune(radius_m), frames.sources), radius_m)


def qpv_portrait(
    frames: Frames, code_qp: str, *, radius_m: float = PROXIMITY_M, places: Places | None = None
) -> Portrait:
    """Gather what the atlas knows of one QPV.

    Parameters
    ----------
    radius_m
        Threshold of the figures within reach, in metres; what lies around is listed up to 1,000 m whatever it is.
    places
        What `quartiers` gave at this threshold, if the caller has it.

    Raises
    ------
    ArgumentError
        If there is no such QPV, or the threshold is not a length.
    """
    if code_qp not in frames.qpv.index:
        raise ArgumentError(f"QPV inconnu : {code_qp}")
    places = quartiers(frames, radius_m=radius_m) if places is None else places
    row = places.rows.loc[[code_qp]]
    towns: list[str] = row["communes"].iloc[0]
    statuses = projects_of_qpv(frames.projects, code_qp, frames.qpv, frames.arrondissements)
    notes = []
    if len(towns) > 1:
        names = str(row["lib_communes"].iloc[0])
        notes.append(
            f"Quartier sur {len(towns)} communes ({names}) : ses habitants sont comptés une fois, "
            f"sous la première, {names.split(', ', maxsplit=1)[0]}."
        )
    return _portrait(
        frames,
        places,
        row,
        name=str(row["lib_qp"].iloc[0]),
        subtitle=str(row["lib_communes"].iloc[0]),
        notes=notes,
        statuses=statuses,
    )


def commune_portrait(
    frames: Frames, code_insee: str, *, radius_m: float = PROXIMITY_M, places: Places | None = None
) -> Portrait:
    """Gather what the atlas knows of one commune of the contrat.

    Parameters
    ----------
    radius_m
        Threshold of the figures within reach of its QPV, in metres; what lies around is listed up to 1,000 m whatever
        it is.
    places
        What `communes` gave at this threshold, if the caller has it.

    Raises
    ------
    ArgumentError
        If it is not one of the contrat's, or the threshold is not a length.
    """
    if code_insee not in frames.communes.index:
        raise ArgumentError(f"commune hors du contrat de ville : {code_insee}")
    places = communes(frames, radius_m=radius_m) if places is None else places
    row = places.rows.loc[[code_insee]]
    name, doubt = str(row["nom"].iloc[0]), bool(row["a_confirmer"].iloc[0])
    statuses = projects_by_commune(frames.projects, frames.communes, frames.qpv)[code_insee]
    notes = []
    if row["nb_qpv"].iloc[0] == 0:
        notes.append(f"{name} n’a aucun QPV : ce qui porte sur les habitants des QPV y est sans objet.")
    if doubt:
        notes.append(
            f"Statut à confirmer : le contrat de ville compte {everywhere(frames.communes)} sans nommer celle-ci."
        )
    return _portrait(
        frames,
        places,
        row,
        name=name,
        subtitle=str(row["statut"].iloc[0]) + (" (à confirmer)" if doubt else ""),
        notes=notes,
        statuses=statuses,
    )


def _portrait(
    frames: Frames,
    places: Places,
    row: gpd.GeoDataFrame,
    *,
    name: str,
    subtitle: str,
    notes: list[str],
    statuses: pd.Series,
) -> Portrait:
    code, towns = str(row.index[0]), row["communes"].iloc[0]
    by_sort = objects_by_sort(frames)
    found = around(row, by_sort, radius_m=RADII_M[-1], code_insee=code if places.kind == COMMUNE else None)
    known = sorts(frames.sources)
    told = {key: frames.sources[sort.source_id] for key, sort in known.items()}
    origins = {key: source.origine for key, source in told.items()}
    outside = {key: source.silence for key, source in told.items() if not source.covers(towns)}
    measured = (field.source_id for field in places.fields if field.source_id)
    used = dict.fromkeys((*_PLACES, *(sort.source_id for sort in known.values()), *measured))
    return Portrait(
        kind=places.kind,
        code=code,
        name=name,
        subtitle=subtitle,
        notes=tuple(notes),
        row=row,
        fields=places.fields,
        radius_m=places.radius_m,
        standing=places.standing(code),
        objects=described(found, by_sort, origins),
        counts=counts(found, origins, outside),
        nearest=closest(row, found, by_sort, origins, outside),
        friches=_land(found, frames.friches, "friches"),
        friches_potentielles=_land(found, frames.friches, "friches_potentielles"),
        projects=_projects(frames, statuses),
        sources=tuple(frames.sources[source_id] for source_id in used if source_id in frames.sources),
    )


def _scopes(frames: Frames) -> dict[str, frozenset[str]]:
    return {source_id: frames.sources[source_id].communes for source_id in (*frames.sources, *OPTIONAL)}


def _land(found: pd.DataFrame, friches: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    near = found[found["couche"] == key].set_index("objet")["distance_m"]
    sites = friches.loc[near.index]
    return sites.assign(distance_m=near, lien=[CARTOFRICHES + str(site) for site in sites.index]).rename_axis(
        "site_id"
    )


def _projects(frames: Frames, statuses: pd.Series) -> pd.DataFrame:
    titles = dict(frames.orientations["titre_court"])
    order = {LOCALISED: 0, METROPOLITAN: 1}
    covering = frames.projects.assign(statut=statuses)
    covering = covering[covering["statut"].isin(list(order))].sort_values(
        ["statut", "ordre"], key=lambda column: column.replace(order) if column.name == "statut" else column
    )
    doubt = covering["a_confirmer"] & (covering["statut"] == LOCALISED)
    shown = covering.assign(
        situation=covering["statut"].where(~doubt, covering["statut"] + ", périmètre à confirmer"),
        orientations=[" ; ".join(titles[code] for code in listed) for listed in covering["orientations"]],
    )
    return shown[["titre", "statut", "a_confirmer", "situation", "orientations", "registre"]]
