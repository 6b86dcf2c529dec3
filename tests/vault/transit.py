"""A small server that speaks Transit's encrypt and decrypt, as HashiCorp Vault and OpenBao do; started by a test."""

import json
from base64 import b64decode, b64encode
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "hvs.made-up-token"


class Transit(BaseHTTPRequestHandler):
    """One key named yunnuo under the mount transit; `server.trouble` makes it misbehave."""

    def do_POST(self):
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, sorted(said)))
        if trouble := self.server.trouble:
            return self._answer(*trouble)
        if self.headers["X-Vault-Token"] != TOKEN:
            return self._answer(403, {"errors": ["permission denied"]})
        if self.path == "/v1/transit/encrypt/yunnuo":
            sealed = bytes(12) + self.server.key.encrypt(bytes(12), b64decode(said["plaintext"]), None)
            return self._answer(200, {"data": {"ciphertext": f"vault:v1:{b64encode(sealed).decode()}", "key_version": 1}})
        if self.path == "/v1/transit/decrypt/yunnuo":
            sealed = b64decode(said["ciphertext"].removeprefix("vault:v1:"))
            plain = self.server.key.decrypt(sealed[:12], sealed[12:], None)
            return self._answer(200, {"data": {"plaintext": b64encode(plain).decode()}})
        return self._answer(404, {"errors": []})

    def _answer(self, status, body):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        if status == 307:
            self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        """Silent."""


@contextmanager
def server(settings):
    """Serve on a free port, and point the settings at it."""
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Transit)
    serving.key, serving.asked, serving.trouble = AESGCM(bytes(range(32))), [], None
    settings.TRANSIT_URL = f"http://127.0.0.1:{serving.server_port}"
    thread = Thread(target=serving.serve_forever, daemon=True)
    thread.start()
    try:
        yield serving
    finally:
        serving.shutdown()
        serving.server_close()
        thread.join()
