"""The trail: an act with its entry, against the same act alone."""

from functools import partial
from itertools import repeat
from types import SimpleNamespace

from django.db import transaction
from django.utils import timezone

from audit import trail
from audit.models import Entry
from audit.trail import System
from bench import clock, plain

ROUNDS = 40
BY = System("bench")


def rows(office: SimpleNamespace) -> list[clock.Row]:
    """One row changed in one transaction, with and without an entry."""
    one = plain.Plain.objects.filter(book=office.book.pk)[0]
    before = Entry.objects.count()
    row = clock.compare(
        "an act and its entry",
        repeat(partial(_act, one, entry=True), ROUNDS),
        repeat(partial(_act, one, entry=False), ROUNDS),
        goal=1.35,
    )
    if Entry.objects.count() != before + ROUNDS:
        raise SystemExit("bench: entries are missing")
    return [row]


def _act(one: plain.Plain, *, entry: bool) -> None:
    """What a small deed does: read the row under lock, change it, save it."""
    with transaction.atomic():
        row = plain.Plain.objects.select_for_update().get(pk=one.pk)
        at = timezone.now()
        row.title = str(at)
        row.save()
        if entry:
            trail.record("contact.changed", by=BY, at=at, subject=one.pk)
