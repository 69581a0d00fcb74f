"""The values of the success indicators of a project: form, table, and small series drawn with their numbers and in words."""

import base64
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st

from facts import follow_up as words
from facts import project as projects
from facts.follow_up import FollowUp
from facts.snapshot import current
from pages.suivi import card, inputs
from pages.suivi.inputs import Fields, Form
from tracking.records import IndicatorInput, Scale
from ui import choices, html, rows
from ui.html import prose
from words import clock
from words.formats import grouped

KIND: Final = "valeur"
PREFIX: Final = "valeur-"
SCALES: Final[Mapping[str, str]] = {
    Scale.WHOLE.value: "Ensemble du contrat",
    Scale.COMMUNE.value: "Une commune",
    Scale.QPV.value: "Un QPV",
}
#: The scales of one place to the field that names it.
_PLACES: Final[Mapping[str, str]] = {Scale.COMMUNE.value: "code_insee", Scale.QPV.value: "code_qp"}
#: Fields of a value that the form asks for as they are.
ASKED: Final = frozenset({"indicateur", "echelle", "periode_debut", "periode_fin", "unite", "source"})
#: A drawing holds so many points at most, the last ones; the table has them all.
MOST_POINTS: Final = 8
_SPACES: Final = re.compile(r"[\s\u00a0\u202f]")
_NUMBER: Final = re.compile(r"-?\d+(?:[.,]\d+)?")
_TITLES: Final = dict(inputs.ALL_TITLES) | {"mesure": "Valeur"}
_WIDTH: Final = 460
_HEIGHT: Final = 170
_SIDE: Final = 46
_ABOVE: Final = 34
_BELOW: Final = 34


def show(followed: FollowUp, *, may_write: bool) -> None:
    """Show the view."""
    with choices.row():
        chosen = choices.project(none="Tous les projets")
    opened = inputs.form(KIND) if may_write else None
    if opened is not None and opened.id_projet != chosen:
        inputs.keep()
        opened = None
    values = words.indicators(followed, current())
    if chosen is None:
        more = ", et enregistrer une valeur" if may_write else ""
        html.note(f"Choisissez un projet pour voir ses indicateurs un à un{more}.")
        st.header("Valeurs enregistrées", anchor=False)
        _table(values, followed, "tous les projets")
        return
    own = values[values["id_projet"] == chosen]
    given = projects.indicators(dict(current().projects.loc[chosen]))
    if opened is not None:
        _form(opened, chosen, given)
    elif may_write and given:
        st.button(
            "Enregistrer une valeur",
            type="primary",
            icon=":material/add:",
            key="ouvrir-valeur",
            on_click=_open,
            args=(chosen, given[0]),
        )
    st.header("Indicateurs de réussite", anchor=False)
    if not given:
        html.note("Aucun indicateur de réussite n’est donné pour ce projet.")
    for indicator in given:
        st.subheader(prose(indicator), anchor=False)
        of_it = own[own["indicateur"] == indicator]
        if of_it.empty:
            html.note("Aucun enregistrement : rien n’est dit de cet indicateur.")
            continue
        html.show("suivi/series.jinja", series=drawings(of_it))
    _table(own, followed, chosen)
    if not own.empty:
        titles = {str(record): f"{row['indicateur'][:60]}, {row['territoire']}, {row['lue'][:20]}" for record, row in own.to_dict("index").items()}  # fmt: skip
        opened_value = choices.one_of(
            titles, key="valeur", label="Ouvrir une valeur", none="Aucune valeur ouverte"
        )
        if opened_value:
            card.show(opened_value, may_write=may_write, correct=_open_correction)


def drawings(values: pd.DataFrame) -> list[dict[str, str]]:
    """Draw the series of one indicator, one per territory and unit.

    Parameters
    ----------
    values
        Rows of `facts.follow_up.indicators` of one indicator.
    """
    numbers = values[values["valeur"].notna()].sort_values("periode_fin")
    return [
        draw(
            f"{place} ({unit})",
            [
                (f"{row['fin']:%m/%Y}", float(row["valeur"]), row["lue"])
                for row in group.tail(MOST_POINTS).to_dict("records")
            ],
        )
        for (place, unit), group in numbers.groupby(["territoire", "unite"])
    ]


def record_of(values: Mapping[str, Any], id_projet: str) -> tuple[IndicatorInput | None, dict[str, str]]:
    """Make a record of what the form holds.

    Parameters
    ----------
    values
        Field to the value of its widget; "mesure" is a number or a text.

    Returns
    -------
    (IndicatorInput or None, dict of str to str)
        The record, None while a day is missing; and what could not be read, by field.
    """
    faults = {
        name: "à remplir"
        for name in ("periode_debut", "periode_fin", "indicateur")
        if values.get(name) is None
    }
    measure = (values.get("mesure") or "").strip()
    bare = _SPACES.sub("", measure)
    number = Decimal(bare.replace(",", ".")) if _NUMBER.fullmatch(bare) else None
    if not measure:
        faults["mesure"] = "un nombre, ou un constat en quelques mots"
    if faults:
        return None, faults
    scale = values.get("echelle") or Scale.WHOLE.value
    record = IndicatorInput(
        id_projet=id_projet,
        indicateur=values["indicateur"],
        periode_debut=values["periode_debut"],
        periode_fin=values["periode_fin"],
        echelle=scale,
        code=values.get(_PLACES.get(scale, "")),
        valeur=number,
        texte="" if number is not None else measure,
        unite=(values.get("unite") or "").strip() if number is not None else "",
        source=(values.get("source") or "").strip(),
    )
    return record, {}


