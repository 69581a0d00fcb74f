"""How each figure is computed and what it does not say; who may write; legal notice; accessibility statement."""

import re
from collections.abc import Collection
from pathlib import Path

import streamlit as st

from exports.sheet_content import MOST_FRICHES, MOST_OBJECTS
from facts.naming import BIKES, DOCUMENT, TERRITORY
from facts.snapshot import current
from loaders import territory
from loaders.catalogue import OPTIONAL
from server import identity
from ui import page
from ui.freshness import OLD_YEARS
from words.folding import slug
from words.formats import entier, typographie

HERE = Path(__file__).parent
#: What a chapter or a point of the text begins with that only some territories need.
CONDITION = re.compile(r"\[si (\w+)\] ")
WRITING = "Qui peut saisir, et ce qui est gardé"


def main() -> None:
    page.header(
        "Méthode",
        "Toutes les distances de l'atlas sont à vol d'oiseau, toutes les parts d'habitants sont des estimations, "
        "et un chiffre absent n'est jamais un zéro.",
    )
    parts = sections()
    links = " · ".join(f"[{title}](#{anchor})" for title, anchor, _ in parts)
    st.markdown(typographie(f"Sur cette page : {links}"))
    for title, anchor, body in parts:
        st.header(typographie(title), anchor=anchor)
        if title == WRITING:
            identity.show(key="methode")
        st.markdown(typographie(body))


def sections() -> list[tuple[str, str, str]]:
    """Cut the texts of the page into sections: title, anchor, Markdown."""
    values = counts()
    whole = _kept(text("methode.md"), {name for name, value in values.items() if value}).format_map(values)
    chapters = [chapter.partition("\n") for chapter in whole.removeprefix("## ").split("\n## ")]
    return [
        *((title, slug(title), body) for title, _, body in chapters),
        (WRITING, slug(WRITING), text("saisie.md")),
        ("Mentions légales", "mentions-legales", text("editeur.md") + "\n" + text("mentions.md")),
        ("Accessibilité", "accessibilite", text("accessibilite.md").format(streamlit=st.__version__)),
    ]


def _kept(whole: str, present: Collection[str]) -> str:
    """Leave out the chapters and the points that begin with "[si x]" where the territory has no x."""
    chapters = [chapter for chapter in whole.split("\n## ") if _holds(chapter, present)]
    lines = [line for line in "\n## ".join(chapters).split("\n") if _holds(line.removeprefix("- "), present)]
    return CONDITION.sub("", "\n".join(lines))


def _holds(said: str, present: Collection[str]) -> bool:
    condition = CONDITION.match(said)
    return condition is None or condition[1] in present


def text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def counts() -> dict[str, str]:
    """Give what the text quotes, from the data and not from memory; "" for what the territory does not have."""
    quartiers, communes, sources = current().qpv, current().communes, current().sources
    outside = quartiers[[not sources["velos"].covers(codes) for codes in quartiers["communes"]]]
    with_qpv = communes["statut"] == territory.WITH_QPV
    shared = quartiers[quartiers["communes"].str.len() > 1]
    at_stake = communes[~with_qpv]
    verb = "est un « territoire à enjeux »" if len(at_stake) == 1 else "sont des « territoires à enjeux »"
    about = {
        f"{what}_{source_id}": getattr(sources[source_id], what)
        for source_id in ("lignes", "sports", "social")
        for what in ("titre", "millesime", "limites")
    }
    return {
        **{source_id: source_id if source_id in sources else "" for source_id in OPTIONAL},
        **about,
        "velos": BIKES if "velos" in sources else "",
        "territoire": TERRITORY,
        "document": DOCUMENT,
        "qpv": entier(len(quartiers)),
        "hors_velos": entier(len(outside)),
        "habitants_hors_velos": entier(outside["population"].sum()),
        "deux_communes": ", ".join(f"{name} ({code})" for code, name in shared["lib_qp"].items()),
        "communes": entier(len(communes)),
        "communes_qpv": entier(int(with_qpv.sum())),
        "phrase_enjeux": f", {entier(len(at_stake))} {verb}" if len(at_stake) else "",
        "a_confirmer": " et ".join(communes.loc[communes["a_confirmer"], "nom"]),
        "projets": entier(len(current().projects)) if "projets" in sources else "",
        "ans": entier(OLD_YEARS),
        "objets_fiche": entier(MOST_OBJECTS),
        "friches_fiche": entier(MOST_FRICHES),
    }


main()
