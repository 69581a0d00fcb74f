"""What the view "Implantation" shows of a proposal: its columns, its words and sources, its map before and after."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from facts.fields import Field
from facts.naming import BIKES
from facts.place_fields import PEOPLE, QPV
from geo import candidates
from loaders.catalogue import Source
from maps.session_objects import points
from maps.spec import Cadrage, MapSpec, SessionObjects, ShownLayer, classed
from pages.velos.gaps import CLASSES, NETWORK, STEPS
from pages.velos.siting import KINDS, MODES, Options, Proposal, any_of
from ui import reading
from words.formats import date, decimal, entier, part, pluriel

_REACHED: Final = "Estimation : densité uniforme dans le QPV, à vol d'oiseau"
_SITE: Final = (
    Field("place", "Emplacement", "texte"),
    Field("rank", "Rang", "entier", help="1 pour le site qui ajoute le plus d'habitants, puis celui qui ajoute le plus à côté des précédents"),
    Field("kind", "Sorte d'emplacement", "texte"),
    Field("habitants_gagnes", "Habitants gagnés", "entier", NETWORK, "En plus de ceux des sites de rang inférieur ; estimation, à vol d'oiseau"),
    Field("habitants_gagnes_seul", "Gagnés s'il était seul", "entier", NETWORK, "Si ce site était le seul nouveau ; estimation, à vol d'oiseau"),
    Field("qpv_servis", "QPV desservis", "texte", "qpv"),
    Field("distance_station_m", "Station existante la plus proche", "distance_m", NETWORK, "À vol d'oiseau"),
    Field("station_proche", "Nom de la station", "texte", NETWORK),
)  # fmt: skip
_LINE: Final = (
    Field("distance_ligne_m", "Ligne la plus proche", "distance_m", "lignes", "À vol d'oiseau, jusqu'au tracé et non jusqu'à un arrêt"),
    Field("ligne_proche", "Nom de la ligne", "texte", "lignes"),
)  # fmt: skip
# No source limits them: an archive does not say which communes it covers, and a stop that is far is just far.
_STOP: Final = (
    Field("distance_arret_m", "Arrêt le plus proche", "distance_m", help="À vol d'oiseau, jusqu'à l'arrêt des modes choisis, selon l'archive GTFS importée"),
    Field("arret_proche", "Nom de l'arrêt", "texte"),
    Field("arret_modes", "Modes de l'arrêt", "texte"),
    Field("arret_lignes", "Lignes de l'arrêt", "texte", help="Toutes celles de l'archive, autobus compris"),
)  # fmt: skip
_RAILWAY: Final = (
    Field("distance_gare_m", "Gare la plus proche", "distance_m", "sncf", "À vol d'oiseau"),
    Field("gare_proche", "Nom de la gare", "texte", "sncf"),
)
#: What files say beside: where the site is, for those who have no map.
_PLACE: Final = (
    Field("lon", "Longitude (degrés, WGS 84)", "decimal"),
    Field("lat", "Latitude (degrés, WGS 84)", "decimal"),
    Field("candidate_id", "Identifiant", "texte"),
)
CHANGE_FIELDS: Final = (
    *QPV,
    PEOPLE,
    Field("habitants_gagnes", "Habitants gagnés", "entier", NETWORK, _REACHED),
    Field("part_avant", "Surface à portée avant", "part", NETWORK),
    Field("part_apres", "Surface à portée après", "part", NETWORK),
    Field("habitants_avant", "Habitants à portée avant", "entier", NETWORK, _REACHED),
    Field("habitants_apres", "Habitants à portée après", "entier", NETWORK, _REACHED),
)
CURVE_FIELDS: Final = (
    Field("stations", "Nouvelles stations", "entier"),
    Field("habitants_gagnes", "Habitants gagnés, choix glouton", "entier", NETWORK, "Estimation, par mailles de 20 m"),
    Field("apport", "Apport de la dernière", "entier", NETWORK, "Estimation, par mailles de 20 m"),
)  # fmt: skip

FAULT_FIELDS: Final = reading.FAULTS[:-1]
#: Sort of place to the source that it comes from.
SOURCES: Final[Mapping[str, str]] = {
    candidates.LINE: "lignes",
    candidates.RAILWAY: "sncf",
    candidates.BROWNFIELD: "friches",
    candidates.SPORT: "sports",
}
#: Said of what the atlas itself works out: no producer publishes it.
_SOURCE_ID: Final = "implantation"
#: What the search leaves out, in the words of the page.
_ASSUMPTIONS: Final = (
    "Seuls comptent les habitants des QPV que le réseau couvre, répartis uniformément dans chaque QPV : ni les emplois, ni les autres habitants, ni les passants.",
    "Une station rend le même service partout : ni son coût, ni le nombre de ses points d'attache, ni la pente n'entrent dans le calcul.",
    "Un emplacement candidat est un point du plan : place sur le trottoir, propriété du sol, réseaux enterrés et accord du voisinage restent à vérifier sur place.",
    "Toutes les distances sont à vol d'oiseau. Une station en panne ou vide pour le moment compte comme une station.",
    "Une station virtuelle ne dessert personne, et n'écarte aucun site.",
)
_LINES: Final = (
    "Une ligne est un tracé, pas un arrêt : un site le long d'une ligne n'est pas forcément à un arrêt. "
    "Une archive GTFS, importée plus haut, donne les arrêts."
)
_STOPS: Final = (
    "Les arrêts sont ceux de l'archive GTFS importée, chacun réduit à un point : ni ses quais, ni ses accès, ni ses horaires "
    "n'entrent dans le calcul. Un site le long d'une ligne est près d'un arrêt ou d'une gare, pas forcément à un arrêt de cette ligne."
)
#: What the distance to transit applies to.
LINES_HELP: Final = (
    "Un emplacement de l'atlas est au plus à cette distance, à vol d'oiseau, d'une ligne de métro, de tramway ou de BHNS, ou "
    "d'une gare. Une ligne est un tracé : l'archive GTFS du réseau, importée ci-dessous, donne ses arrêts. Votre liste n'y est "
    "pas soumise."
)
STOPS_HELP: Final = (
    "Un emplacement de l'atlas est au plus à cette distance, à vol d'oiseau, d'un arrêt des modes choisis, selon l'archive GTFS "
    "importée, ou d'une gare. Votre liste n'y est pas soumise."
)
#: Sources of what the map shows whether or not the proposal draws on it.
LINES: Final = ("lignes",)


def of_sites(*, to_stops: bool) -> tuple[Field, ...]:
    """Give the columns of the sites on the page.

    Returns
    -------
    tuple of Field
        The columns, in order.
    """
    return (*_SITE, *(_STOP if to_stops else _LINE), *_RAILWAY)


def of_site_files(*, to_stops: bool) -> tuple[Field, ...]:
    """Give the columns of the sites in files, which have their position in degrees too."""
    return (*of_sites(to_stops=to_stops), *_PLACE)


def described(options: Options, names: Mapping[str, str]) -> dict[str, str]:
    """Say the options in words, for files and paper.

    Parameters
    ----------
    names
        Name of each commune by INSEE code.
    """
    return {
        "stations demandées": str(options.count),
        "seuil": f"{options.radius_m} m à vol d'oiseau",
        "écart entre stations": f"{options.spacing_m} m au moins",
        "distance aux transports": f"{options.transit_m} m au plus {transit(options)}, à vol d'oiseau",
        "emplacements": ", ".join(_lowered(KINDS[kind]) for kind in options.kinds),
        "communes": ", ".join(names[code] for code in options.communes),
    }


def transit(options: Options) -> str:
    """Name what a candidate of the atlas must be near."""
    if options.modes:
        return f"d'un arrêt de {any_of(options.modes)} de l'archive GTFS importée, ou d'une gare"
    return "d'une ligne de métro, de tramway ou de BHNS, ou d'une gare"


def finding(found: Proposal, options: Options) -> str:
    """Say in one sentence what the proposal brings."""
    if found.sites.empty:
        return f"Aucune station ne peut être proposée : {found.reason}."
    number, gained = len(found.sites), found.after - found.before
    verb = "mettrait" if number == 1 else "mettraient"
    text = (
        f"{pluriel(number, 'nouvelle station', 'nouvelles stations')} {verb} {entier(gained)} habitants de QPV de plus à "
        f"{options.radius_m} m à vol d'oiseau d'une station : {part(found.after / found.inhabitants)} des habitants au lieu de "
        f"{part(found.before / found.inhabitants)} (estimation)"
    )
    return f"{text} ; {found.reason}." if found.reason else f"{text}."


def proof(found: Proposal) -> str:
    """Say what is known of the quality of the proposal.

    Parameters
    ----------
    found
        The proposal, with at least one site.
    """
    ratio = part(found.greedy / found.objective)
    greedy = f"Un choix glouton, station après station, en atteindrait {ratio}."
    if found.proven:
        return f"Optimum démontré : parmi {entier(found.considered)} emplacements, aucun autre choix n'en dessert davantage. {greedy}"
    return (
        f"Meilleure proposition trouvée dans le temps imparti, parmi {entier(found.considered)} emplacements : "
        f"un meilleur choix gagnerait au plus {decimal(100 * found.gap)} % d'habitants de plus. {greedy}"
    )


def assumptions(found: Proposal, options: Options) -> list[str]:
    """Say what the search supposes and leaves out."""
    lines = [*_ASSUMPTIONS, _STOPS if options.modes else _LINES]
    if found.left_out:
        lines.append(f"Population non diffusée, comptée pour personne : {', '.join(found.left_out)}.")
    return lines


def used(options: Options, sources: Mapping[str, Source]) -> list[Source]:
    """Give the sources that a proposal draws on."""
    lines = [] if options.modes else ["lignes"]
    ids = [NETWORK, "qpv", "indicateurs", *lines, "sncf", *(SOURCES[kind] for kind in options.kinds)]
    named = [sources[source_id] for source_id in dict.fromkeys(ids)]
    return [source for source in named if not source.absente]


def source_of(today: dt.date, communes: Sequence[str]) -> Source:
    """Say of the proposal what the catalogue says of a source.

    Parameters
    ----------
    communes
        INSEE codes of the communes to serve.
    """
    return Source(
        source_id=_SOURCE_ID,
        titre="Stations proposées",
        producteur="Atlas des Possibles (calcul)",
        millesime=f"calcul du {date(today)}",
        date=today,
        licence=f"ODbL 1.0, comme les stations {BIKES} dont le calcul dérive",
        attribution="Atlas des Possibles, d'après les sources ci-dessus",
        limites="Emplacements issus d'un calcul, à vol d'oiseau, à vérifier sur place",
        communes=frozenset(communes),
    )


def _lowered(text: str) -> str:
    """Write a title within a sentence."""
    return text[:1].lower() + text[1:]


def spec(
    found: Proposal,
    *,
    after: bool,
    options: Options,
    objects: SessionObjects,
    stops: gpd.GeoDataFrame | None = None,
    chosen: str | None,
    basemap: str,
) -> MapSpec:
    """Describe the map before or after.

    Parameters
    ----------
    objects
        The sites, as `objects_of` gives them.
    stops
        The stops that count as transit, which belong to the session; None for none.
    chosen
        Id of a site to set off, or None.
    """
    new = [ShownLayer("propositions", radius_m=options.radius_m, session=objects)] if after else []
    posts = [] if stops is None else [ShownLayer("arrets", session=_stops_of(stops))]
    moment = "après" if after else "avant"
    return MapSpec(
        titre=f"Carte {moment} les nouvelles stations, à {options.radius_m} m à vol d'oiseau",
        layers=[
            ShownLayer("communes"),
            ShownLayer(
                "qpv",
                ids=list(found.changes.index),
                classes=CLASSES[:-1],
                classed=classed(out_of_reach(found.changes, after=after), STEPS),
            ),
            ShownLayer("lignes"),
            ShownLayer("gares"),
            *posts,
            ShownLayer("stations", radius_m=options.radius_m),
            *new,
        ],
        basemap=basemap,
        chosen=[("propositions", chosen)] if after and chosen in set(objects.ids) else [],
        cadrage=Cadrage.around(f"implantation-{'-'.join(options.communes)}", found.changes, margin_m=500),
    )


def out_of_reach(changes: pd.DataFrame, *, after: bool) -> pd.Series:
    """Give the inhabitants of each QPV who are out of reach."""
    return changes["population"] - changes["habitants_apres" if after else "habitants_avant"]


def objects_of(found: Proposal) -> SessionObjects:
    """Give the map the new stations."""
    sites = found.sites
    ranked = zip(sites["rank"], sites["place"], strict=True)
    columns: dict[str, Any] = {
        "titre": [f"Site {rank} : {place}" for rank, place in ranked],
        "kind": sites["kind"],
        "habitants_gagnes": [round(value) for value in sites["habitants_gagnes"]],
        "distance_station_m": sites["distance_station_m"],
        "qpv_servis": sites["qpv_servis"],
    }
    return points(sites, columns, note="Calcul de l'atlas, à vol d'oiseau", digits=6)


def _stops_of(stops: gpd.GeoDataFrame) -> SessionObjects:
    """Give the map the stops that count."""
    columns: dict[str, Any] = {
        "nom": stops["nom"],
        "modes": [", ".join(MODES[mode] for mode in several) for several in stops["modes"]],
        "lignes": stops["lignes"].map(", ".join),
    }
    return points(stops, columns, note="Archive GTFS importée")
