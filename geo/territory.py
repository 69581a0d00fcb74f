"""Which communes and which QPV each cooperation project reaches, and the outline it acts in."""

from collections.abc import Collection, Hashable, Sequence

import geopandas as gpd
import pandas as pd

from errors import ArgumentError
from geo.arrondissements import COMMUNE_OF
from geo.crs import LAMBERT93, check_lambert93

LOCALISED = "localisé"
METROPOLITAN = "métropolitain"
NOT_CONCERNED = "non concerné"
NO_QPV = "sans objet"

METROPOLE, COMMUNES, ARRONDISSEMENTS, QPV = "métropole", "communes", "arrondissements", "qpv"
#: A QPV belongs to a perimeter of arrondissements when more than this share of its area is inside.
MAJORITY = 0.5


def projects_by_commune(projects: pd.DataFrame, communes: pd.DataFrame, qpv: pd.DataFrame) -> pd.DataFrame:
    """Tell what each project is to each commune.

    A commune that the perimeter names, by itself, by one of its arrondissements or by one of its QPV, is "localisé". Any other commune is "sans objet" if it has no QPV, since the projects act on QPV; else it is "métropolitain" when the project covers the whole contrat, "non concerné" when the project is elsewhere.

    Parameters
    ----------
    projects
        Projects by id: `perimetre` ("métropole", "communes", "arrondissements" or "qpv") and `perimetre_codes` (list of codes).
    communes
        Communes of the contrat by INSEE code; no column is used.
    qpv
        QPV by code: `communes`, the list of INSEE codes that each one spans.

    Returns
    -------
        One row per project and one column per commune, on the two indexes.

    Raises
    ------
    ArgumentError
        A column is missing, or a perimeter is of an unknown kind, is empty, or names a code that is neither in `communes` nor in `qpv`; every such project is named.
    """
    _require(projects, ["perimetre", "perimetre_codes"], "les projets")
    _require(qpv, ["communes"], "les QPV")
    with_qpv = {code for codes in qpv["communes"] for code in codes}
    faults: list[str] = []
    rows: list[list[str]] = []
    for id_projet, kind, codes in zip(
        projects.index, projects["perimetre"], projects["perimetre_codes"], strict=True
    ):
        try:
            named = _communes_named(kind, codes, communes.index, qpv)
        except ArgumentError as error:
            faults.append(f"{id_projet} : {error}")
            continue
        elsewhere = METROPOLITAN if kind == METROPOLE else NOT_CONCERNED
        rows.append(
            [
                LOCALISED if code in named else elsewhere if code in with_qpv else NO_QPV
                for code in communes.index
            ]
        )
    if faults:
        raise ArgumentError(" ; ".join(faults))
    return pd.DataFrame(rows, index=projects.index, columns=communes.index, dtype="str")


def qpv_of_project(project: pd.Series, qpv: gpd.GeoDataFrame, arrondissements: gpd.GeoDataFrame) -> pd.Index:
    """Give the QPV that a project reaches.

    By code for a perimeter of QPV; by the communes that each QPV spans for a perimeter of communes; by area for arrondissements, which no file links to QPV: a QPV is reached when more than half of its area is inside the perimeter. A project of the whole contrat reaches every QPV.

    Parameters
    ----------
    project
        One project: `perimetre` and `perimetre_codes`.
    qpv
        QPV by code: `communes` (lists) and outlines in EPSG:2154.
    arrondissements
        Municipal arrondissements by INSEE code, outlines in EPSG:2154.

    Returns
    -------
        Part of the QPV's index, in its order.

    Raises
    ------
    ArgumentError
        The perimeter is of an unknown kind, is empty, or names an unknown code.
    CrsError
        A frame is not in EPSG:2154.
    """
    check_lambert93(qpv, "les QPV")
    check_lambert93(arrondissements, "les arrondissements")
    kind, codes = project["perimetre"], _codes(project["perimetre"], project["perimetre_codes"])
    if kind == METROPOLE:
        return qpv.index
    if kind == QPV:
        return qpv.index[qpv.index.isin(_known(codes, qpv.index, "QPV"))]
    if kind == COMMUNES:
        reached = [not set(codes).isdisjoint(spanned) for spanned in qpv["communes"]]
        return qpv.index[reached]
    named = arrondissements.loc[_known(codes, arrondissements.index, "arrondissement")]
    outline = named.union_all()
    share = qpv.geometry.intersection(outline).area / qpv.geometry.area
    return qpv.index[share > MAJORITY]


