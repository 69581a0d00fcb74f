"""What a sheet says, before it is laid out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exports import blocks
from exports.pdf import compose
from facts.snapshot import Snapshot
from words.formats import typographie


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

    def compose(self, template: str, held: Snapshot, day: dt.date) -> bytes:
        """Lay the sheet out.

        Parameters
        ----------
        template
            Name of a template of `exports/typst`.

        Raises
        ------
        SheetError
            If it cannot be composed.
        """
        known = held.sources
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
