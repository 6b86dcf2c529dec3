"""One data key per person: made before the first row that needs it, destroyed before the rows go."""

import hashlib
import os
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from vault import keyring
from vault.errors import KeyMissing, Malformed, Shredded
from vault.models import BlindIndex, PersonKey
from vault.suite import NONCE, SUITES

FORMAT = 0xC3
HEADER = struct.Struct(">BB4sH")
BATCH = 500


def make_keys(owners: Iterable[UUID], *, at: datetime) -> None:
    """Make a key for each owner that has none; commits on the vault's side at once (vault.md §4.3)."""
    wanted = list(owners)
    rows = [PersonKey(owner=owner, created_at=at, **_wrapped(owner)) for owner in wanted]
    PersonKey.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)


def _wrapped(owner: UUID) -> dict[str, object]:
    ring = keyring.current()
    kek = ring.active("kek")
    header = HEADER.pack(FORMAT, kek.suite.number, kek.kid, 1)
    nonce = os.urandom(NONCE)
    sealed = kek.suite.encrypt(ring.ciphers[kek.kid], nonce, os.urandom(kek.suite.key_length), _aad(header, owner))
    return {"kid": kek.kid, "generation": 1, "wrapped": header + nonce + sealed}


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
    rows = PersonKey.objects.filter(owner__in=set(owners)).values_list("owner", "wrapped")
    return {owner: bytes(wrapped) for owner, wrapped in rows}


def require(owner: UUID, wrapped: Mapping[UUID, bytes]) -> bytes:
    """The owner's wrapped key, or Shredded when there is none any more."""
    try:
        return wrapped[owner]
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
    return set(PersonKey.objects.filter(owner__in=set(owners)).values_list("owner", flat=True))


def destroy_keys(owners: Sequence[UUID]) -> dict[UUID, str]:
    """Destroy keys and every tag of these owners in one transaction; returns SHA-256 of each wrapped key.

    The digests go into the tombstone (vault.md §4.5). Serves J1.
    """
    with transaction.atomic(using="vault"):
        digests = {owner: hashlib.sha256(blob).hexdigest() for owner, blob in wrapped_of(owners).items()}
        BlindIndex.objects.filter(owner__in=owners).delete()
        PersonKey.objects.filter(owner__in=owners).delete()
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
