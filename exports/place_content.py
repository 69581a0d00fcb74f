"""What the sheet of a QPV or of a commune says."""

from typing import Final

from exports import blocks, follow_up_content, paper_maps
from exports.content import Content
from facts import place_fields, standing
from facts.fields import Field
from facts.follow_up import FollowUp
from facts.portraits import QUARTIER, Genre, Portrait
from facts.snapshot import Snapshot
from geo.places import RADII_M
from maps import layers
from words.formats import entier, figure, metres, pluriel

#: A sheet lists the nearest; the whole list is on the page of the place.
MOST_OBJECTS: Final = 30
MOST_FRICHES: Final = 25
_FARTHEST: Final = metres(RADII_M[-1])
KINDS: Final = {"quartier": "Fiche quartier prioritaire (QPV 2024)", "commune": "Fiche commune"}
_QPV_FIELDS: Final = (
    Field("lib_qp", "QPV", "texte"),
    Field("code_qp", "Code", "texte"),
    Field("lib_communes", "Commune", "texte"),
    *(field for field in place_fields.INDICATORS if field.column in {"population", "taux_pauvrete_60_pct"}),
)
_OBJECT_FIELDS: Final = tuple(field for field in place_fields.OBJECT_FIELDS if field.column != "source")
_FRICHE_FIELDS: Final = tuple(
    field
    for field in place_fields.FRICHE_FIELDS
    if field.column not in {"lien", "urba_zone_type", "site_actu_date"}
)


def content(
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
        *([] if near or held.projects_in_order.empty else follow_up_content.of_commune(suivi, code, held)),
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
                    "Objets des sources, du plus proche au plus lointain",
                    len(shown),
                    len(objects),
                ),
                remark=f"Jusqu'à {_FARTHEST} du contour, à vol d'oiseau.{rest} Sources : {origins or 'aucune'}.",
            )
        )
    return parts


def _quarters(portrait: Portrait, held: Snapshot) -> list[blocks.Block]:
    qpv = held.qpv
    own = qpv[[portrait.code in codes for codes in qpv["communes"]]]
    heading = blocks.title("Quartiers prioritaires")
    if own.empty:
        return [heading, blocks.text("Aucun QPV dans cette commune.")]
    return [
        heading,
        blocks.table(
            own,
            _QPV_FIELDS,
            sources=held.sources,
            caption=f"{pluriel(len(own), 'QPV', 'QPV')}, par code",
        ),
    ]


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
    heading = blocks.title("Projets de coopération dont le périmètre couvre ce lieu")
    if portrait.projects.empty:
        return [heading, blocks.text("Aucun projet : les projets agissent pour les habitants des QPV.")]
    return [
        heading,
        blocks.table(
            portrait.projects,
            place_fields.PROJECT_FIELDS,
            sources=held.sources,
            caption=pluriel(len(portrait.projects), "projet"),
        ),
    ]


def _listed(title: str, shown: int, total: int) -> str:
    if shown == total:
        return f"{title} ({figure(total, 'entier')})"
    return f"{title} (les {entier(shown)} premiers sur {entier(total)})"
