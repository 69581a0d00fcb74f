"""The sentences that open the pages of gaps, on tables small enough to be counted by eye."""

import pandas as pd

from pages.sport import gaps as sport
from pages.velos import gaps as velos
from tests.pages.driver import plain


def test_the_greatest_gap_in_bikes_is_named():
    figures = pd.DataFrame(
        {
            "lib_qp": ["Le Nord", "Le Sud", "Ailleurs"],
            "couvert_par_le_reseau": [True, True, False],
            "stations_a_portee": [2.0, 0.0, float("nan")],
            "habitants_a_portee": [750.0, 0.0, float("nan")],
            "habitants_hors_portee": [250.0, 1000.0, float("nan")],
            "rang_manque": [2.0, 1.0, float("nan")],
        }
    )
    said = plain(velos.finding(figures, said="300 m"))
    assert "1 QPV sur 2 couverts par le réseau" in said
    # 1,250 of 2,000 inhabitants.
    assert "1 250 habitants (62,5 %, estimation)" in said
    assert said.endswith("le plus grand manque est à Le Sud.")


def test_the_quarters_without_a_family_are_counted():
    rows = pd.DataFrame(
        {
            "lib_qp": ["Le Nord", "Le Sud", "L'Est", "Ailleurs"],
            "couvert": [True, True, True, False],
            "equipements_a_portee": [3.0, 0.0, 0.0, float("nan")],
            "population": [500.0, 300.0, 200.0, 900.0],
        }
    )
    said = plain(sport.finding(rows, family="Bassin de natation", radius_m=300, vintage="2016"))
    assert "2 QPV sur 3 n'ont aucun équipement de la famille « Bassin de natation » à portée" in said
    # 500 of the 1,000 inhabitants of the quarters that the source covers.
    assert "500 habitants, soit 50,0 % des habitants" in said
