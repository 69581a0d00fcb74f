"""The IGN's geocoder, played on the loopback."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


def answer(text, lon, lat, *, score=0.93, kind="housenumber", city="Marseille"):
    """Write one address as the service does."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"label": text, "score": score, "type": kind, "city": city},
    }


@contextmanager
def playing(answers):
    """Answer each text by `answers(text)`, a list of features, or by an error if it gives None.

    The server has two more attributes: `url`, to hand to the atlas, and `asked`, the paths asked for.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(self.path)
            features = answers(parse_qs(urlsplit(self.path).query)["q"][0])
            self.send_response(503 if features is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps({"type": "FeatureCollection", "features": features}).encode())

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.asked = []
    server.url = f"http://127.0.0.1:{server.server_port}/geocodage"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
