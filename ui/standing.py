"""One place's figures as a table of a page."""

from collections.abc import Mapping
from html import escape
from itertools import groupby

from facts import standing
from facts.portraits import Portrait
from loaders.catalogue import Source
from words.formats import typographie


def to_html(portrait: Portrait, sources: Mapping[str, Source]) -> str:
    """Write the figures of a place as a table, each source once above its figures."""
    rows = []
    for origin, group in groupby(standing.lines(portrait, sources), key=lambda line: line.origin):
        said = escape(typographie(origin))
        rows.append(f'<tr><th class="fiche-source" scope="rowgroup" colspan="4">{said}</th></tr>')
        for line in group:
            cells = "".join(
                f'<td class="nombre{" raison" if standing.is_word(text) else ""}">{escape(text)}</td>'
                for text in (line.value, line.median, line.rank)
            )
            note = f' title="{escape(typographie(line.field.help))}"' if line.field.help else ""
            rows.append(f'<tr><th scope="row"{note}>{escape(typographie(line.field.title))}</th>{cells}</tr>')
    title = escape(typographie(f"Chiffres clés : {portrait.name}"))
    heads = "".join(
        f'<th scope="col" class="nombre">{text}</th>'
        for text in ("Valeur", standing.OVER[portrait.kind], "Rang")
    )
    return (
        f'<div class="atlas-cadre atlas-entier" role="region" tabindex="0" aria-label="{title}">'
        f'<table class="atlas-table"><caption>{title}</caption><thead><tr><th scope="col">Donnée</th>{heads}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
