"""The sources fetched again from their producers: what each is today, what came of the last run, and the buttons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Final

import pandas as pd
import streamlit as st

from facts import snapshot
from facts.fields import Field
from loaders import refresh
from loaders.catalogue import Catalogue, Source
from loaders.live import offline
from loaders.refresh import RefreshResult
from server import rights
from ui import freshness, table
from ui.html import prose
from words import clock
from words.formats import decimal, entier, moment, typographie

_RESULTS: Final = "actualisation-resultats"
STATE_FIELDS: Final = [
    Field("titre", "Source", "texte"),
    Field("etat", "État", "texte"),
    Field("age", "Âge des données", "texte"),
    Field("tentative", "Dernière demande au producteur", "texte"),
]
RESULT_FIELDS: Final = [
    Field("titre", "Source", "texte"),
    Field("issue", "Issue", "texte"),
    Field("before", "Lignes avant", "entier"),
    Field("after", "Lignes après", "entier"),
    Field("added", "Ajoutées", "entier"),
    Field("gone", "Disparues", "entier"),
    Field("edited", "Modifiées", "entier"),
    Field("moved", "Déplacées", "entier"),
]


def show(catalogue: Catalogue) -> None:
    """Show the state of the sources, those whose file is refused included, and let who may fetch them again."""
    sources = {**catalogue, **{source.source_id: source for source in catalogue.refused}}
    st.header("Actualiser", anchor="actualiser")
    st.markdown(
        typographie(
            "Une source est « embarquée » quand elle a été livrée avec l'atlas, « en direct » quand son producteur l'a "
            "envoyée ou confirmée depuis un jour au plus, « en cache » au-delà. Une version illisible, d'un autre "
            "territoire ou qui perd beaucoup de lignes est refusée : la précédente reste."
        )
    )
    names = [name for name in refresh.refreshable() if name in sources]
    _states(sources, names)
    refused = refusal()
    if refused:
        st.info(typographie(refused), icon=":material/lock:")
    else:
        _buttons(sources, names)
    _results(sources, st.session_state.get(_RESULTS, []))


def refusal() -> str:
    """Say why this session may not change the data, or nothing: an act of administration.

    Returns
    -------
    str
        French sentence; "" if it may.
    """
    allowed = rights.current()
    if allowed.may_administer:
        return ""
    return (
        f"L'actualisation est réservée à l'administration. {allowed.reason} Sur la machine du serveur, la commande "
        "« python -m loaders refresh » fait de même."
    )


def _states(sources: Mapping[str, Source], names: Sequence[str]) -> None:
    today = clock.today()
    rows = [
        {
            "source_id": name,
            "titre": source.titre,
            "etat": freshness.origin(source, on=today),
            "age": freshness.label(source, on=today) if source.telechargee else "sans objet",
            "tentative": _attempted(name)
            if name in names
            else f"non actualisée : {refresh.BY_HAND.get(name, 'sans objet pour ce territoire')}",
        }
        for name, source in sources.items()
    ]
    table.show(
        pd.DataFrame(rows).set_index("source_id"), STATE_FIELDS, caption="État des sources", key="etats"
    )


def _attempted(name: str) -> str:
    attempt = refresh.last_attempt(name)
    if attempt is None:
        return "jamais"
    return f"{moment(attempt.at)} : {attempt.fault}" if attempt.fault else f"{moment(attempt.at)}, réussie"


def _buttons(sources: Mapping[str, Source], names: Sequence[str]) -> None:
    if offline.is_offline():
        st.info(
            typographie(
                f"L'atlas est hors ligne ({offline.VARIABLE}) : aucune source ne peut être actualisée."
            ),
            icon=":material/cloud_off:",
        )
        return
    if st.button("Tout actualiser", key="actualiser-tout", type="primary", icon=":material/refresh:"):
        _run(sources, names)
    with st.expander("Une seule source, ou revenir à la version précédente"):
        for name in names:
            title, renew, back = st.columns([5, 2, 3], vertical_alignment="center")
            title.markdown(prose(sources[name].titre))
            if renew.button("Actualiser", key=f"actualiser-{name}", help=sources[name].titre):
                _run(sources, [name])
            if refresh.has_previous(name) and back.button(
                "Version précédente", key=f"revenir-{name}", help=sources[name].titre
            ):
                rights.authorize("administration")
                _keep([refresh.revert(name)])


def _run(sources: Mapping[str, Source], names: Sequence[str], *, accept_loss: bool = False) -> None:
    """Fetch sources one after the other, with the bytes that come, then show the page of the new data."""
    rights.authorize("administration")
    bar = st.progress(0.0, text="Demande aux producteurs…")
    done: list[RefreshResult] = []

    def told(name: str, received: int, total: int | None) -> None:
        share = received / total if total else 0.0
        of = f" sur {decimal(total / 1e6)}" if total else ""
        bar.progress(
            min(1.0, (len(done) + share) / len(names)),
            text=typographie(f"{sources[name].titre} : {decimal(received / 1e6)}{of} Mo"),
        )

    for result in refresh.refresh_all(names, accept_loss=accept_loss, on_progress=told):
        done.append(result)
        bar.progress(len(done) / len(names), text=f"{entier(len(done))} sur {entier(len(names))}")
    _keep(done)


def _keep(results: Sequence[RefreshResult]) -> None:
    snapshot.forget()
    st.session_state[_RESULTS] = list(results)
    st.rerun()


def _results(sources: Mapping[str, Source], results: Sequence[RefreshResult]) -> None:
    if not results:
        return
    st.subheader("Dernière actualisation de cette session", anchor=False)
    read = [result for result in results if result.changes.after or result.changes.before]
    if read:
        rows = [
            {
                "source_id": result.source_id,
                "titre": sources[result.source_id].titre,
                "issue": result.outcome,
                **asdict(result.changes),
            }
            for result in read
        ]
        table.show(
            pd.DataFrame(rows).set_index("source_id"),
            RESULT_FIELDS,
            caption="Lignes avant et après",
            key="resultats",
        )
    same = [
        sources[result.source_id].titre
        for result in results
        if result.outcome == refresh.UNCHANGED and result not in read
    ]
    if same:
        st.markdown(prose(f"Inchangées, dit leur producteur : {', '.join(same)}."))
    for result in results:
        if result.reason:
            st.warning(prose(f"{sources[result.source_id].titre} : {result.reason}"))
    for name in _lost(results):
        if not refusal() and st.button(
            prose(f"Accepter la baisse : {sources[name].titre}"),
            key=f"accepter-{name}",
            icon=":material/warning:",
        ):
            _run(sources, [name], accept_loss=True)


def _lost(results: Sequence[RefreshResult]) -> Iterator[str]:
    """Name the sources whose new version was read whole and refused for what it lost."""
    return (result.source_id for result in results if result.refused and result.changes.before)
