import datetime as dt

import pytest

from loaders.catalogue import Source


@pytest.fixture
def velos_source():
    return Source(
        source_id="velos",
        titre="Stations levélo",
        producteur="Métropole Aix-Marseille-Provence",
        millesime="2 mars 2026",
        date=dt.date(2026, 3, 2),
        licence="ODbL 1.0",
        attribution="Métropole Aix-Marseille-Provence, levélo",
        adresse="https://exemple.fr",
        fichier="equipements/velos.csv",
        lignes_lues=223,
        lignes_gardees=223,
        lignes_ecartees=0,
        limites="Marseille seulement",
        communes=frozenset({"13055"}),
    )
