"""What the atlas answers and for whom, the figures that matter, how fresh the data are, and a search by name."""

from collections.abc import Sequence

import streamlit as st

from facts.fields import Field
from facts.naming import BIKES
from facts.portraits import COMMUNE
from facts.snapshot import current
from pages.accueil import figures as key
from pages.accueil.figures import Figure, key_figures
from pages.accueil.search import Entry, index, search
from ui import downloads, freshness, html, page, presence, rows, sources, table
from ui.html import prose
from ui.page import fragment
from words import clock
from words.constants import PROXIMITY_M
from words.formats import distance, pluriel, typographie

SHOWN = 20
SHOWN_LINKS = 8
LONGEST_QUERY = 80
CARDS = [
    (
        "Urbanistes",
        "Qu'y a-t-il dans chaque quartier et autour ?",
        "Ce que les sources recensent dans les QPV et autour, couche par couche, sur une carte, commune par commune.",
        "pages/carte/page.py",
        "Ouvrir la carte",
    ),
    (
        "Urbanistes",
        "Quelles friches, quels locaux en pied d'immeuble ?",
        "Surfaces comptées une fois, distance à un quartier ; vos inventaires de locaux, dans votre session.",
        "pages/foncier/page.py",
        "Chercher du foncier",
    ),
    (
        "Urbanistes",
        "Quels équipements sportifs manquent, et où ?",
        "Familles d'équipements absentes autour de chaque quartier et rapport à la population, selon le recensement national.",
        "pages/sport/page.py",
        "Voir les équipements",
    ),
    (
        "Équipe mobilité",
        "Où manque-t-il des stations de vélos ?",
        f"Distance à la station {BIKES} la plus proche, habitants hors de portée, classement des manques au seuil choisi.",
        "pages/velos/page.py",
        "Voir les manques",
    ),
    (
        "Club des élus",
        "Quels projets touchent ma commune ?",
        "Les projets de coopération du contrat de ville, croisés avec les communes, leurs partenaires et leurs indicateurs.",
        "pages/projets/page.py",
        "Croiser projets et communes",
    ),
    (
        "Tous",
        "Que sait-on de ce quartier ?",
        "Chiffres, médiane et rang, équipements par distance, projets ; comparaison de quatre lieux et fiche PDF à emporter.",
        "pages/quartier/page.py",
        "Ouvrir un quartier",
    ),
    (
        "Partenaires, club des élus",
        "Qu'est-ce qui a été réalisé ?",
        "Déploiements et indicateurs que les partenaires enregistrent, face à ce que les textes promettent ; agenda par année.",
        "pages/suivi/page.py",
        "Suivre les projets",
    ),
    (
        "Tous",
        "Et si j'apporte mon fichier ?",
        "Votre tableau ou votre couche sur la carte, filtré et compté autour de chaque QPV, le temps de votre session.",
        "pages/donnees/page.py",
        "Ajouter une couche",
    ),
    (
        "Tous",
        "D'où viennent ces chiffres ?",
        "Calculs, hypothèses et limites de chaque chiffre, ce que l'atlas conserve, accessibilité et mentions légales.",
        "pages/methode/page.py",
        "Lire la méthode",
    ),
]
CARDS_A_ROW = 3
#: Pages that are about one source: without it they have no card.
ABOUT = {
    "pages/velos/page.py": "velos",
    "pages/sport/page.py": "sports",
    "pages/projets/page.py": "projets",
    "pages/suivi/page.py": "projets",
}
REACH = {"seuil": f"{distance(PROXIMITY_M)} à vol d'oiseau"}
TOWN_SOURCES = ("qpv", "indicateurs", "communes", "velos", "friches")
FRESH_FIELDS = [
    Field("titre", "Source", "texte"),
    Field("producteur_source", "Producteur", "texte"),
    Field("millesime_source", "Millésime", "texte"),
    Field("age", "Âge", "texte"),
]


def main() -> None:
    sentence, figures = prepare_figures(current().version)
    page.header("Atlas des Possibles", sentence)
    show_search()
    st.header("Une question, une page", anchor=False)
    cards = [card for card in CARDS if card[3] not in ABOUT or presence.has(ABOUT[card[3]])]
    for first in range(0, len(cards), CARDS_A_ROW):
        for column, card in zip(st.columns(CARDS_A_ROW), cards[first : first + CARDS_A_ROW], strict=False):
            with column, st.container(border=True, height="stretch"):
                show_card(*card)
    st.header("Les chiffres à retenir", anchor=False)
    show_figures(figures)
    st.header("Commune par commune", anchor=False)
    show_towns()
    st.header("Fraîcheur des sources", anchor=False)
    show_freshness()


