"""Moves the oldest part of the trail to an archive; hashes and tiles stay, so every later proof holds (audit.md §5.9).

Run by whoever owns the database: the serving role may delete no entry. Nothing goes before the archive was written,
checked as a stranger would check it, and a checkpoint that covers it has left the house.
"""

import hashlib
import os
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from audit import export, ids, recovering, stored, trail, tree, verify
from audit.models import Anchor, Pruning, Seal
from audit.models.leaving import FLOOR_US

BATCH = 5000
BY = trail.System("command")


class PruningRefused(Exception):
    """Why not, in a word: young, unsealed, unanchored, nothing, or what the archive's own check says."""

    def __init__(self, word: str) -> None:
        """Keep the word."""
        super().__init__(word)
        self.word = word


def prune(*, before: datetime, path: Path, at: datetime) -> Pruning:
    """Move every whole tile of entries older than `before` into the archive `path`, which must not exist yet.

    `before` and `at` are aware, UTC. A run that was killed after the archive stood is finished by `finish`. Raises
    PruningRefused, and OSError where the archive cannot be written; then nothing has changed.
    """
    if before > at - max(timedelta(days=settings.TRAIL_KEEP_DAYS), timedelta(microseconds=FLOOR_US)):
        raise PruningRefused("young")
    seal = stored.newest()
    if seal is None:
        raise PruningRefused("unsealed")
    first, end = stored.pruned(), _end(before, seal)
    if end <= first:
        raise PruningRefused("nothing")
    if not Anchor.objects.filter(size__gte=end).exists():
        raise PruningRefused("unanchored")
    digest = _archive(path, first, end, seal, at=at)
    root = tree.root_between(0, end, stored.Stored().hash_of)
    with transaction.atomic():
        trail.record("audit.pruned", by=BY, at=at, numbers=[first, end, *recovering.parts(root)])
        pruned = Pruning.objects.create(
            size=end,
            first=first,
            before_us=ids.microseconds(before),
            root=root,
            file_sha256=digest,
            at_us=ids.microseconds(at),
        )
    finish()
    return pruned


def finish() -> int:
    """Delete what stands in an archive, a few thousand entries at a time; returns how many. Safe to run again."""
    whole, end, gone = 0, stored.pruned(), BATCH
    while end and gone == BATCH:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM audit_entry WHERE seq IN (SELECT l.seq FROM audit_leaf l JOIN audit_entry e ON e.seq = l.seq "
                "WHERE l.idx < %s ORDER BY l.idx LIMIT %s)",
                [end, BATCH],
            )
            gone = cursor.rowcount
            whole += gone
    return whole


def _end(before: datetime, seal: Seal) -> int:
    """Behind the last whole tile in which nothing is younger."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(l.idx) FROM audit_leaf l JOIN audit_entry e ON e.seq = l.seq WHERE e.at_us >= %s",
            [ids.microseconds(before)],
        )
        youngest = cursor.fetchone()[0]
    end = min(seal.size, seal.size if youngest is None else int(youngest))
    return end // stored.WIDTH * stored.WIDTH


def _archive(path: Path, first: int, end: int, seal: Seal, *, at: datetime) -> str:
    """Write these places, on the disk before anything goes, and check them; returns the file's SHA-256."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(export.stream(at=at, seal=seal, places=(first, end)))
            file.flush()
            os.fsync(file.fileno())
        verify.bundle_file(path)
    except verify.Broken as broken:
        path.unlink()
        raise PruningRefused(broken.word) from None
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
