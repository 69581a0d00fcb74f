"""Where the figures of a page come from, from when, and where they apply."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from facts.naming import line
from facts.snapshot import current
from loaders.catalogue import Source
from ui import freshness, html
from words import clock


def note(*source_ids: str) -> None:
    """Write one line per source under a map or a table.

    Parameters
    ----------
    *source_ids
        Ids of the catalogue, in the order to show.

    Raises
    ------
    KeyError
        If the catalogue does not hold one of them: nothing is shown without its source.
    """
    sources, names = current().sources, current().commune_names
    today = clock.today()
    used = [sources[source_id] for source_id in dict.fromkeys(source_ids) if not sources[source_id].absente]
    write([_line(source, tuple(names.items()), today) for source in used])


def write(lines: Sequence[str]) -> None:
    """Write what is said of sources, one line each."""
    html.show(
        '<ul class="atlas-sources">{% for said in lines %}<li>{{ said|t }}</li>{% endfor %}</ul>', lines=lines
    )


def own(brought: Sequence[Source]) -> None:
    """Write one line per source that the session brings; nothing where there is none."""
    if brought:
        write([line(source, current().commune_names) for source in brought])


@lru_cache(maxsize=128)
def _line(source: Source, names: tuple[tuple[str, str], ...], today: dt.date) -> str:
    return f"{line(source, dict(names))} ; donnée {freshness.origin(source, on=today)}"
