"""The map of a page, the file that takes it away, and where what it shows comes from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from loaders.catalogue import Source
from maps.spec import MapSpec
from ui import downloads, mapview, sources


def show(
    spec: MapSpec,
    *,
    key: str,
    subject: str,
    place: str,
    filters: Mapping[str, str],
    used: Sequence[str],
    own: Sequence[Source] = (),
    on_click: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """Draw a map, offer it as a file, and list its sources.

    Parameters
    ----------
    subject, place
        What it is about and where, in a few words; they name the file.
    used
        Ids of the catalogue.
    own
        Sources that the session brings.
    on_click
        As for `ui.mapview.show`.
    """
    mapview.show(spec, key=key, on_click=on_click)
    downloads.show_map(spec, subject=subject, place=place, filters=filters, key=f"{key}-html", own=own)
    sources.note(*used)
    sources.own(own)
