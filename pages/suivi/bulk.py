"""Many records at once, in a grid like a spreadsheet's or as a file out and in; what would change is shown before it does."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from errors import AtlasError
from facts import follow_up as words
from facts.fields import Field, texts
from facts.follow_up import FollowUp
from facts.snapshot import current
from pages.suivi import card, inputs
from tracking import exchange
from tracking.exchange import Plan
from tracking.records import LENGTHS, DeploymentInput, IndicatorInput, Record, Status
from tracking.refusals import ConflictError
from ui import apart, choices, downloads, follow_up, html, table
from ui.html import plain, prose
from ui.rows import about
from words.formats import pluriel

_LINE: Final = {"ligne": "Ligne", "champ": "Champ"}
ADDED_FIELDS: Final = texts({"ligne": "Ligne", "contenu": "À ajouter"})
CORRECTED_FIELDS: Final = texts(_LINE | {"avant": "Avant", "après": "Après"})
CONFLICT_FIELDS: Final = texts(
    _LINE
    | {
        "à l'export": "Lu au départ",
        "en base": "Enregistré depuis",
        "dans le fichier": "Votre valeur",
        "modifié par": "Modifié par",
    }
)
ASIDE_FIELDS: Final = texts(_LINE | {"valeur": "Valeur", "faute": "Faute", "a_faire": "À faire"})
REQUEST: Final = "suivi-requete-"
GRID: Final = "grille"
DATES: Final = ("date_debut", "date_fin")
DEGREES: Final = ("lon", "lat")
_HELP: Final = (
    "Corrigez les cases, ou ajoutez des lignes par la dernière, vide. Les colonnes Fiche et Version disent quelle "
    "ligne est laquelle : elles ne se changent pas. Pour retirer une fiche, ouvrez-la dans « Déploiements »."
)
IMPORT: Final = "import"
KINDS: Final[Mapping[str, tuple[type[Record], str]]] = {
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


def _preview(plan: Plan, *, key: str, may_write: bool) -> None:
    """Show what a plan would write, what it would not and why, and the button that writes it."""
    st.header("Ce qui va changer", anchor=False)
    html.note(sentence(plan), role="status")
    for note in plan.notes:
        st.caption(prose(note))
    names = card.names()
    for rows, fields, caption in (
        (_texts(plan.set_aside, {}), ASIDE_FIELDS, "Lignes mises de côté : rien n’en est enregistré"),
        (
            _texts(plan.conflicts, names),
            CONFLICT_FIELDS,
            "Conflits : modifiés par d’autres depuis le départ, rien n’en est enregistré",
        ),
        (added(plan.added, names), ADDED_FIELDS, "Enregistrements à ajouter"),
        (_texts(plan.corrected, names), CORRECTED_FIELDS, "Corrections, champ par champ"),
    ):
        if not rows.empty:
            table.show_whole(rows, fields, caption=f"{caption} ({len(rows)})")
    if plan.changes and may_write:
        st.button(
            f"Enregistrer {pluriel(len(plan.changes), 'changement')}",
            type="primary",
            key=f"{key}-enregistrer",
            on_click=_apply,
            args=(plan, key),
        )


def sentence(plan: Plan) -> str:
    """Count what a plan would do."""
    added_lines = plan.added["ligne"].nunique()
    corrected = plan.corrected["fiche"].nunique()
    said = [
        pluriel(added_lines, "ajout"),
        pluriel(corrected, "correction"),
        pluriel(plan.unchanged, "ligne inchangée", "lignes inchangées"),
    ]
    if len(plan.set_aside):
        said.append(pluriel(plan.set_aside["ligne"].nunique(), "ligne mise de côté", "lignes mises de côté"))
    if len(plan.conflicts):
        said.append(f"{pluriel(plan.conflicts['fiche'].nunique(), 'fiche')} en conflit")
    absent = (
        f" {pluriel(plan.absent, 'fiche enregistrée n’y est', 'fiches enregistrées n’y sont')} pas : rien n'y change."
        if plan.absent
        else ""
    )
    return f"{', '.join(said)}.{absent} Rien n'est encore enregistré."


def added(cells: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Gather the cells of each new record in one row.

    Returns
    -------
    DataFrame
        `ligne` and `contenu`.
    """
    lines: dict[Any, list[str]] = {}
    for cell in cells.to_dict("records"):
        lines.setdefault(cell["ligne"], []).append(
            f"{cell['champ']} : {names.get(cell['valeur'], cell['valeur'])}"
        )
    return pd.DataFrame(
        {"ligne": [str(line) for line in lines], "contenu": [" ; ".join(told) for told in lines.values()]}
    )


