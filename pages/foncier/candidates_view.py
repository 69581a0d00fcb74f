"""Candidate addresses inferred from the DGFiP's file of the premises of legal persons: each one is to be checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from errors import ArgumentError, AtlasError, SourceError
from facts.snapshot import current
from loaders.brought import addresses, landlords, personnes_morales
from loaders.brought.personnes_morales import Candidates
from loaders.catalogue import Source
from loaders.live.geocoder import Address
from maps.spec import ShownLayer
from pages.foncier import candidates
from ui import apart, downloads, geocoding, html, reading, rows, table
from ui.choices import Where
from ui.html import plain, prose
from words.formats import entier, part, pluriel, typographie

FOUND: Final = "pistes-trouvees"
#: Those whose address was looked up, and what the service answered to each text.
PLACED: Final = "pistes-placees"
ANSWERS: Final = "pistes-reponses"
FAULT: Final = "pistes-faute"
MAX_MB: Final = 300
FAULTS: Final = (reading.FAULTS[0], *reading.FAULTS[2:5])


@dataclass(frozen=True, eq=False)
class Kept:
    """The candidates of a session.

    Attributes
    ----------
    rows
        All of them, as `candidates.located` gives them.
    """

    name: str
    found: Candidates
    rows: pd.DataFrame
    kept: pd.DataFrame
    source: Source


def of_session(here: Where) -> Kept | None:
    """Give the candidates of the session; None until a file was read."""
    held = st.session_state.get(FOUND)
    if not isinstance(held, tuple):
        return None
    name, found = held
    placed = st.session_state.get(PLACED)
    rows = candidates.located(found.frame, placed, current().qpv)
    source = candidates.source(found, name=name, looked_up=placed is not None)
    return Kept(name, found, rows, candidates.select(rows, here), source)


def layers(owned: Kept | None) -> Sequence[ShownLayer]:
    """Give the layer of the candidates that have a position."""
    return candidates.shown(owned.rows, owned.kept, owned.source) if owned else ()


def show(here: Where) -> None:
    """Show the import of the DGFiP's file, and the candidates found in it."""
    st.header("Pistes à vérifier : locaux des personnes morales (DGFiP)", anchor=False)
    st.caption(
        "Le fichier ouvert de la DGFiP ne dit ni où est un local, ni s'il est un logement, une cave ou un commerce, et le codage "
        "de ses niveaux n'est pas documenté. L'atlas en tire des adresses où un bailleur tient un local lu au rez-de-chaussée : "
        "chacune est à vérifier sur place. Elles n'entrent dans aucun total, et ne sont sur la carte que si vous demandez de les "
        "placer par leur adresse."
    )
    with st.expander("Chercher des pistes dans un fichier de la DGFiP", key="pistes-import"):
        st.text_area(
            "Bailleurs cherchés : un numéro SIREN par ligne, puis un point-virgule et un nom",
            _listed(),
            key="pistes-sirens",
            help="Les organismes du groupe « 5 - Office HLM » du fichier sont toujours cherchés",
        )
        st.text_input("Millésime du fichier", personnes_morales.NO_VINTAGE, key="pistes-millesime")
        st.file_uploader(
            "Fichier des locaux des personnes morales d'un département (CSV)",
            type=["csv", "txt"],
            key="pistes-depot",
            on_change=_take,
            max_upload_size=MAX_MB,
        )
    if fault := st.session_state.get(FAULT):
        st.error(prose(fault))
    if (owned := of_session(here)) is not None:
        _results(owned, here)


def _listed() -> str:
    try:
        known = landlords.load()
    except SourceError as error:
        st.error(prose(str(error)), icon=":material/error:")
        return ""
    return "\n".join(f"{siren} ; {name}" for siren, name in known["denomination"].items())


def _take() -> None:
    state = st.session_state
    for kept in (FOUND, FAULT, PLACED, ANSWERS):
        state.pop(kept, None)
    file = state.get("pistes-depot")
    if file is None:
        return
    vintage = state.get("pistes-millesime", "").strip() or personnes_morales.NO_VINTAGE
    try:
        known = parsed(state.get("pistes-sirens", ""))
        state[FOUND] = (
            file.name,
            apart.read("pistes", file.name, file.getbuffer(), millesime=vintage, known=known),
        )
    except AtlasError as error:
        state[FAULT] = str(error)


