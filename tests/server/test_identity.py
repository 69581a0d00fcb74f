import pytest
from streamlit.testing.v1 import AppTest

from server import identity, rights
from server.rights import Rights


def app():
    from server import identity

    identity.show(key="essai")


def said(at):
    return " ".join(block.proto.body for block in at.get("html")).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("found", "words", "buttons"),
    [
        (Rights("lecture", "Parce que."), "Lecture seule. Parce que.", []),
        (
            Rights("lecture", "Pour saisir, connectez-vous.", can_connect=True),
            "connectez-vous",
            ["Se connecter"],
        ),
        (
            Rights("lecture", "Pas sur la liste.", connected=True, can_connect=True),
            "Lecture seule. Pas sur la liste.",
            ["Se déconnecter"],
        ),
        (
            Rights(
                "saisie", issuer="https://i", subject="1", name="<b>Zoé</b>", connected=True, can_connect=True
            ),
            "Connexion de &lt;b&gt;Zoé&lt;/b&gt; : vous pouvez saisir.",
            ["Se déconnecter"],
        ),
        (
            Rights("administration", issuer="local", subject="zoe", name="zoe"),
            "sous le compte zoe de cette machine : vous pouvez saisir et administrer",
            [],
        ),
    ],
)
def test_the_visitor_is_told_what_they_may_do(found, words, buttons, monkeypatch):
    monkeypatch.setattr(rights, "current", lambda: found)
    at = AppTest.from_function(app).run()
    assert not at.exception
    assert words in said(at)
    assert [button.label for button in at.button] == buttons


@pytest.mark.parametrize(
    ("found", "called"),
    [
        (Rights("lecture", "Non.", can_connect=True), "login"),
        (Rights("saisie", name="Zoé", connected=True, can_connect=True), "logout"),
    ],
)
def test_the_button_logs_in_or_out(found, called, monkeypatch):
    calls = []
    monkeypatch.setattr(rights, "current", lambda: found)
    monkeypatch.setattr(identity.st, called, lambda: calls.append(called))
    at = AppTest.from_function(app).run()
    assert calls == []
    at.button[0].click().run()
    assert calls == [called]
