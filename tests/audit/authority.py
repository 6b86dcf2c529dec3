"""A time-stamp authority on this machine: `openssl ts` behind HTTP, with a root of its own."""

import shutil
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from time_machine import escape_hatch

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed here")
CONFIG = """
[tsa]
default_tsa = it
[it]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def real_now():
    """What openssl takes for now, whatever day the tests play on."""
    return escape_hatch.datetime.datetime.now(UTC) if escape_hatch.is_travelling() else datetime.now(UTC)


def _key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(name, issuer, public, signer, *, usage=None):
    now = real_now()
    built = x509.CertificateBuilder(_name(issuer), _name(name), public, x509.random_serial_number())
    built = built.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
    built = built.add_extension(x509.BasicConstraints(ca=usage is None, path_length=None), critical=True)
    built = built.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    known = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    built = built.add_extension(known, critical=False)
    signs = {"key_cert_sign": usage is None, "crl_sign": usage is None, "digital_signature": usage is not None}
    none = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False)
    built = built.add_extension(x509.KeyUsage(**signs, **none, encipher_only=False, decipher_only=False), critical=True)
    if usage:
        built = built.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    return built.sign(signer, hashes.SHA256())


def found_in(folder, usage=ExtendedKeyUsageOID.TIME_STAMPING):
    """An authority's root, certificate, key and serial, in this folder; returns the root's file."""
    folder.mkdir()
    root_key, own_key = _key(), _key()
    root = _certificate("Root of time", "Root of time", root_key.public_key(), root_key)
    own = _certificate("Time", "Root of time", own_key.public_key(), root_key, usage=usage)
    (folder / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / "tsa.pem").write_bytes(own.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "tsa.key").write_bytes(own_key.private_bytes(*form))
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    return folder / "root.pem"


def reply(folder, query):
    """What the authority of this folder answers."""
    (folder / "query.tsq").write_bytes(query)
    command = [OPENSSL, "ts", "-reply", "-config", folder / "tsa.cnf", "-queryfile", folder / "query.tsq"]
    return subprocess.run(command, capture_output=True, check=True).stdout


@contextmanager
def serving(answer):
    """An address at which `answer(query)` gives status and body."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            query = self.rfile.read(int(self.headers["Content-Length"]))
            status, body = answer(query)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said):
            pass

    server = HTTPServer(("127.0.0.1", 0), Door)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsr"
    finally:
        server.shutdown()
        server.server_close()
