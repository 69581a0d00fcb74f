"""What the sport page shows: rows, columns, finding, map of gaps by family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import pandas as pd

from facts.fields import Field
from facts.place_fields import PEOPLE, QPV
from facts.snapshot import Snapshot
from geo.facilities import category_figures, commune_figures, in_communes, qpv_counts_by, qpv_figures
from geo.proximity import nearest
from geo.scope import in_scope, mask
from loaders.catalogue import Source
from maps.spec import Cadrage, Classe, MapSpec, ShownLayer, classed
from pages.sport import census
from ui.choices import Where
from words.formats import entier, part, pluriel

SOURCE: Final = "sports"
WITHOUT_QPV: Final = "sans objet"
#: Most QPV are far from a golf course: only the chosen family's map says where something lacks.
STEPS: Final = (1, 3, 6)
MISSING_STEPS: Final = (4, 8, 12)


def qpv_fields(vintage: str, *, family: bool) -> tuple[Field, ...]:
    """Give the columns of the table of QPV.

    Parameters
    ----------
    family
        Whether one family is chosen; else all are counted, with those that lack.
    """
    counted = (
        Field("equipements_dans", f"Équipements dans le QPV, {vintage}", "entier", SOURCE),
        Field("equipements_a_portee", f"Équipements à portée, {vintage}", "entier", SOURCE, "Dans le QPV ou au plus au seuil choisi de son contour, à vol d'oiseau"),
        Field("equipements_pour_1000_hab", f"À portée pour 1\u202f000 hab., {vintage}", "decimal", SOURCE, "Équipements à portée, pour 1\u202f000 habitants du QPV"),
    )  # fmt: skip
    if family:
        nearby = (
            Field("distance_equipement_m", f"Équipement le plus proche, {vintage}", "distance_m", SOURCE, "À vol d'oiseau, depuis le contour du QPV ; 0 s'il y en a un dans le QPV"),
            Field("equipement_proche", "Type du plus proche", "texte", SOURCE),
        )  # fmt: skip
        return (*QPV, PEOPLE, *counted, *nearby)
    lacking = (
        Field("familles_absentes", f"Familles sans équipement à portée, {vintage}", "entier", SOURCE),
        Field("noms_absentes", "Lesquelles", "texte", SOURCE),
    )
    return (*QPV, PEOPLE, *counted, *lacking)


def family_fields(vintage: str) -> tuple[Field, ...]:
    """Give the columns of the table of families."""
    return (
        Field("famille", "Famille", "texte"),
        Field("equipements_dans", f"Équipements dans un QPV, {vintage}", "entier", help="Chaque équipement est compté une fois"),
        Field("equipements_a_portee", f"Équipements à portée d'un QPV, {vintage}", "entier", help="Chaque équipement est compté une fois, même proche de deux QPV"),
        Field("qpv_avec", f"QPV avec, {vintage}", "entier"),
        Field("qpv_sans", f"QPV sans, {vintage}", "entier"),
        Field("habitants_sans", f"Habitants des QPV sans, {vintage}", "entier", "indicateurs"),
    )  # fmt: skip


def town_fields(vintage: str) -> tuple[Field, ...]:
    """Give the columns of the totals per commune."""
    return (
        Field("nom", "Commune", "texte"),
        Field("nb_qpv", "QPV", "entier"),
        Field("population_qpv", "Habitants des QPV", "entier", "indicateurs"),
        Field("equipements_commune", f"Équipements de la commune, {vintage}", "entier", SOURCE),
        Field("equipements_a_portee", f"À portée de ses QPV, {vintage}", "entier", SOURCE, "Chaque équipement est compté une fois"),
        Field("equipements_pour_1000_hab", f"À portée pour 1\u202f000 hab. des QPV, {vintage}", "decimal", SOURCE),
    )  # fmt: skip


CLASSES: Final = (
    Classe("aucun équipement à portée", "#8C2D04", 0.8),
    Classe("1 ou 2", "#F4A259", 0.75),
    Classe("de 3 à 5", "#9CC5A1", 0.75),
    Classe("6 et plus", "#216869", 0.75),
    Classe("QPV hors périmètre de la source", "#6A7482", 0.6, "hachures"),
)
MISSING_CLASSES: Final = (
    Classe("moins de 4 familles absentes", "#216869", 0.75),
    Classe("de 4 à 7", "#9CC5A1", 0.75),
    Classe("de 8 à 11", "#F4A259", 0.75),
    Classe("12 et plus", "#8C2D04", 0.8),
    Classe("QPV hors périmètre de la source", "#6A7482", 0.6, "hachures"),
)


@dataclass(frozen=True)
class Choice:
    """What the figures depend on.

    Attributes
    ----------
    commune
        INSEE code, None for all.
    family
        The family counted, None for all of them.
    radius_m
        Threshold in metres, as the crow flies.
    access
        Key of `census.ACCESS`, None for any.
    near
        Whether only the facilities within reach of a QPV shown are listed.
    """

    commune: str | None
    family: str | None
    radius_m: int
    access: str | None
    near: bool


@dataclass(frozen=True, eq=False)
class Gaps:
    """The figures of a choice.

    Attributes
    ----------
    qpv, facilities, communes
        What `per_qpv`, `listed` and `per_commune` give.
    families
        How many facilities of each serve the QPV, and how many QPV have none.
    """

    qpv: gpd.GeoDataFrame
    families: pd.DataFrame
    facilities: gpd.GeoDataFrame
    communes: pd.DataFrame


def measured(held: Snapshot, choice: Choice) -> Gaps:
    """Work out all that the page shows of a choice."""
    source, here = held.sources[SOURCE], Where(choice.commune)
    inventory = census.of_access(held.layers["sports"], choice.access)
    kept = inventory if choice.family is None else inventory[inventory["famille"] == choice.family]
    families = category_figures(
        here.qpv, inventory, inventory["famille"], radius_m=choice.radius_m, covered=source.communes
    )
    families = families.rename_axis("famille").sort_values("qpv_sans", ascending=False, kind="stable")
    if choice.family is not None:
        families = families.loc[[choice.family]]
    if not any(source.covers(codes) for codes in here.qpv["communes"]):
        families = families.iloc[:0]
    communes = per_commune(held, kept, radius_m=choice.radius_m)
    return Gaps(
        qpv=per_qpv(here.qpv, inventory, family=choice.family, radius_m=choice.radius_m, source=source),
        families=families,
        facilities=listed(kept, here, radius_m=choice.radius_m if choice.near else None),
        communes=communes if choice.commune is None else communes.loc[[choice.commune]],
    )


def per_qpv(
    qpv: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *, family: str | None, radius_m: int, source: Source
) -> gpd.GeoDataFrame:
    """Give each QPV its facilities, of one family or of all.

    Parameters
    ----------
    qpv
        QPV with `communes` and `population`.
    facilities
        All the facilities, with `famille` and `equip_type_name`.
    family
        The family counted, None for all of them.
    radius_m
        Threshold in metres, crow-flies.
    source
        The facilities' source: outside its communes every figure is missing.

    Returns
    -------
    GeoDataFrame
        The QPV with the columns of `geo.facilities.qpv_figures`, `couvert` (bool), `distance_equipement_m`,
        `equipement_proche` and, over all families, `familles_absentes` and `noms_absentes`.
    """
    covered = source.communes
    kept = facilities if family is None else facilities[facilities["famille"] == family]
    rows = qpv.join(qpv_figures(qpv, kept, radius_m=radius_m, covered=covered))
    rows["couvert"] = in_scope(qpv["communes"], covered)
    closest = nearest(qpv, kept)
    closest["type"] = closest["id"].map(kept["equip_type_name"])
    closest = mask(closest, qpv["communes"], covered)
    rows["distance_equipement_m"], rows["equipement_proche"] = closest["distance_m"], closest["type"]
    absent = qpv_counts_by(qpv, facilities, facilities["famille"], radius_m=radius_m, covered=covered).eq(0)
    rows["familles_absentes"] = absent.sum(axis="columns").astype(float).where(rows["couvert"])
    rows["noms_absentes"] = [list(absent.columns[line]) for line in absent.to_numpy()]
    return rows


def listed(facilities: gpd.GeoDataFrame, here: Where, *, radius_m: int | None) -> gpd.GeoDataFrame:
    """Choose the facilities to draw and to list, each with its nearest QPV.

    Parameters
    ----------
    facilities
        Those of the chosen family, with `communes`.
    radius_m
        Keep those at most so far from a QPV shown; None keeps all those of the commune.

    Returns
    -------
    GeoDataFrame
        Facilities by growing distance, with `qpv_proche` and `distance_qpv_m`.
    """
    kept = facilities
    if radius_m is None and here.commune is not None:
        kept = kept[in_scope(kept["communes"], [here.commune])]
    closest = nearest(kept, here.qpv)
    kept = kept.assign(qpv_proche=closest["id"].map(here.qpv["lib_qp"]), distance_qpv_m=closest["distance_m"])
    if radius_m is not None:
        kept = kept[kept["distance_qpv_m"] <= radius_m]
    return kept.sort_values(["distance_qpv_m", "famille", "equip_type_name"], kind="stable")


def per_commune(held: Snapshot, facilities: gpd.GeoDataFrame, *, radius_m: int) -> pd.DataFrame:
    """Count the facilities of each commune, and those its QPV reach.

    Parameters
    ----------
    radius_m
        Threshold in metres, crow-flies.

    Returns
    -------
    DataFrame
        Index `code_insee`, by name: `nom`, `equipements_commune` and the columns of
        `geo.facilities.commune_figures`, "sans objet" where a commune has no QPV.
    """
    communes, covered = held.communes, held.sources[SOURCE].communes
    reached = commune_figures(communes, held.qpv, facilities, radius_m=radius_m, covered=covered)
    totals = communes[["nom"]].join(reached)
    totals["equipements_commune"] = in_communes(communes, facilities, covered=covered)
    about_qpv = ["population_qpv", "equipements_a_portee", "equipements_pour_1000_hab"]
    totals[about_qpv] = totals[about_qpv].astype(object).where(totals["nb_qpv"] > 0, WITHOUT_QPV)
    return totals.sort_values("nom")


def spec(
    found: Gaps, here: Where, *, family: bool, titre: str, basemap: str, adresse: Mapping[str, Sequence[str]]
) -> MapSpec:
    """Describe the map of gaps.

    Parameters
    ----------
    family
        Whether one family is chosen; else the map shades QPV by how many lack.
    """
    rows, chosen = found.qpv, here.found
    column, steps, shades = (
        ("equipements_a_portee", STEPS, CLASSES)
        if family
        else ("familles_absentes", MISSING_STEPS, MISSING_CLASSES)
    )
    ranks = classed(rows[column], steps, covered=rows["couvert"])
    return MapSpec(
        titre=titre,
        layers=[
            ShownLayer("communes"),
            ShownLayer("qpv", ids=list(rows.index), classes=shades, classed=ranks),
            ShownLayer("sports", ids=list(found.facilities.index)),
        ],
        basemap=basemap,
        chosen=[("qpv", chosen)] if chosen else [],
        cadrage=Cadrage.around(
            f"{here.commune}-{here.chosen}", rows.loc[[chosen]] if chosen else rows, margin_m=500
        ),
        adresse=adresse,
    )


def finding(rows: pd.DataFrame, *, family: str | None, radius_m: int, vintage: str) -> str:
    """Say in one sentence what the page found.

    Parameters
    ----------
    rows
        QPV shown, as `per_qpv` gives them.
    family
        The family chosen, or None.
    """
    covered = rows[rows["couvert"]]
    if covered.empty:
        return (
            "Le recensement des équipements sportifs ne dit rien de cette commune : elle est hors périmètre "
            "de la source, et aucun manque ne peut y être constaté."
        )
    head = f"Selon le recensement de {vintage}, à {radius_m} m à vol d'oiseau, "
    if family is None:
        count = covered["equipements_a_portee"]
        if len(covered) == 1:
            return (
                f"{head}{covered['lib_qp'].iloc[0]} a {pluriel(count.iloc[0], 'équipement')} à portée ; "
                f"{pluriel(covered['familles_absentes'].iloc[0], 'famille n’y est pas représentée', 'familles n’y sont pas représentées')}."
            )
        return (
            f"{head}un QPV sur deux a au plus {pluriel(int(count.median()), 'équipement sportif', 'équipements sportifs')} "
            f"à portée, et au moins {pluriel(int(covered['familles_absentes'].median()), 'famille absente', 'familles absentes')} : "
            f"choisissez une famille pour voir où elle manque."
        )
    without = covered[covered["equipements_a_portee"] == 0]
    if without.empty:
        return f"{head}tous les QPV affichés ont un équipement de la famille « {family} » à portée."
    verb = "n'a" if len(without) == 1 else "n'ont"
    people = without["population"].sum(skipna=False)
    share = part(people / covered["population"].sum(skipna=False))
    return (
        f"{head}{entier(len(without))} QPV sur {entier(len(covered))} {verb} aucun équipement de la famille "
        f"« {family} » à portée : {pluriel(people, 'habitant')}, soit {share} des habitants des QPV affichés."
    )
