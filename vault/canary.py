"""Start-up proof that the keyring belongs to this database (vault.md §4.6)."""

import os
from datetime import datetime

from vault import keyring
from vault.errors import KeyringRefused, Tampered
from vault.keys import Key, Keyring
from vault.models import Canary, PersonKey
from vault.suite import NONCE

WORD = b"yunnuo canary v1"


def prove(*, at: datetime, ring: Keyring | None = None) -> None:
    """Open every canary, and set one for a key that has none while nobody's key is under it.

    `ring` is the keyring to be proven, the process's own by default.

    Raises KeyringRefused when a canary does not open, or when the vault holds people but the
    active key has left no canary: the keyring then belongs to another database.
    """
    rows = {bytes(row.kid): bytes(row.proof) for row in Canary.objects.all()}
    ring = ring or keyring.current()
    for key in ring.living():
        if key.kid in rows:
            _open(key, rows[key.kid])
        elif key.purpose == "kek" and PersonKey.objects.filter(kid=key.kid).exists():
            raise KeyringRefused(f"key {key.kid.hex()} has no canary in this database")
    if not rows and PersonKey.objects.exists():
        raise KeyringRefused("this keyring is not the one this database was sealed with")
    if rows and not rows.keys() & {key.kid for key in ring}:
        raise KeyringRefused("this keyring is not the one this database was sealed with")
    fresh = [Canary(kid=k.kid, proof=_seal(k), created_at=at) for k in ring.living() if k.kid not in rows]
    Canary.objects.bulk_create(fresh, ignore_conflicts=True)


def opens(key: Key) -> bool:
    """Whether this key has a canary in this database and opens it."""
    row = Canary.objects.filter(kid=key.kid).first()
    try:
        if row is not None:
            _open(key, bytes(row.proof))
    except KeyringRefused:
        return False
    return row is not None


def _seal(key: Key) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + key.suite.encrypt(key.suite.cipher(key.material), nonce, WORD, key.kid)


def _open(key: Key, proof: bytes) -> None:
    try:
        key.suite.decrypt(key.suite.cipher(key.material), proof[:NONCE], proof[NONCE:], key.kid)
    except Tampered:
        raise KeyringRefused(f"key {key.kid.hex()} does not open its canary") from None
