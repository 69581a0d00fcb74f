"""What is public of ground-floor premises, which is little: social dwellings per QPV, a town's social facilities."""

from typing import Final

import geopandas as gpd
import pandas as pd

from facts.fields import Field
from facts.place_fields import INDICATORS, QPV
from facts.snapshot import Snapshot
from geo.facilities import in_communes, qpv_figures
from geo.population import counted_under, total_by_commune
from maps.spec import Cadrage, MapSpec, ShownLayer
from ui.choices import Where
from words.constants import PROXIMITY_M
from words.formats import pluriel

#: What the State publishes of them.
DWELLINGS: Final = ("menages", "logements_sociaux")
_TOWN: Final = (
    Field("nom", "Commune", "texte"),
    Field("nb_qpv", "QPV", "entier"),
    Field("logements_sociaux", "Logements sociaux de ses QPV", "entier", "indicateurs", "Non diffusé si le chiffre manque pour un seul de ses QPV"),
)  # fmt: skip
SOCIAL_FIELDS: Final = (
    Field("nom", "Équipement", "texte"),
    Field("categorie", "Catégorie", "texte"),
    Field("adresse", "Adresse", "texte", "social"),
    Field("code_postal", "Code postal", "texte", "social"),
    Field("commune", "Commune", "texte"),
)


def qpv_fields(vintage: str) -> tuple[Field, ...]:
    """Give the columns of the table of QPV."""
    return (
        *QPV,
        *(field for field in INDICATORS if field.column in {"population", *DWELLINGS}),
        Field("equipements_dans", f"Équipements sociaux dans le QPV, {vintage}", "entier", "social", "Des équipements publics, pas des locaux de bailleurs"),
        Field("equipements_a_portee", f"Équipements sociaux à portée, {vintage}", "entier", "social", f"Dans le QPV ou à {PROXIMITY_M} m au plus de son contour, à vol d'oiseau"),
    )  # fmt: skip


def town_fields(vintage: str) -> tuple[Field, ...]:
    """Give the columns of the table of communes.

    Returns
    -------
    tuple of Field
        The columns of `per_commune`.
    """
    return (*_TOWN, Field("equipements", f"Équipements sociaux de la commune, {vintage}", "entier", "social"))


def per_qpv(qpv: gpd.GeoDataFrame, held: Snapshot) -> gpd.GeoDataFrame:
    """Give each QPV what is public of its social dwellings and facilities.

    Returns
    -------
    GeoDataFrame
        The QPV with the columns of `qpv_fields`, the most social dwellings first.
    """
    covered = held.sources["social"].communes
    figures = qpv_figures(qpv, held.layers["social"], radius_m=PROXIMITY_M, covered=covered)
    known = [column for column in DWELLINGS if column not in qpv.columns]
    rows = qpv.join(held.indicators[known]).join(figures)
    return rows.sort_values(["logements_sociaux", "lib_qp"], ascending=[False, True])


def per_commune(communes: pd.DataFrame, held: Snapshot) -> pd.DataFrame:
    """Add up the social dwellings of the QPV of each commune, and count its social facilities.

    Parameters
    ----------
    communes
        Those shown.

    Returns
    -------
    DataFrame
        Index `code_insee`, by name: the columns of `town_fields`.
    """
    rows, covered = per_qpv(held.qpv, held), held.sources["social"].communes
    place = counted_under(rows["communes"])
    number = place.value_counts().reindex(communes.index, fill_value=0)
    dwellings = total_by_commune(rows["logements_sociaux"], place, communes.index).astype(object)
    return (
        communes[["nom"]]
        .assign(
            nb_qpv=number,
            logements_sociaux=dwellings.where(number > 0, "sans objet"),
            equipements=in_communes(communes, held.layers["social"], covered=covered),
        )
        .sort_values("nom")
    )


def finding(rows: pd.DataFrame) -> str:
    """Say in one sentence what is public of the premises."""
    known = rows["logements_sociaux"].notna()
    head = "Aucun inventaire public des locaux en pied d'immeuble n'existe : importez le vôtre"
    if not known.any():
        return f"{head}. Les logements sociaux des QPV affichés ne sont pas diffusés."
    missing = int((~known).sum())
    gap = f", chiffre non diffusé pour {missing}" if missing else ""
    return (
        f"{head}. En attendant, {pluriel(rows['logements_sociaux'].sum(), 'logement social', 'logements sociaux')} sont connus "
        f"dans {pluriel(int(known.sum()), 'QPV', 'QPV')}{gap}."
    )


def spec(
    rows: gpd.GeoDataFrame, social: gpd.GeoDataFrame, here: Where, *, titre: str, basemap: str
) -> MapSpec:
    """Describe the map of what is public."""
    framed = rows if len(rows) and (here.commune or here.chosen) else here.communes
    place = None if here.commune is None else (here.commune,)
    return MapSpec(
        titre=titre,
        layers=[
            ShownLayer("communes"),
            ShownLayer("qpv", ids=list(rows.index)),
            ShownLayer("social", communes=place, ids=list(social.index)),
        ],
        basemap=basemap,
        chosen=[("qpv", here.chosen)] if here.chosen else [],
        cadrage=Cadrage.around(f"locaux-{here.commune}-{here.chosen}", framed, margin_m=300),
        adresse=here.address,
    )
