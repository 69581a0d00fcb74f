import dataclasses
import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from errors import ArgumentError
from exports.context import Context


def test_what_sources_share_is_said_once_and_what_differs_names_its_source(context):
    assert context.producer == "Producteur A (Titre velos) ; Insee (Titre indicateurs)"
    assert context.licence == "ODbL 1.0 (Titre velos) ; Licence Ouverte 2.0 (Titre indicateurs)"
    assert context.attribution == "Source : velos ; Source : indicateurs"


def test_one_source_is_quoted_as_it_is(velos):
    context = Context.of([velos, velos], subject="Stations", place="Marseille", date=dt.date(2026, 3, 5))
    assert (context.producer, context.vintage, context.licence) == ("Producteur A", "mars 2026", "ODbL 1.0")
    assert context.sources == (velos,)


def test_filters_are_a_sentence(context, velos):
    assert context.filters == "commune : toutes ; seuil : 300 m"
    bare = Context.of([velos], filters={"commune": ""}, subject="a", place="b")
    assert bare.filters == "aucun filtre"
    assert context.criteria == (("commune", "toutes"), ("seuil", "300 m"))
    assert bare.criteria == ()


def test_nothing_leaves_without_a_source():
    with pytest.raises(ArgumentError):
        Context.of([], subject="a", place="b")


def test_file_names_are_plain_ascii(context, velos):
    assert context.filename("csv") == "atlas_ecarts-velos_metropole_2026-03-05.csv"
    odd = Context.of(
        [velos], subject="Cœur / œuvre : l’été", place="../Aix-en-Provence", date=dt.date(2026, 3, 5)
    )
    assert odd.filename(".geojson") == "atlas_coeur-oeuvre-l-ete_aix-en-provence_2026-03-05.geojson"


def test_the_day_is_today_unless_given(velos):
    assert (
        Context.of([velos], subject="a", place="b").date
        == dt.datetime.now(tz=ZoneInfo("Europe/Paris")).date()
    )


def test_a_source_that_the_territory_lacks_is_passed_over(velos, insee):
    context = Context.of([velos, dataclasses.replace(insee, absente=True)], subject="Essai", place="Ici")
    assert [source.source_id for source in context.sources] == ["velos"]
