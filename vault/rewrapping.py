"""Moves people's keys under the active key-encryption key, batch by batch; nothing sealed is touched (vault.md §4.7).

Killed anywhere it has either moved a person or not; the next run finds the rest by the key they are under.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connections, transaction
from django.db.models import QuerySet

from vault import keyring, persons
from vault.keys import Key
from vault.models import PersonKey
from vault.router import ALIAS

BATCH = 1000
Change = tuple[UUID, bytes, bytes]  # whose, the wrapped key as it was, and as it shall be


def waiting() -> int:
    """How many people are under another key of the active one's suite."""
    return PersonKey.objects.filter(kid__in=_old(same=True)).count()


def batches(*, size: int = BATCH) -> Iterator[int]:
    """Move everybody, one transaction a batch; gives how many each moved."""
    old, after = _old(same=True), UUID(int=0)
    while old:
        with transaction.atomic(using=ALIAS):
            rows = list(_locked(old, after, size).values_list("owner", "wrapped"))
            moved = _swap([(owner, bytes(wrapped), _rewrapped(owner, bytes(wrapped))) for owner, wrapped in rows])
        if not rows:
            return
        after = rows[-1][0]
        yield moved


def of_other_suites() -> int:
    """How many people have a key of another suite than the active one's; it takes new keys to change that."""
    return PersonKey.objects.filter(kid__in=_old(same=False)).count()


def next_generation(*, at: datetime, size: int) -> Iterator[int]:
    """Give people of another suite a new key of the next generation beside the old one, batch by batch.

    New values are sealed under it from then on; old ones still open under the one before.
    """
    old, after = _old(same=False), UUID(int=0)
    while old:
        with transaction.atomic(using=ALIAS):
            rows = list(_locked(old, after, size))
            for row in rows:
                if row.previous is None:  # else the step before is not finished for this person
                    _begin(row, at=at)
        if not rows:
            return
        after = rows[-1].owner
        yield len(rows)


def moving(*, after: UUID, limit: int) -> list[UUID]:
    """Owners with two keys, in their order, after this one."""
    rows = PersonKey.objects.filter(previous__isnull=False, owner__gt=after).order_by("owner")
    return list(rows.values_list("owner", flat=True)[:limit])


def in_between() -> int:
    """How many people have two keys."""
    return PersonKey.objects.filter(previous__isnull=False).count()


def settle(owners: Sequence[UUID], *, moved_before: datetime) -> int:
    """Forget the older key of these owners, of whose values none needs it, once nobody can hold an old copy of a row."""
    rows = PersonKey.objects.filter(owner__in=owners, previous__isnull=False, moved_at__lt=moved_before)
    return rows.update(previous=None, previous_kid=None, moved_at=None)


def _old(*, same: bool) -> list[bytes]:
    ring = keyring.current()
    active = ring.active("kek")
    return [k.kid for k in ring.living("kek") if k.state == "retired" and (k.suite is active.suite) == same]


def _locked(kids: list[bytes], after: UUID, size: int) -> QuerySet[PersonKey]:
    """The next rows; on PostgreSQL those that nobody else is just moving or erasing."""
    skip = connections[ALIAS].features.has_select_for_update_skip_locked
    rows = PersonKey.objects.filter(kid__in=kids, owner__gt=after).select_for_update(skip_locked=skip)
    return rows.order_by("owner")[:size]


def _rewrapped(owner: UUID, wrapped: bytes) -> bytes:
    _number, generation, key = persons.unwrap(owner, wrapped)
    return persons.wrap(owner, key, generation, ring=keyring.current())


def _swap(changes: Sequence[Change]) -> int:
    """Compare and swap: whoever changed a row in between has the last word."""
    if not changes:
        return 0
    connection, kek = connections[ALIAS], keyring.current().active("kek")
    owner_of = PersonKey._meta.get_field("owner").get_db_prep_value
    rows = [(kek.kid, new, owner_of(owner, connection), old) for owner, old, new in changes]
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE vault_personkey SET kid = %s, wrapped = %s WHERE owner = %s AND wrapped = %s", rows)
    return len(rows)


def _begin(row: PersonKey, *, at: datetime) -> None:
    ring = keyring.current()
    kek: Key = ring.active("kek")
    row.previous, row.previous_kid, row.moved_at = row.wrapped, row.kid, at
    row.generation += 1
    row.kid, row.wrapped = kek.kid, persons.wrap(row.owner, os.urandom(kek.suite.key_length), row.generation, ring=ring)
    row.save()
