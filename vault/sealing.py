"""Seals values under a person's key, in the byte layouts of vault.md §4.3."""

import os
import struct
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from vault import persons
from vault.sealed import Sealed
from vault.suite import NONCE, SUITES

FORMAT = 0xC1
HEADER = struct.Struct(">BBH")
BUCKET = 64
PHONE_PLAIN = 16


def aad(header: bytes, field_id: str, row: UUID, owner: UUID) -> bytes:
    """What the tag binds besides the value: header, frozen field name, row and person (never what changes)."""
    name = field_id.encode()
    return b"crm.field.v1\0" + header + bytes([len(name)]) + name + row.bytes + owner.bytes


def pack_phone(digits: str) -> bytes:
    """Length byte, digits, zeros: always 16 bytes, so that length does not show."""
    raw = digits.encode("ascii")
    if not raw.isdigit() or not 1 <= len(raw) <= 15:
        raise ValueError("a sealed number is 1 to 15 digits")
    return bytes([len(raw)]) + raw.ljust(PHONE_PLAIN - 1, b"\0")


def pack_bytes(value: bytes) -> bytes:
    """Four length bytes and the value, padded with zeros to a whole number of 64-byte buckets."""
    whole = len(value) + 4
    return struct.pack(">I", len(value)) + value + b"\0" * (-whole % BUCKET)


class Sealer:
    """Seals for many people with one look at their keys."""

    def __init__(self, owners: Iterable[UUID]) -> None:
        """Load the wrapped keys of these owners; each is opened at its first use and dropped with the sealer."""
        self._wrapped = persons.wrapped_of(owners)
        self._opened: dict[UUID, tuple[int, int, Any]] = {}

    def phone(self, digits: str, *, field_id: str, row: UUID, owner: UUID) -> Sealed:
        """Seal a number: E.164 digits without plus."""
        return self._seal(pack_phone(digits), field_id, row, owner)

    def text(self, value: str, *, field_id: str, row: UUID, owner: UUID) -> Sealed:
        """Seal a text."""
        return self._seal(pack_bytes(value.encode()), field_id, row, owner)

    def data(self, value: bytes, *, field_id: str, row: UUID, owner: UUID) -> Sealed:
        """Seal bytes, such as a file."""
        return self._seal(pack_bytes(value), field_id, row, owner)

    def _seal(self, plain: bytes, field_id: str, row: UUID, owner: UUID) -> Sealed:
        number, generation, cipher = self._opened.get(owner) or self._open(owner)
        header, nonce = HEADER.pack(FORMAT, number, generation), os.urandom(NONCE)
        sealed = SUITES[number].encrypt(cipher, nonce, plain, aad(header, field_id, row, owner))
        return Sealed(header + nonce + sealed, field_id=field_id, row=row, owner=owner)

    def _open(self, owner: UUID) -> tuple[int, int, Any]:
        number, generation, key = persons.unwrap(owner, persons.require_for_sealing(owner, self._wrapped))
        self._opened[owner] = number, generation, SUITES[number].cipher(key)
        return self._opened[owner]


def seal_phone(digits: str, *, field_id: str, row: UUID, owner: UUID) -> Sealed:
    """Seal one number under the owner's key; raises KeyMissing when none was made."""
    return Sealer([owner]).phone(digits, field_id=field_id, row=row, owner=owner)


def seal_text(value: str, *, field_id: str, row: UUID, owner: UUID) -> Sealed:
    """Seal one text under the owner's key; raises KeyMissing when none was made."""
    return Sealer([owner]).text(value, field_id=field_id, row=row, owner=owner)


def seal_bytes(value: bytes, *, field_id: str, row: UUID, owner: UUID) -> Sealed:
    """Seal bytes under the owner's key; raises KeyMissing when none was made."""
    return Sealer([owner]).data(value, field_id=field_id, row=row, owner=owner)
