"""One data key per person: made before the first row that needs it, destroyed before the rows go."""

import hashlib
import os
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from vault import bulk, keyring
from vault.among import among
from vault.errors import KeyMissing, Malformed, Shredded
from vault.keys import Keyring
from vault.models import BlindIndex, PersonKey
from vault.suite import NONCE, SUITES

FORMAT = 0xC3
HEADER = struct.Struct(">BB4sH")
BATCH = 500
COLUMNS = ("owner", "kid", "generation", "wrapped", "created_at")
Versions = tuple[bytes, ...]


def make_keys(owners: Iterable[UUID], *, at: datetime) -> None:
    """Make a key for each owner that has none; commits on the vault's side at once (vault.md §4.3)."""
    ring = keyring.current()
    kek = ring.active("kek")
    rows = [(owner, kek.kid, 1, wrap(owner, os.urandom(kek.suite.key_length), 1, ring=ring), at) for owner in owners]
    bulk.insert(PersonKey, COLUMNS, rows, again=True)


def wrap(owner: UUID, key: bytes, generation: int, *, ring: Keyring) -> bytes:
    """This data key under the ring's active key-encryption key, which is of the same suite."""
    kek = ring.active("kek")
    header, nonce = HEADER.pack(FORMAT, kek.suite.number, kek.kid, generation), os.urandom(NONCE)
    return header + nonce + kek.suite.encrypt(ring.ciphers[kek.kid], nonce, key, _aad(header, owner))


def _aad(header: bytes, owner: UUID) -> bytes:
    return b"crm.dek.v1\0" + header + owner.bytes


def unwrap(owner: UUID, wrapped: bytes) -> tuple[int, int, bytes]:
    """Suite number, generation and data key of one wrapped key; every header byte is checked."""
    blob = bytes(wrapped)
    if len(blob) < HEADER.size + NONCE or blob[0] != FORMAT or blob[1] not in SUITES:
        raise Malformed("wrapped key")
    _format, number, kid, generation = HEADER.unpack_from(blob)
    suite, ring = SUITES[number], keyring.current()
    if len(blob) != HEADER.size + NONCE + suite.key_length + 16 or ring.get(kid).purpose != "kek":
        raise Malformed("wrapped key")
    nonce, sealed = blob[HEADER.size : HEADER.size + NONCE], blob[HEADER.size + NONCE :]
    plain = suite.decrypt(ring.ciphers[kid], nonce, sealed, _aad(blob[: HEADER.size], owner))
    return number, generation, plain


def wrapped_of(owners: Iterable[UUID]) -> Mapping[UUID, bytes]:
    """The wrapped keys of these owners in one query; a missing owner is simply absent."""
    rows = PersonKey.objects.filter(owner__in=among(owners)).values_list("owner", "wrapped")
    return {owner: bytes(wrapped) for owner, wrapped in rows}


def versions_of(owners: Iterable[UUID]) -> Mapping[UUID, Versions]:
    """The same with the key of the generation before, where values are just being sealed anew; newest first."""
    rows = PersonKey.objects.filter(owner__in=among(owners)).values_list("owner", "wrapped", "previous")
    return {owner: (bytes(new), bytes(old)) if old else (bytes(new),) for owner, new, old in rows}


def version_for(header: bytes, versions: Versions) -> bytes:
    """The wrapped key that a value's header names by suite and generation; else the newest, which will not open it."""
    named = (wrapped for wrapped in versions if wrapped[1:2] + wrapped[6:8] == header[1:4])
    return next(named, versions[0])


def require(owner: UUID, versions: Mapping[UUID, Versions]) -> Versions:
    """The owner's wrapped keys, or Shredded when there is none any more."""
    try:
        return versions[owner]
    except KeyError:
        raise Shredded(str(owner)) from None


def require_for_sealing(owner: UUID, wrapped: Mapping[UUID, bytes]) -> bytes:
    """The owner's wrapped key, or KeyMissing: nothing is sealed without a key made first."""
    try:
        return wrapped[owner]
    except KeyError:
        raise KeyMissing("the person has no key yet") from None


def alive(owners: Iterable[UUID]) -> set[UUID]:
    """Which of these owners still have a key."""
    return set(PersonKey.objects.filter(owner__in=among(owners)).values_list("owner", flat=True))


def destroy_keys(owners: Sequence[UUID]) -> dict[UUID, str]:
    """Destroy keys and every tag of these owners in one transaction; returns SHA-256 of each wrapped key.

    The digests go into the tombstone (vault.md §4.5). Serves J1.
    """
    with transaction.atomic(using="vault"):
        digests = {owner: hashlib.sha256(blob).hexdigest() for owner, blob in wrapped_of(owners).items()}
        BlindIndex.objects.filter(owner__in=among(owners)).delete()
        PersonKey.objects.filter(owner__in=among(owners)).delete()
    return digests


def orphan_candidates(*, older_than: datetime) -> Iterator[list[UUID]]:
    """Owners of keys made before that moment, in batches, for upper floors to compare with their rows."""
    after = UUID(int=0)
    while True:
        rows = PersonKey.objects.filter(created_at__lt=older_than, owner__gt=after).order_by("owner")
        page = list(rows.values_list("owner", flat=True)[:BATCH])
        if not page:
            return
        yield page
        after = page[-1]