def parsed(text: str) -> pd.DataFrame:
    """Read the landlords that the user lists.

    Returns
    -------
    DataFrame
        Index `siren`, column `denomination`, as `loaders.brought.landlords.load`.

    Raises
    ------
    ArgumentError
        If a line does not begin with a SIREN.
    """
    names: dict[str, str] = {}
    for line, raw in enumerate(text.splitlines(), 1):
        if not raw.strip():
            continue
        siren, _, name = raw.partition(";")
        siren = "".join(siren.split())
        if not landlords.is_siren(siren):
            raise ArgumentError(
                f"Bailleurs cherchés, ligne {line} : « {raw.strip()[:40]} » ne commence pas par un "
                "SIREN (9 chiffres, le dernier contrôle les autres)"
            )
        names[siren] = name.strip() or siren
    index = pd.Index(list(names), name="siren", dtype="str")
    return pd.DataFrame({"denomination": list(names.values())}, index=index, dtype="str")


def _results(owned: Kept, here: Where) -> None:
    found, kept = owned.found, owned.kept
    html.note(
        f"« {owned.name} » ({owned.source.millesime}) : {pluriel(found.report.lignes_lues, 'ligne lue', 'lignes lues')} "
        f"({_listing(found.counts)}). Adresses de bailleurs ({_listing(found.addresses)}). {' '.join(found.notes)}."
    )
    if found.report.faults:
        about = partial(rows.about, [owned.source], filters="lignes écartées", place="locaux DGFiP")
        rows.show(
            found.report.frame().rename_axis("numero"),
            FAULTS,
            about(subject="pistes lignes écartées"),
            caption="Lignes du fichier de la DGFiP écartées",
            key="pistes-fautes",
        )
    counts = [("Adresses à vérifier", entier(len(kept)))]
    if len(kept):
        share = kept["nb_niveaux_lus"].sum() / kept["nb_locaux"].sum()
        counts.append(("Part des locaux dont le niveau a pu être lu", part(share)))
    html.figures(*counts)
    _placing(owned, here)
    fields = candidates.PLACED_FIELDS if isinstance(kept, gpd.GeoDataFrame) else candidates.FIELDS
    # "lecture" is the same in each row: files say it, the text above the table too.
    shown = [field for field in fields if field.column != "lecture"]
    table.show(kept, shown, caption=f"Pistes à vérifier, {here.name}", key="pistes")
    about = partial(rows.about, [owned.source], filters=here.described, place=here.name)
    downloads.show(kept, fields, context=about(subject="pistes à vérifier DGFiP"), key="export-pistes")


def _listing(counts: Mapping[str, int]) -> str:
    return " ; ".join(f"{kind} : {entier(count)}" for kind, count in counts.items())


def _placing(owned: Kept, here: Where) -> None:
    """Offer to look addresses up, and say what became of those that were."""
    those = candidates.select(owned.rows, Where(here.commune))
    waiting = candidates.to_ask(those)
    asked = waiting.iloc[: addresses.MAX_ADDRESSES]
    if isinstance(those, gpd.GeoDataFrame):
        st.caption(typographie(candidates.answers(those)))
        away = those.loc[those["position"].str.startswith(addresses.SERVICE_AWAY), "position"]
        if len(away):
            told = away.iloc[0].removeprefix(addresses.SERVICE_AWAY).strip(" ()")
            st.warning(
                prose(
                    f"Géocodage interrompu : {told}. {pluriel(len(away), 'piste reste', 'pistes restent')} dans le "
                    "tableau, sans position ; relancez quand le service répond."
                )
            )
    if here.chosen is not None:
        st.caption("Le filtre par quartier ne garde que les pistes dont la position est dans ce QPV.")
    if asked.empty:
        return
    st.caption(
        typographie(
            f"Sur demande, ces adresses, {addresses.MAX_ADDRESSES} au plus à la fois, sont envoyées au service d'adresses de l'IGN "
            "(data.geopf.fr). Une réponse peu sûre (score inférieur à 0,80) laisse la piste dans le tableau, sans position."
        )
    )
    if st.button(
        plain(f"Placer {pluriel(len(asked), 'adresse', 'adresses')} sur la carte"), key="pistes-placer"
    ):
        _place(asked)
        st.rerun()


def _place(asked: pd.DataFrame) -> None:
    state = st.session_state
    known: dict[str, Address | None] = state.setdefault(ANSWERS, {})
    bar = st.progress(0.0)

    def best(text: str) -> Address | None:
        # What was answered stays, should the user leave before the end.
        if text not in known:
            known[text] = geocoding.best(text)
        count = min(len(known), len(asked))
        bar.progress(count / len(asked), text=f"{entier(count)} sur {entier(len(asked))}")
        return known[text]

    state.pop(FAULT, None)
    try:
        placed = personnes_morales.place(
            asked[list(personnes_morales.FRAME_COLUMNS)], best, zones=current().qpv
        )
    except AtlasError as error:
        state[FAULT] = str(error)
        return
    before = state.get(PLACED)
    if before is not None:
        placed = pd.concat([before.drop(index=placed.index, errors="ignore"), placed])
    state[PLACED] = placed
