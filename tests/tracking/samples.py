"""Records to write, and people who write them without a limit."""

import datetime as dt
import uuid
from decimal import Decimal

from tracking.records import DeploymentInput, IndicatorInput
from tracking.store import Limits

#: For tests that write faster than people do.
UNLIMITED = Limits(requests_per_minute=10**9, changes_per_hour=10**9)
#: "DROP TABLE" in quotes of each kind, markup, a formula, French, an astral character, ends of lines.
HOSTILE = (
    "'); DROP TABLE suivi_deployment; --",
    '" OR "1"="1',
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    '=HYPERLINK("http://x")',
    "%(statut)s %s :statut ? {0} $1 \\ \\x00",
    "Élargi à l’école « Saint-Exupéry » 🚲",
)


def request():
    return uuid.uuid4().hex


def deployment(**changed):
    content = {
        "id_projet": "cites-educatives",
        "statut": "engagé",
        "code_insee": "13055",
        "code_qp": "QN01359I",
        "lieu": "École Kalliste",
        "lon": 5.364,
        "lat": 43.369,
        "date_debut": dt.date(2025, 9, 1),
        "partenaire": "Éducation nationale",
        "note": "Première\r\nannée",
    }
    return DeploymentInput(**(content | changed))


def value(**changed):
    content = {
        "id_projet": "cites-educatives",
        "indicateur": "Nombre de cités éducatives mises en place",
        "periode_debut": dt.date(2025, 1, 1),
        "periode_fin": dt.date(2025, 12, 31),
        "echelle": "commune",
        "code": "13055",
        "valeur": Decimal("2.50"),
        "unite": "cités éducatives",
        "source": "Rectorat, bilan 2025",
    }
    return IndicatorInput(**(content | changed))
