"""Backups in envelopes that this house can close and not open: encrypted to a public key, whose other half is elsewhere.

One file: a magic line, a JSON header in the open, the file's own key wrapped by HPKE (RFC 9180, X25519, HKDF-SHA256,
AES-256-GCM) with the header bound to it, then the content in chunks, each sealed by AES-256-GCM under its place. So a
file that was cut, reordered, lengthened or given another header does not open, and memory stays flat.
"""

import json
import os
import struct
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from vault.errors import EnvelopeRefused

MAGIC = b"YUNNUO-BACKUP 1\n"
CHUNK = 1 << 20
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_PUBLIC, _PRIVATE = "yunnuo-backup-1 ", "YUNNUO-BACKUP-KEY-1 "
_LAST, _MORE = b"\1", b"\0"
_LONGEST = 1 << 16  # of the header, and of the wrapped key


def new_pair() -> tuple[str, str]:
    """A recipient: the line the server may know, and the line it must not."""
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    return _line(_PUBLIC, public), _line(_PRIVATE, private.private_bytes_raw())


def close(content: IO[bytes], target: IO[bytes], *, header: dict[str, Any], recipient: str) -> None:
    """Write everything that `content` yields into an envelope for `recipient`; raises EnvelopeRefused for a bad key."""
    head, key = json.dumps(header, sort_keys=True).encode(), os.urandom(32)
    public = X25519PublicKey.from_public_bytes(_key(recipient, _PUBLIC))
    target.write(MAGIC)
    _put(target, head)
    _put(target, _SUITE.encrypt(key, public, MAGIC + head))
    cipher, place, chunk = AESGCM(key), 0, content.read(CHUNK)
    while True:
        following = content.read(CHUNK) if chunk else b""
        target.write(cipher.encrypt(_nonce(place, last=not following), chunk, None))
        if not following:
            return
        chunk, place = following, place + 1


def header(source: IO[bytes]) -> dict[str, Any]:
    """What an envelope says of itself; nobody has vouched for it until it is opened. Raises EnvelopeRefused."""
    return _header(source)[0]


def opened(source: IO[bytes], *, private: str) -> Iterator[bytes]:
    """The content, chunk by chunk; raises EnvelopeRefused at the first byte that is not as it was closed.

    Whoever must not act on half a file reads to the end first: only the last chunk proves that nothing is missing.
    """
    head = _header(source)[1]
    try:
        key = _SUITE.decrypt(_get(source), X25519PrivateKey.from_private_bytes(_key(private, _PRIVATE)), MAGIC + head)
    except InvalidTag:
        raise EnvelopeRefused("wrong_key") from None
    cipher, place = AESGCM(key), 0
    sealed = source.read(CHUNK + 16)
    while True:
        following = source.read(CHUNK + 16)
        try:
            yield cipher.decrypt(_nonce(place, last=not following), sealed, None)
        except InvalidTag:
            raise EnvelopeRefused("damaged") from None
        if not following:
            return
        sealed, place = following, place + 1


def read_line(path: Path) -> str:
    """A key's line from its file; raises EnvelopeRefused when it is not there."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise EnvelopeRefused("no_key") from None


def _header(source: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    if source.read(len(MAGIC)) != MAGIC:
        raise EnvelopeRefused("no_envelope")
    head = _get(source)
    try:
        said = json.loads(head)
    except ValueError:
        raise EnvelopeRefused("damaged") from None
    if not isinstance(said, dict):
        raise EnvelopeRefused("damaged")
    return said, head


def _nonce(place: int, *, last: bool) -> bytes:
    return struct.pack(">11s", place.to_bytes(11)) + (_LAST if last else _MORE)


def _put(target: IO[bytes], part: bytes) -> None:
    target.write(struct.pack(">I", len(part)) + part)


def _get(source: IO[bytes]) -> bytes:
    packed = source.read(4)
    length = int.from_bytes(packed)
    part = source.read(length) if len(packed) == 4 and length <= _LONGEST else b""
    if not part or len(part) != length:
        raise EnvelopeRefused("damaged")
    return part


def _line(prefix: str, raw: bytes) -> str:
    return prefix + b64encode(raw).decode()


def _key(line: str, prefix: str) -> bytes:
    try:
        raw = b64decode(line.removeprefix(prefix).strip(), validate=True)
    except ValueError:
        raw = b""
    if not line.startswith(prefix) or len(raw) != 32:
        raise EnvelopeRefused("no_key")
    return raw
