"""How each figure is computed and what it does not say; legal notice; accessibility statement."""

from pathlib import Path

import streamlit as st

from exports.place_content import MOST_FRICHES, MOST_OBJECTS
from loaders.folding import slug
from ui import data, page
from ui.formats import entier, typographie
from ui.freshness import OLD_YEARS

HERE = Path(__file__).parent


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
        st.markdown(typographie(body))


def sections() -> list[tuple[str, str, str]]:
    """Cut the texts of the page into sections: title, anchor, Markdown."""
    whole = text("methode.md").format_map(counts())
    chapters = [chapter.partition("\n") for chapter in whole.removeprefix("## ").split("\n## ")]
    return [
        *((title, slug(title), body) for title, _, body in chapters),
        ("Mentions légales", "mentions-legales", text("editeur.md") + "\n" + text("mentions.md")),
        ("Accessibilité", "accessibilite", text("accessibilite.md").format(streamlit=st.__version__)),
    ]


def text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def counts() -> dict[str, str]:
    """Give the counts that the text quotes, from the data and not from memory."""
    quartiers, communes, velos = data.qpv(), data.communes(), data.sources()["velos"]
    outside = quartiers[[not velos.covers(codes) for codes in quartiers["communes"]]]
    at_stake = communes[communes["statut"] != "avec QPV"]
    shared = quartiers[quartiers["communes"].str.len() > 1]
    return {
        "qpv": entier(len(quartiers)),
        "hors_velos": entier(len(outside)),
        "habitants_hors_velos": entier(outside["population"].sum()),
        "deux_communes": ", ".join(f"{name} ({code})" for code, name in shared["lib_qp"].items()),
        "communes": entier(len(communes)),
        "communes_qpv": entier(len(communes) - len(at_stake)),
        "communes_enjeux": entier(len(at_stake)),
        "noms_enjeux": " et ".join(at_stake["nom"]),
        "projets": entier(len(data.projects())),
        "ans": entier(OLD_YEARS),
        "objets_fiche": entier(MOST_OBJECTS),
        "friches_fiche": entier(MOST_FRICHES),
    }


main()
