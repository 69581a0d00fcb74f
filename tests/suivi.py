"""A follow-up to try pages on: a base of its own, a person who may write, two records."""

import datetime as dt
from decimal import Decimal

from server import rights
from server.rights import Rights
from tracking.records import DeploymentInput, IndicatorInput
from tracking.store import open_store

#: Texts that a page, a sheet, a spreadsheet or a database might run.
MARKUP = '<img src=x onerror="alert(1)">\'; DROP TABLE suivi_deployment; --'
FORMULA = '=HYPERLINK("https://exemple.org")'
WRITER = Rights("saisie", issuer="local", subject="camille", name="Camille")


def deployment(**changed):
    """Make a deployment of the PAEJ in Marseille."""
    told = {"id_projet": "paej", "statut": "engagé", "code_insee": "13055", "date_debut": dt.date(2025, 3, 1)}
    return DeploymentInput(**(told | changed))


def value(year, number, **changed):
    """Make a value of an indicator of the cités éducatives."""
    told = {
        "id_projet": "cites-educatives",
        "indicateur": "Nombre de cités éducatives mises en place",
        "periode_debut": dt.date(year, 1, 1),
        "periode_fin": dt.date(year, 12, 31),
        "echelle": "ensemble",
        "valeur": Decimal(number),
        "unite": "cités",
        "source": "Bilan annuel",
    }
    return IndicatorInput(**(told | changed))


class Base:
    """A SQLite base that the pages read."""

    def __init__(self, folder, monkeypatch):
        self.url = f"sqlite:///{folder}/suivi.sqlite3"
        monkeypatch.setenv("ATLAS_BASE", self.url)
        self.store = open_store(self.url)
        self.author = self.store.person("local", "autre", name="Dominique")
        self.asked = 0

    def add(self, record):
        self.asked += 1
        add = (
            self.store.add_deployment
            if isinstance(record, DeploymentInput)
            else self.store.add_indicator_value
        )
        return add(record, author=self.author, request_id=f"essai-{self.asked:08d}")

    def correct(self, record_id, record, version):
        self.asked += 1
        return self.store.correct_deployment(
            record_id, record, author=self.author, based_on=version, request_id=f"essai-{self.asked:08d}"
        )


def allow(monkeypatch, found=WRITER):
    """Let the session write, or not."""
    monkeypatch.setattr(rights, "current", lambda: found)
