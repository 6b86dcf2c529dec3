"""Files of evidence: closed in a store, their keys sealed under the person's; one road in, one to read, one out (O1, J1).

A file is written before the row that names it and deleted after the row that needed it, so a crash leaves at most a
file that nobody can open; `clear` finds those too. Which store, the settings say; no road here knows.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit import leaf, trail
from audit.models import Entry
from consent.models import FileOutbox, PaperPage, Recording, RefusalRecording, Subject
from consent.stores import chosen
from consent.stores.store import NoSuchFile, StoreAway, name_of
from team import fields
from team.fields import Level
from team.models import User
from vault import blobs, opening, sealing
from vault.among import among
from vault.errors import Shredded, Tampered

PATIENCE = timedelta(days=1)  # a file without a row may be one that is just being written
TABLES: tuple[Any, ...] = (PaperPage, Recording, RefusalRecording)
Row = PaperPage | Recording | RefusalRecording


def keep(
    rows: Sequence[Row], contents: Sequence[bytes], *, by: User, at: datetime, then: Callable[..., None] | None = None
) -> None:
    """Close each content, write it, then save its row: all of one person and one table. `at` is aware, UTC.

    `then` is what follows from it, done in the same transaction at the moment of the rows.
    Raises vault.errors.KeyMissing or Shredded where the person has no key any more, StoreAway where the store does not
    take it; nothing is kept then. Serves O1.
    """
    subject, store = rows[0].subject_id, chosen.store()
    try:
        for row, content in zip(rows, contents, strict=True):
            store.put(name_of(row.pk), _close(row, content))
        with transaction.atomic():
            if not Subject.objects.select_for_update().filter(pk=subject, erased_at__isnull=True).exists():
                raise Shredded(str(subject))  # they left while the file was made
            stamp = max(at, timezone.now())  # when it is there to be seen, not when the upload began
            for row in rows:
                row.created_at = stamp
            trail.record("evidence.added", by=by, at=at, subject=subject, fields=("consent.evidence",), numbers=[len(rows)])
            table: Any = type(rows[0])
            table.objects.bulk_create(rows)
            if then is not None:
                then(at=stamp)
    except BaseException:
        with suppress(StoreAway, DatabaseError):  # what cannot be taken back now nobody can open, and `clear` finds it
            kept = set(type(rows[0]).objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
            for row in rows:
                if row.pk not in kept:  # a commit whose answer was lost has kept it
                    store.delete(name_of(row.pk))
        raise


def _close(row: Row, content: bytes) -> bytes:
    """The closed file; its key, its digest and its size go into the row."""
    key, blob = blobs.close(content, name=row.pk)
    field: Any = row._meta.get_field("file_key")
    row.file_key = sealing.seal_bytes(key, field_id=field.field_id, row=row.pk, owner=row.subject_id)
    row.digest, row.size = hashlib.sha256(blob).hexdigest(), len(content)
    return blob


def may_open(user: User, *, at: datetime) -> bool:
    """Whether this user may open evidence today, by the matrix and by what they signed (I4, A10); every door asks here."""
    return fields.levels_of(user, at=at)["consent.evidence"] >= Level.CALL


def show(row: Row, *, by: User, at: datetime) -> bytes:
    """What is in one file; that it was opened is on record before it is (I9). Raises VaultError, StoreAway."""
    return disclose(row, by=by, at=at)[2]


def disclose(row: Row, *, by: User, at: datetime) -> tuple[bytes, bytes, bytes]:
    """The closed file as it lies, its key and what is in it, for whoever has to prove that the one is the other (O1).

    That it was opened, and which of this person's files, is on record before it is. Raises as `show` does.
    """
    told = {"fields": ("consent.evidence",), "numbers": [_mark_of(row)]}
    trail.record_alone("evidence.opened", by=by, at=at, subject=row.subject_id, **told)
    if row.file_key is None:
        raise Shredded(str(row.subject_id))
    [key] = opening.open_many([row.file_key])
    if key.error is not None:
        raise key.error
    try:
        blob = chosen.store().get(name_of(row.pk))
    except NoSuchFile:
        raise Tampered("a file is gone") from None
    plain = bytes(key.value)  # type: ignore[arg-type]
    return blob, plain, blobs.open_file(blob, key=plain, name=row.pk)


def _mark_of(row: Row) -> int:
    """Nine figures of a file's random name, by which an entry says which of this person's files was opened."""
    return int(row.pk.int % 1_000_000_000)


def looked_at(rows: Iterable[Row], *, by: User) -> bool:
    """Whether this reader opened each of these files of one person since it came, as the trail has it (C6).

    The entry is older than the opening, which may have failed: so each file must be there, and as it was closed, now.
    """
    return all(_opened(row, by) and _stands(row) for row in rows)


def _stands(row: Row) -> bool:
    """Whether the closed file is where it was put, as it was put; not where the store is away."""
    try:
        return hashlib.sha256(chosen.store().get(name_of(row.pk))).hexdigest() == row.digest
    except (NoSuchFile, StoreAway):
        return False


def _opened(row: Row, by: User) -> bool:
    came = int(row.created_at.timestamp() * 1_000_000)
    rows = Entry.objects.filter(act="evidence.opened", actor=by.pk, subject=row.subject_id, outcome="ok", at_us__gte=came)
    return any(
        (leaf.read_or_none(bytes(told)) or {}).get("n") == [_mark_of(row)] for told in rows.values_list("leaf", flat=True)
    )


def forget(subject_ids: Sequence[UUID], *, at: datetime) -> None:
    """Inside the transaction in which these people leave: their files' keys go, the files are named in the outbox."""
    for table in TABLES:
        rows = table.objects.filter(subject_id__in=among(subject_ids), file_key__isnull=False)
        FileOutbox.objects.bulk_create([FileOutbox(id=pk, since=at) for pk in rows.values_list("pk", flat=True)])
        rows.update(file_key=None)
    transaction.on_commit(empty_outbox, robust=True)


