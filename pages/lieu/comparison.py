"""Up to four places side by side: a table of all their figures and small bars of the main ones."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import streamlit as st

from facts import standing
from facts.fields import Field, stated
from facts.portraits import COMMUNE, QUARTIER, Genre, Places
from facts.snapshot import current
from pages.lieu.asked import Asked
from ui import choices, downloads, html
from words.formats import figure

MOST: Final = 4
#: Column that names a place, and its title.
NAMES: Final[Mapping[Genre, tuple[str, str]]] = {QUARTIER: ("lib_qp", "QPV"), COMMUNE: ("nom", "Commune")}
#: The figures drawn as bars.
DRAWN: Final[Mapping[Genre, Sequence[str]]] = {
    QUARTIER: ("population", "taux_pauvrete_60_pct", "taux_emploi_pct", "distance_station_m", "friches_a_portee", "sports_pour_1000_hab"),
    COMMUNE: ("population", "population_qpv", "part_habitants_a_portee", "friches_verifiees", "sports_pour_1000_hab", "gares"),
}  # fmt: skip


class Bar(NamedTuple):
    """A value of a chart; its width in percent of the largest, 0 for a reason in place of a figure."""

    name: str
    text: str
    is_reason: bool
    width: float


class Chart(NamedTuple):
    """One figure of the places compared."""

    title: str
    bars: Sequence[Bar]
    origin: str


def show(asked: Asked) -> None:
    """Let the user choose other places, and set them beside the page's own."""
    kind, code = asked.portrait.kind, asked.portrait.code
    places = current().places(kind, asked.radius_m)
    st.header("Comparer", anchor=False)
    titles = (
        choices.titles_of_qpv(places.rows) if kind == QUARTIER else choices.by_title(current().commune_names)
    )
    picked = st.multiselect(
        f"Jusqu’à {MOST - 1} autres lieux",
        list(titles),
        format_func=titles.__getitem__,
        max_selections=MOST - 1,
        placeholder="Choisir",
        key="avec",
        bind="query-params",
    )
    codes = list(dict.fromkeys([code, *picked]))[:MOST]
    if len(codes) == 1:
        html.show('<p class="atlas-note atlas-invite">Choisissez un autre lieu pour le mettre en regard.</p>')
        return
    names = _named(places, codes)
    html.show("lieu/bars.jinja", charts=_charts(places, names))
    html.show(
        "lieu/comparison.jinja",
        title=f"Comparaison : {', '.join(names.values())}",
        heads=[*names.values(), standing.OVER[kind]],
        lines=_lines(places, codes),
        is_word=standing.is_word,
    )
    fields = (
        Field(*NAMES[kind], "texte"),
        Field(str(places.rows.index.name), "Code", "texte"),
        *places.fields,
    )
    downloads.show(
        places.rows.loc[codes],
        fields,
        context=asked.about("comparaison", comparés=", ".join(names.values())),
        key="lieu-comparer",
    )


def _named(places: Places, codes: Sequence[str]) -> dict[str, str]:
    """Name some places by code, in order, namesakes with their code."""
    column = places.rows[NAMES[places.kind][0]].astype(str)
    twice = set(column[column.duplicated(keep=False)])
    return {code: f"{column[code]} ({code})" if column[code] in twice else column[code] for code in codes}


def _lines(places: Places, codes: Sequence[str]) -> list[tuple[Field, list[str], str]]:
    """Write each figure: that of each place, the median of all, where it comes from."""
    sources = current().sources
    values = stated(places.rows.loc[list(codes)], places.fields, sources)
    medians = places.standing(codes[0]).to_dict("index")
    return [
        (
            field,
            [
                *(figure(value, field.kind) for value in values[field.column]),
                _median(medians[field.column], field),
            ],
            standing.origin(field, sources),
        )
        for field in places.fields
    ]


def _charts(places: Places, names: Mapping[str, str]) -> list[Chart]:
    """Give the bars of the main figures, the median last where there is one."""
    codes, sources = list(names), current().sources
    medians = places.standing(codes[0]).to_dict("index")
    fields = {field.column: field for field in places.fields}
    charts = []
    for field in (fields[column] for column in DRAWN[places.kind] if column in fields):
        values = stated(places.rows.loc[codes], [field], sources)[field.column].tolist()
        said = [
            (name, value, figure(value, field.kind))
            for name, value in zip(names.values(), values, strict=True)
        ]
        middle = medians[field.column]
        if middle["classes"] > 1:
            said.append((standing.OVER[places.kind], middle["mediane"], _median(middle, field)))
        largest = max((value for _, value, _ in said if not isinstance(value, str)), default=0)
        bars = [Bar(name, text, isinstance(value, str), _width(value, largest)) for name, value, text in said]
        charts.append(Chart(field.title, bars, standing.origin(field, sources)))
    return charts


def _width(value: Any, largest: float) -> float:
    return 0.0 if isinstance(value, str) or largest <= 0 else 100 * value / largest


def _median(middle: Mapping[Any, Any], field: Field) -> str:
    return standing.median(middle["mediane"], middle["classes"], field)
