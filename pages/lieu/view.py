"""The page of one place: figures, map, surroundings, brownfields, projects, comparison."""

from itertools import groupby

import geopandas as gpd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from facts import follow_up as suivi
from facts import place_fields, standing
from facts.portraits import COMMUNE, QUARTIER, Genre, Portrait
from facts.snapshot import current
from facts.surroundings import SORTS
from geo.proximity import TOUCH_M
from pages.lieu import asked as asking
from pages.lieu import comparison, plan
from pages.lieu.asked import Asked
from ui import downloads, follow_up, html, mapview, pdf, presence, recorded, rows, sources, table
from words.missing import HORS_PERIMETRE, REASONS


def show(heading: DeltaGenerator, kind: Genre, code: str, *, radius_m: int, basemap: str) -> Portrait:
    """Show a place: its heading, then all that is known of it.

    Parameters
    ----------
    radius_m
        Distance from the outline, in metres.
    """
    portrait = current().portrait(kind, code, radius_m)
    asked = Asked(portrait, radius_m, asking.natures(), basemap)
    with heading:
        asking.head(
            _title(portrait),
            standing.finding(portrait, sources=current().sources, projects=len(current().projects)),
            asked.described(portrait.name),
        )
    # Held together: one line more or less above the map would make the page load the map again.
    with st.container():
        for note in portrait.notes:
            html.note(note)
    pdf.place(portrait)
    objects = plan.near(asked)
    followed = follow_up.read() if presence.has("projets") else None
    deployed = recorded.of_place(followed, portrait.code)
    with st.container(key="lieu-haut"):
        left, right = st.columns(2, gap="medium")
        with left:
            st.header("Chiffres clés", anchor=False)
            _figures(portrait)
        with right:
            st.header("Carte", anchor=False)
            drawn = plan.spec(asked, objects, beside=recorded.layers(deployed, followed))
            mapview.show(drawn, key=f"carte-{kind}", on_click=plan.choose_qpv if kind == QUARTIER else None)
            downloads.show_map(
                drawn,
                subject=f"carte {kind}",
                place=portrait.name,
                filters=asked.words,
                key=f"carte-{kind}-html",
                own=[suivi.source_of(followed)] if followed else [],
            )
    html.note(
        "Médiane et rang sont pris parmi les lieux dont le chiffre est connu ; rang 1 : la plus grande valeur, à égalité "
        "le meilleur rang. Distances à vol d’oiseau."
    )
    downloads.show(
        standing.table(portrait, current().sources),
        standing.FIELDS,
        context=asked.about("chiffres"),
        key="lieu-chiffres",
    )
    sources.note(*(source.source_id for source in portrait.sources))

    if not portrait.counts.empty:
        _around(asked, objects)
    if presence.has("friches"):
        _brownfields(asked)
    if presence.has("projets"):
        _projects(asked)
        recorded.show(
            deployed,
            followed,
            columns=recorded.OF_PLACE,
            # The list of page Suivi is chosen by commune.
            query=f"commune={portrait.code}" if kind == COMMUNE else "",
            place=asked.place,
        )
    comparison.show(asked)
    return portrait


def _title(portrait: Portrait) -> str:
    if portrait.kind == QUARTIER:
        return f"{portrait.name} ({portrait.subtitle})"
    return f"{portrait.name}, {portrait.subtitle.replace('avec QPV', 'commune avec QPV')}"


def _figures(portrait: Portrait) -> None:
    """Write the figures as a table, each source once above its figures."""
    lines = standing.lines(portrait, current().sources)
    html.show(
        "lieu/standing.jinja",
        title=f"Chiffres clés : {portrait.name}",
        heads=("Valeur", standing.OVER[portrait.kind], "Rang"),
        groups=[(origin, list(group)) for origin, group in groupby(lines, key=lambda line: line.origin)],
        is_word=standing.is_word,
    )


def _around(asked: Asked, objects: gpd.GeoDataFrame) -> None:
    portrait = asked.portrait
    st.header(f"Dans {asked.the} et autour", anchor=False)
    table.show_whole(
        portrait.counts,
        place_fields.COUNT_FIELDS,
        caption=f"Ce qu’il y a dans {asked.the} et à 300, 500 et 1\u202f000 m au plus de son contour",
    )
    _beyond(portrait)
    if not portrait.nearest.empty:
        table.show_whole(
            portrait.nearest,
            place_fields.NEAREST_FIELDS,
            caption="Au plus près du contour",
        )
    if any(count not in REASONS and count > 1 for count in portrait.nearest["dans"]):
        html.note(f"Quand il y en a plusieurs dans {asked.the}, une seule est nommée ; leur nombre est dit.")
    fields = place_fields.OBJECT_FIELDS
    # Paper leaves the list out.
    with st.container(key="lieu-objets"):
        table.show(
            objects,
            fields,
            caption=f"Liste par distance, dans {asked.the} ou {asked.reach}",
            key="objets",
        )
    downloads.show(objects, fields, context=asked.about("équipements autour"), key="lieu-objets")


def _beyond(portrait: Portrait) -> None:
    """Say what is listed of sources that do not cover the place."""
    covered, towns = current().sources, portrait.row["communes"].iloc[0]
    found = set(portrait.objects["couche"])
    beyond = [
        SORTS[key].titre.lower()
        for key in SORTS
        if key in found and not covered[SORTS[key].source_id].covers(towns)
    ]
    if beyond:
        html.note(
            f"{HORS_PERIMETRE.capitalize()} : {', '.join(beyond)}. Ce que la liste en montre est de l’autre côté de la "
            "limite communale ; la source ne dit rien de ce côté-ci."
        )


def _brownfields(asked: Asked) -> None:
    st.header("Friches", anchor=False)
    portrait = asked.portrait
    listed = {
        "friches": (portrait.friches, f"Friches vérifiées {asked.reach}"),
        "friches_potentielles": (
            portrait.friches_potentielles,
            f"Friches potentielles, non vérifiées par le Cerema, {asked.reach}",
        ),
    }
    if not set(listed).intersection(asked.natures):
        html.note("Aucune nature de friche n’est choisie.")
    for key, (sites, caption) in listed.items():
        if key in asked.natures:
            rows.show(
                sites[sites["distance_m"] <= asked.radius_m + TOUCH_M],
                place_fields.FRICHE_FIELDS,
                asked.about(key),
                caption=caption,
                key=f"sites-{key}",
                files_key=f"lieu-sites-{key}",
            )


def _projects(asked: Asked) -> None:
    st.header("Projets du contrat de ville", anchor=False)
    projects = asked.portrait.projects
    if projects.empty:
        html.note(
            "Sans objet : les projets agissent pour les habitants des QPV, et aucun ne nomme cette commune."
        )
        return
    names = "la nomment" if asked.portrait.kind == COMMUNE else "le nomment"
    rows.show(
        projects,
        place_fields.PROJECT_FIELDS,
        asked.about("projets"),
        caption=f"Projets dont le périmètre couvre {asked.the}, ceux qui {names} d’abord",
        key="projets",
        files_key="lieu-projets",
        target=rows.TO_PROJECT,
    )
