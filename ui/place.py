"""The page of one place: figures, map, surroundings, brownfields, projects, comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import geopandas as gpd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exports.context import Context
from facts import follow_up as suivi
from facts import place_fields, standing
from facts.portraits import COMMUNE, QUARTIER, Genre, Places, Portrait
from facts.snapshot import current
from facts.surroundings import SORTS, sorts
from geo.places import RADII_M
from geo.proximity import TOUCH_M
from maps.spec import Cadrage, MapSpec, ShownLayer
from ui import (
    choices,
    comparison,
    downloads,
    follow_up,
    mapview,
    page,
    pdf,
    presence,
    recorded,
    sources,
    table,
)
from ui.standing import to_html as figures_html
from words.formats import metres, typographie
from words.missing import REASONS

#: Hidden at first: what nobody checked, and what serves nobody.
HIDDEN: Final = frozenset({"friches_potentielles", "stations_virtuelles"})
#: What a place is called in a sentence: itself, and where things lie.
THE: Final[Mapping[Genre, str]] = {QUARTIER: "le quartier", COMMUNE: "la commune"}
STYLE: Final = """
@media (min-width: 40rem) { .atlas-cadre.atlas-entier { max-height: none !important; } }
.atlas-barres { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1.2rem 1.6rem; }
.atlas-barres figure { margin: 0; }
.atlas-barres figcaption { font-weight: 600; font-size: .9rem; line-height: 1.3; margin: 0 0 .3rem; }
.atlas-barres ul { list-style: none; margin: 0 !important; padding: 0 !important; }
.atlas-barres li { margin: 0 0 .3rem !important; padding: 0 !important; font-size: .85rem !important; line-height: 1.35; display: grid; grid-template-columns: 1fr auto; gap: 0 .5rem; }
.atlas-barres strong.raison { font-weight: 400; font-style: italic; color: #55606e; }
.atlas-barres .piste { grid-column: 1 / -1; height: .55rem; background: #eef1f5; }
.atlas-barres .barre { display: block; height: 100%; background: #1b4f8c; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.atlas-barres li:last-child .barre { background: #6a7482; }
@media print {
  .st-key-lieu-objets, .st-key-lieu-adresse { display: none !important; }
}
"""


@dataclass(frozen=True)
class Asked:
    """What the user of a place's page asks for.

    Attributes
    ----------
    radius_m
        Distance from the outline, in metres.
    natures
        Keys of `facts.surroundings.SORTS` shown on the map and in the list.
    """

    radius_m: int
    natures: tuple[str, ...]
    basemap: str

    def described(self, name: str, kind: Genre) -> dict[str, str]:
        """Say the choices in words, for files and paper."""
        return {
            kind: name,
            "distance": f"{metres(self.radius_m)} au plus du contour, à vol d’oiseau",
            "natures": ", ".join(SORTS[key].titre.lower() for key in self.natures) or "aucune",
        }


def ask_distance() -> int:
    """Ask how far to look around."""
    return st.segmented_control(
        "Distance au contour, à vol d’oiseau",
        list(RADII_M),
        format_func=metres,
        default=RADII_M[0],
        required=True,
        key="distance",
        bind="query-params",
    )


def ask_natures() -> tuple[str, ...]:
    """Ask what to show around.

    Returns
    -------
    tuple of str
        Keys of `facts.surroundings.SORTS`.
    """
    known = list(sorts(current().sources))
    if not known:
        return ()
    return tuple(
        st.pills(
            "Ce que montrent la carte et la liste",
            known,
            selection_mode="multi",
            format_func=lambda key: SORTS[key].titre,
            default=[key for key in known if key not in HIDDEN],
            key="natures",
            bind="query-params",
            help="Masquées par défaut : les friches potentielles, que le Cerema n’a pas vérifiées, et les stations "
            "virtuelles, qui ne desservent personne",
        )
    )


def show(heading: DeltaGenerator, kind: Genre, code: str, *, radius_m: int, basemap: str) -> Portrait:
    """Show a place: its heading, then all that is known of it.

    Parameters
    ----------
    radius_m
        Distance from the outline, in metres.
    """
    places, portrait = current().places(kind, radius_m), current().portrait(kind, code, radius_m)
    asked = Asked(radius_m, ask_natures(), basemap)
    with heading:
        page.header(
            title(portrait),
            standing.finding(portrait, sources=current().sources, projects=len(current().projects)),
        )
        page.on_paper(asked.described(portrait.name, kind), style=STYLE)
    _body(portrait, places, asked)
    return portrait


def _body(portrait: Portrait, places: Places, asked: Asked) -> None:
    catalogue = current().sources
    words = asked.described(f"{portrait.name} ({portrait.code})", portrait.kind)
    # Held together: one line more or less above the map would make the page load the map again.
    with st.container():
        for note in portrait.notes:
            _note(note)
    pdf.place(portrait)
    objects = near(portrait, asked)
    followed = follow_up.read() if presence.has("projets") else None
    deployed = recorded.of_place(followed, portrait.code)
    with st.container(key="lieu-haut"):
        left, right = st.columns(2, gap="medium")
        with left:
            st.header("Chiffres clés", anchor=False)
            st.html(figures_html(portrait, catalogue))
        with right:
            st.header("Carte", anchor=False)
            drawn = spec(portrait, objects, asked, beside=recorded.layers(deployed, followed))
            mapview.show(drawn, key=f"carte-{portrait.kind}", on_click=_choose(portrait))
            downloads.show_map(
                drawn,
                subject=f"carte {portrait.kind}",
                place=portrait.name,
                filters=words,
                key=f"carte-{portrait.kind}-html",
                own=[suivi.source_of(followed)] if followed else [],
            )
    _note(
        "Médiane et rang sont pris parmi les lieux dont le chiffre est connu ; rang 1 : la plus grande valeur, à égalité "
        "le meilleur rang. Distances à vol d’oiseau."
    )
    _download(
        standing.table(portrait, catalogue),
        standing.FIELDS,
        portrait,
        words,
        subject="chiffres",
        key="chiffres",
    )
    sources.note(*(source.source_id for source in portrait.sources))

    if not portrait.counts.empty:
        _around(portrait, objects, asked, words)
    _brownfields(portrait, asked, words)
    _projects(portrait, words)
    if presence.has("projets"):
        recorded.show(
            deployed,
            followed,
            columns=recorded.OF_PLACE,
            # The list of page Suivi is chosen by commune.
            query=f"commune={portrait.code}" if portrait.kind == COMMUNE else "",
            place=f"{portrait.name} {portrait.code}",
        )
    _compare(portrait, places, words)


def _around(portrait: Portrait, objects: gpd.GeoDataFrame, asked: Asked, words: Mapping[str, str]) -> None:
    catalogue, the = current().sources, THE[portrait.kind]
    st.header(f"Dans {the} et autour", anchor=False)
    st.html(
        table.to_html(
            portrait.counts,
            place_fields.COUNT_FIELDS,
            sources=catalogue,
            caption=f"Ce qu’il y a dans {the} et à 300, 500 et 1\u202f000 m au plus de son contour",
        )
    )
    _beyond(portrait)
    if not portrait.nearest.empty:
        st.html(
            table.to_html(
                portrait.nearest,
                place_fields.NEAREST_FIELDS,
                sources=catalogue,
                caption="Au plus près du contour",
            )
        )
    if any(count not in REASONS and count > 1 for count in portrait.nearest["dans"]):
        _note(f"Quand il y en a plusieurs dans {the}, une seule est nommée ; leur nombre est dit.")
    with st.container(key="lieu-objets"):
        table.show(
            objects,
            place_fields.OBJECT_FIELDS,
            sources=catalogue,
            caption=f"Liste par distance, dans {the} ou à {metres(asked.radius_m)} au plus",
            key="objets",
        )
    _download(
        objects, place_fields.OBJECT_FIELDS, portrait, words, subject="équipements autour", key="objets"
    )


def title(portrait: Portrait) -> str:
    """Give the heading of a place's page."""
    if portrait.kind == QUARTIER:
        return f"{portrait.name} ({portrait.subtitle})"
    return f"{portrait.name}, {portrait.subtitle.replace('avec QPV', 'commune avec QPV')}"


def near(portrait: Portrait, asked: Asked) -> gpd.GeoDataFrame:
    """Keep the objects that the user asks for.

    Returns
    -------
    GeoDataFrame
        Rows of `portrait.objects`.
    """
    objects = portrait.objects
    within = objects["distance_m"] <= asked.radius_m + TOUCH_M
    return objects[within & objects["couche"].isin(asked.natures)]


def spec(
    portrait: Portrait, objects: gpd.GeoDataFrame, asked: Asked, *, beside: Sequence[ShownLayer] = ()
) -> MapSpec:
    """Describe the map of a place and of what is listed around it.

    Parameters
    ----------
    objects
        What `near` gives.
    """
    towns = list(portrait.row["communes"].iloc[0])
    by_layer: dict[str, list[str]] = {SORTS[key].layer_id: [] for key in asked.natures}
    for key, ids in objects.groupby("couche")["objet"]:
        by_layer[SORTS[str(key)].layer_id] += list(ids)
    shown = [ShownLayer("communes"), ShownLayer("qpv")]
    shown += beside
    # Without any object the layer is asked for the place's own communes, where the legend says 0 or "hors périmètre".
    shown += [
        ShownLayer(layer_id, communes=None if ids else towns, ids=ids) for layer_id, ids in by_layer.items()
    ]
    west, south, east, north = (float(edge) for edge in portrait.row.total_bounds)
    margin_m = asked.radius_m if portrait.kind == QUARTIER else 300
    return MapSpec(
        titre=f"Carte : {portrait.name}, à {metres(asked.radius_m)} au plus",
        layers=shown,
        basemap=asked.basemap,
        chosen=[("qpv" if portrait.kind == QUARTIER else "communes", portrait.code)],
        cadrage=Cadrage(
            f"{portrait.code}-{asked.radius_m}",
            (west - margin_m, south - margin_m, east + margin_m, north + margin_m),
        ),
        adresse={"qpv" if portrait.kind == QUARTIER else "commune": [portrait.code]},
    )


def _choose(portrait: Portrait) -> Any:
    """Make what a click on the outline of another QPV does: on a commune's page, nothing."""

    def clicked(found: dict[str, Any]) -> None:
        if portrait.kind == QUARTIER and found["couche"] == "qpv":
            st.session_state["qpv"] = found["id"]

    return clicked


def _note(text: str) -> None:
    st.html(f'<p class="atlas-note">{escape(typographie(text))}</p>')


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
        _note(
            f"Hors périmètre de la source : {', '.join(beyond)}. Ce que la liste en montre est de l’autre côté de la "
            "limite communale ; la source ne dit rien de ce côté-ci."
        )


def _brownfields(portrait: Portrait, asked: Asked, words: Mapping[str, str]) -> None:
    if not presence.has("friches"):
        return
    st.header("Friches", anchor=False)
    reach = f"à {metres(asked.radius_m)} au plus"
    listed = {
        "friches": (portrait.friches, f"Friches vérifiées {reach}"),
        "friches_potentielles": (
            portrait.friches_potentielles,
            f"Friches potentielles, non vérifiées par le Cerema, {reach}",
        ),
    }
    if not set(listed).intersection(asked.natures):
        _note("Aucune nature de friche n’est choisie.")
    for key, (sites, caption) in listed.items():
        if key in asked.natures:
            within = sites[sites["distance_m"] <= asked.radius_m + TOUCH_M]
            table.show(
                within,
                place_fields.FRICHE_FIELDS,
                sources=current().sources,
                caption=caption,
                key=f"sites-{key}",
            )
            _download(within, place_fields.FRICHE_FIELDS, portrait, words, subject=key, key=f"sites-{key}")


def _projects(portrait: Portrait, words: Mapping[str, str]) -> None:
    if not presence.has("projets"):
        return
    st.header("Projets du contrat de ville", anchor=False)
    caption = f"Projets dont le périmètre couvre {THE[portrait.kind]}, ceux qui le nomment d’abord"
    if portrait.kind == COMMUNE:
        caption = "Projets dont le périmètre couvre la commune, ceux qui la nomment d’abord"
    if portrait.projects.empty:
        _note(
            "Sans objet : les projets agissent pour les habitants des QPV, et aucun ne nomme cette commune."
        )
        return
    table.show(
        portrait.projects,
        place_fields.PROJECT_FIELDS,
        sources=current().sources,
        caption=caption,
        key="projets",
        target="projets?vue_projets=Fiche+d%27un+projet&projet=",
    )
    _download(
        portrait.projects, place_fields.PROJECT_FIELDS, portrait, words, subject="projets", key="projets"
    )


def _compare(portrait: Portrait, places: Places, words: Mapping[str, str]) -> None:
    st.header("Comparer", anchor=False)
    titles = (
        choices.titles_of_qpv(places.rows)
        if portrait.kind == QUARTIER
        else dict(sorted(current().commune_names.items(), key=lambda item: item[1]))
    )
    picked = st.multiselect(
        f"Jusqu’à {comparison.MOST - 1} autres lieux",
        list(titles),
        format_func=titles.__getitem__,
        max_selections=comparison.MOST - 1,
        placeholder="Choisir",
        key="avec",
        bind="query-params",
    )
    codes = compared(portrait.code, picked)
    if len(codes) == 1:
        st.html('<p class="atlas-note atlas-invite">Choisissez un autre lieu pour le mettre en regard.</p>')
        return
    catalogue = current().sources
    st.html(comparison.bars(places, codes, catalogue))
    st.html(comparison.to_html(places, codes, catalogue))
    rows, fields = comparison.table(places, codes)
    beside = ", ".join(comparison.named(places, codes).values())
    _download(
        rows, fields, portrait, dict(words) | {"comparés": beside}, subject="comparaison", key="comparer"
    )


def compared(code: str, picked: Sequence[str]) -> list[str]:
    """List the places to compare: the page's own first, each once, four at most."""
    return list(dict.fromkeys([code, *picked]))[: comparison.MOST]


def _download(
    frame: Any,
    fields: Sequence[Any],
    portrait: Portrait,
    words: Mapping[str, str],
    *,
    subject: str,
    key: str,
) -> None:
    context = Context.of(
        portrait.sources, filters=words, subject=subject, place=f"{portrait.name} {portrait.code}"
    )
    downloads.show(frame, fields, context=context, key=f"lieu-{key}")
