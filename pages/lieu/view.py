"""The page of one place: figures, map, surroundings, brownfields, projects, comparison."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any, Final, NamedTuple

import geopandas as gpd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exports import sheets
from facts import follow_up as suivi
from facts import place_fields, standing
from facts.fields import Field, stated
from facts.portraits import COMMUNE, QUARTIER, Genre, Places, Portrait
from facts.snapshot import current
from facts.surroundings import SORTS
from geo.proximity import TOUCH_M
from maps.spec import Cadrage, MapSpec, ShownLayer
from pages.lieu import asked as asking
from pages.lieu.asked import Asked
from ui import choices, downloads, follow_up, html, mapview, presence, rows, sources, table
from words.formats import HORS_PERIMETRE, REASONS, figure

QPV_FIELDS: Final = (*place_fields.QPV, *place_fields.INDICATORS[:3], place_fields.SURFACE)
MOST: Final = 4
#: Column that names a place, and its title.
NAMES: Final[Mapping[Genre, tuple[str, str]]] = {QUARTIER: ("lib_qp", "QPV"), COMMUNE: ("nom", "Commune")}
#: The figures drawn as bars.
DRAWN: Final[Mapping[Genre, Sequence[str]]] = {
    QUARTIER: ("population", "taux_pauvrete_60_pct", "taux_emploi_pct", "distance_station_m", "friches_a_portee", "sports_pour_1000_hab"),
    COMMUNE: ("population", "population_qpv", "part_habitants_a_portee", "friches_verifiees", "sports_pour_1000_hab", "gares"),
}  # fmt: skip


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
    followed = follow_up.read() if presence.has("projets") else None
    _sheet(portrait)
    deployed = follow_up.of_place(followed, portrait.code)
    with st.container(key="lieu-haut"):
        left, right = st.columns(2, gap="medium")
        with left:
            st.header("Chiffres clés", anchor=False)
            _figures(portrait)
        with right:
            st.header("Carte", anchor=False)
            drawn = asked.spec(follow_up.layer(deployed, followed))
            mapview.show(drawn, key=f"carte-{kind}", on_click=asking.choose_qpv if kind == QUARTIER else None)
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
        _around(asked)
    if presence.has("friches"):
        _brownfields(asked)
    if presence.has("projets"):
        _projects(asked)
        follow_up.show(
            deployed,
            followed,
            columns=follow_up.OF_PLACE,
            # The list of page Suivi is chosen by commune.
            query=f"commune={portrait.code}" if kind == COMMUNE else "",
            place=asked.place,
        )
    compare(asked)
    return portrait


def _sheet(portrait: Portrait) -> None:
    make = partial(sheets.qpv_sheet, portrait.code, radius_m=portrait.radius_m)
    if portrait.kind == COMMUNE:
        make = partial(
            sheets.commune_sheet, portrait.code, radius_m=portrait.radius_m, suivi=follow_up.read()
        )
    downloads.sheet(
        "Fiche PDF", make, subject=f"fiche {portrait.kind}", place=f"{portrait.name} {portrait.code}"
    )


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


def _around(asked: Asked) -> None:
    portrait, objects = asked.portrait, asked.objects
    st.header(f"Dans {asked.the} et autour", anchor=False)
    table.show_whole(
        portrait.counts,
        place_fields.COUNT_FIELDS,
        caption=f"Ce qu’il y a dans {asked.the} et à 300, 500 et 1\u202f000 m au plus de son contour",
    )
    _beyond(portrait)
    if not portrait.nearest.empty:
        table.show_whole(portrait.nearest, place_fields.NEAREST_FIELDS, caption="Au plus près du contour")
    if any(count not in REASONS and count > 1 for count in portrait.nearest["dans"]):
        html.note(f"Quand il y en a plusieurs dans {asked.the}, une seule est nommée ; leur nombre est dit.")
    fields = place_fields.OBJECT_FIELDS
    # Paper leaves the list out.
    with st.container(key="lieu-objets"):
        table.show(
            objects, fields, caption=f"Liste par distance, dans {asked.the} ou {asked.reach}", key="objets"
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


def show_all(
    kind: Genre,
    places: gpd.GeoDataFrame,
    fields: Sequence[Field],
    *,
    title: str,
    caption: str,
    basemap: str,
    used: Sequence[str],
    on_click: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """Show all the places of a kind, each with a link to its page."""
    spec = MapSpec(
        titre=f"Carte des {title.lower()}",
        layers=[ShownLayer("communes"), ShownLayer("qpv")],
        basemap=basemap,
        cadrage=Cadrage.around(f"{kind}s", current().communes),
    )
    st.header("Carte", anchor=False)
    mapview.show(spec, key=f"carte-{kind}", on_click=on_click)
    table.show(
        places,
        fields,
        caption=caption,
        key=f"{kind}s",
        target=rows.TO_QPV if kind == QUARTIER else rows.TO_COMMUNE,
    )
    sources.note(*used)


class Line(NamedTuple):
    """One figure of the places compared, the median last; among the texts it always is."""

    field: Field
    values: Sequence[Any]
    texts: Sequence[str]
    origin: str


def compare(asked: Asked) -> None:
    """Let the user choose other places, and set them beside the page's own."""
    kind, code = asked.portrait.kind, asked.portrait.code
    places = current().places(kind, asked.radius_m)
    st.header("Comparer", anchor=False)
    titles = (
        choices.titles_of_qpv(places.rows) if kind == QUARTIER else choices.by_title(current().commune_names)
    )
    picked = st.multiselect(
        f"Jusqu’à {MOST - 1} autres lieux",
        list(titles),
        format_func=titles.__getitem__,
        max_selections=MOST - 1,
        placeholder="Choisir",
        key="avec",
        bind="query-params",
    )
    codes = list(dict.fromkeys([code, *picked]))[:MOST]
    if len(codes) == 1:
        html.show('<p class="atlas-note atlas-invite">Choisissez un autre lieu pour le mettre en regard.</p>')
        return
    names = _named(places, codes)
    lines, heads = _lines(places, codes), [*names.values(), standing.OVER[kind]]
    html.show("lieu/bars.jinja", charts=_charts(lines, heads, kind))
    html.show(
        "lieu/comparison.jinja",
        title=f"Comparaison : {', '.join(names.values())}",
        heads=heads,
        lines=[(line.field, line.texts, line.origin) for line in lines],
        is_word=standing.is_word,
    )
    fields = (
        Field(*NAMES[kind], "texte"),
        Field(str(places.rows.index.name), "Code", "texte"),
        *places.fields,
    )
    downloads.show(
        places.rows.loc[codes],
        fields,
        context=asked.about("comparaison", comparés=", ".join(names.values())),
        key="lieu-comparer",
    )


