"""The root "vault-transit": HashiCorp Vault or OpenBao wraps each key with one of its own (Transit over HTTP)."""

import json
import os
import re
from base64 import b64decode, b64encode
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from django.conf import settings

from vault import lines
from vault.errors import RootRefused

SECONDS = 5
LONGEST = 65_536  # bytes of an answer; a wrapped key has about a hundred
WRAPPED = re.compile(r"vault:v[0-9]+:[A-Za-z0-9+/=]+")
VARIABLE = "YUNNUO_TRANSIT_TOKEN"


class Transit:
    """Asks `encrypt` and `decrypt` of one Transit key; follows no redirect and no proxy, which would see the token."""

    name = "vault-transit"
    field = "wrapped"

    def wrap(self, material: bytes) -> str:
        """The ciphertext as Transit gives it, with the version of its key."""
        written = self._ask("encrypt", {"plaintext": b64encode(material).decode()}, "ciphertext")
        if not WRAPPED.fullmatch(written):
            raise RootRefused("the root answered with something that is no wrapped key")
        return written

    def unwrap(self, written: str) -> bytes:
        """The key again."""
        if not WRAPPED.fullmatch(written):
            raise RootRefused("the keyring carries something that is no wrapped key")
        try:
            return b64decode(self._ask("decrypt", {"ciphertext": written}, "plaintext"), validate=True)
        except ValueError:
            raise RootRefused("the root answered with something that is no key") from None

    def _ask(self, deed: str, body: dict[str, str], wanted: str) -> str:
        """One POST; whatever goes wrong is a refusal that repeats neither token nor bytes."""
        path = f"/v1/{settings.TRANSIT_MOUNT}/{deed}/{settings.TRANSIT_NAME}"
        line = _connect(settings.TRANSIT_URL)
        try:
            line.request("POST", path, json.dumps(body), {"X-Vault-Token": _token(), "Content-Type": "application/json"})
            answer = line.getresponse()
            said = answer.read(LONGEST)
            if answer.status != 200:
                raise RootRefused(f"the root refused to {deed}: HTTP {answer.status}")
            found: Any = json.loads(said)["data"][wanted]
        except (OSError, HTTPException, ValueError, KeyError, TypeError) as broken:
            raise RootRefused(f"the root does not answer as it should ({type(broken).__name__})") from None
        finally:
            line.close()
        if not isinstance(found, str):
            raise RootRefused("the root does not answer as it should")
        return found


def _connect(url: str) -> HTTPConnection:
    """TLS, or this very machine: keys do not travel in the clear."""
    line = lines.connect(url, seconds=SECONDS)
    if line is None:
        raise RootRefused("YUNNUO_TRANSIT_URL must begin with https://, or with http:// on this machine")
    return line


def _token() -> str:
    if token := os.environ.get(VARIABLE):
        return token
    file = settings.TRANSIT_TOKEN_FILE
    if not file:
        raise RootRefused(f"no token for the root: set {VARIABLE} or {VARIABLE}_FILE")
    try:
        if Path(file).stat().st_mode & 0o077:
            raise RootRefused("the token's file must be readable by its owner alone: chmod 600 it")
        return Path(file).read_text(encoding="ascii").strip()
    except OSError:
        raise RootRefused("the token's file cannot be read") from None