def _texts(rows: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Write every cell for a reader: a blank is said."""
    return rows.map(lambda value: names.get(str(value), str(value)) if str(value).strip() else "vide")


def _apply(plan: Plan, key: str) -> None:
    request = st.session_state.setdefault(f"{REQUEST}{key}", follow_up.new_request())
    for name in (inputs.SAID, inputs.REFUSED):
        st.session_state.pop(name, None)
    try:
        ids = follow_up.write(plan.changes, request_id=request)
    except ConflictError as error:
        st.session_state[inputs.REFUSED] = f"{error} Rien n'est enregistré de ce lot."
    except AtlasError as error:
        st.session_state[inputs.REFUSED] = str(error)
    else:
        st.session_state[inputs.SAID] = (
            f"{pluriel(len(ids), 'enregistrement fait', 'enregistrements faits')}."
        )
        forget(key)


def forget(key: str) -> None:
    """Take what was being prepared out of the session, once it is written or given up."""
    st.session_state.pop(f"{REQUEST}{key}", None)
    for name in [name for name in st.session_state if str(name).startswith(f"{key}-")]:
        if not str(name).endswith("-enregistrer"):
            st.session_state.pop(name, None)
    st.session_state[f"{key}-tour"] = follow_up.new_request()[:8]


def show_grid(*, may_write: bool) -> None:
    """Show the view."""
    st.header("Saisir plusieurs déploiements", anchor=False)
    if not may_write:
        html.note("La grille s’ouvre aux personnes qui peuvent saisir. La liste est dans « Déploiements ».")
        return
    html.note(_HELP)
    base = base_table()
    edited = st.data_editor(
        typed(base),
        key=f"{GRID}-cases-{st.session_state.get(f'{GRID}-tour', '')}",
        num_rows="add",
        placeholder="",
        hide_index=True,
        column_config=columns(),
        disabled=[exchange.headings()["record_id"], exchange.headings()["version"]],
        height=420,
        width="stretch",
    )
    st.button("Reprendre depuis la base", key="recharger-grille", on_click=forget, args=(GRID,))
    plan = exchange.plan(follow_up.store(), written(edited))
    if not (plan.changes or len(plan.set_aside) or len(plan.conflicts)):
        html.note("Aucun changement pour le moment.", role="status")
        return
    _preview(plan, key=GRID, may_write=may_write)


def base_table() -> pd.DataFrame:
    """Give the table that the session edits: read once, so that others' writes neither move nor erase what is typed."""
    name = f"{GRID}-depart"
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


def written(edited: pd.DataFrame) -> pd.DataFrame:
    """Write the cells of the editor as the exchange reads them."""
    table = edited.map(_as_text)
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
            format="DD/MM/YYYY", min_value=inputs.FIRST_DAY, max_value=inputs.LAST_DAY, width=120
        )
    for name in DEGREES:
        described[titles[name]] = st.column_config.NumberColumn(format="%.5f", width=100)
    return described


def _select(titles: dict[str, str], *, width: int, label: str | None = None) -> Any:
    return st.column_config.SelectboxColumn(
        label, options=list(titles), format_func=lambda code: titles.get(str(code), str(code)), width=width
    )


def _as_text(value: Any) -> str:
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, dt.date):
        return f"{value:%Y-%m-%d}"
    return repr(float(value)).replace(".", ",") if isinstance(value, float) else str(value)


def show_exchange(followed: FollowUp, *, may_write: bool) -> None:
    """Show the view."""
    titles = {key: title for key, (_, title) in KINDS.items()}
    kind, subject = KINDS[
        choices.segments("Ce qui sort ou entre", titles, key="genre-echange", in_address=False)
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
        key=f"{IMPORT}-depot-{st.session_state.get(f'{IMPORT}-tour', '')}",
        max_upload_size=10,
    )
    if file is None:
        return
    try:
        given = apart.read(
            "tableau", file.name, file.getvalue(), headings=list(exchange.headings(kind).values())
        )
        plan = exchange.plan(follow_up.store(), given.cells, kind=kind)
    except AtlasError as error:
        st.error(plain(str(error)))
        return
    for note in [
        *given.notes,
        *(f"Ligne {line} : {fault}, mise de côté" for line, fault in given.miscut.items()),
    ]:
        st.caption(prose(note))
    _preview(plan, key=IMPORT, may_write=may_write)


def outgoing(kind: type[Record]) -> tuple[pd.DataFrame, tuple[Field, ...]]:
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
