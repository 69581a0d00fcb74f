"""Which QPV an address lies in, or how far from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd

from geo.crs import points_from_degrees, to_wgs84
from geo.proximity import nearest, nearest_distance
from loaders.live.geocoder import STREET, Address
from words.formats import decimal, distance

#: Nearer to the outline than this, only the official tool can tell on which side an address is.
DOUBT_M: Final = 20.0
#: An address so far from the box of the communes, in degrees, is near no QPV: Lambert-93 need not be asked.
MARGIN_DEGREES: Final = 0.1
OFFICIAL: Final = "sig.ville.gouv.fr"


@dataclass(frozen=True)
class Answer:
    """What is said of an address.

    Attributes
    ----------
    text
        French sentences, without markup.
    code_qp
        The QPV that they are about, or None.
    """

    text: str
    code_qp: str | None = None


def answer(found: Sequence[Address], qpv: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> Answer:
    """Say which QPV the surest address lies in.

    Parameters
    ----------
    qpv
        QPV in EPSG:2154, with `lib_qp`.
    communes
        The communes of the contrat in EPSG:2154.

    Returns
    -------
    Answer
        "dans" a QPV, "à N m de" the nearest, outside the territory, or "adresse trop imprécise".
    """
    if not found:
        return Answer(
            "Adresse trop imprécise : le service de l’IGN n’en connaît aucune qui réponde à ce texte."
        )
    best = found[0]
    if not best.precise:
        return Answer(
            f"Adresse trop imprécise pour répondre : le mieux trouvé est « {best.label} » (score {decimal(best.score, digits=2)} ; "
            "il faut un numéro ou une voie, et un score de 0,80 au moins). Précisez le numéro, la voie et la commune."
        )
    outside = Answer(f"« {best.label} » est hors des communes du contrat de ville.")
    west, south, east, north = to_wgs84(communes).total_bounds
    if not (
        west - MARGIN_DEGREES <= best.lon <= east + MARGIN_DEGREES
        and south - MARGIN_DEGREES <= best.lat <= north + MARGIN_DEGREES
    ):
        return outside
    point = points_from_degrees([best.lon], [best.lat])
    closest = nearest(point, qpv).iloc[0]
    code, away_m = str(closest["id"]), float(closest["distance_m"])
    name = f"{qpv['lib_qp'][code]} ({code})"
    if away_m > 0 and nearest_distance(point, communes).iloc[0] > 0 and away_m > DOUBT_M:
        return outside
    edge_m = float(qpv.geometry[code].boundary.distance(point.iloc[0]))
    if away_m == 0:
        text = f"« {best.label} » est dans le QPV {name}."
    else:
        text = f"« {best.label} » n’est dans aucun QPV : le plus proche, {name}, est à {distance(away_m)} à vol d’oiseau."
    if best.kind == STREET:
        text += " Sans numéro, le point est au milieu de la voie : une partie peut être de l’autre côté."
    if edge_m < DOUBT_M:
        text += (
            f" Le contour est à moins de {DOUBT_M:.0f} m : seul l’outil officiel, {OFFICIAL}, peut trancher."
        )
    return Answer(text, code)
