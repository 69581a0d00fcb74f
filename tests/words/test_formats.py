import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from facts.fields import Field, heading
from words import formats
from words.formats import HORS_PERIMETRE, KINDS, NON_DIFFUSE

N = "\u202f"
B = "\u00a0"


def test_numbers_have_narrow_spaces_and_a_comma():
    assert formats.entier(312529) == f"312{N}529"
    assert formats.entier(1234567.6) == f"1{N}234{N}568"
    assert formats.decimal(1234.56) == f"1{N}234,6"
    assert formats.decimal(-12.375, digits=2) == "-12,38"
    assert formats.decimal(0.0) == "0,0"


def test_a_zero_has_no_sign():
    assert formats.decimal(-0.0) == "0,0"
    assert formats.decimal(-1e-9) == "0,0"
    assert formats.entier(-0.2) == "0"
    assert formats.decimal(-0.16) == "-0,2"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.04, "0,04"),
        (0.0423, "0,042"),
        (0.05, "0,05"),
        (0.0951, "0,095"),
        (0.0999, "0,1"),
        (0.1, "0,1"),
        (0.149, "0,1"),
        (-0.0423, "-0,042"),
        (0.00067, "0,00067"),
        (1e-6, "0,000001"),
    ],
)
def test_only_a_zero_reads_as_zero(value, text):
    assert formats.decimal(value) == text
    assert formats.cell(value, "decimal") == text
    assert formats.figure(value / 100, "part") == f"{text}{N}%"
    assert formats.figure(value, "pourcentage") == f"{text}{N}%"


def test_small_areas_read_as_such():
    assert formats.surface(40) == f"0,004{N}ha"
    assert formats.surface(99.9) == f"0,01{N}ha"
    assert formats.surface(0) == f"0,00{N}ha"


def test_what_the_files_round_to_zero_reads_as_zero():
    assert round(4e-7, 6) == 0
    assert formats.decimal(4e-7) == "0,0"


def test_units():
    assert formats.part(0.1234) == f"12,3{N}%"
    assert formats.part(1.0) == f"100,0{N}%"
    assert formats.pourcentage(45.5) == f"45,5{N}%"
    assert formats.distance(1234.4) == f"1{N}234{N}m"
    assert formats.distance(9999.4) == f"9{N}999{N}m"
    assert formats.distance(46012) == f"46,0{N}km"
    assert formats.surface(123456) == f"12,3{N}ha"
    assert formats.surface(4200) == f"0,42{N}ha"


def test_dates():
    assert formats.date(dt.date(2026, 3, 2)) == "2 mars 2026"
    assert formats.date(dt.date(2025, 4, 1)) == "1er avril 2025"
    assert formats.date(dt.date(2025, 12, 11)) == "11 décembre 2025"


def test_moments_are_those_of_paris_whatever_the_zone():
    winter = dt.datetime(2026, 1, 31, 23, 5, tzinfo=dt.UTC)
    summer = dt.datetime(2026, 7, 1, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=-4)))
    assert formats.moment(winter) == f"1er février 2026 à 0{N}h{N}05"
    assert formats.moment(summer) == f"1er juillet 2026 à 14{N}h{N}30"


def test_plurals_agree_from_two():
    assert formats.pluriel(0, "quartier") == f"0{B}quartier"
    assert formats.pluriel(1, "quartier") == f"1{B}quartier"
    assert formats.pluriel(66, "quartier") == f"66{B}quartiers"
    assert formats.pluriel(2, "réseau", "réseaux") == f"2{B}réseaux"
    assert formats.pluriel(1_000_000, "habitant") == f"1{N}000{N}000{B}habitants"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [None, np.nan, pd.NaT, ""])
def test_a_missing_figure_is_never_zero_nor_nan(kind, value):
    assert formats.figure(value, kind) == NON_DIFFUSE
    assert formats.cell(value, kind) == NON_DIFFUSE


@pytest.mark.parametrize(
    "write",
    [formats.entier, formats.decimal, formats.part, formats.pourcentage, formats.distance, formats.surface],
)
@pytest.mark.parametrize("value", [None, float("nan"), np.nan, float("inf")])
def test_no_writer_shows_nan(write, value):
    assert write(value) == NON_DIFFUSE


@pytest.mark.parametrize("kind", KINDS)
def test_a_reason_is_told_as_it_is(kind):
    assert formats.figure(HORS_PERIMETRE, kind) == HORS_PERIMETRE
    assert formats.cell(HORS_PERIMETRE, kind) == HORS_PERIMETRE
    assert formats.figure("sans objet", kind) == "sans objet"


@pytest.mark.parametrize(
    ("value", "kind", "alone", "full"),
    [
        (1234, "entier", f"1{N}234", f"1{N}234"),
        (0, "entier", "0", "0"),
        (0.4213, "part", "42,1", f"42,1{N}%"),
        (45.5, "pourcentage", "45,5", f"45,5{N}%"),
        (123.46, "distance_m", "123", f"123{N}m"),
        (46012.0, "distance_m", f"46{N}012", f"46,0{N}km"),
        (80000.0, "surface_m2", "8,0", f"8,0{N}ha"),
        (dt.date(2026, 3, 2), "date", "2 mars 2026", "2 mars 2026"),
        ("texte", "texte", "texte", "texte"),
    ],
)
def test_cells_leave_their_unit_to_the_heading(value, kind, alone, full):
    assert formats.cell(value, kind) == alone
    assert formats.figure(value, kind) == full


def test_headings_give_the_unit():
    assert heading(Field("a", "Distance", "distance_m")) == "Distance (m)"
    assert heading(Field("a", "Surface", "surface_m2")) == "Surface (ha)"
    assert heading(Field("a", "Part", "part")) == "Part (%)"
    assert heading(Field("a", "Stations", "entier")) == "Stations"


def test_a_number_keeps_its_unit_and_its_thousands():
    assert formats.typographie("à 1,7 m près, 300 m, 2 km, 5 ha et 1 000 habitants en 24 mois") == (
        f"à 1,7{N}m près, 300{N}m, 2{N}km, 5{N}ha et 1{N}000 habitants en 24 mois"
    )


def test_typography():
    assert (
        formats.typographie("Source : Insee ; « vu » ! 12 %") == f"Source{B}: Insee{N}; «{B}vu{B}»{N}! 12{N}%"
    )
    once = formats.typographie("a : b")
    assert formats.typographie(once) == once
    assert formats.typographie("à 10:30, https://a.fr/?b=c") == "à 10:30, https://a.fr/?b=c"


def test_kilometres_begin_at_ten_thousand_metres():
    assert formats.distance(9_999) == "9\u202f999\u202fm"
    assert formats.distance(10_000) == "10,0\u202fkm"


def test_digits_are_written_as_they_are():
    assert formats.grouped(243_471) == "243\u202f471"
    assert formats.grouped(Decimal("1234.50")) == "1\u202f234,50"
    assert formats.metres(300) == "300\u202fm"
