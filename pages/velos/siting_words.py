"""What the view "Implantation" says: its options in words, the finding, the proof, the assumptions, the sources."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from facts.naming import BIKES
from geo import candidates
from loaders.catalogue import Source
from pages.velos.gaps import NETWORK
from pages.velos.siting import KINDS, Options, Proposal
from pages.velos.stops import any_of
from words.formats import date, decimal, entier, part, pluriel

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
        adresse="",
        fichier="",
        lignes_lues=0,
        lignes_gardees=0,
        lignes_ecartees=0,
        limites="Emplacements issus d'un calcul, à vol d'oiseau, à vérifier sur place",
        communes=frozenset(communes),
    )


def _lowered(text: str) -> str:
    """Write a title within a sentence."""
    return text[:1].lower() + text[1:]