def projects_of_qpv(
    projects: pd.DataFrame, code_qp: str, qpv: gpd.GeoDataFrame, arrondissements: gpd.GeoDataFrame
) -> pd.Series:
    """Tell what each project is to one QPV.

    Parameters
    ----------
    projects
        Projects by id: `perimetre` and `perimetre_codes`.
    qpv
        QPV by code: `communes` (lists) and outlines in EPSG:2154.
    arrondissements
        Municipal arrondissements by INSEE code, outlines in EPSG:2154.

    Returns
    -------
        On the index of `projects`: "métropolitain" for a project of the whole contrat, "localisé" for another that reaches the QPV as `qpv_of_project` says, else "non concerné".

    Raises
    ------
    ArgumentError
        The QPV is unknown, or a perimeter is of an unknown kind, is empty, or names an unknown code.
    CrsError
        A frame is not in EPSG:2154.
    """
    _known([code_qp], qpv.index, "QPV")
    statuses = [
        METROPOLITAN
        if project["perimetre"] == METROPOLE
        else LOCALISED
        if code_qp in qpv_of_project(project, qpv, arrondissements)
        else NOT_CONCERNED
        for _, project in projects.iterrows()
    ]
    return pd.Series(statuses, index=projects.index, dtype="str")


def project_perimeter(
    project: pd.Series, communes: gpd.GeoDataFrame, qpv: gpd.GeoDataFrame, arrondissements: gpd.GeoDataFrame
) -> gpd.GeoSeries:
    """Draw the perimeter of a project, as the text of the contrat states it.

    Parameters
    ----------
    project
        One project, named by its id: `perimetre` and `perimetre_codes`.
    communes
        Communes of the contrat by INSEE code, outlines in EPSG:2154: together, the perimeter of a metropolitan project.
    qpv
        QPV by code, outlines in EPSG:2154.
    arrondissements
        Municipal arrondissements by INSEE code, outlines in EPSG:2154.

    Returns
    -------
        One outline in EPSG:2154, under the project's id.

    Raises
    ------
    ArgumentError
        The perimeter is of an unknown kind, is empty, or names an unknown code.
    CrsError
        A frame is not in EPSG:2154.
    """
    frames = {COMMUNES: communes, QPV: qpv, ARRONDISSEMENTS: arrondissements}
    for name, frame in frames.items():
        check_lambert93(frame, f"les {name}" if name != QPV else "les QPV")
    kind, codes = project["perimetre"], _codes(project["perimetre"], project["perimetre_codes"])
    parts = communes
    if kind != METROPOLE:
        parts = frames[kind].loc[_known(codes, frames[kind].index, kind)]
    return gpd.GeoSeries([parts.union_all()], index=[project.name], crs=LAMBERT93)


def _communes_named(
    kind: str, codes: Sequence[str], communes: Collection[Hashable], qpv: pd.DataFrame
) -> set[str]:
    """Give the communes of the contrat that a perimeter names; none for the whole contrat."""
    codes = _codes(kind, codes)
    if kind == METROPOLE:
        return set()
    if kind == QPV:
        spanned = qpv["communes"].loc[_known(codes, qpv.index, "QPV")]
        # A QPV may spill over into a commune that is not of the contrat.
        named = {code for spans in spanned for code in spans if code in communes}
        if not named:
            raise ArgumentError(f"aucune commune du contrat pour les QPV {', '.join(codes)}")
        return named
    if kind == ARRONDISSEMENTS:
        _known(codes, COMMUNE_OF, "arrondissement municipal")
        codes = sorted({COMMUNE_OF[code] for code in codes})
    return set(_known(codes, communes, "commune du contrat"))


def _codes(kind: str, codes: Sequence[str]) -> list[str]:
    if kind not in {METROPOLE, COMMUNES, ARRONDISSEMENTS, QPV}:
        raise ArgumentError(f"périmètre « {kind} » inconnu")
    if isinstance(codes, str) or (kind != METROPOLE and not len(codes)):
        raise ArgumentError(f"périmètre « {kind} » sans liste de codes")
    if kind == COMMUNES:
        parts = sorted(set(COMMUNE_OF).intersection(codes))
        if parts:
            raise ArgumentError(f"arrondissements dans un périmètre de communes : {', '.join(parts)}")
    return list(codes)


def _known(codes: Sequence[str], known: Collection[Hashable], what: str) -> list[str]:
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise ArgumentError(f"code inconnu ({what}) : {', '.join(unknown)}")
    return list(codes)


def _require(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise ArgumentError(f"{name} : colonne absente : {', '.join(absent)}")
