import socket

import pytest
from click.testing import CliRunner

from server import __main__ as start


@pytest.fixture
def started(monkeypatch):
    """Start with flags and variables, short of serving: the address and port asked for, and uvicorn's settings."""

    def run(*flags, **variables):
        seen = {}
        monkeypatch.setattr(start, "listen", lambda *asked: seen.update(asked=asked) or socket.socket())
        monkeypatch.setattr(
            start.uvicorn.Server, "run", lambda server, **_sockets: seen.update(to=server.config)
        )
        result = CliRunner().invoke(start.main, flags, env=variables)
        assert result.exit_code == 0, result.output
        return seen["asked"], seen["to"], start.st.get_option("server.baseUrlPath")

    yield run
    start.bootstrap.load_config_options({})


def test_settings_come_from_the_file_then_variables_then_flags(started):
    assert started()[0] == ("127.0.0.1", 8501)
    variables = {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0", "STREAMLIT_SERVER_PORT": "8600"}
    assert started(**variables)[0] == ("0.0.0.0", 8600)
    flags = ("--address", "::1", "--port", "8700", "--base-path", "ville/atlas", "--headless", "true")
    asked, _, base = started(*flags, **variables)
    assert (asked, base) == (("::1", 8700), "ville/atlas")
    assert started("--server.port=8800", **variables)[0] == ("0.0.0.0", 8800)


def test_what_streamlit_says_of_its_sockets_holds(started):
    from streamlit.web.server.starlette.starlette_server import _get_uvicorn_config_kwargs

    for flags in (), ("--server.websocketPingInterval", "7", "--server.enableWebsocketCompression", "true"):
        found = started(*flags)[1]
        for name, value in _get_uvicorn_config_kwargs().items():
            assert getattr(found, name) == value, name


def test_a_port_that_is_taken_is_said_in_french():
    with socket.create_server(("127.0.0.1", 0)) as other:
        flags = ["--port", str(other.getsockname()[1])]
        result = CliRunner().invoke(start.main, flags)
    start.bootstrap.load_config_options({})
    assert result.exit_code == 1
    assert "le port est pris" in result.output
