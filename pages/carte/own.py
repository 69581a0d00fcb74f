"""The layers that the visitor brought, on the planners' map: shown or hidden, filtered, counted around each QPV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import streamlit as st

from geo.places import RADII_M
from geo.proximity import pairs_within
from maps.spec import ShownLayer
from pages.carte.filters import Filters
from ui import choices, downloads, html, own_layers, rows, sources, table
from ui.choices import Where
from ui.html import plain
from ui.own_layers import UNOFFICIAL, Held
from words.formats import distance, typographie


@dataclass(frozen=True, eq=False)
class Kept:
    """A layer shown, with what answers to the filters."""

    held: Held
    rows: gpd.GeoDataFrame
    here: gpd.GeoDataFrame
    words: Mapping[str, str]


def ask(quarters: gpd.GeoDataFrame, filters: Filters) -> list[Kept]:
    """Ask which of the session's layers are shown, and filter them; shows nothing in a session that has none."""
    held = {one.layer_id: one for one in own_layers.held()}
    if not held:
        return []
    shown = st.pills(
        "Vos couches (hors source officielle)",
        list(held),
        selection_mode="multi",
        format_func=lambda layer_id: plain(held[layer_id].title),
        default=list(held),
        key=f"vos-couches-{'-'.join(held)}",
        help=f"{UNOFFICIAL[0].upper()}{UNOFFICIAL[1:]}",
    )
    with st.expander("Filtrer vos couches par leurs colonnes", key="vos-filtres"):
        conditions = {layer_id: own_layers.ask(held[layer_id]) for layer_id in shown}
    kept = []
    for layer_id in shown:
        found = own_layers.select(held[layer_id].rows, conditions[layer_id])
        here = own_layers.in_commune(found, filters.here.commune)
        if filters.here.chosen is not None and filters.around_m is not None:
            near = pairs_within(quarters.loc[[filters.here.chosen]], here, filters.around_m)
            here = here.iloc[sorted(set(near.point))]
        kept.append(
            Kept(held[layer_id], found, here, {title: said for title, said, _ in conditions[layer_id]})
        )
    return kept


def drawn(kept: Sequence[Kept]) -> list[ShownLayer]:
    """Say to the map what it shows of the layers."""
    return [
        ShownLayer(
            one.held.layer_id,
            ids=None if len(one.here) == len(one.held.rows) else list(one.here.index),
            session=one.held.objects,
        )
        for one in kept
    ]


def words(kept: Sequence[Kept]) -> dict[str, str]:
    """Say the filters on the layers in words, for the file of the map."""
    return {
        f"{one.held.title}, {name}": value
        for one in kept
        for name, value in {**one.words, "nature": UNOFFICIAL}.items()
    }


def show(kept: Sequence[Kept], filters: Filters) -> None:
    """List the objects of the layers, and count them around each QPV."""
    if not own_layers.held():
        html.note(
            "Vous avez un fichier à vous ? La page Données, par le menu, en fait une couche de cette carte, pour votre session."
        )
    if not kept:
        return
    place = filters.here.name
    st.header("Vos couches", anchor="vos-couches")
    html.note(
        f"{UNOFFICIAL[0].upper()}{UNOFFICIAL[1:]}. Ce qu’une couche ne liste pas n’est pas absent pour autant."
    )
    sources.own([one.held.source for one in kept])
    for one in kept:
        if one.held.thinned_m:
            st.caption(
                f"« {plain(one.held.title)} » : la carte simplifie ses tracés à {distance(one.held.thinned_m)} près ; "
                "distances, comptages et fichiers gardent les tracés exacts."
            )
        table.show(
            one.here,
            one.held.fields,
            caption=f"{one.held.title}, {place}",
            key=f"{one.held.layer_id}-tableau",
        )
        context = rows.about(
            [one.held.source],
            filters={**filters.described, **one.words, **one.held.words},
            subject=one.held.title,
            place=place,
        )
        downloads.show(
            one.here,
            one.held.fields,
            context=context,
            key=f"{one.held.layer_id}-export",
            layer_id=one.held.layer_id,
        )
    _around(kept, filters.here)


def _around(kept: Sequence[Kept], here: Where) -> None:
    st.subheader("Vos couches autour de chaque QPV", anchor=False)
    radius_m = choices.segments(
        "Compter les objets, à vol d’oiseau depuis le contour",
        {0: "Dans le quartier"} | {reach_m: f"à {distance(reach_m)} au plus" for reach_m in RADII_M},
        default=RADII_M[0],
        key="vos-couches-distance",
        in_address=False,
    )
    counted = [(one.held, one.rows) for one in kept if len(one.rows)]
    for one in kept:
        if one.rows.empty:
            st.caption(
                f"« {plain(one.held.title)} » : aucun objet ne répond à ces filtres, rien n’est mesuré."
            )
    if not counted:
        return
    st.caption(
        typographie(
            "Lignes et surfaces comptent dès qu’elles touchent le quartier, ou ce qui l’entoure à la distance choisie ; la "
            "distance va de contour à contour. Sont comptés les objets de toute la couche qui répondent à ses filtres, même hors "
            "de la commune choisie."
        )
    )
    frame, fields = own_layers.per_qpv(here.qpv, counted, radius_m=radius_m)
    filters = {f"{one.held.title}, {name}": value for one in kept for name, value in one.words.items()}
    rows.show(
        frame,
        fields,
        rows.about(
            [*(one.source for one, _ in counted), "qpv"],
            filters={"distance": distance(radius_m), **filters, "nature": UNOFFICIAL},
            subject="couches importées par QPV",
            place=here.name,
        ),
        caption=f"Vos couches autour de chaque QPV, {here.name}",
        key="vos-couches-qpv",
        files_key="vos-couches-qpv-export",
    )
