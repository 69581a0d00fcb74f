"""The rows of a page: a table to read, and the same rows as files to take away."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pandas as pd

from exports.context import Context
from facts.fields import Field
from facts.snapshot import current
from loaders.catalogue import Source
from maps.spec import MapSpec
from ui import downloads, table

#: Where the rows of QPV, of communes and of projects lead.
TO_QPV: Final = "quartier?qpv="
TO_COMMUNE: Final = "commune?commune="
TO_PROJECT: Final = "projets?vue_projets=Fiche+d%27un+projet&projet="


def about(
    used: Iterable[str | Source],
    *,
    subject: str,
    place: str | None = None,
    filters: Mapping[str, str] | str = "",
) -> Context:
    """Say where rows come from and how they were chosen.

    Parameters
    ----------
    used
        Sources that the rows draw on: ids of the catalogue, or what a session brings.
    subject, place
        What the rows are about and where, in a few words; they name the files. None is the whole territory.
    """
    held = current()
    named = [held.sources[source] if isinstance(source, str) else source for source in used]
    return Context.of(named, filters=filters, subject=subject, place=place or held.everywhere)


def show(
    frame: pd.DataFrame,
    fields: Sequence[Field],
    context: Context,
    *,
    caption: str,
    key: str,
    files_key: str = "",
    target: str = "",
    drawn: MapSpec | None = None,
) -> None:
    """Show rows as a table, and offer them as files.

    Parameters
    ----------
    files_key
        The key of the files, that of the table after "export-" unless it is given.
    target
        As for `ui.table.show`.
    drawn
        As for `ui.downloads.show`.
    """
    catalogue = current().sources.beside(context.sources)
    table.show(frame, fields, sources=catalogue, caption=caption, key=key, target=target)
    downloads.show(frame, fields, context=context, key=files_key or f"export-{key}", drawn=drawn)
