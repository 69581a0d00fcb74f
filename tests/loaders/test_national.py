"""All of France at once: what it takes, against geopandas alone; `make bench` prints the times."""

import pytest

from benchmarks import national

pytestmark = pytest.mark.bench
MOST_MB = 1_500


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("national") / "france"
    national.write(folder)
    return {way: national.run(way, folder) for way in national.WAYS}


def test_1600_qpv_and_334000_facilities_fit_in_memory(measured):
    assert measured["atlas"]["peak_mb"] < MOST_MB


def test_both_ways_answer_the_same(measured):
    atlas, alone = measured["atlas"], measured["geopandas"]
    assert atlas["pairs"] == alone["pairs"]
    # 400 m squares with 300 m around hold some 1.16 km2, of the 25 that a commune's 417 facilities share.
    assert atlas["pairs"] / national.QPV == pytest.approx(national.FACILITIES / 800 * 1.16 / 25, rel=0.25)
    assert atlas["nearest_m"] == pytest.approx(alone["nearest_m"])


def test_checks_and_reports_cost_no_more_than_the_reading_itself(measured):
    assert measured["atlas"]["processor_s"] <= 2.5 * measured["geopandas"]["processor_s"]
