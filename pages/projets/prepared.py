"""What the views of the page share: what was recorded, a heading, a line for paper."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from facts.coverage import MESURES
from ui import follow_up, page

TITLE: Final = "Projets : qui couvre quelle commune ?"
STYLES: Final = Path(__file__).parent
SOURCES: Final = ("projets", "communes", "qpv")
MEASURED: Final = (*SOURCES, "indicateurs", *MESURES)


def facts() -> pd.DataFrame | None:
    """Set what the partners recorded beside what the texts promise."""
    return follow_up.facts(follow_up.read())


def head(finding: str, words: Mapping[str, str] | None = None, *, style: str | None = None) -> None:
    """Open a view: heading, finding, and on paper the day and the filters.

    Parameters
    ----------
    style
        Style sheet of the view alone, which may set another paper; None without one.
    """
    page.header(TITLE, finding)
    styles = "".join((STYLES / name).read_text("utf-8") for name in ("page.css", style) if name is not None)
    page.on_paper(words or {}, style=styles)
