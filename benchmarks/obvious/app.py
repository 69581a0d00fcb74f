"""The obvious way to write page carte, kept frozen: every layer inline, read and built again at each rerun.

It has the filters and the table of the real page, and its maps' files come from the same installed packages, so
that only the design differs. It imports nothing of the project on purpose.
"""

from pathlib import Path

import folium
import geopandas as gpd
import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

DATA = Path(__file__).resolve().parents[2] / "data"
LEAFLET = "../../app/static/leaflet"
COLORS = {
    "communes": "#3D4757",
    "arrondissements": "#6A7482",
    "qpv": "#B34700",
    "lignes": "#00609C",
    "sports": "#856404",
    "social": "#56419A",
    "friches": "#A8246E",
    "gares": "#1C2530",
    "stations": "#00795C",
}
TOOLTIPS = {
    "communes": ["nom", "population"],
    "arrondissements": ["nom", "population"],
    "qpv": ["lib_qp", "code_qp", "lib_communes", "population", "taux_pauvrete_60_pct"],
    "lignes": ["route_short_name", "route_long_name", "mode"],
    "sports": ["equip_type_name", "famille"],
    "social": ["nom", "categorie", "adresse"],
    "friches": ["site_nom", "site_statut", "site_type", "unite_fonciere_surface"],
    "gares": ["name", "voyageurs_2024"],
    "stations": ["name", "capacity"],
}
EVERYWHERE = "Toutes les communes"

folium.Map.default_js = [("leaflet", f"{LEAFLET}/leaflet.js")]
folium.Map.default_css = [("leaflet_css", f"{LEAFLET}/leaflet.css")]
st.set_page_config(layout="wide")


def points(path: Path, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Read a table of points and the commune of each."""
    table = pd.read_csv(path, dtype={"comm_insee": str, "code_postal": str})
    frame = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"], crs=4326))
    joined = frame.sjoin(communes[["code_insee", "geometry"]], how="left").drop(columns="index_right")
    return joined[~joined.index.duplicated()]


communes = gpd.read_file(DATA / "qpv/communes.geojson")
qpv = gpd.read_file(DATA / "qpv/qpv.geojson").merge(pd.read_csv(DATA / "qpv/indicateurs.csv"), on="code_qp")
lines = gpd.read_file(DATA / "transport/lignes.geojson")
sports = points(DATA / "equipements/sports.csv", communes).merge(
    pd.read_csv(DATA / "equipements/sports_familles.csv"), how="left"
)
frames = {
    "communes": communes,
    "arrondissements": gpd.read_file(DATA / "qpv/arrondissements.geojson"),
    "qpv": qpv,
    "lignes": lines,
    "sports": sports,
    "social": points(DATA / "equipements/equipements_sociaux.csv", communes),
    "friches": points(DATA / "equipements/friches.csv", communes),
    "gares": points(DATA / "transport/gares.csv", communes),
    "stations": points(DATA / "transport/velos_stations.csv", communes),
}

st.title("Carte des quartiers et de ce qui les entoure")
names = dict(zip(communes["nom"], communes["code_insee"], strict=True))
commune = st.selectbox("Commune", [EVERYWHERE, *sorted(names)], key="commune")
code = names.get(commune)
inside = qpv if code is None else qpv[qpv["communes"].str.contains(code)]
st.selectbox("Quartier prioritaire", ["Aucun", *inside["lib_qp"]])
layers = st.pills("Couches", list(frames), selection_mode="multi", default=list(frames))
statuts = st.pills(
    "Friches",
    list(frames["friches"]["site_statut"].unique()),
    selection_mode="multi",
    default=["friche sans projet", "friche avec projet"],
)
families = st.multiselect("Familles", sorted(sports["famille"].dropna().unique()))

shown = {}
for name in layers:
    frame = frames[name]
    if name == "friches":
        frame = frame[frame["site_statut"].isin(statuts)]
    if name == "sports" and families:
        frame = frame[frame["famille"].isin(families)]
    if code is not None:
        if name == "qpv":
            frame = inside
        elif name == "lignes":
            frame = frame[frame.intersects(communes.set_index("code_insee").loc[code].geometry)]
        elif name == "arrondissements":
            frame = frame if code == "13055" else frame.iloc[:0]
        elif name != "communes":
            frame = frame[frame["code_insee"] == code]
    shown[name] = frame

place = communes if code is None else communes[communes["code_insee"] == code]
west, south, east, north = place.total_bounds
base = folium.Map(prefer_canvas=True)
base.fit_bounds([[south, west], [north, east]])
for name, frame in shown.items():
    if not frame.empty:
        folium.GeoJson(
            frame[[*TOOLTIPS[name], "geometry"]].assign(lieu=commune),
            marker=folium.CircleMarker(radius=4, fill=True),
            style_function=lambda _, color=COLORS[name]: {"color": color, "weight": 2},
            tooltip=folium.GeoJsonTooltip(TOOLTIPS[name]),
        ).add_to(base)
st_folium(base, height=600, use_container_width=True)

st.dataframe(inside.drop(columns="geometry"))
counts = {
    name: frame["code_insee"].value_counts()
    for name, frame in frames.items()
    if name in {"sports", "social", "friches", "gares", "stations"}
}
st.dataframe(communes.set_index("code_insee")[["nom"]].join(pd.DataFrame(counts)))
st.caption(f"Lignes de {commune}")
