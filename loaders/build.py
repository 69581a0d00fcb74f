"""Build the embedded extracts from files in the producers' layouts."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from shapely import transform
from shapely.geometry import mapping

from errors import ArgumentError
from geo.crs import WGS84
from loaders import (
    arrondissements,
    bikes,
    catalogue,
    colleges,
    communes,
    friches,
    indicators,
    qpv,
    social,
    sports,
    territory,
    transit,
)
from loaders._journal import replace_files, replaced, sha256
from loaders.paths import DATA, within
from loaders.quality import Reading, Report

#: About 1 cm for points and 10 cm for outlines and lines, below the precision of every source.
POINT_DECIMALS = 7
OUTLINE_DECIMALS = 6


@dataclass(frozen=True)
class Step:
    """How one extract is built.

    Attributes
    ----------
    renamed
        Column of the loader's frame to column of the extract, where they differ.
    embedded
        Whether the project has a copy of the producer's file: without one, the source waits for its first download.
    """

    source_id: str
    producer_file: str
    extract: Path
    read: Callable[..., Reading[Any]]
    renamed: Mapping[str, str]
    embedded: bool = True


#: Communes first: the other loaders place their points in them.
STEPS = [
    Step("communes", communes.PRODUCER_FILE, communes.EXTRACT, communes.read, {}),
    Step("arrondissements", arrondissements.PRODUCER_FILE, arrondissements.EXTRACT, arrondissements.read, {}),
    Step("indicateurs", indicators.PRODUCER_FILE, indicators.EXTRACT, indicators.read, {}),
    Step("qpv", qpv.PRODUCER_FILE, qpv.EXTRACT, qpv.read, {}),
    Step("velos", bikes.PRODUCER_FILE, bikes.EXTRACT, bikes.read, {}),
    Step("lignes", transit.LINES_PRODUCER_FILE, transit.LINES_EXTRACT, transit.read_lines, {}),
    Step("sncf", transit.RAILWAY_PRODUCER_FILE, transit.RAILWAY_EXTRACT, transit.read_railway_stations, {}),
    Step("friches", friches.PRODUCER_FILE, friches.EXTRACT, friches.read, {"code_insee": "comm_insee"}),
    Step("sports", sports.PRODUCER_FILE, sports.EXTRACT, sports.read, {"code_insee": "comm_insee"}),
    Step("social", social.PRODUCER_FILE, social.EXTRACT, social.read, {}),
    Step(
        "colleges",
        colleges.PRODUCER_FILE,
        colleges.EXTRACT,
        colleges.read,
        {"code_insee": "comm_insee", "statut": "statut"},
        embedded=False,
    ),
]
STEP_OF = {step.source_id: step for step in STEPS}
#: Columns that a loader computes from the others: the extract does not repeat them, but where a step names them.
COMPUTED = ("surface_m2", "statut", "a_confirmer", "famille", "code_insee", bikes.NETWORK)


def build(folder: Path, *, sources: Collection[str] | None = None, data_dir: Path = DATA) -> list[Report]:
    """Build every extract, the report of row faults, and the counts of the catalogue.

    Parameters
    ----------
    folder
        Holds the producers' files, laid out as each loader's `PRODUCER_FILE` says; their names may say more, such as a
        place or a vintage, and the last one by name counts.
    sources
        The only ones to build; by default all.
    data_dir
        Where the extracts go; it holds the catalogue and `territoire.toml` already.

    Returns
    -------
    list of Report
        One per source built, in the order of the build; those that the territory does not have are passed over, and one that is not embedded is built where its file is.

    Raises
    ------
    ArgumentError
        If a source is not one that is built, or the catalogue does not list it.
    SourceError
        At the first unusable file; the extracts of the sources before it are written, the others are left.
    """
    reports = []
    path = within(catalogue.CATALOGUE_FILE, data_dir)
    listed = set(catalogue.load(path)) - territory.load(data_dir).unnamed
    unknown = set(sources or ()) - (listed & set(STEP_OF))
    if unknown:
        raise ArgumentError(f"Sources inconnues : {', '.join(sorted(unknown))}")
    for step in STEPS:
        if sources and step.source_id not in sources:
            continue
        file = _producers(folder, step.producer_file)
        if step.source_id not in listed or (not step.embedded and not file.exists()):
            continue
        reading = step.read(file, data_dir=data_dir)
        extract = within(step.extract, data_dir)
        write_extract(reading.frame, extract, renamed=step.renamed)
        row = catalogue.rows(path)[step.source_id] | counts(reading.report, extract)
        replace_files(data_dir, catalogue.rewritten(data_dir, row, reading.report.frame()))
        reports.append(reading.report)
    return reports


def _producers(folder: Path, name: str) -> Path:
    """Find a producer's file by the words of its name; if there is none, its loader says what is missing."""
    plain = folder / name
    longer = sorted(plain.parent.glob(f"*{plain.stem}*{plain.suffix}"))
    return plain if plain.is_file() or not longer else longer[-1]


def write_extract(frame: pd.DataFrame, path: Path, *, renamed: Mapping[str, str]) -> None:
    """Write a loader's frame as an extract: CSV for figures and points, GeoJSON for outlines and lines.

    Parameters
    ----------
    renamed
        Column of the frame to column of the extract, where they differ.
    """
    columns = [
        name
        for name in frame.columns
        if name not in COMPUTED
        or name in renamed
        or (name == bikes.NETWORK and len(frame[name].unique()) > 1)
    ]
    table = frame[columns].rename(columns=dict(renamed)).reset_index()
    for name in table.columns.drop("geometry", errors="ignore"):
        table[name] = [_cell(value) for value in table[name]]
    with replaced(path) as stream:
        if path.suffix == ".geojson":
            _write_geojson(gpd.GeoDataFrame(table, geometry="geometry"), path.stem, stream)
            return
        if "geometry" in table:
            points = gpd.GeoSeries(table.pop("geometry")).to_crs(WGS84)
            table["lon"] = points.x.round(POINT_DECIMALS)
            table["lat"] = points.y.round(POINT_DECIMALS)
        table.to_csv(stream, index=False, lineterminator="\n")


def _write_geojson(frame: gpd.GeoDataFrame, name: str, stream: Any) -> None:
    """Write one feature a line, so that a change of one outline is a change of one line."""
    degrees = frame.set_geometry(frame.geometry.to_crs(WGS84))
    stream.write(f'{{"type":"FeatureCollection","name":"{name}","features":[\n')
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {key: value for key, value in row.items() if key != "geometry"},
                "geometry": mapping(transform(row["geometry"], _rounded)),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for row in degrees.to_dict("records")
    ]
    stream.write(",\n".join(lines) + "\n]}\n")


def _rounded(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return degrees.round(OUTLINE_DECIMALS)


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return "|".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    if pd.isna(value):
        return ""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def counts(report: Report, extract: Path) -> dict[str, str]:
    """Give what the catalogue says of an extract that was just written.

    Returns
    -------
    dict of str to str
        Cells of the catalogue: rows read, kept and set aside, and the checksum.
    """
    return {
        "lignes_lues": str(report.lignes_lues),
        "lignes_gardees": str(report.lignes_gardees),
        "lignes_ecartees": str(report.lignes_ecartees),
        "empreinte": sha256(extract),
    }
