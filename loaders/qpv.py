"""The quartiers prioritaires de la politique de la ville, géographie 2024: outlines and figures."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from errors import SourceContentError
from loaders import catalogue, indicators, territory
from loaders.formats.national import national_text
from loaders.formats.shapes import to_shapes
from loaders.formats.texts import Layout, extract_layout, read_features
from loaders.paths import DATA, within
from loaders.quality import Reading, Report

SOURCE_ID = "qpv"
EXTRACT = DATA / "qpv" / "qpv.geojson"
PRODUCER_FILE = "qpv/qpv2024.geojson"
COLUMNS = ["code_qp", "lib_qp", "communes", "lib_communes"]
MAX_FAULTY_SHARE = 0.2
#: The member to read of the ANCT's archive: all of France, in degrees.
MEMBER = "GEOJSON/QP2024_France_Hexagonale_Outre_Mer_WGS84.geojson"

ANCT = Layout(
    "ANCT, QPV 2024",
    {
        "code_qp": "code_qp",
        "lib_qp": "lib_qp",
        "insee_com": "communes",
        "lib_com": "lib_communes",
        "siren_epci": "siren_epci",
    },
)


def read(path: Path | str | None = None, *, data_dir: Path = DATA) -> Reading[gpd.GeoDataFrame]:
    """Read the outlines of the QPV of the territory.

    Parameters
    ----------
    path
        The producer's GeoJSON (all of France or an excerpt), the archive that holds it, or an extract; the embedded
        extract by default.
    data_dir
        Folder of the data: its territory and its communes count, and its extract is the one read by default.

    Returns
    -------
    Reading of GeoDataFrame
        Index `code_qp`; `lib_qp`, `communes` (list of INSEE codes), `lib_communes`, `surface_m2` and outlines
        in EPSG:2154; no figures.

    Raises
    ------
    SourceError
        If the file is unusable, of another vintage or territory, or holds a QPV twice.
    """
    target = Path(path or within(EXTRACT, data_dir))
    rows, layout = read_features(target, [ANCT, extract_layout(COLUMNS)], text=national_text(target, MEMBER))
    report = Report(SOURCE_ID, lignes_lues=len(rows))
    place = territory.load(data_dir)
    frame = to_shapes(rows, path=target, id_column="code_qp", report=report, polygons=True)
    frame["code_qp"] = frame["code_qp"].astype("str")
    indicators.check_codes(target, frame["code_qp"])
    if layout is ANCT:
        foreign = frame[~frame["siren_epci"].astype("str").isin(place.epci)]
        report.add_elsewhere(foreign, "autre EPCI", frame["lib_communes"])
        frame = frame.drop(index=foreign.index)
        if frame.empty:
            raise SourceContentError(
                target,
                f"aucun QPV de l'EPCI {', '.join(place.epci)}",
                "fournir le fichier national ou celui du territoire",
            )
    frame["communes"] = frame["communes"].astype("str").fillna("").str.split(r"[,|]\s*", regex=True)
    known = set(place.communes.index)
    unknown = frame[[not known.issuperset(codes) for codes in frame["communes"]]]
    if len(unknown):
        raise SourceContentError(
            target,
            f"commune inconnue pour {unknown['code_qp'].iloc[0]} : {', '.join(unknown['communes'].iloc[0]) or 'absente'}",
            "compléter territoire.toml",
        )
    report.check(target, max_faulty_share=MAX_FAULTY_SHARE)
    frame = frame.set_index("code_qp").sort_index()
    frame["surface_m2"] = frame.geometry.area
    return Reading(frame[["lib_qp", "communes", "lib_communes", "surface_m2", "geometry"]], report)


def load(path: Path | str | None = None, *, figures: pd.DataFrame | None = None) -> gpd.GeoDataFrame:
    """Load the QPV of the territory with their figures.

    Parameters
    ----------
    path
        The producer's GeoJSON (all of France or an excerpt) or an extract; the embedded extract by default.
    figures
        Figures as `loaders.indicators.load` gives them; the embedded ones by default.
    """
    if path is None:
        catalogue.load()  # refuses a file that is not the one that was recorded
    frame = read(path).frame
    figures = indicators.load() if figures is None else figures
    joined = frame.drop(columns="geometry").join(figures)
    return gpd.GeoDataFrame(joined, geometry=frame.geometry)
