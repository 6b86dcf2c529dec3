"""A partner's own system on this machine, as the story wants it to answer."""

import json
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from vault import lines

SECRET = "7fP-" + "a shared secret of a partner".replace(" ", "_") + "-Zq9"


def knows(body):
    """The signed word of a system that it knows."""
    answer = json.dumps({"acknowledged": json.loads(body)["id"]}).encode()
    return 200, answer, lines.mark(answer, secret=SECRET, now=int(time.time()))


@contextmanager
def system(answer=knows):
    """Its address, and what it hears: headers and body; `answer(body)` gives status, content and mark."""
    heard = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((dict(self.headers), body))
            status, content, mark = answer(body)
            self.send_response(status)
            self.send_header("Location", self.path + "elsewhere/")
            self.send_header(lines.MARK, mark)
            self.end_headers()
            for piece in [content] if isinstance(content, bytes) else content:
                self.wfile.write(piece)
                self.wfile.flush()

        def log_message(self, *_said):
            pass

        def handle(self):
            try:
                super().handle()
            except OSError:  # we cut the line
                return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/withdrawals?from=us", heard
    finally:
        server.shutdown()
        server.server_close()
