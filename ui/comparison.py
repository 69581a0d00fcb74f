"""Up to four places side by side: a table of all their figures and small bars of the main ones."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

import pandas as pd

from facts import standing
from facts.fields import Field, stated
from facts.portraits import COMMUNE, QUARTIER, Genre, Places
from loaders.catalogue import Source
from words.formats import figure, typographie

MOST: Final = 4
#: Column that names a place.
NAMES: Final[Mapping[Genre, str]] = {QUARTIER: "lib_qp", COMMUNE: "nom"}
#: The figures drawn as bars.
DRAWN: Final[Mapping[Genre, Sequence[str]]] = {
    QUARTIER: ("population", "taux_pauvrete_60_pct", "taux_emploi_pct", "distance_station_m", "friches_a_portee", "sports_pour_1000_hab"),
    COMMUNE: ("population", "population_qpv", "part_habitants_a_portee", "friches_verifiees", "sports_pour_1000_hab", "gares"),
}  # fmt: skip


def to_html(places: Places, codes: Sequence[str], sources: Mapping[str, Source]) -> str:
    """Write the figures of some places side by side, the median of all beside them.

    Parameters
    ----------
    codes
        Those to compare, in order.
    sources
        The catalogue, which says where each source applies.
    """
    chosen = places.rows.loc[list(codes)]
    values = stated(chosen, places.fields, sources)
    medians = places.standing(codes[0]).to_dict("index")
    names = named(places, codes)
    over = standing.OVER[places.kind]
    heads = "".join(f'<th scope="col" class="nombre">{escape(text)}</th>' for text in [*names.values(), over])
    lines = []
    for field in places.fields:
        middle = medians[field.column]
        texts = [figure(value, field.kind) for value in values[field.column]]
        texts.append(standing.median(middle["mediane"], middle["classes"], field))
        cells = "".join(
            f'<td class="nombre{" raison" if standing.is_word(text) else ""}">{escape(text)}</td>'
            for text in texts
        )
        lines.append(
            f'<tr><th scope="row">{escape(typographie(field.title))}</th>{cells}'
            f'<td class="long">{escape(typographie(standing.origin(field, sources)))}</td></tr>'
        )
    title = escape(typographie(f"Comparaison : {', '.join(names.values())}"))
    return (
        f'<div class="atlas-cadre" role="region" tabindex="0" aria-label="{title}"><table class="atlas-table">'
        f'<caption>{title}</caption><thead><tr><th scope="col">Donnée</th>{heads}'
        f'<th scope="col">Source et millésime</th></tr></thead><tbody>{"".join(lines)}</tbody></table></div>'
    )


def bars(places: Places, codes: Sequence[str], sources: Mapping[str, Source]) -> str:
    """Draw the main figures of some places as bars, each with its value in words.

    Parameters
    ----------
    codes
        Those to compare, in order.

    Returns
    -------
    str
        HTML lists: a screen reader reads names and values, the bars themselves are decoration. A missing value has its
        reason and no bar.
    """
    names, medians = named(places, codes), places.standing(codes[0]).to_dict("index")
    fields = {field.column: field for field in places.fields}
    charts = []
    for column in DRAWN[places.kind]:
        if column not in fields:
            continue
        field = fields[column]
        values = stated(places.rows.loc[list(codes)], [field], sources)[column].tolist()
        middle = medians[column]
        lines = list(
            zip(names.values(), values, (figure(value, field.kind) for value in values), strict=True)
        )
        if middle["classes"] > 1:
            text = standing.median(middle["mediane"], middle["classes"], field)
            lines.append((standing.OVER[places.kind], middle["mediane"], text))
        charts.append(_chart(field, lines, sources))
    return f'<div class="atlas-barres">{"".join(charts)}</div>'


def named(places: Places, codes: Sequence[str]) -> dict[str, str]:
    """Name some places, namesakes with their code.

    Returns
    -------
    dict of str to str
        Name by code, in the order of `codes`.
    """
    column = places.rows[NAMES[places.kind]].astype(str)
    twice = set(column[column.duplicated(keep=False)])
    return {code: f"{column[code]} ({code})" if column[code] in twice else column[code] for code in codes}


def table(places: Places, codes: Sequence[str]) -> tuple[pd.DataFrame, tuple[Field, ...]]:
    """Give the rows and the columns of the places compared, for files.

    Parameters
    ----------
    codes
        Those to compare, in order.
    """
    name = Field(NAMES[places.kind], "QPV" if places.kind == QUARTIER else "Commune", "texte")
    code = Field(str(places.rows.index.name), "Code", "texte")
    return places.rows.loc[list(codes)], (name, code, *places.fields)


def _chart(field: Field, lines: Sequence[tuple[str, Any, str]], sources: Mapping[str, Source]) -> str:
    largest = max((value for _, value, _ in lines if not isinstance(value, str)), default=0)
    items = []
    for name, value, text in lines:
        width = 0.0 if isinstance(value, str) or largest <= 0 else 100 * value / largest
        bar = f'<span class="barre" aria-hidden="true" style="width:{width:.1f}%"></span>' if width else ""
        reason = ' class="raison"' if isinstance(value, str) else ""
        items.append(
            f'<li><span class="nom">{escape(typographie(name))}</span> <strong{reason}>{escape(text)}</strong>'
            f'<span class="piste">{bar}</span></li>'
        )
    said = escape(typographie(standing.origin(field, sources)))
    return (
        f"<figure><figcaption>{escape(typographie(field.title))}</figcaption><ul>{''.join(items)}</ul>"
        f'<span class="atlas-origine">{said}</span></figure>'
    )
