"""The parts of a sheet, as the templates of `exports/typst` take them: French texts, ready to show."""

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from exports.vector_map import VectorMap
from facts import naming
from facts.fields import Field, heading, present, stated
from facts.naming import CONTRAT, TERRITORY
from loaders.catalogue import Source
from words.formats import NUMBERS, cell, date, typographie

Block = Mapping[str, Any]


def title(text: str) -> Block:
    """Open a part of the sheet."""
    return {"sorte": "titre", "texte": typographie(text)}


def text(words: str) -> Block:
    """Write a paragraph."""
    return {"sorte": "texte", "texte": typographie(words)}


def note(words: str) -> Block:
    """Write what a reader must know to read the figures rightly."""
    return {"sorte": "note", "texte": typographie(words)}


def bullets(lines: Iterable[str]) -> Block:
    """Write a list."""
    return {"sorte": "liste", "lignes": [typographie(line) for line in lines]}


def facts(pairs: Iterable[tuple[str, str]]) -> Block:
    """Write what is known, each under its name."""
    return {"sorte": "faits", "lignes": [[typographie(name), typographie(words)] for name, words in pairs]}


def numbers(pairs: Iterable[tuple[str, str]]) -> Block:
    """Write a few figures in large."""
    return {"sorte": "chiffres", "lignes": [[typographie(name), words] for name, words in pairs]}


def drawing(drawn: VectorMap, *, subject: str, remark: str = "") -> Block:
    """Show a map with its legend.

    Parameters
    ----------
    subject
        What it shows, in a few French words: it opens the alternative text.
    remark
        French sentence under the map and in its alternative text, "" for none.
    """
    seen = " ; ".join(entry.text for entry in drawn.legend)
    scale = f"Nord en haut ; la barre d'échelle vaut {drawn.scale_text}."
    counted = "Entre parenthèses : le nombre visible sur la carte. En gris : la mer et les communes hors du contrat."
    return {
        "sorte": "carte",
        "svg": drawn.svg,
        "alt": typographie(f"{subject}. {scale} On y voit : {seen}. {remark}".rstrip()),
        "legende": [{"signe": entry.sign, "texte": typographie(entry.text)} for entry in drawn.legend],
        "note": typographie(f"{scale} {counted} {remark}".rstrip()),
    }


def table(
    frame: pd.DataFrame,
    fields: Sequence[Field],
    *,
    sources: Mapping[str, Source],
    caption: str,
    remark: str = "",
) -> Block:
    """Write rows as a table.

    Parameters
    ----------
    fields
        The columns, in order.
    sources
        The catalogue, which says where each source applies.
    remark
        French sentence under it, "" for none.

    Returns
    -------
    Block
        For the templates; a missing figure reads "non diffusé" or "hors périmètre de la source", and who made the
        figures, and when, stands under the table.
    """
    fields = present(fields, sources)
    values = stated(frame, fields, sources)
    lines = [
        [written(cell(value, field.kind)) for value, field in zip(row, fields, strict=True)]
        for row in values.itertuples(index=False, name=None)
    ]
    drawn_on = [sources[field.source_id] for field in fields if field.source_id]
    return rows(
        [(heading(field), field.kind in NUMBERS) for field in fields],
        lines,
        caption=caption,
        remark=f"{remark} {vintages(drawn_on)}".strip(),
    )


def rows(
    columns: Sequence[tuple[str, bool]],
    lines: Sequence[Sequence[str]],
    *,
    caption: str,
    remark: str = "",
    groups: Sequence[str] = (),
) -> Block:
    """Write texts as a table.

    Parameters
    ----------
    columns
        French title of each column, and whether it holds numbers.
    remark
        French sentence under it, "" for none.
    groups
        What the neighbouring lines share, one text per line, written once above them; none without groups.

    Returns
    -------
    Block
        For the templates. Columns share the width by what they hold.
    """
    return {
        "sorte": "tableau",
        "titre": typographie(caption),
        "colonnes": [
            {
                "titre": typographie(name),
                "nombre": number,
                "part": _share(typographie(name), [line[at] for line in lines]),
            }
            for at, (name, number) in enumerate(columns)
        ],
        "lignes": [list(line) for line in lines],
        "groupes": ["" if at and group == groups[at - 1] else group for at, group in enumerate(groups)]
        or [""] * len(lines),
        "note": typographie(remark),
    }


def written(said: str) -> str:
    """Set a text as French typography wants, but for addresses.

    Returns
    -------
    str
        The same to a reader.
    """
    return said if said.startswith("https://") else typographie(said)


def vintages(sources: Iterable[Source]) -> str:
    """Say who made some figures, and when.

    Returns
    -------
    str
        French sentence, "" without a source.
    """
    said = dict.fromkeys(source.origine for source in sources)
    return f"{'Source' if len(said) == 1 else 'Sources'} : {' ; '.join(said)}." if said else ""


def origins(sources: Iterable[Source], names: Mapping[str, str]) -> list[str]:
    """Say of each source who made it, when, under which licence, and how it asks to be named.

    Parameters
    ----------
    names
        Name of each of the atlas's communes by INSEE code.
    """
    return [
        typographie(f"{naming.line(source, names)} ; mention : « {source.attribution} »")
        for source in sources
    ]


def footer(day: dt.date, said: str) -> str:
    """Say at the foot of each page when the sheet was made and how its rows were chosen."""
    return typographie(f"Atlas des Possibles, {CONTRAT}, {TERRITORY}. Établi le {date(day)}. {said}")


def _share(name: str, texts: Sequence[str]) -> float:
    """Give a column's share of the width: no word is cut, and long texts get more, in less than proportion."""
    words = [len(word) for said in (name, *texts) for word in re.split(r"[ -]", said)]
    longest = max((len(said) for said in texts), default=0)
    share = max(*words, 4.0, len(name) / 2.5, min(longest, 16), math.pow(longest, 0.75))
    return round(share + 2.0, 2)