def owners(subject_ids: Sequence[UUID]) -> set[UUID]:
    """Who of these people has a file of evidence."""
    return {
        pk
        for table in TABLES
        for pk in _needed(table).filter(subject_id__in=among(subject_ids)).values_list("subject_id", flat=True)
    }


def counts(subject_ids: Sequence[UUID]) -> tuple[Counter[UUID], Counter[UUID]]:
    """How many pages of paper, and how many recordings, of a yes or a no, each of these people has."""
    rows = [_needed(table).filter(subject_id__in=among(subject_ids)).values_list("subject_id", flat=True) for table in TABLES]
    return Counter(rows[0]), Counter(rows[1]) + Counter(rows[2])


def empty_outbox() -> int:
    """Delete the files that the outbox names; returns how many rows went. Killed anywhere, the next run goes on.

    Raises StoreAway where the store does not answer; what is left stays named, and is tried again.
    """
    done, store = 0, chosen.store()
    for row in FileOutbox.objects.order_by("since"):
        store.delete(name_of(row.pk))
        done += row.delete()[0]
    return done


def clear(*, at: datetime) -> int:
    """Empty the outbox, then delete old files that no row needs (a crash left them); returns how many files went."""
    done, store = empty_outbox(), chosen.store()
    old = list(store.old(before=at - PATIENCE))
    needed = (
        {name_of(pk) for table in TABLES for pk in _needed(table).values_list("pk", flat=True).iterator()} if old else set()
    )
    for name in old:
        if name not in needed:
            store.delete(name)
            done += 1
    return done


def count() -> int:
    """How many files are needed: what must lie beside a backup, since it is not in it."""
    return sum(_needed(table).count() for table in TABLES)


def _needed(table: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = table.objects.filter(file_key__isnull=False)
    return rows
