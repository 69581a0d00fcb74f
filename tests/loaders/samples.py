"""Every reader with a small file in each layout that it knows, and files made from the committed ones.

Files in `producers/` whose rows say "fictif" are made up in the layout of a live file: nobody has a copy of these here.
"""

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

from geo.crs import LAMBERT93
from loaders import (
    arrondissements,
    bikes,
    colleges,
    communes,
    friches,
    indicators,
    qpv,
    quality,
    social,
    sports,
    transit,
)

#: Name of a reader and layout to the reader and the file in the folder of producers' files.
TEXTS = {
    "communes": (communes.read, communes.PRODUCER_FILE),
    "arrondissements": (arrondissements.read, arrondissements.PRODUCER_FILE),
    "indicateurs": (indicators.read, indicators.PRODUCER_FILE),
    "qpv": (qpv.read, qpv.PRODUCER_FILE),
    "velos": (bikes.read, bikes.PRODUCER_FILE),
    "velos-gbfs": (bikes.read, "velos/station_information.json"),
    "velos-gbfs3": (bikes.read, "velos/station_information_3.0.json"),
    "lignes": (transit.read_lines, transit.LINES_PRODUCER_FILE),
    "sncf": (transit.read_railway_stations, transit.RAILWAY_PRODUCER_FILE),
    "friches": (friches.read, friches.PRODUCER_FILE),
    "friches-api": (friches.read, "friches/geofriches.geojson"),
    "sports": (sports.read, sports.PRODUCER_FILE),
    "sports-data-es": (sports.read, "sports/data-es.json"),
    "social": (social.read, social.PRODUCER_FILE),
    "colleges": (colleges.read, colleges.PRODUCER_FILE),
    "colleges-json": (colleges.read, "colleges/fr-en-annuaire-education.json"),
}
BINARIES = {
    "qpv-zip": (qpv.read, "qpv/qpv2024.zip"),
    "friches-gpkg": (friches.read, "friches/friches-surfaces.gpkg"),
}
READERS = TEXTS | BINARIES
#: Modules that say which share of rows at fault is believed.
MODULES = (quality, qpv)
QPV_MEMBER = "GEOJSON/QP2024_France_Hexagonale_Outre_Mer_WGS84.geojson"


def add_binaries(folder):
    """Make the archive of the QPV and the GeoPackage of the brownfields from the files of text."""
    zip_qpv((folder / qpv.PRODUCER_FILE).read_bytes(), folder / "qpv" / "qpv2024.zip")
    rows = friches_rows(folder / friches.PRODUCER_FILE)
    write_geopackage(rows, folder / "friches" / "friches-surfaces.gpkg")


def zip_qpv(text, path, *, member=QPV_MEMBER):
    """Write the archive of the QPV: the member to read, its twin of another machine, and another system."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("GEOJSON/QP2024_France_hexagonale_LB93.geojson", b"{}")
        archive.writestr(member, text)
        archive.writestr(f"__MACOSX/{member}", b"\x00\x05\x16\x07")


def friches_rows(path):
    """Read a CSV of the CNIG standard, cell by cell."""
    return pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)


def write_geopackage(rows, path, *, crs=LAMBERT93, layer="friches_surfaces", side_m=40.0):
    """Write sites of the CNIG standard as squares around their points, which the file does not state."""
    degrees = rows["geompoint"].str.extract(r"POINT \((?P<lon>\S+) (?P<lat>\S+)\)").astype(float)
    points = gpd.GeoSeries(gpd.points_from_xy(degrees["lon"], degrees["lat"], crs=4326)).to_crs(LAMBERT93)
    half = side_m / 2
    squares = [box(p.x - half, p.y - half, p.x + half, p.y + half) for p in points]
    table = rows.drop(columns=["geompoint", "geomsurf"], errors="ignore").replace("NA", None)
    frame = gpd.GeoDataFrame(
        table, geometry=gpd.GeoSeries(squares, crs=LAMBERT93, index=table.index).to_crs(crs)
    )
    frame.to_file(path, driver="GPKG", layer=layer, engine="pyogrio")
    return path


def document(path):
    """Parse a JSON file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))
