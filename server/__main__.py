"""Start the atlas: `python -m server --port 8600`.

Settings are Streamlit's own, from `.streamlit/config.toml`, then its `STREAMLIT_*` variables, then its flags.
"""

import contextlib
from typing import Any, Final

import click
import streamlit as st
import uvicorn
from streamlit.web import bootstrap
from streamlit.web.cli import configurator_options

from server.listening import listen

#: Short names of the flags that a deployment needs.
SHORT: Final = {
    "address": "server.address",
    "port": "server.port",
    "base-path": "server.baseUrlPath",
    "headless": "server.headless",
}
#: Streamlit's own interval, which proxies before it count on.
PING_S: Final = 30
#: What still runs at a stop has as long to end.
STOP_S: Final = 5


@click.command(
    help=f"Start the atlas. {', '.join(f'--{short} is --{name}' for short, name in SHORT.items())}.",
    context_settings={"token_normalize_func": lambda name: SHORT.get(name, name)},
)
@configurator_options
def main(**flags: Any) -> None:
    """Serve the atlas until a signal stops it."""
    bootstrap.load_config_options(flags)
    address, port = st.get_option("server.address") or "127.0.0.1", int(st.get_option("server.port"))
    try:
        listening = listen(address, port)
    except OSError as error:
        raise click.ClickException(
            f"L’atlas ne peut pas écouter sur {address}, port {port} : le port est pris, ou l’adresse n’est pas "
            "de cette machine. Un autre port : python -m server --port 8502"
        ) from error
    server = uvicorn.Server(_config())
    with listening, contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


def _config() -> uvicorn.Config:
    option = st.get_option
    ping_s = option("server.websocketPingInterval") or PING_S
    return uvicorn.Config(
        "app:app",
        ws="websockets-sansio",
        ws_ping_interval=ping_s,
        ws_ping_timeout=ping_s,
        ws_max_size=int(option("server.maxMessageSize") * 1_000_000),
        ws_per_message_deflate=bool(option("server.enableWebsocketCompression")),
        ssl_certfile=option("server.sslCertFile"),
        ssl_keyfile=option("server.sslKeyFile"),
        access_log=False,
        use_colors=False,
        timeout_graceful_shutdown=STOP_S,
    )


if __name__ == "__main__":
    main(prog_name="python -m server")
