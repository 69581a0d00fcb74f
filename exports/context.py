"""Where the rows of a file come from, how they were filtered and when they were taken."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from errors import ArgumentError
from loaders.catalogue import Source
from words import clock
from words.folding import slug


@dataclass(frozen=True)
class Context:
    """What every file taken away carries on each of its rows.

    Attributes
    ----------
    producer, vintage, licence, attribution
        French texts about the sources, joined where there are several.
    filters
        The filters in force, in French, "aucun filtre" if none.
    subject, place
        What the rows are and where, in a few words; they name the file.
    sources
        The sources themselves, whose scope says why a figure is missing.
    criteria
        The filters one by one, name to value, where they were given so; the threshold of distance is one of them.
    """

    producer: str
    vintage: str
    licence: str
    attribution: str
    filters: str
    date: dt.date
    subject: str
    place: str
    sources: tuple[Source, ...] = ()
    criteria: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls,
        sources: Iterable[Source],
        *,
        filters: Mapping[str, str] | str = "",
        subject: str,
        place: str,
        date: dt.date | None = None,
    ) -> Self:
        """Join what several sources say of themselves.

        Parameters
        ----------
        sources
            The sources that the rows draw on, the main one first; those that the territory does not have are passed over.
        date
            The day of the export, today if None.

        Raises
        ------
        ArgumentError
            If no source is given: nothing leaves without its source.
        """
        kept = tuple({source.source_id: source for source in sources if not source.absente}.values())
        if not kept:
            raise ArgumentError("Un export nomme au moins une source")
        criteria: tuple[tuple[str, str], ...] = ()
        if isinstance(filters, Mapping):
            criteria = tuple((name, value) for name, value in filters.items() if value)
            filters = " ; ".join(f"{name} : {value}" for name, value in criteria)
        return cls(
            producer=_joined(kept, lambda source: source.producteur),
            vintage=_joined(kept, lambda source: source.millesime),
            licence=_joined(kept, lambda source: source.licence),
            attribution=" ; ".join(dict.fromkeys(source.attribution for source in kept)),
            filters=filters or "aucun filtre",
            date=date or clock.today(),
            subject=subject,
            place=place,
            sources=kept,
            criteria=criteria,
        )

    def filename(self, extension: str) -> str:
        """Name the file after its subject, its place and its day, in plain ASCII.

        Parameters
        ----------
        extension
            With or without its dot.

        Returns
        -------
        str
            Such as "atlas_ecarts-velos_commune_2026-03-02.csv".
        """
        parts = ["atlas", slug(self.subject)[:60], slug(self.place)[:60], self.date.isoformat()]
        return "_".join(part for part in parts if part) + "." + extension.lstrip(".")


def _joined(sources: tuple[Source, ...], read: Callable[[Source], str]) -> str:
    """Say once what the sources share; where they differ, say which source it is about."""
    titles: dict[str, list[str]] = {}
    for source in sources:
        titles.setdefault(read(source), []).append(source.titre)
    if len(titles) == 1:
        return next(iter(titles))
    return " ; ".join(f"{text} ({', '.join(names)})" for text, names in titles.items())
