"""Keyrings for the tests of the vault: one frozen for ever, or a fresh one; the process's own comes back afterwards."""

import json
from base64 import b64encode
from contextlib import contextmanager

from vault import keyring, keys
from vault.suite import SUITES


def document(materials):
    """A keyring as text, from one key material per purpose."""
    entries = [
        {
            "kid": keys.derive_kid(material, purpose, SUITES[1]).hex(),
            "purpose": purpose,
            "suite": SUITES[1].number,
            "state": "active",
            "created": "2026-01-01T00:00:00+00:00",
            "material": b64encode(material).decode(),
        }
        for purpose, material in zip(keys.PURPOSES, materials, strict=True)
    ]
    return json.dumps({"version": 1, "root": "file", "keys": entries})


FROZEN = document([bytes(range(n, n + 32)) for n in (0, 32, 64)])


@contextmanager
def using(monkeypatch, text):
    """Let this process read this keyring inside."""
    with monkeypatch.context() as patch:
        patch.setenv(keyring.VARIABLE, text)
        keyring.current.cache_clear()
        yield keyring.current()
    keyring.current.cache_clear()


@contextmanager
def filed(settings, monkeypatch, folder, text=FROZEN):
    """Let this process read this keyring from a file, which commands may change."""
    settings.KEYRING_FILE = folder / "keyring.json"
    settings.KEYRING_FILE.write_text(text)
    settings.KEYRING_FILE.chmod(0o600)
    with monkeypatch.context() as patch:
        patch.delenv(keyring.VARIABLE, raising=False)
        keyring.current.cache_clear()
        yield settings.KEYRING_FILE
    keyring.current.cache_clear()
