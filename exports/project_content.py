"""What the sheet of a project says."""

from exports import blocks, follow_up_content, paper_maps
from exports.content import Content
from facts import coverage, project
from facts.follow_up import FollowUp
from facts.naming import CONTRAT
from facts.project import Affected
from facts.snapshot import Snapshot
from geo.territory import ARRONDISSEMENTS
from words.constants import PROXIMITY_M


def content(id_projet: str, held: Snapshot, *, suivi: FollowUp | None = None) -> Content:
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
    frames, sources = held, held.sources
    reached = held.reach(id_projet)
    row = reached.project
    names = dict(frames.communes["nom"]) | dict(frames.arrondissements["nom"]) | dict(frames.qpv["lib_qp"])
    partners = project.partners(row["partenaires"], row["partenaires_ecritures"], held.partners)
    given = project.indicators(row)
    measured = row["couche"] in coverage.MESURES
    used = ("projets", "qpv", "indicateurs", *([row["couche"]] if measured else []))
    parts = [
        blocks.drawing(
            paper_maps.of_project(reached, frames),
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
        *follow_up_content.of_project(suivi, id_projet, held),
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
    by_commune = (
        []
        if towns is None
        else [
            blocks.table(towns.rows, towns.fields, sources=sources, caption=towns.caption, remark=towns.note)
        ]
    )
    return [
        *by_commune,
        blocks.table(reached.touched, project.QPV_FIELDS, sources=sources, caption="QPV touchés"),
    ]
