"""The files that a visitor brings to the view "Implantation": how to give them, how they were read, their faults."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import pandas as pd
import streamlit as st

from loaders.brought import candidate_sites, gtfs
from loaders.brought.candidate_sites import SiteList
from loaders.catalogue import Source
from loaders.quality import OFF_TERRITORY, Report
from pages.velos import siting
from pages.velos.siting_shown import FAULT_FIELDS
from ui import apart, html, reading, rows
from ui.html import prose
from ui.slots import Slot
from words import formats

ReadT = TypeVar("ReadT")
#: The server's own limit (`maxUploadSize`).
MAX_MB: Final = 50


@dataclass(frozen=True, eq=False)
class Imported(Generic[ReadT]):
    """A file as the session holds it."""

    name: str
    content: ReadT
    source: Source


def _sites(raw: bytes, name: str) -> Imported[SiteList]:
    content = apart.read("emplacements", name, raw)
    return Imported(name, content, candidate_sites.source_of(content, name=name))


def _stops(raw: bytes, name: str) -> Imported[gtfs.Stops]:
    content = apart.read("arrets", name, raw)
    return Imported(name, content, gtfs.source_of(content, name=name))


SITES: Final = Slot("implantation-liste", _sites)
STOPS: Final = Slot("implantation-arrets", _stops)


def show() -> None:
    """Offer to bring places, and stops."""
    _ask_sites()
    _ask_stops()
    for slot in (SITES, STOPS):
        if slot.fault():
            st.error(prose(slot.fault()))


def quality() -> None:
    """Say how the files of the session were read, and list what is wrong in them; nothing where there is none."""
    sites, archive = SITES.held(), STOPS.held()
    if sites is None and archive is None:
        return
    st.header("Lecture de vos fichiers", anchor=False)
    if sites is not None:
        _report(sites, sites.content.report, sites.content.notes, key="liste", subject="emplacements")
    if archive is not None:
        told = [f"{siting.counted_stops(archive.content.frame)}.", *archive.content.notes]
        _report(archive, archive.content.report, told, key="arrets", subject="arrêts GTFS")


def _ask_sites() -> None:
    with st.expander("Ajouter vos propres emplacements", key="implantation-import"):
        st.caption(
            "Un CSV de colonnes nom, lon, lat (degrés), "
            f"{formats.entier(candidate_sites.MAX_SITES)} lignes au plus. Le fichier reste dans votre session."
        )
        st.download_button(
            "Modèle à remplir (CSV)",
            candidate_sites.TEMPLATE.encode("utf-8-sig"),
            file_name="modele_emplacements_velos.csv",
            mime="text/csv; charset=utf-8",
            key="modele-emplacements",
            on_click="ignore",
        )
        _uploader(SITES, "Liste d'emplacements (CSV)", kind="csv", max_mb=5)
        _held(SITES, "Retirer la liste", lambda held: reading.counted(held.content.report))


def _ask_stops() -> None:
    with st.expander("Mesurer la distance aux arrêts (archive GTFS)", key="implantation-gtfs"):
        st.caption(
            "L'atlas ne connaît que le tracé des lignes, pas leurs arrêts. Avec l'archive GTFS d'un réseau (ZIP, "
            f"{MAX_MB} Mo au plus), la distance aux transports est mesurée jusqu'à ses arrêts. Le fichier reste dans votre "
            "session."
        )
        _uploader(STOPS, "Archive GTFS (ZIP)", kind="zip", max_mb=MAX_MB)
        _held(STOPS, "Retirer l'archive", lambda held: siting.counted_stops(held.content.frame))


def _uploader(slot: Slot[Any], label: str, *, kind: str, max_mb: int) -> None:
    st.file_uploader(label, type=[kind], key=slot.uploader_key(), on_change=slot.take, max_upload_size=max_mb)


def _held(slot: Slot[Any], label: str, told: Callable[[Imported[Any]], str]) -> None:
    """Say which file the session holds, and offer to take it away."""
    held = slot.held()
    if held is not None:
        st.caption(prose(f"« {held.name} » : {told(held)}."))
        st.button(label, key=f"{slot.key}-retirer", on_click=slot.forget)


def _report(imported: Imported[Any], report: Report, notes: Sequence[str], *, key: str, subject: str) -> None:
    said = " ".join(note if note.endswith(".") else f"{note}." for note in [reading.counted(report), *notes])
    html.note(f"« {imported.name} » : {said}")
    faults = _ordered(report.frame())
    if faults.empty:
        return
    rows.show(
        faults,
        FAULT_FIELDS,
        rows.about(
            [imported.source],
            filters="constats de lecture",
            subject=f"constats {subject}",
            place=imported.name,
        ),
        caption=f"Ce qui a été trouvé dans « {imported.name} », ligne par ligne",
        key=f"implantation-fautes-{key}",
        files_key=f"export-fautes-{key}",
    )


def _ordered(faults: pd.DataFrame) -> pd.DataFrame:
    """Put faults before what is only of another place or mode, which is most of a region's archive."""
    faults["valeur"] = faults["valeur"].where(faults["valeur"].str.strip() != "", "(vide)")
    elsewhere = faults["faute"].str.startswith(OFF_TERRITORY)
    return pd.concat([faults[~elsewhere], faults[elsewhere]]).reset_index(drop=True).rename_axis("numero")
