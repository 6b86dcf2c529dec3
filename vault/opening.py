"""Opens sealed values; imported by exactly one module per way of opening, which a house test holds."""

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from vault import persons, restoration
from vault.errors import Malformed, Tampered, VaultError
from vault.sealed import Sealed
from vault.sealing import FORMAT, HEADER, PHONE_PLAIN, aad
from vault.suite import NONCE, SUITES, TAG, Aead

Keys = dict[tuple[UUID, bytes], tuple[int, int, Aead]]
PHONE_BLOB = HEADER.size + NONCE + PHONE_PLAIN + TAG


@dataclass(frozen=True)
class Opened:
    """One result of a batch: a value or the reason why not; one bad row harms no other."""

    value: str | bytes | None
    error: VaultError | None

    def __repr__(self) -> str:
        """Says whether it opened, never what."""
        return f"<Opened {'ok' if self.error is None else type(self.error).__name__}>"


def open_one(sealed: Sealed) -> str | bytes:
    """The value of one box; raises a VaultError naming field and row, never a value."""
    restoration.refuse()
    return _open(sealed, persons.versions_of([_owner(sealed)]), {})


def open_many(boxes: Sequence[Sealed]) -> list[Opened]:
    """The values of many boxes in order, with one query for all keys."""
    restoration.refuse()
    versions = persons.versions_of([box.owner for box in boxes if box.owner]) if boxes else {}
    keys: Keys = {}  # each person's key is unwrapped once for the batch, and forgotten with it
    return [_try(box, versions, keys) for box in boxes]


def _try(box: Sealed, versions: Mapping[UUID, persons.Versions], keys: Keys) -> Opened:
    try:
        return Opened(_open(box, versions, keys), None)
    except VaultError as error:
        return Opened(None, error)


def _owner(sealed: Sealed) -> UUID:
    if sealed.owner is None or sealed.row is None:
        raise Malformed(f"{sealed.field_id}: read without its row")
    return sealed.owner


def _open(sealed: Sealed, versions: Mapping[UUID, persons.Versions], keys: Keys) -> str | bytes:
    owner, blob = _owner(sealed), sealed.blob
    if len(blob) < HEADER.size + NONCE + TAG or blob[0] != FORMAT or blob[1] not in SUITES:
        raise Malformed(f"{sealed.field_id} of row {sealed.row}")
    wrapped = persons.version_for(blob[: HEADER.size], persons.require(owner, versions))
    if (found := keys.get((owner, wrapped))) is None:
        number, generation, key = persons.unwrap(owner, wrapped)
        found = keys[owner, wrapped] = number, generation, SUITES[number].cipher(key)
    number, generation, cipher = found
    if (blob[1], int.from_bytes(blob[2:4])) != (number, generation):
        raise Tampered(_where(sealed))
    suite, cut = SUITES[number], HEADER.size + NONCE
    bound = aad(blob[: HEADER.size], sealed.field_id, sealed.row or owner, owner)
    try:
        plain = suite.decrypt(cipher, blob[HEADER.size : cut], blob[cut:], bound)
    except Tampered:
        raise Tampered(_where(sealed)) from None
    return _unpack(plain, sealed.field_id)


def _where(sealed: Sealed) -> str:
    digest = hashlib.sha256(sealed.blob).hexdigest()
    return f"{sealed.field_id} of row {sealed.row}, sha256 {digest}"


def _unpack(plain: bytes, field_id: str) -> str | bytes:
    """The layout follows from the frozen field name: numbers, files, and texts for all others."""
    if field_id.endswith(".number"):
        return plain[1 : 1 + plain[0]].decode("ascii")
    (length,) = struct.unpack_from(">I", plain)
    value = plain[4 : 4 + length]
    return value if field_id.endswith(".file") else value.decode()
