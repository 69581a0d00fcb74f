"""What the sheets of a QPV, of a commune and of a project say."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from exports import blocks, paper_maps
from exports.pdf import Content
from facts import coverage, follow_up, place_fields, project, standing
from facts.fields import Field, pick
from facts.follow_up import FollowUp
from facts.naming import CONTRAT
from facts.portraits import QUARTIER, Genre, Portrait
from facts.project import Affected
from facts.snapshot import Snapshot
from geo.follow_up import by_project, communes_of
from geo.places import RADII_M
from geo.territory import ARRONDISSEMENTS
from maps import layers
from words.constants import PROXIMITY_M
from words.formats import entier, metres, pluriel

#: A sheet lists the nearest; the whole list is on the page of the place.
MOST_OBJECTS: Final = 30
MOST_FRICHES: Final = 25
_FARTHEST: Final = metres(RADII_M[-1])
KINDS: Final = {"quartier": "Fiche quartier prioritaire (QPV 2024)", "commune": "Fiche commune"}
_QPV_FIELDS: Final = (*place_fields.QPV, *place_fields.INDICATORS[:2])
_OBJECT_FIELDS: Final = place_fields.OBJECT_FIELDS[:-1]
_FRICHE_FIELDS: Final = place_fields.FRICHE_FIELDS[:7]
#: A sheet lists the last recorded; the whole list is on page Suivi.
MOST: Final = 20
_OF_PROJECT: Final = ("commune", "qpv", "lieu", "statut", "debut", "fin", "partenaire")
_OF_COMMUNE: Final = ("titre", "qpv", "lieu", "statut", "debut", "fin", "partenaire")
_OF_INDICATOR: Final = ("indicateur", "territoire", "debut", "fin", "lue", "unite", "source")


def of_place(
    kind: Genre, code: str, held: Snapshot, *, radius_m: float, suivi: FollowUp | None = None
) -> Content:
    """Put together the sheet of a place.

    Parameters
    ----------
    kind
        `facts.portraits.QUARTIER` or `COMMUNE`.
    radius_m
        Threshold of the figures within reach, in metres.
    suivi
        What the partners recorded, for a commune; None where it was not read.

    Raises
    ------
    ArgumentError
        If there is no such place, or the threshold is not a length.
    """
    portrait = held.portrait(kind, code, radius_m)
    near = kind == QUARTIER
    subject = f"Carte de {portrait.name} ({portrait.subtitle}) et de ses alentours"
    drawn = paper_maps.of_place(portrait, held)
    used = [source.source_id for source in portrait.sources]
    if layers.get("arrondissements").titre in {entry.text for entry in drawn.legend}:
        used.append("arrondissements")
    parts = [
        *(blocks.note(note) for note in portrait.notes),
        blocks.drawing(drawn, subject=subject, remark=paper_maps.remark(portrait)),
        blocks.title("Chiffres clés"),
        _figures(portrait, held),
        *_around(portrait, held),
        *([] if near else _quarters(portrait, held)),
        *_land(portrait, held),
        *_projects(portrait, held),
        *([] if near or held.projects_in_order.empty else recorded_in(suivi, code, held)),
    ]
    return Content(
        kind=KINDS[kind],
        name=portrait.name,
        subtitle=f"{portrait.subtitle}, {portrait.code}",
        finding=standing.finding(portrait, sources=held.sources, projects=len(held.projects)),
        keywords=("contrat de ville", "QPV", portrait.name, portrait.code),
        source_ids=used,
        said=f"Seuil : {metres(radius_m)} à vol d'oiseau. Aucun filtre.",
        parts={"blocs": parts},
    )


def _figures(portrait: Portrait, held: Snapshot) -> blocks.Block:
    said = standing.lines(portrait, held.sources)
    return blocks.rows(
        [("Donnée", False), ("Valeur", True), (standing.OVER[portrait.kind], True), ("Rang", True)],
        [
            [blocks.written(text) for text in (line.field.title, line.value, line.median, line.rank)]
            for line in said
        ],
        groups=[blocks.written(line.origin) for line in said],
        caption=f"Chiffres clés : {portrait.name}",
        remark="Rang 1 : la plus grande valeur ; des valeurs égales partagent le meilleur rang, et un lieu sans valeur "
        "n'est pas classé. Distances à vol d'oiseau, depuis le contour.",
    )


def _around(portrait: Portrait, held: Snapshot) -> list[blocks.Block]:
    sources = held.sources
    counts, objects = portrait.counts, portrait.objects
    near = portrait.kind == QUARTIER
    inside = "Dans le quartier" if near else "Dans la commune"
    if counts.empty:
        return []
    nearest = blocks.table(
        portrait.nearest,
        place_fields.NEAREST_FIELDS,
        sources=sources,
        caption="Transports les plus proches",
        remark="Distances à vol d'oiseau, depuis le contour ; 0 à l'intérieur.",
    )
    parts = [
        blocks.title(f"{inside} et autour"),
        *([] if portrait.nearest.empty else [nearest]),
        blocks.table(
            counts,
            place_fields.COUNT_FIELDS,
            sources=sources,
            caption="Nombre d'objets par distance au contour",
            remark="Chaque distance compte aussi l'intérieur."
            + (" Une station virtuelle ne dessert personne." if "stations" in counts.index else ""),
        ),
    ]
    if near:
        shown = objects.head(MOST_OBJECTS)
        rest = " La liste entière est sur la page du quartier." if len(shown) < len(objects) else ""
        origins = " ; ".join(dict.fromkeys(shown["source"]))
        parts.append(
            blocks.table(
                shown,
                _OBJECT_FIELDS,
                sources=sources,
                caption=_listed(
                    "Objets des sources, du plus proche au plus lointain", len(shown), len(objects)
                ),
                remark=f"Jusqu'à {_FARTHEST} du contour, à vol d'oiseau.{rest} Sources : {origins or 'aucune'}.",
            )
        )
    return parts


def _quarters(portrait: Portrait, held: Snapshot) -> list[blocks.Block]:
    qpv = held.qpv
    own = qpv[[portrait.code in codes for codes in qpv["communes"]]]
    return _part(
        "Quartiers prioritaires",
        own,
        _QPV_FIELDS,
        held,
        caption=f"{pluriel(len(own), 'QPV', 'QPV')}, par code",
        none="Aucun QPV dans cette commune.",
    )


def _land(portrait: Portrait, held: Snapshot) -> list[blocks.Block]:
    if "friches" not in held.sources:
        return []
    sites, unchecked = portrait.friches, portrait.counts["a_1000_m"].to_dict()["friches_potentielles"]
    parts = [blocks.title("Friches")]
    if isinstance(unchecked, str):
        return [*parts, blocks.text(f"Friches : {unchecked}.")]
    if unchecked == 0:
        apart = "Aucune friche potentielle non plus."
    else:
        counted = pluriel(unchecked, "friche potentielle", "friches potentielles")
        checked = "vérifiée" if unchecked == 1 else "vérifiées"
        apart = f"À part : {counted} à {_FARTHEST} au plus, que le Cerema n'a pas {checked}."
    if sites.empty:
        origin = blocks.vintages([held.sources["friches"]])
        return [
            *parts,
            blocks.text(f"Aucune friche vérifiée à {_FARTHEST} au plus dans l'inventaire. {apart} {origin}"),
        ]
    shown = sites.head(MOST_FRICHES)
    return [
        *parts,
        blocks.table(
            shown,
            _FRICHE_FIELDS,
            sources=held.sources,
            caption=_listed(
                "Friches vérifiées, de la plus proche à la plus lointaine", len(shown), len(sites)
            ),
            remark=f"{apart} Plusieurs sites peuvent partager un terrain : ces surfaces ne s'additionnent pas.",
        ),
    ]


def _projects(portrait: Portrait, held: Snapshot) -> list[blocks.Block]:
    if "projets" not in held.sources:
        return []
    return _part(
        "Projets de coopération dont le périmètre couvre ce lieu",
        portrait.projects,
        place_fields.PROJECT_FIELDS,
        held,
        caption=pluriel(len(portrait.projects), "projet"),
        none="Aucun projet : les projets agissent pour les habitants des QPV.",
    )


def _part(
    title: str, rows: pd.DataFrame, fields: Sequence[Field], held: Snapshot, *, caption: str, none: str
) -> list[blocks.Block]:
    """Write rows under a title, or in words that there is none."""
    if rows.empty:
        return [blocks.title(title), blocks.text(none)]
    return [blocks.title(title), blocks.table(rows, fields, sources=held.sources, caption=caption)]


def _listed(title: str, shown: int, total: int, which: str = "premiers") -> str:
    if shown == total:
        return f"{title} ({entier(total)})"
    return f"{title} (les {entier(shown)} {which} sur {entier(total)})"


def of_project(id_projet: str, held: Snapshot, *, suivi: FollowUp | None = None) -> Content:
    """Put together the sheet of a project.

    Parameters
    ----------
    suivi
        What the partners recorded, None where it was not read.

    Raises
    ------
    ArgumentError
        If there is no such project.
    """
    sources = held.sources
    reached = held.reach(id_projet)
    row = reached.project
    names = held.place_names
    partners = project.partners(row["partenaires"], row["partenaires_ecritures"], held.partners)
    given = project.indicators(row)
    measured = row["couche"] in coverage.MESURES
    used = ("projets", "qpv", "indicateurs", *([row["couche"]] if measured else []))
    parts = [
        blocks.drawing(
            paper_maps.of_project(reached, held),
            subject=f"Carte du périmètre du projet : {project.place(row, names)}",
        ),
        blocks.numbers(project.key_figures(reached, sources)),
        blocks.note(blocks.vintages(sources[source_id] for source_id in used)),
        *([blocks.note(project.reading(row))] if project.reading(row) else []),
        blocks.title("Le projet"),
        blocks.text(f"{row['resume']} (Résumé rédigé par l'atlas.)"),
        blocks.facts(project.facts(row, names)),
        blocks.title("Indicateurs de réussite"),
        blocks.bullets(given)
        if given
        else blocks.text("Le document ne donne aucun indicateur pour ce projet."),
        *recorded_of(suivi, id_projet, held),
        blocks.title("Partenaires"),
        blocks.table(
            partners, project.PARTNER_FIELDS, sources=sources, caption="Partenaires associés au projet"
        ),
        blocks.title("Ce que le projet touche"),
        *_touched(reached, held),
    ]
    return Content(
        kind=f"Fiche projet, {CONTRAT}",
        name=row["titre"],
        subtitle=row["orientations"],
        finding=project.finding(reached),
        keywords=("contrat de ville", "QPV", "projet de coopération"),
        source_ids=(*used, "communes", *(["arrondissements"] if row["perimetre"] == ARRONDISSEMENTS else [])),
        said=f"Seuil : {PROXIMITY_M} m à vol d'oiseau." if measured else "Aucun seuil, aucun filtre.",
        parts={"blocs": parts},
    )


def _touched(reached: Affected, held: Snapshot) -> list[blocks.Block]:
    sources = held.sources
    towns = project.by_commune(reached, held.measured, sources)
    touched = [blocks.table(reached.touched, project.QPV_FIELDS, sources=sources, caption="QPV touchés")]
    if towns is None:
        return touched
    return [
        blocks.table(towns.rows, towns.fields, sources=sources, caption=towns.caption, remark=towns.note),
        *touched,
    ]


def recorded_of(suivi: FollowUp | None, id_projet: str, held: Snapshot) -> list[blocks.Block]:
    """Write what was recorded of a project.

    Parameters
    ----------
    suivi
        What was read, None if nothing could be.
    """
    if suivi is None:
        return _unread()
    rows, values = follow_up.deployments(suivi, held), follow_up.indicators(suivi, held)
    parts = [blocks.title("Suivi")]
    promised = follow_up.facts(suivi, held)
    if promised is not None:
        parts.append(blocks.text(follow_up.balance(by_project(promised).to_dict("index")[id_projet])))
    parts += _deployments(rows[rows["id_projet"] == id_projet], _OF_PROJECT, suivi, held)
    own = values[values["id_projet"] == id_projet]
    if own.empty:
        return [*parts, blocks.text("Indicateurs de réussite : aucune valeur enregistrée.")]
    fields = pick(follow_up.INDICATOR_FIELDS, _OF_INDICATOR)
    shown = own.tail(MOST)
    caption = _listed("Valeurs enregistrées des indicateurs", len(shown), len(own), "derniers")
    return [*parts, blocks.table(shown, fields, sources=held.sources, caption=caption)]


def recorded_in(suivi: FollowUp | None, code_insee: str, held: Snapshot) -> list[blocks.Block]:
    """Write what was recorded in a commune.

    Parameters
    ----------
    suivi
        What was read, None if nothing could be.
    """
    if suivi is None:
        return _unread()
    rows = follow_up.deployments(suivi, held)
    inside = [code_insee in codes for codes in communes_of(rows, held.qpv)]
    return [blocks.title("Suivi"), *_deployments(rows[inside], _OF_COMMUNE, suivi, held)]


def _unread() -> list[blocks.Block]:
    return [blocks.title("Suivi"), blocks.text("Les enregistrements des partenaires n'ont pas été lus.")]


def _deployments(
    rows: pd.DataFrame, columns: tuple[str, ...], suivi: FollowUp, held: Snapshot
) -> list[blocks.Block]:
    if rows.empty:
        return [
            blocks.text(
                f"Déploiements : aucun enregistrement. {suivi.reading} Cela ne dit pas que rien n'est fait."
            )
        ]
    fields = pick(follow_up.DEPLOYMENT_FIELDS, columns)
    shown = rows.head(MOST)
    rest = " Les autres sont sur la page Suivi." if len(shown) < len(rows) else ""
    caption = _listed("Déploiements enregistrés", len(shown), len(rows), "derniers")
    return [blocks.table(shown, fields, sources=held.sources, caption=caption, remark=suivi.reading + rest)]
