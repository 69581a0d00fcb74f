"""Page sport: what a choice leaves as it was is not worked out again."""

from pages.sport import gaps
from tests.pages import driver
from tests.pages.driver import spec


def test_a_change_of_basemap_or_of_qpv_works_nothing_out_again(monkeypatch):
    asked, measured = [], gaps.measured

    def counted(held, choice):
        asked.append(choice)
        return measured(held, choice)

    monkeypatch.setattr(gaps, "measured", counted)
    # A threshold that no other test asks for: the figures are shared by all sessions of a process.
    at = driver.opened("sport", seuil="950")
    assert [choice.radius_m for choice in asked] == [950]
    at.button_group(key="fond").set_value("aucun").run()
    at.selectbox(key="qpv").set_value("QN01359I").run()
    assert not at.exception
    assert spec(at)["fond"] == "aucun"
    assert spec(at)["choix"] == [["qpv", "QN01359I"]]
    assert len(asked) == 1
    at.slider(key="seuil").set_value(900).run()
    at.selectbox(key="commune").set_value("13055").run()
    assert [(choice.radius_m, choice.commune) for choice in asked[1:]] == [(900, None), (900, "13055")]
