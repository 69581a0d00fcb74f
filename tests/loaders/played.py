"""A service of the network, played by a server of the loopback: right answers, faults and delays, as a test sets them."""

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from loaders.live import http_session


class Handler(BaseHTTPRequestHandler):
    """Gives the next of `replies`, or else what the server's attributes say."""

    def do_GET(self):
        server = self.server
        with server.lock:
            server.asked.append(self)
            server.times.append(time.monotonic())
            reply = server.replies.pop(0) if server.replies else {}
        time.sleep(reply.get("wait_s", server.wait_s))
        status = reply.get("status", server.status)
        pieces = reply.get("pieces") or (
            [server.answer(self.path)] if server.answer and status == 200 else server.pieces
        )
        self.send_response(status)
        for name, value in reply.get("headers", server.headers).items():
            self.send_header(name, value)
        self.end_headers()
        try:
            for piece in pieces:
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(server.drip_s)
        except OSError:
            pass

    def log_message(self, *_args):
        pass


@contextmanager
def service():
    """Start a service: `asked` and `times` hold the requests, the other attributes make the answers.

    `answer` gives the body for a path; `replies` is a list of exceptions to the rule, first come first served, each a
    dict of `status`, `headers`, `pieces` and `wait_s`.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.lock, server.asked, server.times = threading.Lock(), [], []
    server.status, server.headers = 200, {"Content-Type": "application/json"}
    server.answer, server.replies, server.pieces = None, [], [b"{}"]
    server.wait_s, server.drip_s = 0, 0
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
    http_session._session.close()
