"""Closes a file under a key of its own; the key is kept as a sealed value of the person, and goes with theirs.

So a change of suite or of key moves only the small value in the table, and destroying the person's key makes the
file unreadable wherever a copy of it lies (J1, design rule 10).
"""

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.errors import Malformed, Tampered

MARK = b"YNF1"
NONCE, KEY = 12, 32


def close(content: bytes, *, name: UUID) -> tuple[bytes, bytes]:
    """A fresh key, and the content closed under it; `name` is bound in, so that files cannot be exchanged."""
    key, nonce = os.urandom(KEY), os.urandom(NONCE)
    return key, MARK + nonce + AESGCM(key).encrypt(nonce, content, MARK + name.bytes)


def open_file(blob: bytes, *, key: bytes, name: UUID) -> bytes:
    """The content again. Raises Malformed for what is no closed file, Tampered for one that is not as it was closed."""
    if blob[: len(MARK)] != MARK or len(key) != KEY:
        raise Malformed("not a closed file")
    try:
        return AESGCM(key).decrypt(blob[4 : 4 + NONCE], blob[4 + NONCE :], MARK + name.bytes)
    except (InvalidTag, ValueError):
        raise Tampered("a file is not as it was closed") from None