@fragment
def show_search() -> None:
    query = st.text_input(
        "Rechercher un quartier, une commune, un projet ou un sigle",
        placeholder="Par exemple : un nom de quartier, de commune ou de projet",
        type="search",
        live=True,
        key="recherche",
    )
    query = (query or "").strip()[:LONGEST_QUERY]
    if not query:
        return
    found = search(query, prepare_index(current().version))
    count = pluriel(len(found), "résultat") if found else "Aucun résultat"
    more = f", les {SHOWN} premiers sont affichés" if len(found) > SHOWN else ""
    advice = "" if found else " : essayez un seul mot, un code de quartier (QN…) ou le nom d'une commune"
    html.note(count + more + advice, role="status")
    for entry in found[:SHOWN]:
        show_result(entry)


def show_result(entry: Entry) -> None:
    with st.container(border=True, gap="small"):
        html.show(
            '<p class="atlas-resultat"><span>{{ entry.kind }}</span> <strong>{{ entry.title|t }}</strong><br>{{ entry.detail|t }}</p>',
            entry=entry,
        )
        with st.container(horizontal=True, gap="small"):
            for link in entry.links[:SHOWN_LINKS]:
                st.page_link(link.page, label=prose(link.label), query_params=dict(link.params))
        if len(entry.links) > SHOWN_LINKS:
            rest = len(entry.links) - SHOWN_LINKS
            html.note(f"et {pluriel(rest, 'autre projet', 'autres projets')}, sur la page Projets")


def show_card(who: str, question: str, answer: str, target: str, link: str) -> None:
    html.show(
        '<div class="atlas-carte"><p class="atlas-public">{{ who }}</p><h3>{{ question|t }}</h3><p>{{ answer|t }}</p></div>',
        who=who,
        question=question,
        answer=answer,
    )
    st.page_link(target, label=f"**{link}**", icon=":material/arrow_forward:")


def show_figures(figures: Sequence[Figure]) -> None:
    catalogue = current().sources
    told = key.rows(figures, catalogue)
    html.show("accueil/figures.jinja", figures=zip(figures, told["origine"], strict=True))
    used = dict.fromkeys(source_id for figure in figures for source_id in figure.source_ids)
    context = rows.about(used, filters=REACH, subject="chiffres à retenir")
    downloads.show(told, key.FIELDS, context=context, key="export-chiffres")


def show_towns() -> None:
    counted = key.by_commune(current().places(COMMUNE, PROXIMITY_M))
    st.caption(
        typographie(
            f"Dans les QPV de chaque commune, ou à {distance(PROXIMITY_M)} au plus de leur contour, à vol d'oiseau. Sans objet : la "
            "commune n'a pas de QPV. Une friche proche des QPV de deux communes compte pour chacune : ces chiffres ne "
            "s'additionnent pas tous."
        )
    )
    rows.show(
        counted,
        key.town_fields(PROXIMITY_M),
        rows.about(TOWN_SOURCES, filters=REACH, subject="chiffres par commune"),
        caption="Quartiers prioritaires, habitants et ce qui les entoure, commune par commune",
        key="communes",
        files_key="export-communes",
        target=rows.TO_COMMUNE,
        drawn=key.spec(counted, stations=current().bikes, friches=current().friches),
    )
    sources.note(*TOWN_SOURCES)


def show_freshness() -> None:
    listed = freshness.listed(current().sources, on=clock.today())
    table.show_whole(listed, FRESH_FIELDS, caption="Millésime et âge de chaque source, à ce jour")
    context = rows.about(current().sources, subject="fraîcheur des sources")
    downloads.show(listed, FRESH_FIELDS, context=context, key="export-fraicheur")
    st.page_link(
        "pages/donnees/page.py",
        label="Limites, communes couvertes et qualité de chaque source",
        icon=":material/arrow_forward:",
    )


@st.cache_resource(show_spinner=False, max_entries=2)
def prepare_figures(version: str) -> tuple[str, tuple[Figure, ...]]:  # noqa: ARG001
    return key_figures(current())


@st.cache_resource(show_spinner=False, max_entries=2)
def prepare_index(version: str) -> list[Entry]:  # noqa: ARG001
    return index(current())


main()
