"""The deployments recorded: filters, list, map, promise against fact, the one that opens with its history; and their agenda by year."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from facts import follow_up as words
from facts.fields import Field, texts
from facts.follow_up import SIGNS, FollowUp, balance, beyond, observed
from facts.snapshot import current
from geo.crs import Bounds, points_from_degrees
from geo.follow_up import STATUSES, by_project, communes_of, in_year, years
from maps.spec import Cadrage, MapSpec, ShownLayer
from pages.suivi import card, form, inputs
from tracking.records import DeploymentInput
from ui import choices, downloads, follow_up, html, mapview, rows, table
from ui.html import plain
from words.formats import pluriel

LIST_FIELDS: Final = tuple(field for field in words.DEPLOYMENT_FIELDS if field.column != "note")
FILE_FIELDS: Final = (
    *words.DEPLOYMENT_FIELDS,
    *texts({"id_projet": "Identifiant du projet", "insee": "Code Insee", "code": "Code du QPV"}),
    *texts({"longitude": "Longitude", "latitude": "Latitude"}),
)
PROMISE_FIELDS: Final = (
    Field("titre", "Projet", "texte"),
    Field("communes_promises", "Communes que le texte concerne", "entier"),
    Field("constat", "Constat dans ces communes", "texte"),
    Field("hors", "Communes hors du périmètre du texte", "texte"),
)
OPENED: Final = "fiche"
#: Around the deployments, what the map shows with them.
AROUND_M: Final = 2_000
UNDATED: Final = "Sans date"
AGENDA_FIELDS: Final = tuple(
    field
    for field in words.DEPLOYMENT_FIELDS
    if field.column in {"titre", "statut", "commune", "qpv", "lieu", "debut", "fin", "partenaire"}
)


def show(followed: FollowUp, facts: pd.DataFrame, *, may_write: bool) -> None:
    """Show the view.

    Parameters
    ----------
    facts
        What `ui.follow_up.facts` gives.
    """
    if (opened := inputs.form(form.KIND)) is not None and may_write:
        form.show(opened)
        return
    commune, projet, statut = _filters()
    kept = follow_up.deployments(followed)
    if projet:
        kept = kept[kept["id_projet"] == projet]
    if commune:
        kept = kept[[commune in codes for codes in communes_of(kept, current().qpv)]]
    if statut:
        kept = kept[kept["statut"] == statut]
    if may_write:
        st.button(
            "Enregistrer un déploiement",
            type="primary",
            icon=":material/add:",
            key="ouvrir-saisie",
            on_click=form.open_new,
            args=({"id_projet": projet, "code_insee": commune},),
        )
    record_id = _choose(kept)
    if record_id is not None:
        card.show(record_id, may_write=may_write, correct=form.open_correction)
    _list(kept, followed, {"projet": projet, "commune": commune, "statut": statut})
    _promise(facts, projet)


def _filters() -> tuple[str | None, str | None, str | None]:
    for key in ("projet", "commune", "statut", OPENED):
        # After the form, which hides them, Streamlit would show them blank rather than on "all".
        if key in st.session_state and st.session_state[key] is None:
            del st.session_state[key]
    with choices.row():
        projet = choices.project(none="Tous les projets")
        commune = choices.commune(current().commune_names)
        statut = choices.one_of(
            {status: status.capitalize() for status in STATUSES},
            key="statut",
            label="Statut",
            none="Tous les statuts",
        )
    return commune, projet, statut


def _choose(kept: pd.DataFrame) -> str | None:
    """Let the user open a record, among those of the list, the withdrawn ones too if asked."""
    titles = {str(record): _title(row) for record, row in kept.to_dict("index").items()}
    asked = st.query_params.get(OPENED, "")
    with choices.row("filtres-fiche"):
        if st.checkbox("Avec les fiches retirées", key="retirees"):
            known = card.names()
            for record, standing in follow_up.store().standing(DeploymentInput).items():
                if standing.withdrawn and isinstance(standing.record, DeploymentInput):
                    name = known.get(standing.record.id_projet, standing.record.id_projet)
                    titles[record] = f"{name}, retirée ({record[:6]})"
        if asked and asked not in titles and asked not in titles.values() and _exists(asked):
            titles[asked] = f"Fiche {asked[:6]}"
        if not titles:
            return None
        return choices.one_of(titles, key=OPENED, label="Ouvrir une fiche", none="Aucune fiche ouverte")


def _exists(record_id: str) -> bool:
    return record_id in follow_up.store().standing(DeploymentInput)


def _title(row: Mapping[Any, Any]) -> str:
    place = row["lieu"] if row["lieu"] != words.NOT_STATED else row["commune"]
    return f"{row['titre']}, {place}, {row['statut']}"


def _list(kept: pd.DataFrame, followed: FollowUp, asked: Mapping[str, str | None]) -> None:
    st.header("Les déploiements enregistrés", anchor=False)
    if kept.empty:
        html.note(
            "Aucun enregistrement ne répond à ces filtres."
            if any(asked.values())
            else "Aucun enregistrement pour le moment."
        )
        mapview.hand()
        return
    shown = follow_up.layer(kept, followed)
    if shown:
        bounds = _bounds(kept, asked["commune"])
        mapview.show(
            MapSpec(
                titre="Carte des déploiements enregistrés",
                layers=[ShownLayer("communes"), ShownLayer("qpv"), *shown],
                # After the form, whose map went to one point, the address holds that view.
                cadrage=Cadrage(f"suivi-{bounds}", bounds, impose=inputs.MOVED in st.session_state),
            ),
            key="carte-suivi",
            height=420,
        )
    without = int(kept["lon"].isna().sum())
    if without:
        html.note(
            f"{pluriel(without, 'déploiement sans position', 'déploiements sans position')} : dans la liste, pas sur la carte."
        )
    names = card.names()
    filters = {name: names.get(code, code) for name, code in asked.items() if code}
    table.show(
        kept,
        LIST_FIELDS,
        caption="Déploiements, le dernier enregistré d’abord",
        key="deploiements",
        target="suivi?fiche=",
    )
    downloads.show(
        kept.assign(
            insee=kept["code_insee"].fillna(words.NOT_STATED),
            code=kept["code_qp"].fillna(words.NOT_STATED),
            longitude=[words.NOT_STATED if pd.isna(value) else f"{value:.6f}" for value in kept["lon"]],
            latitude=[words.NOT_STATED if pd.isna(value) else f"{value:.6f}" for value in kept["lat"]],
        ),
        FILE_FIELDS,
        context=rows.about(
            [words.source_of(followed)],
            filters=filters,
            subject="déploiements",
            place=filters.get("commune", "contrat"),
        ),
        key="export-deploiements",
    )


def _bounds(kept: pd.DataFrame, commune: str | None) -> Bounds:
    """Give what the map shows at first, in metres: the commune asked for, else all that has a position."""
    placed = kept[kept["lon"].notna()]
    around = points_from_degrees(placed["lon"], placed["lat"]).buffer(AROUND_M)
    seen = current().communes.loc[[commune]] if commune else around
    west, south, east, north = (round(float(edge)) for edge in seen.total_bounds)
    return west, south, east, north


def _promise(facts: pd.DataFrame, projet: str | None) -> None:
    st.header("Ce que les textes promettent, ce que les enregistrements disent", anchor=False)
    counts = by_project(facts).join(current().projects[["titre", "ordre"]]).sort_values("ordre")
    counts = counts.assign(
        constat=[observed(row) for row in counts.to_dict("records")],
        hors=[beyond(facts, str(code), current().commune_names) for code in counts.index],
    )
    if projet:
        counts = counts.loc[[projet]]
        html.note(balance(counts.to_dict("records")[0]))
    table.show(
        counts,
        PROMISE_FIELDS,
        caption="Communes de chaque projet : promesse et constat",
        key="promesse",
        target=rows.TO_PROJECT,
    )


def unread() -> None:
    """Say that the records cannot be read."""
    st.error(
        plain(
            "Le suivi ne répond pas : la base des enregistrements est inaccessible. À faire : prévenir l’administration de l’atlas."
        )
    )


def show_agenda(followed: FollowUp) -> None:
    """Show the view."""
    rows = follow_up.deployments(followed)
    st.header("Agenda", anchor=False)
    if rows.empty:
        html.note("Aucun enregistrement pour le moment : l’agenda se remplit avec les déploiements.")
        return
    spans = agenda_columns(rows)
    lines = _lines(rows, spans)
    html.show("suivi/legend.jinja", signs=SIGNS)
    html.show(
        "suivi/agenda.jinja",
        title=f"Déploiements par projet et par année ({pluriel(len(lines), 'projet')})",
        labels=spans,
        lines=lines,
        signs=SIGNS,
        plurals=words.PLURALS,
    )
    chosen = st.selectbox(
        "Année",
        [None, *spans],
        format_func=lambda label: "Toutes les années" if label is None else label,
        key="annee",
        bind="query-params",
        width=240,
    )
    kept = rows if chosen is None else rows[spans[chosen]]
    table.show(
        kept.sort_values(["date_debut", "date_fin"], na_position="last"),
        AGENDA_FIELDS,
        caption="Déploiements" if chosen is None else f"Déploiements : {chosen.lower()}",
        key="agenda",
        target="suivi?fiche=",
    )


def agenda_columns(rows: pd.DataFrame) -> dict[str, list[bool]]:
    """Give the years of the agenda, from the first to the last, and then those without a date.

    Parameters
    ----------
    rows
        What `facts.follow_up.deployments` gives.

    Returns
    -------
    dict of str to list of bool
        Heading of the column to which rows stand there.
    """
    spans = years(rows)
    dated = spans.dropna()
    found = {}
    if not dated.empty:
        first, last = int(dated["premiere"].min()), int(dated["derniere"].max())
        found = {str(year): list(in_year(rows, year)) for year in range(first, last + 1)}
    undated = spans["premiere"].isna().tolist()
    return found | ({UNDATED: undated} if any(undated) else {})


def _lines(
    rows: pd.DataFrame, spans: Mapping[str, list[bool]]
) -> list[tuple[str, list[list[tuple[str, int]]]]]:
    """Count the statuses of each project in each column of the agenda, the projects in their document's order."""
    order = {title: rank for rank, title in enumerate(current().projects_in_order["titre"])}
    parts = [rows[inside] for inside in spans.values()]
    lines = []
    for title in sorted(rows["titre"].unique(), key=lambda title: (order.get(title, len(order)), title)):
        counts = [part.loc[part["titre"] == title, "statut"].value_counts() for part in parts]
        cells = [[(status, int(found[status])) for status in STATUSES if status in found] for found in counts]
        lines.append((title, cells))
    return lines