def _open(id_projet: str, indicator: str) -> None:
    today = clock.today()
    blank = dict.fromkeys(("code_insee", "code_qp", "periode_debut", "periode_fin"))
    values = {"indicateur": indicator, "echelle": Scale.WHOLE.value, "mesure": "", "unite": "", "source": ""}
    # A year that has ended is what is most often counted.
    ended = {"periode_debut": dt.date(today.year - 1, 1, 1), "periode_fin": dt.date(today.year - 1, 12, 31)}
    inputs.open_form(Form(KIND, id_projet=id_projet), blank | values | ended, prefix=PREFIX)


def _open_correction(record_id: str, row: Mapping[str, Any]) -> None:
    record = inputs.content_of(row)
    if not isinstance(record, IndicatorInput):
        return
    values = {name: value for name, value in vars(record).items() if name in ASKED}
    values |= {name: record.code if scale == record.echelle else None for scale, name in _PLACES.items()}
    values["mesure"] = record.texte if record.valeur is None else grouped(record.valeur)
    opened = Form(KIND, record_id, int(row["version"]), id_projet=record.id_projet)
    inputs.open_form(opened, values, prefix=PREFIX)


def _form(opened: Form, id_projet: str, given: list[str]) -> None:
    st.header("Corriger une valeur" if opened.record_id else "Enregistrer une valeur", anchor=False)
    faults = {
        ("mesure" if name in {"valeur", "texte"} else name): fault for name, fault in opened.faults.items()
    }
    inputs.show_faults(faults, _TITLES)
    st.selectbox("Indicateur", given, key=f"{PREFIX}indicateur", format_func=str)
    scale = st.segmented_control(
        "Territoire", list(SCALES), format_func=SCALES.__getitem__, required=True, key=f"{PREFIX}echelle"
    )
    asked = Fields(PREFIX)
    if scale == Scale.COMMUNE:
        asked.choice("code_insee", choices.by_title(current().commune_names), "Choisir une commune")
    if scale == Scale.QPV:
        asked.choice("code_qp", choices.titles_of_qpv(current().qpv), "Choisir un QPV")
    with st.form("saisie-valeur", border=True):
        asked.period("periode_debut", "periode_fin")
        left, right = st.columns(2)
        with left:
            said = "Un nombre, par exemple 1 250 ou 12,5 ; ou un constat en quelques mots"
            asked.text("mesure", "Valeur", said=said, like="texte")
        with right:
            said = "Ce qui est compté, par exemple : élèves. Demandée pour un nombre"
            asked.text("unite", "Unité", said=said)
        asked.text("source", "Source de la valeur", said="Qui a compté, et où le vérifier")
        inputs.buttons(partial(_save, id_projet), prefix=PREFIX)


def _save(id_projet: str) -> None:
    opened = inputs.form(KIND)
    if opened is None:  # a second click on a form that was already recorded
        return
    held = {name.removeprefix(PREFIX): st.session_state.get(name) for name in opened.widgets}
    record, faults = record_of(held, id_projet)
    if record is None:
        opened.faults = faults
        return
    inputs.save(opened, record, said="Valeur enregistrée.")


def _table(values: pd.DataFrame, followed: FollowUp, place: str) -> None:
    if values.empty:
        html.note("Aucune valeur enregistrée pour le moment.")
        return
    rows.show(
        values,
        words.INDICATOR_FIELDS,
        rows.about([words.source_of(followed)], subject="valeurs des indicateurs", place=place),
        caption="Valeurs enregistrées",
        key="valeurs",
    )


def draw(title: str, points: Sequence[tuple[str, float, str]]) -> dict[str, str]:
    """Draw a series: its title, its image in base64 and all that it says in words.

    Parameters
    ----------
    title
        What is counted, where and in which unit.
    points
        End of the period, value, and the value as text, in order of time.
    """
    values = [value for _, value, _ in points]
    low, high = min(0.0, *values), max(0.0, *values)
    span = (high - low) or 1.0
    step = (_WIDTH - 2 * _SIDE) / max(len(points) - 1, 1)

    def y(value: float) -> float:
        return _ABOVE + (_HEIGHT - _ABOVE - _BELOW) * (high - value) / span

    marks = [
        {"x": _SIDE + step * at if len(points) > 1 else _WIDTH / 2, "y": y(value), "text": text, "day": day}
        for at, (day, value, text) in enumerate(points)
    ]
    svg = html.html(
        "suivi/series.svg.jinja",
        width=_WIDTH,
        height=_HEIGHT,
        left=_SIDE - 20,
        right=_WIDTH - _SIDE + 20,
        zero=y(0),
        marks=marks,
    )
    told = " ; ".join(f"{day} : {text}" for day, _, text in points)
    image = base64.b64encode(svg.encode()).decode()
    return {"title": title, "image": image, "text": f"{title}. {told}."}
