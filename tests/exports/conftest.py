import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import MultiPolygon, Point, Polygon, box

from exports.context import Context
from facts.fields import Field
from loaders.catalogue import Source


def make_source(source_id, communes, **changes):
    values = {
        "titre": f"Titre {source_id}",
        "producteur": "Producteur A",
        "millesime": "mars 2026",
        "date": dt.date(2026, 3, 2),
        "licence": "ODbL 1.0",
        "attribution": f"Source : {source_id}",
        "adresse": "https://exemple.fr",
        "fichier": f"{source_id}.csv",
        "lignes_lues": 3,
        "lignes_gardees": 3,
        "lignes_ecartees": 0,
        "limites": "aucune",
    }
    return Source(source_id=source_id, communes=frozenset(communes), **(values | changes))


@pytest.fixture
def velos():
    return make_source("velos", {"13055"})


@pytest.fixture
def insee():
    return make_source(
        "indicateurs",
        {"13055", "13001", "84089"},
        producteur="Insee",
        licence="Licence Ouverte 2.0",
        millesime="2023",
    )


@pytest.fixture
def sources(velos, insee):
    return {"velos": velos, "indicateurs": insee}


@pytest.fixture
def context(velos, insee):
    return Context.of(
        [velos, insee],
        filters={"commune": "toutes", "seuil": "300 m"},
        subject="Écarts vélos",
        place="Métropole",
        date=dt.date(2026, 3, 5),
    )


@pytest.fixture
def fields():
    return [
        Field("lib_qp", "Quartier", "texte"),
        Field("distance_station_m", "Distance à la station", "distance_m", "velos"),
        Field("stations_a_portee", "Stations à portée", "entier", "velos"),
        Field("part_surface_couverte", "Part de la surface à portée", "part", "velos"),
        Field("taux_pauvrete_60_pct", "Taux de pauvreté", "pourcentage", "indicateurs"),
        Field("surface_m2", "Surface", "surface_m2"),
        Field("releve", "Relevé", "date"),
    ]


@pytest.fixture
def frame():
    """Marseille with all figures, Aix outside levélo, and a two-commune QPV without a poverty rate."""
    clockwise = Polygon([(893000, 6247000), (893000, 6247100), (893100, 6247100), (893100, 6247000)])
    pierced = box(900000, 6260000, 900300, 6260300) - box(900100, 6260100, 900200, 6260200)
    return gpd.GeoDataFrame(
        {
            "lib_qp": ["La Castellane", "=CMD()", "-Corderie ; Aix"],
            "communes": [["13055"], ["13001"], ["13055", "13070"]],
            "distance_station_m": [123.46, np.nan, 0.0],
            "stations_a_portee": [2.0, np.nan, 0.0],
            "part_surface_couverte": [0.4213, np.nan, 0.0],
            "taux_pauvrete_60_pct": [45.5, 38.0, np.nan],
            "surface_m2": [10000.0, 80000.0, 100.04],
            "releve": [dt.date(2026, 3, 2), None, dt.date(2025, 12, 31)],
        },
        index=["QN1", "QN2", "QN3"],
        geometry=[clockwise, MultiPolygon([pierced]), Point(893000, 6247000).buffer(50)],
        crs=2154,
    ).rename_axis("code_qp")
