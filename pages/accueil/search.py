"""Search by name over QPV, communes, projects, partners and acronyms: accents, capitals and small slips aside."""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Final

import pandas as pd

from facts.snapshot import Snapshot
from words.folding import fold

QUARTIER, COMMUNE, PROJET, SIGLE = "Quartier", "Commune", "Projet", "Sigle ou partenaire"
MAP, PROJECTS = "pages/carte/page.py", "pages/projets/page.py"
QUARTIER_PAGE, COMMUNE_PAGE = "pages/quartier/page.py", "pages/commune/page.py"
KINDS: Final = (QUARTIER, COMMUNE, PROJET, SIGLE)
# Words that no result should be found or lost by.
SMALL_WORDS: Final = frozenset(
    ["a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "pour", "qpv", "sur"]
)
EXACT, START, WITHIN, SLIP = 0.0, 1.0, 2.0, 3.0
# A slip of one letter in a word of five is a ratio of 0.8.
LIKENESS: Final = 0.8
SHORTEST_SLIP: Final = 4


@dataclass(frozen=True)
class Link:
    """Where a result leads."""

    label: str
    page: str
    params: Mapping[str, str]


@dataclass(frozen=True)
class Entry:
    """One thing that can be found.

    Attributes
    ----------
    terms
        Other words by which it is found: codes, partners' wordings.
    """

    kind: str
    title: str
    detail: str
    links: tuple[Link, ...]
    terms: str = ""
    words: tuple[str, ...] = field(init=False)
    title_words: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Fold the words once, not at each key stroke."""
        object.__setattr__(
            self, "words", tuple(dict.fromkeys(fold(f"{self.title} {self.detail} {self.terms}")))
        )
        object.__setattr__(self, "title_words", frozenset(fold(self.title)))


def search(query: str, entries: Sequence[Entry]) -> list[Entry]:
    """Find the entries that hold every word of a query, the nearest first.

    Returns
    -------
    list[Entry]
        A word counts as found if an entry's word is the same or starts with it; if that finds nothing at all, if it
        holds it; and if that finds nothing either, if it differs by a small slip.
    """
    typed = fold(query)
    words = [word for word in typed if word not in SMALL_WORDS] or typed
    if not words:
        return []
    for worst in (START, WITHIN, SLIP):
        scored = [
            (score, entry) for entry in entries if (score := _score(words, entry, worst=worst)) is not None
        ]
        if scored:
            scored.sort(key=lambda pair: (pair[0], KINDS.index(pair[1].kind), fold(pair[1].title)))
            return [entry for _, entry in scored]
    return []


def _score(words: Sequence[str], entry: Entry, *, worst: float) -> float | None:
    total = 0.0
    for word in words:
        costs = [
            cost + (found not in entry.title_words) * 0.5
            for found in entry.words
            if (cost := _cost(word, found, worst=worst)) is not None
        ]
        if not costs:
            return None
        total += min(costs)
    # Of two that hold all the words, the one with fewer others is nearer.
    return total + len(entry.title_words) / 100


def _cost(word: str, found: str, *, worst: float) -> float | None:
    if word == found:
        return EXACT
    if found.startswith(word):
        return START
    if worst >= WITHIN and word in found:
        return WITHIN
    if worst >= SLIP and len(word) >= SHORTEST_SLIP and not word.isdigit():
        # What is typed may be the beginning of the word.
        heads = (found, found[: len(word)], found[: len(word) + 1])
        if max(SequenceMatcher(None, word, head, autojunk=False).ratio() for head in heads) >= LIKENESS:
            return SLIP
    return None


def index(held: Snapshot) -> list[Entry]:
    """List what can be found."""
    projects, partners = held.projects, held.partners
    named = {
        str(code): Link(title, PROJECTS, {"projet": str(code)}) for code, title in projects["titre"].items()
    }
    quartiers = [
        Entry(
            QUARTIER,
            row["lib_qp"],
            f"{row['cle']}, {row['lib_communes']}",
            (
                Link("Page du quartier", QUARTIER_PAGE, {"qpv": row["cle"]}),
                Link("Voir sur la carte", MAP, {"qpv": row["cle"]}),
            ),
        )
        for row in _rows(held.qpv)
    ]
    territories = [
        Entry(
            COMMUNE,
            row["nom"],
            f"{row['statut']}, à confirmer" if row["a_confirmer"] else row["statut"],
            (
                Link("Page de la commune", COMMUNE_PAGE, {"commune": row["cle"]}),
                Link("Voir sur la carte", MAP, {"commune": row["cle"]}),
                *(
                    []
                    if projects.empty
                    else [Link("Projets de la commune", PROJECTS, {"commune": row["cle"]})]
                ),
            ),
            terms=row["cle"],
        )
        for row in _rows(held.communes)
    ]
    cooperation = [
        Entry(PROJET, row["titre"], row["registre"], (named[row["cle"]],), terms=row["resume"])
        for row in _rows(projects)
    ]
    bodies = [
        Entry(
            SIGLE,
            row["nom_court"],
            row["nom_complet"],
            tuple(named[project] for project in _with_partner(projects, row["cle"])),
            terms=" ".join(row["ecritures"]),
        )
        for row in _rows(partners)
    ]
    known = {*partners["sigle"], *partners["nom_court"], *partners["ecritures"].explode()}
    others = [
        Entry(
            SIGLE,
            row["cle"],
            row["developpe"],
            tuple(named[project] for project in _naming(projects, row["cle"])),
        )
        for row in _rows(held.acronyms)
        if row["cle"] not in known
    ]
    return [*quartiers, *territories, *cooperation, *bodies, *others]


def _rows(frame: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Give each row with its id, under `cle`."""
    return frame.rename_axis("cle").reset_index().to_dict("records")


def _with_partner(projects: pd.DataFrame, partner: str) -> list[str]:
    return [str(code) for code, partners in projects["partenaires"].items() if partner in partners]


def _naming(projects: pd.DataFrame, sign: str) -> list[str]:
    """List the projects whose title or summary holds an acronym, as a word of its own."""
    word = re.compile(rf"(?<!\w){re.escape(sign)}s?(?![\w+])")
    texts = projects["titre"] + " " + projects["resume"]
    return [str(code) for code, text in texts.items() if word.search(text)]
