"""Many deployments at once: a grid like a spreadsheet's, each cell checked, what will change shown before it does."""

import datetime as dt
from typing import Any, Final

import pandas as pd
import streamlit as st

from facts.snapshot import current
from pages.suivi import preview, widgets
from tracking import exchange
from tracking.records import LENGTHS, Status
from ui import choices, follow_up, html

KEY: Final = "grille"
DATES: Final = ("date_debut", "date_fin")
DEGREES: Final = ("lon", "lat")
_HELP: Final = (
    "Corrigez les cases, ou ajoutez des lignes par la dernière, vide. Les colonnes Fiche et Version disent quelle "
    "ligne est laquelle : elles ne se changent pas. Pour retirer une fiche, ouvrez-la dans « Déploiements »."
)


def show(*, may_write: bool) -> None:
    """Show the view."""
    st.header("Saisir plusieurs déploiements", anchor=False)
    if not may_write:
        html.note("La grille s’ouvre aux personnes qui peuvent saisir. La liste est dans « Déploiements ».")
        return
    html.note(_HELP)
    base = base_table()
    edited = st.data_editor(
        typed(base),
        key=f"{KEY}-cases-{st.session_state.get(f'{KEY}-tour', '')}",
        num_rows="add",
        placeholder="",
        hide_index=True,
        column_config=columns(),
        disabled=[exchange.headings()["record_id"], exchange.headings()["version"]],
        height=420,
        width="stretch",
    )
    st.button("Reprendre depuis la base", key="recharger-grille", on_click=preview.forget, args=(KEY,))
    plan = exchange.plan(follow_up.store(), texts(edited))
    if not (plan.changes or len(plan.set_aside) or len(plan.conflicts)):
        html.note("Aucun changement pour le moment.", role="status")
        return
    preview.show(plan, key=KEY, may_write=may_write)


def base_table() -> pd.DataFrame:
    """Give the table that the session edits: read once, so that others' writes neither move nor erase what is typed."""
    name = f"{KEY}-depart"
    if name not in st.session_state:
        st.session_state[name] = exchange.to_table(follow_up.store())
    kept: pd.DataFrame = st.session_state[name]
    return kept


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """Give the cells their types, for the editor's own checks.

    Parameters
    ----------
    table
        Texts, as `tracking.exchange.to_table`.

    Returns
    -------
    DataFrame
        Days as datetime64, degrees as float64, blanks as None.
    """
    titles = exchange.headings()
    given = {
        heading: table[heading].astype(object).where(table[heading] != "", None) for heading in table.columns
    }
    frame = pd.DataFrame(given, columns=table.columns)
    for name in DATES:
        frame[titles[name]] = pd.to_datetime(frame[titles[name]], format="%Y-%m-%d").astype("datetime64[s]")
    for name in DEGREES:
        numbers = frame[titles[name]].map(lambda text: None if text is None else text.replace(",", "."))
        frame[titles[name]] = pd.to_numeric(numbers).astype("float64")
    return frame.reset_index(drop=True)


def texts(edited: pd.DataFrame) -> pd.DataFrame:
    """Write the cells of the editor as the exchange reads them."""
    table = edited.map(_text)
    table.index = pd.RangeIndex(1, len(table) + 1)
    return table


def columns() -> dict[str, Any]:
    """Describe the columns of the editor."""
    titles = exchange.headings()
    projects = dict(current().projects_in_order["titre"])
    towns = choices.by_title(current().commune_names)
    quarters = choices.titles_of_qpv(current().qpv)
    described: dict[str, Any] = {
        titles["record_id"]: st.column_config.TextColumn(width=90),
        titles["version"]: st.column_config.TextColumn(width=70),
        titles["id_projet"]: _select(projects, width=260),
        titles["statut"]: st.column_config.SelectboxColumn(options=[s.value for s in Status], width=110),
        titles["code_insee"]: _select(towns, width=160, label="Commune"),
        titles["code_qp"]: _select(quarters, width=200, label="QPV"),
    }
    for name in ("lieu", "partenaire", "note"):
        described[titles[name]] = st.column_config.TextColumn(max_chars=LENGTHS[name], width=180)
    for name in DATES:
        described[titles[name]] = st.column_config.DateColumn(
            format="DD/MM/YYYY", min_value=widgets.FIRST_DAY, max_value=widgets.LAST_DAY, width=120
        )
    for name in DEGREES:
        described[titles[name]] = st.column_config.NumberColumn(format="%.5f", width=100)
    return described


def _select(titles: dict[str, str], *, width: int, label: str | None = None) -> Any:
    return st.column_config.SelectboxColumn(
        label, options=list(titles), format_func=lambda code: titles.get(str(code), str(code)), width=width
    )


def _text(value: Any) -> str:
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, dt.date):
        return f"{value:%Y-%m-%d}"
    return repr(float(value)).replace(".", ",") if isinstance(value, float) else str(value)
