"""The one opener of what users bring: the same bytes under any columns, and under columns that are known."""

from pathlib import Path

import pyarrow as pa
import shapely
from pyproj import CRS

from loaders.brought.opened import Choice
from loaders.brought.opener import open_file
from loaders.brought.premises_schema import INVENTORY
from tests.loaders import own_files

INVENTORY_CSV = "Relevé 2026;;;\nIdentifiant du local;Usage;Longitude;Remarque\nA;vacant;5,37;clé\nB;vide\n"


def test_a_schema_chooses_columns_and_leaves_the_rest_as_it_is():
    raw = INVENTORY_CSV.encode("cp1252")
    free = open_file(Path("a.csv"), raw, Choice())
    known = open_file(Path("a.csv"), raw, Choice(), INVENTORY)
    headings = ("Identifiant du local", "Usage", "Longitude", "Remarque")
    for opened in (free, known):
        assert opened.headings == headings
        assert (opened.choice.encoding, opened.choice.separator) == ("cp1252", ";")
        assert opened.cells.index.tolist() == [3, 4]
        assert opened.miscut == {4: "ligne incomplète : 2 cellules au lieu de 4"}
        assert opened.shapes.isna().all()
    assert (known.choice.header_line, known.above) == (2, 1)
    assert free.cells.columns.tolist() == list(headings)
    assert free.cells["Remarque"].tolist() == ["clé", ""]
    assert known.cells.columns.tolist() == ["id_local", "usage", "lon"]
    assert known.cells["lon"].tolist() == ["5,37", ""]


def test_what_was_opened_can_leave_its_process_as_plain_data():
    opened = open_file(Path("a.geojson"), own_files.geojson(), Choice())
    again = pa.Table.from_pandas(opened.cells).to_pandas()
    assert again.to_csv() == opened.cells.to_csv()
    handed = shapely.from_wkb(shapely.to_wkb(opened.shapes.to_numpy()))
    assert list(handed) == opened.shapes.tolist()
    assert opened.stated is not None
    assert CRS.from_wkt(opened.stated) == CRS("EPSG:4326")
