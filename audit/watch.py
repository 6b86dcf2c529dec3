"""Watches the trail and remembers what it saw: entries nobody seals, a tree that does not add up, a silent sealer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from audit import fsck, ids, sealing, trail, verify
from audit.models import Entry, Watch
from audit.sealing import Sealer, SealRefused

LATE = timedelta(minutes=5)  # an entry is sealed within a minute; this is patience
BLIND = timedelta(hours=26)  # the nightly check, and two hours of patience
PATIENCE = {"seal": LATE, "late": 3 * LATE, "check": BLIND, "anchor": BLIND}  # how long each watcher may be silent
BY = trail.System("sealer")


@dataclass(frozen=True)
class Alarm:
    """What is wrong with the trail: who saw it, in which word, where and when."""

    watcher: str
    word: str
    place: int
    at: datetime


def seal(sealer: Sealer, *, at: datetime) -> int:
    """Seal what waits and remember how it went; returns how many. Raises SealRefused once it is remembered."""
    try:
        count = sealing.seal(sealer, at=at)
    except SealRefused as refused:
        saw("seal", at=at, word=refused.word, place=refused.place)
        raise
    saw("seal", at=at)
    return count


def look(*, at: datetime) -> None:
    """Look for entries that have no place in the tree although they are older than LATE.

    By anti-join and never by the queue, which somebody with rights could have emptied (audit.md §5.5).
    """
    since = _oldest_unsealed(before=at - LATE)
    saw("late", at=at, word="" if since is None else "unsealed", place=since or 0)


def check(*, at: datetime) -> None:
    """The nightly check: every row, then the whole tree."""
    word, place = "", 0
    try:
        verify.rows()
        fsck.check()
        verify.stamps()
    except (verify.Broken, fsck.TreeBroken) as broken:
        word, place = broken.word, broken.place
    saw("check", at=at, word=word, place=place)


def beat(*, at: datetime) -> bool:
    """One entry a day that says the trail is alive, so that a quiet day is signed too; True when it wrote it.

    The day is UTC's. Whether it is due is asked of the trail itself.
    """
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    with transaction.atomic():
        if Entry.objects.filter(act="audit.heartbeat", at_us__gte=ids.microseconds(day)).exists():
            return False
        trail.record("audit.heartbeat", by=BY, at=at)
    return True


def alarms(*, at: datetime) -> list[Alarm]:
    """What is wrong now, worst first; a watcher that has not looked for too long is wrong itself."""
    rows = list(Watch.objects.order_by("name"))
    found = [Alarm(row.name, row.word, row.place, row.at) for row in rows if row.word]
    silent = [Alarm(row.name, "silent", 0, row.at) for row in rows if at - row.at > PATIENCE[row.name]]
    return found + silent


def saw(name: str, *, at: datetime, word: str = "", place: int = 0) -> None:
    """Remember what a watcher saw: nothing wrong, or one word and the place."""
    values = {"at_us": ids.microseconds(at), "word": word, "place": place}
    Watch.objects.update_or_create(name=name, defaults=values)


def _oldest_unsealed(*, before: datetime) -> int | None:
    """The `seq` of the first entry from before that moment that stands in no tree."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(e.seq) FROM audit_entry e LEFT JOIN audit_leaf l ON l.seq = e.seq WHERE l.seq IS NULL AND e.at_us < %s",
            [ids.microseconds(before)],
        )
        found = cursor.fetchone()[0]
    return None if found is None else int(found)
