"""What the stations of the bike networks can lend at this moment; a station out of service for a while is no gap in the network."""

import datetime as dt
from typing import Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from facts.fields import Field
from facts.snapshot import current
from geo.cycling import serving
from loaders import territory
from loaders.catalogue import Source
from loaders.live import bike_service
from loaders.live.bike_service import Joined, Live, Status
from loaders.territory import BikeNetwork
from pages.velos.gaps import NETWORK
from ui import html, rows
from ui.html import plain, prose
from words import clock, formats

SOURCE_ID: Final = "velos_temps_reel"
FIELDS: Final = (
    Field("name", "Station", "texte", NETWORK),
    Field("etat", "État au moment du relevé", "texte", SOURCE_ID),
    Field("velos_disponibles", "Vélos disponibles", "entier", SOURCE_ID),
    Field("bornes_libres", "Points d'attache libres", "entier", SOURCE_ID),
    Field("dernier_signe", "Dernier signe de la station", "texte", SOURCE_ID),
    Field("station_id", "Identifiant", "texte", NETWORK),
)


def show() -> None:
    """Show the state of the stations, if the user asks for it."""
    st.header("Service en ce moment", anchor=False)
    st.caption(
        "Une station vide ou fermée pour le moment n'est pas un manque du réseau : elle compte comme les autres dans cette page. "
        "La lecture interroge le service public de chaque réseau, une fois par minute au plus pour tout le serveur."
    )
    if not st.toggle("Lire l'état des stations", key="service", bind="query-params"):
        return
    networks = territory.load().velos
    stations = serving(current().bikes)
    for network in networks:
        if len(networks) > 1:
            st.subheader(plain(network.nom), anchor=False)
        _network(network, stations[stations["reseau"] == network.nom], rank=networks.index(network))


def _network(network: BikeNetwork, stations: gpd.GeoDataFrame, *, rank: int) -> None:
    """Show the state of one network's physical stations."""
    live = bike_service.now(base_url=bike_service.address(network))
    if live.fault:
        st.warning(prose(_fault(live)))
    if live.status is None or live.read_at is None:
        return
    if live.is_stale(dt.datetime.now(dt.UTC)):
        st.warning(
            prose(f"Dernière lecture trop ancienne pour parler du présent : {formats.moment(live.read_at)}.")
        )
    joined = bike_service.join(stations, live.status)
    _counts(joined, live.read_at)
    _flagged(joined, live.status, live.read_at, network, suffix=f"-{rank}" if rank else "")


def _fault(live: Live) -> str:
    last = (
        f"dernière lecture le {formats.moment(live.read_at)}"
        if live.read_at
        else "aucune lecture depuis le démarrage"
    )
    return (
        f"Le service temps réel ne répond pas ({live.fault}) ; {last}. Le reste de la page n'en dépend pas."
    )


def _counts(joined: Joined, read_at: dt.datetime) -> None:
    states = joined.stations["etat"].value_counts()
    shown = {
        "Stations avec au moins un vélo": bike_service.LENDING,
        "Stations vides": bike_service.EMPTY,
        "Stations fermées": bike_service.CLOSED,
        "État inconnu": bike_service.UNKNOWN,
    }
    html.figures(*((title, formats.entier(int(states.get(state, 0)))) for title, state in shown.items()))
    said = f"Relevé du {formats.moment(read_at)}."
    if joined.unknown:
        said += f" Le service parle de {formats.pluriel(len(joined.unknown), 'station')} que le fichier de l'atlas ne connaît pas."
    st.caption(formats.typographie(said))


def _flagged(
    joined: Joined, status: Status, read_at: dt.datetime, network: BikeNetwork, *, suffix: str
) -> None:
    names, told = current().commune_names, formats.moment(read_at)
    context = rows.about(
        [_source(status, read_at, network), NETWORK],
        filters=f"relevé du {told}",
        subject="stations vélos vides ou fermées",
        place=", ".join(name for code, name in names.items() if code in network.communes),
    )
    rows.show(
        flagged(joined.stations),
        FIELDS,
        context,
        caption=f"Stations vides ou fermées, {told}",
        key=f"service-stations{suffix}",
        files_key=f"export-service{suffix}",
    )


def flagged(stations: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the stations that lend nothing at this moment, closed ones first.

    Returns
    -------
    GeoDataFrame
        With `dernier_signe`, the moment of the station's last report in words.
    """
    idle = stations[stations["etat"].isin([bike_service.CLOSED, bike_service.EMPTY])]
    signs = ["" if pd.isna(at) else formats.moment(at.to_pydatetime()) for at in idle["releve_le"]]
    return idle.assign(dernier_signe=signs).sort_values(["etat", "name"])


def _source(status: Status, read_at: dt.datetime, network: BikeNetwork) -> Source:
    listed = current().sources[NETWORK]
    made = status.updated_at or read_at
    return Source(
        source_id=SOURCE_ID,
        titre=f"État des stations {network.nom} en temps réel",
        producteur=listed.producteur,
        millesime=f"relevé du {formats.moment(made)}",
        date=clock.local(made).date(),
        licence=listed.licence,
        attribution=listed.attribution,
        adresse=network.gbfs,
        lignes_lues=len(status.frame) + status.set_aside,
        lignes_gardees=len(status.frame),
        lignes_ecartees=status.set_aside,
        limites="État d'un instant : il ne dit rien de la journée",
        communes=network.communes,
    )
