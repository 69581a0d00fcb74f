"""The communes of the contrat: outlines, population, status."""

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import pandas as pd

from errors import SourceContentError
from geo.arrondissements import COMMUNE_OF
from geo.crs import WGS84, Bounds
from loaders import catalogue, territory
from loaders.formats.shapes import to_shapes
from loaders.formats.texts import Layout, extract_layout, read_features
from loaders.paths import DATA, stamp, within
from loaders.quality import Reading, Report

SOURCE_ID = "communes"
EXTRACT = DATA / "qpv" / "communes.geojson"
PRODUCER_FILE = "communes/communes.geojson"
COLUMNS = ["code_insee", "nom", "population"]
#: Some 20 km: what lies beyond has nothing to do with the territory.
MARGIN_DEGREES = 0.25
#: Kinds of territory in the producer's file; the project's extracts hold one kind each.
COMMUNE = "commune-actuelle"
ARRONDISSEMENT = "arrondissement-municipal"

#: An answer of geo.api.gouv.fr says of which level it is by its codes alone; compilations name the level.
GEO_API = Layout(
    "Insee-IGN, découpage administratif (geo.api.gouv.fr)",
    {"code": "code_insee", "nom": "nom", "population": "population"},
    optional={"type_territoire": "type_territoire"},
)


def read(path: Path | str | None = None, *, data_dir: Path = DATA) -> Reading[gpd.GeoDataFrame]:
    """Read the communes of the contrat and the neighbours that its QPV touch.

    Parameters
    ----------
    path
        The producer's GeoJSON or an extract; the embedded extract by default.
    data_dir
        Folder of the data: its territory and its communes count, and its extract is the one read by default.

    Raises
    ------
    SourceError
        If the file is unusable, holds a commune twice, or lacks one of the contrat.
    """
    target = Path(path or within(EXTRACT, data_dir))
    status = territory.load(data_dir).communes
    frame, report = read_territories(target, kind=COMMUNE, codes=status.index, source_id=SOURCE_ID)
    frame = frame.assign(statut=status["statut"], a_confirmer=status["a_confirmer"])
    return Reading(frame[["nom", "population", "statut", "a_confirmer", "geometry"]], report)


def load(path: Path | str | None = None) -> gpd.GeoDataFrame:
    """Load the communes of the contrat de ville.

    Parameters
    ----------
    path
        The producer's GeoJSON or an extract; the embedded extract by default.

    Returns
    -------
    GeoDataFrame
        Index `code_insee`; `nom`, `population` (municipal), `statut` ("avec QPV" or "territoire à enjeux"),
        `a_confirmer` (bool) and outlines in EPSG:2154.
    """
    if path is None:
        catalogue.load()  # refuses a file that is not the one that was recorded
    frame = read(path).frame
    return frame[frame["statut"] != territory.NEIGHBOUR]


def load_with_neighbours(data_dir: Path = DATA) -> gpd.GeoDataFrame:
    """Load the communes of the contrat and the neighbours that its QPV touch."""
    return _known(data_dir, _version(data_dir))


@lru_cache(maxsize=4)
def _known(data_dir: Path, _version: tuple[tuple[str, int, int], ...]) -> gpd.GeoDataFrame:
    return read(data_dir=data_dir).frame


def bounds(data_dir: Path = DATA, *, margin: float = MARGIN_DEGREES) -> Bounds:
    """Give the box that the territory's coordinates must fall in.

    Parameters
    ----------
    margin
        Added on each side, in degrees.

    Returns
    -------
    tuple of float
        West, south, east and north of the communes, the neighbours that QPV touch included, in degrees.
    """
    west, south, east, north = _box(data_dir, _version(data_dir))
    return (west - margin, south - margin, east + margin, north + margin)


@lru_cache(maxsize=4)
def _box(data_dir: Path, version: tuple[tuple[str, int, int], ...]) -> Bounds:
    box = _known(data_dir, version).geometry.to_crs(WGS84).total_bounds
    west, south, east, north = (float(edge) for edge in box)
    return (west, south, east, north)


def _version(data_dir: Path) -> tuple[tuple[str, int, int], ...]:
    return stamp(within(EXTRACT, data_dir), data_dir / territory.FILE_NAME)


def read_territories(
    path: Path, *, kind: str, codes: Collection[str], source_id: str
) -> tuple[gpd.GeoDataFrame, Report]:
    """Read the communes or the arrondissements of a file that may hold both.

    Parameters
    ----------
    kind
        `COMMUNE` or `ARRONDISSEMENT`.
    codes
        INSEE codes of the territories that must be there; others are set aside.

    Returns
    -------
    tuple of GeoDataFrame and Report
        Index `code_insee`, sorted; `nom`, `population` (int), outlines in EPSG:2154.

    Raises
    ------
    SourceError
        If the file is unusable, lacks a territory or holds one twice.
    """
    rows, layout = read_features(path, [GEO_API, extract_layout(COLUMNS)])
    report = Report(source_id, lignes_lues=len(rows))
    frame = to_shapes(rows, path=path, id_column="code_insee", report=report, polygons=True)
    frame["code_insee"] = frame["code_insee"].astype(str)
    if layout is GEO_API:
        level = frame["code_insee"].isin(list(COMMUNE_OF)).map({True: ARRONDISSEMENT, False: COMMUNE})
        others = frame[frame["type_territoire"].fillna(level) != kind]
        report.add_elsewhere(others, "autre échelon", frame["nom"])
        frame = frame.drop(index=others.index)
    malformed = frame[~frame["code_insee"].str.fullmatch(r"\d[\dAB]\d{3}")]
    if len(malformed):
        raise SourceContentError(
            path,
            f"code de commune malformé : « {malformed['code_insee'].iloc[0]} » (objet n° {malformed.index[0]})",
            "garder les codes Insee à cinq caractères, zéros compris",
        )
    twice = frame.loc[frame["code_insee"].duplicated(), "code_insee"]
    if len(twice):
        raise SourceContentError(
            path, f"code de commune en double : {', '.join(sorted(set(twice)))}", "n'en garder qu'un"
        )
    foreign = frame[~frame["code_insee"].isin(list(codes))]
    report.add_elsewhere(foreign, "autre commune", frame["nom"])
    frame = frame.drop(index=foreign.index)
    missing = sorted(set(codes) - set(frame["code_insee"]))
    if missing:
        raise SourceContentError(
            path,
            f"territoires absents : {', '.join(missing)}",
            "vérifier le millésime et le territoire du fichier, ou territoire.toml",
        )
    population = pd.to_numeric(frame["population"], errors="coerce")
    if population.isna().any() or (population <= 0).any():
        line = population[population.isna() | (population <= 0)].index[0]
        raise SourceContentError(
            path,
            f"population absente ou nulle pour {frame['code_insee'].loc[line]!s}",
            "compléter le fichier",
        )
    frame["population"] = population.astype(int)
    report.check(path)
    kept = frame.set_index("code_insee").sort_index()
    return kept[["nom", "population", "geometry"]], report