def _named(places: Places, codes: Sequence[str]) -> dict[str, str]:
    """Name some places by code, in order, namesakes with their code."""
    column = places.rows[NAMES[places.kind][0]].astype(str)
    twice = set(column[column.duplicated(keep=False)])
    return {code: f"{column[code]} ({code})" if column[code] in twice else column[code] for code in codes}


def _lines(places: Places, codes: Sequence[str]) -> list[Line]:
    """Write each figure: that of each place, the median of all, where it comes from."""
    sources = current().sources
    values = stated(places.rows.loc[list(codes)], places.fields, sources)
    medians = places.standing(codes[0]).to_dict("index")
    lines = []
    for field in places.fields:
        own, middle = values[field.column].tolist(), medians[field.column]
        median = standing.median(middle["mediane"], middle["classes"], field)
        texts = [*(figure(value, field.kind) for value in own), median]
        # A median over one place or none has no bar.
        drawn = [*own, middle["mediane"]] if middle["classes"] > 1 else own
        lines.append(Line(field, drawn, texts, standing.origin(field, sources)))
    return lines


def _charts(
    lines: Sequence[Line], names: Sequence[str], kind: Genre
) -> list[tuple[Line, list[tuple[str, str, bool, float]]]]:
    """Give the bars of the main figures, the median last where there is one; widths are in percent of the largest."""
    known = {line.field.column: line for line in lines}
    charts = []
    for line in (known[column] for column in DRAWN[kind] if column in known):
        largest = max((value for value in line.values if not isinstance(value, str)), default=0)
        bars = [
            (name, text, isinstance(value, str), _width(value, largest))
            for name, text, value in zip(names, line.texts, line.values, strict=False)
        ]
        charts.append((line, bars))
    return charts


def _width(value: Any, largest: float) -> float:
    return 0.0 if isinstance(value, str) or largest <= 0 else 100 * value / largest
