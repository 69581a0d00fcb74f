import pytest

from loaders import refresh
from loaders.refresh import Changes, RefreshResult
from pages.donnees import refresh_view
from server import rights
from server.rights import Rights
from tests.pages.conftest import plain

LOSS = "la nouvelle version n’a plus que 150 lignes sur 255"
BUTTON = "actualiser-tout"


@pytest.fixture(autouse=True)
def allowed(monkeypatch):
    """Let the person of the session do what `role` says; administration unless a test asks for less."""

    def allow(role, reason=""):
        monkeypatch.setattr(
            rights, "current", lambda: Rights(role, reason, issuer="i", subject="1", name="Zoé")
        )

    allow("administration")
    return allow


def buttons(page):
    return {button.key for button in page.at.button if button.key}


def played(monkeypatch, *results):
    """Have refreshes give these results, and note what they are asked."""
    asked = []

    def refresh_all(names, **options):
        asked.append((list(names), options["accept_loss"]))
        for result in results:
            if result.source_id in names:
                options["on_progress"](result.source_id, 500_000, 1_000_000)
                yield result

    monkeypatch.setattr(refresh, "refresh_all", refresh_all)
    return asked


def test_every_source_says_its_state_and_who_is_never_asked(atlas):
    rows = {row["Source"]: row for row in atlas("donnees").table("État des sources")}
    assert rows["Stations de vélos électriques levélo"]["État"] == "embarquée avec l'atlas"
    assert rows["Collèges en éducation prioritaire (REP et REP+)"]["État"] == "non téléchargée"
    assert (
        "tenue à la main"
        in rows["Projets de coopération du contrat de ville 2024-2030"]["Dernière demande au producteur"]
    )


def test_a_run_shows_rows_reasons_and_the_choice_of_a_loss(atlas, monkeypatch):
    asked = played(
        monkeypatch,
        RefreshResult("velos", refresh.CHANGED, "", Changes(223, 224, 3, 2, 5, 1)),
        RefreshResult("friches", refresh.REFUSED, LOSS, Changes(255, 150, gone=105)),
        RefreshResult("sports", refresh.REFUSED, "service injoignable"),
        RefreshResult("qpv", refresh.UNCHANGED),
    )
    page = atlas("donnees")
    page.at.button(key=BUTTON).click().run()
    page.check()
    assert asked == [(refresh.refreshable(), False)]
    rows = {row["Source"]: list(row.values())[1:] for row in page.table("Lignes avant et après")}
    assert rows == {
        "Stations de vélos électriques levélo": ["actualisée", "223", "224", "3", "2", "5", "1"],
        "Inventaire national des friches (Cartofriches)": ["refusée", "255", "150", "0", "105", "0", "0"],
    }
    said = [plain(warning.value) for warning in page.at.warning]
    assert any(plain(LOSS) in text for text in said)
    assert any("service injoignable" in text for text in said)
    assert any(
        "Inchangées" in element.value and "Contours des quartiers" in element.value
        for element in page.at.markdown
    )
    # Only a version that was read and lost rows can be accepted.
    assert {key for key in buttons(page) if key.startswith("accepter")} == {"accepter-friches"}
    page.at.button(key="accepter-friches").click().run()
    assert asked[-1] == (["friches"], True)


def test_one_source_alone(atlas, monkeypatch):
    asked = played(monkeypatch, RefreshResult("velos", refresh.UNCHANGED))
    page = atlas("donnees")
    page.at.button(key="actualiser-velos").click().run()
    assert asked == [(["velos"], False)]


@pytest.mark.parametrize(("role", "reason"), [("lecture", "Pour saisir, connectez-vous."), ("saisie", "")])
def test_only_administration_refreshes(role, reason, atlas, allowed):
    allowed(role, reason)
    page = atlas("donnees")
    assert not {key for key in buttons(page) if key.startswith(("actualiser", "revenir"))}
    (said,) = [
        plain(info.value) for info in page.at.info if "réservée à l'administration" in plain(info.value)
    ]
    assert reason in said


def test_a_button_shown_before_the_right_was_lost_does_nothing(atlas, allowed, monkeypatch):
    asked = played(monkeypatch, RefreshResult("velos", refresh.UNCHANGED))
    page = atlas("donnees")
    # Lost between the look of the page and the write: what the page showed is no permission.
    monkeypatch.setattr(refresh_view, "refusal", lambda: "")
    allowed("lecture", "Pour saisir, connectez-vous.")
    page.at.button(key=BUTTON).click().run()
    assert not asked
    assert page.at.error or page.at.exception


def test_offline_the_page_says_so_and_offers_nothing(atlas, monkeypatch):
    monkeypatch.setenv("ATLAS_HORS_LIGNE", "1")
    page = atlas("donnees")
    assert BUTTON not in buttons(page)
    assert any("hors ligne" in info.value for info in page.at.info)


def test_offline_the_pages_that_ask_a_service_say_so(atlas, monkeypatch):
    monkeypatch.setenv("ATLAS_HORS_LIGNE", "1")
    page = atlas("quartier")
    page.at.text_input(key="adresse-texte").set_value("1 rue de la République, Marseille")
    page.at.button[0].click().run()
    assert "l'atlas est hors ligne : rien n'a été demandé" in plain(page.html)
    page = atlas("velos")
    page.at.toggle(key="service").set_value(True).run()
    assert any("hors ligne" in box.value for box in page.at.warning)
    page = atlas("carte")
    assert any("sans fond" in caption.value for caption in page.at.caption)
