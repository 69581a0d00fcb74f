"""One place's figures as a table of a page."""

from collections.abc import Mapping
from html import escape
from typing import Final

from exports import standing
from exports.portraits import Portrait
from loaders.catalogue import Source
from ui.formats import typographie

_NUMBER: Final = ' class="nombre"'


def to_html(portrait: Portrait, sources: Mapping[str, Source]) -> str:
    """Write the figures of a place as a table.

    Parameters
    ----------
    portrait
        The place.
    sources
        The catalogue.

    Returns
    -------
    str
        HTML in which every text of the data is escaped.
    """
    helps = {field.column: field.help for field in portrait.fields}
    lines = []
    for column, row in standing.rows(portrait, sources).iterrows():
        note = f' title="{escape(typographie(helps[str(column)]))}"' if helps[str(column)] else ""
        cells = "".join(
            f'<td class="nombre{" raison" if standing.is_word(row[name]) else ""}">{escape(row[name])}</td>'
            for name in ("valeur", "mediane", "rang")
        )
        lines.append(
            f'<tr><th scope="row"{note}>{escape(typographie(row["titre"]))}</th>{cells}'
            f'<td class="long">{escape(typographie(row["source"]))}</td></tr>'
        )
    title = escape(typographie(f"Chiffres clés : {portrait.name}"))
    heads = "".join(
        f'<th scope="col"{"" if field.column in {"titre", "source"} else _NUMBER}>'
        f"{standing.OVER[portrait.kind] if field.column == 'mediane' else field.title}</th>"
        for field in standing.FIELDS
    )
    return (
        f'<div class="atlas-cadre" role="region" tabindex="0" aria-label="{title}">'
        f'<table class="atlas-table atlas-figures"><caption>{title}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )
