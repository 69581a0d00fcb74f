"""Typst's compiler: one template and its content in, one PDF/UA-1 file out.

The content goes to Typst as JSON, never as markup: a text of the data cannot be read as a command. The fonts are those of pinned packages, so that a sheet looks the same on every machine.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import fontpkg_source_sans_3
import typst

from errors import SheetError
from exports import blocks
from facts.snapshot import Snapshot
from words import clock
from words.formats import typographie

TEMPLATES: Final = Path(__file__).with_name("typst")
#: PDF/UA-1: tags, alternative texts, language and title, or Typst refuses.
STANDARD: Final = "ua-1"


def compose(template: str, content: Mapping[str, Any], *, date: dt.date) -> bytes:
    """Compose a PDF.

    Parameters
    ----------
    template
        Name of a template of `exports/typst`, without its extension.
    date
        The day written into the file: the same content and day give the same bytes.

    Raises
    ------
    SheetError
        If Typst refuses the template or its content, or would have to do without a font.
    """
    midnight = dt.datetime.combine(date, dt.time(), tzinfo=dt.UTC)
    try:
        pdf, warnings = typst.compile_with_warnings(
            TEMPLATES / f"{template}.typ",
            root=TEMPLATES,
            font_paths=_fonts(),
            format="pdf",
            sys_inputs={"contenu": json.dumps(content, ensure_ascii=False)},
            pdf_standards=[STANDARD],
            timestamp=midnight,
        )
    except RuntimeError as error:  # typst's own errors, and that of a template that is not there
        raise SheetError(_said(str(error), getattr(error, "hints", []))) from error
    if warnings:
        raise SheetError(_said(str(warnings[0].message), warnings[0].hints))
    return bytes(pdf)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    # The fonts that Typst itself holds draw the few signs that Source Sans lacks.
    return typst.Fonts(include_system_fonts=False, font_paths=[fontpkg_source_sans_3.ROOT / "files"])


def _said(message: str, hints: list[str]) -> str:
    more = f" ({' ; '.join(hints)})" if hints else ""
    return (
        f"La fiche PDF n'a pas pu être composée : {message}{more}. À faire : retirer du texte les signes qu'aucune "
        "police n'a, ou signaler la fiche à l'éditeur de l'atlas."
    )


@dataclass(frozen=True, eq=False)
class Content:
    """One sheet.

    Attributes
    ----------
    subtitle
        What tells it from its namesakes, "" for nothing.
    finding
        One French sentence: the answer before the details.
    """

    kind: str
    name: str
    subtitle: str
    finding: str
    keywords: Sequence[str]
    source_ids: Sequence[str]
    said: str
    parts: Mapping[str, Any] = field(default_factory=dict)

    def compose(self, template: str, held: Snapshot, date: dt.date | None) -> bytes:
        """Lay the sheet out.

        Parameters
        ----------
        template
            Name of a template of `exports/typst`.
        date
            None is today.

        Raises
        ------
        SheetError
            If it cannot be composed.
        """
        known, day = held.sources, date or clock.today()
        named = [known[source_id] for source_id in dict.fromkeys(self.source_ids)]
        used = [source for source in named if not source.absente]
        return compose(
            template,
            {
                "titre": typographie(f"{self.kind} : {self.name}"),
                "genre": typographie(self.kind),
                "titre-court": typographie(self.name),
                "sous-titre": typographie(self.subtitle),
                "constat": typographie(self.finding),
                "mots": list(self.keywords),
                "sources": blocks.origins(used, dict(held.communes["nom"])),
                "pied": blocks.footer(day, self.said),
                **self.parts,
            },
            date=day,
        )
