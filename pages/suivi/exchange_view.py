"""The records out and in as a table, for those who fill it in their own spreadsheet."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from errors import AtlasError
from facts import follow_up as words
from facts.fields import Field
from facts.follow_up import FollowUp
from loaders.brought import tables
from pages.suivi import card, preview
from tracking import exchange
from tracking.records import DeploymentInput, IndicatorInput
from ui import downloads, follow_up, html
from ui.markdown import plain, prose
from ui.rows import about

KEY: Final = "import"
KINDS: Final[Mapping[str, tuple[type[DeploymentInput | IndicatorInput], str]]] = {
    "deploiements": (DeploymentInput, "Déploiements"),
    "valeurs": (IndicatorInput, "Valeurs d’indicateurs"),
}
#: Columns that help a reader and that the import leaves alone.
NAMES: Final[Mapping[str, str]] = {
    "id_projet": "Titre du projet",
    "code_insee": "Nom de la commune",
    "code_qp": "Nom du QPV",
    "code": "Nom du territoire",
}
_DAYS: Final = frozenset({"date_debut", "date_fin", "periode_debut", "periode_fin"})


def show(followed: FollowUp, *, may_write: bool) -> None:
    """Show the view."""
    kind, subject = KINDS[
        st.segmented_control(
            "Ce qui sort ou entre",
            list(KINDS),
            format_func=lambda key: KINDS[key][1],
            default="deploiements",
            required=True,
            key="genre-echange",
        )
    ]
    st.header(f"Exporter : {subject.lower()}", anchor=False)
    frame, fields = outgoing(kind)
    downloads.show(
        frame,
        fields,
        context=about([words.source_of(followed)], subject=f"suivi {subject.lower()}", place="contrat"),
        key="export-suivi",
    )
    st.header(f"Importer : {subject.lower()}", anchor=False)
    if not may_write:
        html.note("L’import s’ouvre aux personnes qui peuvent saisir.")
        return
    html.note(
        "Partez du tableau exporté, corrigez ou ajoutez des lignes, laissez vide la colonne Fiche des nouvelles. Rien n’est "
        "écrit avant votre accord, et une ligne absente du fichier reste en base."
    )
    file = st.file_uploader(
        "Tableau rempli, CSV ou XLSX",
        type=["csv", "xlsx"],
        key=f"{KEY}-depot-{st.session_state.get(f'{KEY}-tour', '')}",
        max_upload_size=10,
    )
    if file is None:
        return
    try:
        given = tables.read(file.getvalue(), name=file.name, headings=exchange.headings(kind).values())
        plan = exchange.plan(follow_up.store(), given.cells, kind=kind)
    except AtlasError as error:
        st.error(plain(str(error)))
        return
    for note in [
        *given.notes,
        *(f"Ligne {line} : {fault}, mise de côté" for line, fault in given.miscut.items()),
    ]:
        st.caption(prose(note))
    preview.show(plan, key=KEY, may_write=may_write)


def outgoing(kind: type[DeploymentInput | IndicatorInput]) -> tuple[pd.DataFrame, tuple[Field, ...]]:
    """Give the table to take away, names beside codes.

    Returns
    -------
    (DataFrame, tuple of Field)
        Rows indexed by record, and their columns: those of the exchange, then the names.
    """
    titles = exchange.headings(kind)
    record, known = titles["record_id"], card.names()
    table = exchange.to_table(follow_up.store(), kind=kind)
    fields = [Field(heading, heading, _form(name)) for name, heading in titles.items()]
    for name, heading in NAMES.items():
        if name in titles:
            table[heading] = [known.get(code, "") for code in table[titles[name]]]
            fields.append(Field(heading, heading, "texte"))
    return table.set_index(record), tuple(fields)


def _form(name: str) -> Any:
    return "date" if name in _DAYS else "texte"
