"""Signed paper kept as evidence: pictures closed on the disk, their keys sealed under the person's (O1, J1).

A file is written before the row that names it and deleted after the row that needed it, so a crash leaves at most a
file that nobody can open; `clear` finds those too.
"""

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit import trail
from consent import ledger
from consent.ledger import Ask
from consent.models import Consent, FileOutbox, NoticePurpose, NoticeVersion, PaperPage, Subject
from consent.models.notice import Form
from consent.showing import binding
from team.models import User
from vault import blobs, opening, sealing
from vault.errors import Shredded, Tampered

PATIENCE = timedelta(days=1)  # a file without a row may be one that is just being written


def add(*, subject: UUID, pages: Sequence[bytes], by: User, at: datetime, ticks: Sequence[UUID] | None = None) -> UUID:
    """Keep these pictures as one paper of this person; returns the paper's id. `at` is aware, UTC.

    Which notice it was printed from is read from the code on it, and never typed; `ticks`
    are the boxes that were ticked, where a screen knows them. Serves C7, O1.
    Raises vault.errors.KeyMissing or Shredded where the person has no key any more; nothing is kept then.
    """
    paper, rows, version = uuid4(), [], binding.of_pages(pages)
    try:
        for number, content in enumerate(pages, 1):
            row = PaperPage(id=uuid4(), subject_id=subject, paper=paper, number=number, added_by=by, created_at=at)
            row.version, row.ticks = version, None if ticks is None else [str(pk) for pk in ticks]
            key, blob = blobs.close(content, name=row.pk)
            row.file_key = sealing.seal_bytes(key, field_id="consent.paper.file", row=row.pk, owner=subject)
            row.digest, row.size = hashlib.sha256(blob).hexdigest(), len(content)
            rows.append(row)
            _write(path_of(row.pk), blob)
        with transaction.atomic():
            if not Subject.objects.select_for_update().filter(pk=subject, erased_at__isnull=True).exists():
                raise Shredded(str(subject))  # they left while the pictures were drawn
            stamp = max(at, timezone.now())  # when it is there to be seen, not when the upload began
            for row in rows:
                row.created_at = stamp
            trail.record("evidence.added", by=by, at=at, subject=subject, fields=("consent.evidence",), numbers=[len(rows)])
            PaperPage.objects.bulk_create(rows)
            _ask_in_writing(subject, version, ticks, by=by, at=stamp)
    except BaseException:
        for row in rows:
            path_of(row.pk).unlink(missing_ok=True)
        raise
    return paper


def _ask_in_writing(
    subject: UUID, version: NoticeVersion | None, ticks: Sequence[UUID] | None, *, by: User, at: datetime
) -> None:
    """What a sheet asks for in writing is asked from here on, since no other road asks it (C4); that alone opens nothing."""
    rows = NoticePurpose.objects.filter(version=version, purpose__form=Form.WRITTEN)
    rows = rows if ticks is None else rows.filter(pk__in=ticks)
    known = set(Consent.objects.filter(subject_id=subject).values_list("purpose_id", "channel"))
    asks = [Ask(subject, tick, "quick") for tick in rows if (tick.purpose_id, tick.channel) not in known]
    if version is not None and asks:
        ledger.request(asks, language="", by=by, at=at)


def show(page: PaperPage, *, by: User, at: datetime) -> bytes:
    """The picture of one page; that it was opened is on record before it is (I9). Raises VaultError."""
    trail.record_alone("evidence.opened", by=by, at=at, subject=page.subject_id, fields=("consent.evidence",))
    if page.file_key is None:
        raise Shredded(str(page.subject_id))
    [key] = opening.open_many([page.file_key])
    if key.error is not None:
        raise key.error
    try:
        blob = path_of(page.pk).read_bytes()
    except OSError:
        raise Tampered("a file is gone") from None
    return blobs.open_file(blob, key=bytes(key.value), name=page.pk)  # type: ignore[arg-type]


def forget(subject_ids: Sequence[UUID], *, at: datetime) -> None:
    """Inside the transaction in which these people leave: their files' keys go, the files are named in the outbox."""
    rows = PaperPage.objects.filter(subject_id__in=subject_ids, file_key__isnull=False)
    FileOutbox.objects.bulk_create([FileOutbox(id=pk, since=at) for pk in rows.values_list("pk", flat=True)])
    rows.update(file_key=None)
    transaction.on_commit(empty_outbox, robust=True)


def empty_outbox() -> int:
    """Delete the files that the outbox names; returns how many rows went. Killed anywhere, the next run goes on."""
    done = 0
    for row in FileOutbox.objects.order_by("since"):
        path_of(row.pk).unlink(missing_ok=True)
        done += row.delete()[0]
    return done


def clear(*, at: datetime) -> int:
    """Empty the outbox, then delete old files that no row needs (a crash left them); returns how many files went."""
    done = empty_outbox()
    old = [path for path in folder().glob("??/*") if _age(path, at) > PATIENCE]
    if not old:
        return done
    needed = {path_of(pk) for pk in PaperPage.objects.filter(file_key__isnull=False).values_list("pk", flat=True).iterator()}
    for path in old:
        if path not in needed:
            path.unlink(missing_ok=True)
            done += 1
    return done


def folder() -> Path:
    """Where the files lie, for this service's eyes alone."""
    return Path(settings.VAR_DIR) / "papers"


def path_of(page: UUID) -> Path:
    """The file of one page."""
    return folder() / str(page)[:2] / f"{page}.page"


def _write(path: Path, blob: bytes) -> None:
    """On the disk, whole, before anybody relies on it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(blob)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _age(path: Path, at: datetime) -> timedelta:
    try:
        return timedelta(seconds=at.timestamp() - path.stat().st_mtime)
    except OSError:
        return timedelta(0)
