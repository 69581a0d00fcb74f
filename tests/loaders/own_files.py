"""Small files of a user's layer in every format, as their software writes them."""

import io
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import shapely

#: Two places of Marseille in degrees, and the same in Lambert-93 by the IGN's converter, to the centimetre.
DEGREES = ((5.37, 43.30), (5.42, 43.34))


def frame(crs=4326):
    """Four objects: a point in three dimensions, a line, a square, and an outline that crosses itself."""
    shapes = [
        shapely.Point(*DEGREES[0], 12),
        shapely.LineString([DEGREES[0], DEGREES[1]]),
        shapely.box(5.40, 43.33, 5.42, 43.345),
        shapely.Polygon([(5.37, 43.31), (5.39, 43.32), (5.39, 43.31), (5.37, 43.32)]),
    ]
    columns = {
        "Nom": ["Fontaine", "Voie verte", "Bassin", "Parc"],
        "code": ["01001", "13055", "13055", "13055"],
        "surface": [1.5, None, 250000.0, 12.0],
        "ouvert": ["2024-01-02", "2023-12-31", None, "2025-03-01"],
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_crs(crs)


def written(objects, name, **options):
    """Write a frame as its driver does."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        objects.to_file(path, **options)
        return path.read_bytes()


def geojson(layer=None):
    return written(frame() if layer is None else layer, "couche.geojson", driver="GeoJSON")


def geopackage(layer=None, *, name="couche"):
    return written(frame() if layer is None else layer, "couche.gpkg", layer=name)


def shapefile(layer=None, *, without=(), folder="", **options):
    """A zipped Shapefile, some of its members left out."""
    layer = frame().iloc[2:] if layer is None else layer
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as made:
        layer.to_file(Path(made) / "couche.shp", **options)
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(Path(made).iterdir()):
                if path.suffix not in without:
                    archive.write(path, folder + path.name)
    return buffer.getvalue()


def workbook(rows, *, sheet="Lieux", before=()):
    """A workbook of one sheet, after others."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title in (*before, sheet):
        page = book.create_sheet(title)
        for row in rows if title == sheet else [["note"]]:
            page.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def zipped(**members):
    """An archive of these members, by name with "__" for the point."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


CSV = (
    "Nom;Type;Surface;Ouverture;Code postal;Longitude;Latitude\n"
    "Crèche;garde;12,5;01/02/2024;01000;5,37;43,30\n"
    "Jardin;nature;1 200;2024-01-31;13002;5,42;43,34\n"
    "Halle;commerce;;;13003;5,40;43,31\n"
)
WKT = (
    "id;wkt\n"
    "1;POLYGON((893000 6247000, 893100 6247100, 893100 6247000, 893000 6247100, 893000 6247000))\n"
    "2;LINESTRING(893000 6247000, 893100 6247100)\n"
    "3;MULTIPOINT(893000 6247000, 893100 6247100)\n"
    "4;GEOMETRYCOLLECTION(POINT(893000 6247000), LINESTRING(893000 6247000, 893100 6247100))\n"
    "5;POLYGON((893000 6247000, 893100 6247100, 893000 6247000))\n"
)
