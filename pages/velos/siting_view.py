"""View "Implantation": where the next stations could go, what they would change, and how sure that is."""

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from errors import SolverError
from exports.context import Context
from facts.naming import BIKES
from facts.snapshot import current
from loaders.brought import gtfs
from loaders.brought.candidate_sites import SiteList
from loaders.catalogue import Source
from pages.velos import curve, gaps, imports_view, siting, siting_shown
from pages.velos.imports_view import Imported
from pages.velos.siting import Options, Proposal
from ui import choices, downloads, html, mapview, page, rows, sources, table
from words import clock, formats

TITLE: Final = "Vélos : où implanter les prochaines stations ?"
AVANT: Final = "Avant"
APRES: Final = "Après"
CHOSEN: Final = "implantation-site"
ANSWER: Final = "implantation-reponse"
#: Of the sliders, in pixels.
WIDTH: Final = 250


@dataclass(frozen=True, eq=False)
class Asked:
    """What one run of the view is about.

    Attributes
    ----------
    sites, archive
        The files of the session, or None.
    stops
        The stops of the archive that count as transit, or None.
    """

    options: Options
    sites: Imported[SiteList] | None
    archive: Imported[gtfs.Stops] | None
    stops: gpd.GeoDataFrame | None

    @property
    def words(self) -> dict[str, str]:
        """The options and the files of the session in words."""
        words = siting_shown.described(self.options, current().commune_names)
        if self.stops is not None and self.archive is not None:
            words["arrêts"] = f"{siting.counted_stops(self.stops)}, archive « {self.archive.name} »"
        if self.sites is not None:
            number = formats.pluriel(len(self.sites.content.frame), "emplacement")
            words["liste importée"] = f"{number}, « {self.sites.name} »"
        return words

    @property
    def place(self) -> str:
        """The communes to serve, by name."""
        return ", ".join(current().commune_names[code] for code in self.options.communes)

    @property
    def own(self) -> list[Source]:
        """The sources of the session's files, which no catalogue holds."""
        return [held.source for held in (self.archive, self.sites) if held is not None]

    @property
    def used(self) -> list[Source]:
        """The sources that the proposal draws on, itself and the session's files aside."""
        return siting_shown.used(self.options, current().sources)

    def about(self, subject: str) -> Context:
        """Say in a file where its rows come from."""
        used = [_source(self.options), *self.used, *self.own]
        return rows.about(used, filters=self.words, subject=subject, place=self.place)


def show(heading: DeltaGenerator) -> None:
    """Show the view."""
    archive, sites = imports_view.STOPS.held(), imports_view.SITES.held()
    options = _options(archive)
    stops = siting.serving_modes(archive.content.frame, options.modes) if archive else None
    asked = Asked(options, sites, archive, stops)
    imports_view.show()
    found, lacking = None, _lacking(asked)
    try:
        if not lacking:
            with st.spinner("Recherche des meilleurs emplacements…"):
                found = _own_proposal(asked) if asked.own else _proposal(current().version, options)
    except SolverError as error:
        lacking = f"Aucune station ne peut être proposée : {error}."
    with heading:
        if found is None:
            page.header(TITLE, lacking)
        else:
            page.header(TITLE, siting_shown.finding(found, options), asked.words)
    if found is not None:
        _show(found, asked)
    imports_view.quality()


def _show(found: Proposal, asked: Asked) -> None:
    if not found.sites.empty:
        _figures(found)
        html.note(siting_shown.proof(found))
        _map(found, asked)
        _sites(found, asked)
        _changes(found, asked)
        _curve(found, asked)
    st.header("Ce que le calcul suppose", anchor=False)
    html.show(
        '<ul class="atlas-note">{% for said in lines %}<li>{{ said|t }}</li>{% endfor %}</ul>',
        lines=siting_shown.assumptions(found, asked.options),
    )


def _lacking(asked: Asked) -> str:
    """Say what must be chosen before anything can be searched, or ""."""
    if not asked.options.communes or not (asked.options.kinds or asked.sites):
        return "Choisissez au moins une commune et une sorte d'emplacement."
    if asked.stops is not None and asked.stops.empty:
        return "Choisissez au moins un mode de transport dont l'archive GTFS importée a des arrêts."
    return ""


def _options(archive: Imported[gtfs.Stops] | None) -> Options:
    sources_of, names = current().sources, current().commune_names
    covered = {
        code: names[code]
        for code in names
        if code in sources_of[gaps.NETWORK].communes and (current().qpv["communes"].str[0] == code).any()
    }
    with choices.row():
        count = st.slider(
            "Nouvelles stations",
            1,
            siting.MOST,
            siting.COUNT,
            1,
            key="nombre",
            bind="query-params",
            width=WIDTH,
        )
        radius_m = choices.metres(width=WIDTH)
        spacing_m = choices.metres("Écart minimal entre stations (m)", key="ecart", width=WIDTH)
        transit_m = choices.metres(
            "Distance aux arrêts et aux gares (m)" if archive else "Distance aux lignes et aux gares (m)",
            least=0,
            key="transports",
            width=WIDTH,
            said=siting_shown.STOPS_HELP if archive else siting_shown.LINES_HELP,
        )
    offered = [kind for kind in siting.KINDS if siting_shown.SOURCES[kind] in sources_of]
    with choices.row("filtres-emplacements"):
        kinds = choices.several(
            "Emplacements étudiés",
            {kind: siting.KINDS[kind] for kind in offered},
            default=[kind for kind in siting.DEFAULT_KINDS if kind in offered],
            key="emplacements",
            none="Aucun",
            width=540,
        )
        modes = _modes(archive.content.frame) if archive else ()
        communes = choices.several(
            "Communes que le réseau couvre",
            covered,
            default=list(covered),
            key="communes",
            none="Aucune",
            said=f"Ailleurs, le fichier {BIKES} ne dit rien : rien n'y est proposé",
            width=230,
        )
    return Options(
        count=count,
        radius_m=radius_m,
        spacing_m=spacing_m,
        transit_m=transit_m,
        kinds=tuple(kind for kind in siting.KINDS if kind in kinds),
        communes=tuple(sorted(communes)),
        modes=modes,
    )


def _modes(stops: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Ask which stops of the archive count."""
    chosen = choices.several(
        "Arrêts pris en compte",
        {mode: name[:1].upper() + name[1:] for mode, name in siting.MODES.items()},
        default=siting.default_modes(stops),
        key="arrets",
        none="Aucun",
        width=310,
    )
    return tuple(mode for mode in siting.MODES if mode in chosen)


def _shown() -> tuple[str, str]:
    with choices.row("filtres-carte"):
        moment = choices.segments("Moment", [AVANT, APRES], default=APRES, key="moment")
        return choices.basemap(), moment


@st.cache_resource(show_spinner=False, max_entries=30)
def _proposal(version: str, options: Options) -> Proposal:  # noqa: ARG001
    return siting.proposal(current(), options)


def _own_proposal(asked: Asked) -> Proposal:
    """Keep the last answer drawn from a user's files in that user's session alone."""
    about = (asked.options, asked.sites, asked.archive)
    kept: tuple[Any, Proposal] | None = st.session_state.get(ANSWER)
    if kept is None or kept[0] != about:
        own = asked.sites.content.frame if asked.sites else None
        kept = (about, siting.proposal(current(), asked.options, own, asked.stops))
        st.session_state[ANSWER] = kept
    return kept[1]


def _figures(found: Proposal) -> None:
    served = int((found.changes["habitants_apres"] > found.changes["habitants_avant"]).sum())
    html.figures(
        ("Habitants gagnés (estimation)", formats.entier(found.after - found.before)),
        ("À portée aujourd'hui (estimation)", formats.entier(found.before)),
        ("À portée avec ces stations (estimation)", formats.entier(found.after)),
        ("QPV mieux desservis", f"{served} sur {len(found.changes)}"),
    )


def _map(found: Proposal, asked: Asked) -> None:
    st.header("Carte avant et après", anchor=False)
    basemap, moment = _shown()
    spec = siting_shown.spec(
        found,
        after=moment == APRES,
        options=asked.options,
        objects=siting_shown.objects_of(found),
        stops=asked.stops,
        chosen=st.session_state.get(CHOSEN),
        basemap=basemap,
    )
    mapview.hand(*(layer.session for layer in spec.layers if layer.session is not None))
    mapview.show(spec, key="carte-implantation", on_click=_choose)
    downloads.show_map(
        spec,
        subject=f"carte implantation vélos {moment.lower()}",
        place=asked.place,
        filters=asked.words,
        key="carte-implantation-html",
        own=[_source(asked.options), *asked.own],
    )
    # The map has the lines, whether or not they count.
    sources.note(*(source.source_id for source in asked.used), *siting_shown.LINES)
    sources.own(asked.own)


def _choose(found: dict[str, str]) -> None:
    if found.get("couche") == "propositions":
        st.session_state[CHOSEN] = found["id"]


def _sites(found: Proposal, asked: Asked) -> None:
    st.header("Sites proposés", anchor=False)
    st.caption(
        "Classés par ce que chacun ajoute aux précédents, selon des mailles de 20 m ; les habitants montrés sont "
        "recalculés exactement sur les surfaces. Chaque site reste à vérifier sur place."
    )
    to_stops = asked.stops is not None
    fields = siting_shown.of_sites(to_stops=to_stops)
    table.show(found.sites, fields, caption="Sites proposés, par rang", key="sites")
    downloads.show(
        found.sites,
        siting_shown.of_site_files(to_stops=to_stops),
        context=asked.about("sites vélos proposés"),
        key="export-sites",
        layer_id="propositions",
    )


def _changes(found: Proposal, asked: Asked) -> None:
    st.header("Ce que ça change, QPV par QPV", anchor=False)
    rows.show(
        found.changes,
        siting_shown.CHANGE_FIELDS,
        asked.about("gains vélos par QPV"),
        caption="QPV du réseau, du plus grand gain au plus petit",
        key="changements",
        target=rows.TO_QPV,
    )


def _curve(found: Proposal, asked: Asked) -> None:
    st.header("Combien de stations ?", anchor=False)
    st.caption(
        "Chaque station de plus ajoute moins d'habitants que la précédente. La courbe suit un choix glouton, station après "
        f"station ; l'optimum n'est calculé que pour {formats.pluriel(len(found.sites), 'station')}. Habitants estimés par mailles de 20 m."
    )
    gained = found.curve["habitants_gagnes"].tolist()
    st.html(curve.to_html(gained, len(found.sites), found.objective, proven=found.proven))
    with st.expander("Les mêmes chiffres en tableau", key="implantation-courbe"):
        table.show(
            found.curve,
            siting_shown.CURVE_FIELDS,
            caption="Habitants gagnés selon le nombre de stations, choix glouton",
            key="courbe",
        )
    downloads.show(
        found.curve,
        siting_shown.CURVE_FIELDS,
        context=asked.about("courbe stations vélos"),
        key="export-courbe",
    )


def _source(options: Options) -> Source:
    return siting_shown.source_of(clock.today(), options.communes)
