"""After a restore: whoever had left leaves again, every no is said again, and only what is proven opens the site.

Deeds are idempotent, so a replay that is killed is simply run again. Nobody is asked anew: these people had left, by
these rules, and the trail that said so was in the part of history the backup does not hold. Serves J1, audit.md §5.8.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from audit.trail import System
from consent import catching_up, erasure_ledger
from consent import replaying as saying_again
from consent.erasure_ledger import Line
from contacts import erase, hold, retention
from contacts.models import Contact, LegalHold, Phone
from vault import persons, restoration

BY = System("restore")
BATCH = 200


class NotProven(Exception):
    """The site stays sealed; the sentence says what was found."""


@dataclass
class Replay:
    """What a replay did."""

    lines: int = 0
    erased: int = 0
    closed: int = 0
    suppressed: int = 0


def replay(*, at: datetime) -> Replay:
    """Do again whatever the ledger holds since the oldest backup that was brought back, prove it, and open the site.

    Raises NotProven, and the site stays sealed, when the ledger is missing, broken or shorter than the backup knew,
    or when anybody is still here afterwards.
    """
    marks = restoration.open_ones()
    if not marks:
        raise NotProven("nothing was restored: there is nothing to replay")
    try:
        after = marks[0].from_line
        number = erasure_ledger.check()  # to its end, before anything is done by it
        _check_length(number, max(mark.from_line for mark in marks))
        done = _again(after, number, at=at)
        _prove(after, number)
        catching_up.catch_up(at=at)
        number, digest = erasure_ledger.head()
    except erasure_ledger.LedgerRefused as refused:
        raise NotProven(f"{refused}; bring the ledger from where it is copied to, then run this again") from None
    with transaction.atomic():
        trail.record("restore.replayed", by=BY, at=at, numbers=[done.lines, done.erased, done.closed, done.suppressed])
    restoration.prove(to_line=number, to_hash=digest, at=at)
    return done


def _check_length(number: int, known: int) -> None:
    if number < known:
        raise NotProven(f"the erasure ledger ends at line {number}, and the backup knew {known}: it is not the newest one")


def _again(after: int, until: int, *, at: datetime) -> Replay:
    """Line by line in order; who left, in batches."""
    done, leaving = Replay(), list[UUID]()
    for line in erasure_ledger.lines(after=after, until=until):
        done.lines += 1
        if line.kind == "erased":
            leaving.append(UUID(line.about["subject"]))
        elif line.kind == "closed":
            done.closed += saying_again.close(line, by=BY)
        elif line.kind == "minor":
            saying_again.mind_age(line, by=BY)
        else:
            done.suppressed += saying_again.suppress(line, by=BY)
        if len(leaving) >= BATCH:
            done.erased += _erase(leaving, at=at)
            leaving = []
    done.erased += _erase(leaving, at=at)
    _move(after, until, at=at)
    return done


def _erase(ids: list[UUID], *, at: datetime) -> int:
    """Let them leave by the one deed there is; a hold that stood in the backup had been lifted before they left."""
    here = list(Contact.objects.filter(pk__in=ids).values_list("pk", flat=True))
    for row in LegalHold.objects.filter(subject_id__in=here, lifted_at__isnull=True):
        with transaction.atomic():
            trail.record("hold.lifted", by=BY, at=at, subject=row.subject_id, reason=row.reason)
            LegalHold.objects.filter(pk=row.pk).update(lifted_at=at)
    erase.batch(here, run=None, by=BY, at=at)
    persons.destroy_keys(ids)  # also of those whose row the backup does not hold
    return len(here)


def _move(after: int, until: int, *, at: datetime) -> None:
    """Whoever said no leaves on the day that follows from it."""
    said = {UUID(line.about["subject"]) for line in _of_kind(after, until, "closed")}
    for subject in sorted(said):
        if not Contact.objects.filter(pk=subject).exists():
            continue
        with transaction.atomic():
            trail.record("contact.changed", by=BY, at=at, subject=subject, reason="withdrawn")
            retention.refresh([subject], at=at)


def _prove(after: int, until: int) -> None:
    """Nobody who left is here, and nothing of theirs opens; every no stands. Raises NotProven."""
    gone, back = [UUID(line.about["subject"]) for line in _of_kind(after, until, "erased")], set[UUID]()
    for start in range(0, len(gone), BATCH):
        some = gone[start : start + BATCH]
        back |= set(Contact.objects.filter(pk__in=some).values_list("pk", flat=True)) | persons.alive(some)
        back |= set(Phone.objects.filter(contact_id__in=some).values_list("contact_id", flat=True))
    if back:
        raise NotProven(f"{len(back)} people who had left are here again; under a hold: {len(hold.held(back))}")
    if lines := saying_again.unheard(erasure_ledger.lines(after=after, until=until)):
        raise NotProven(f"a no does not stand again: line {lines[0]} of the erasure ledger, and {len(lines) - 1} more")


def _of_kind(after: int, until: int, kind: str) -> Iterator[Line]:
    return (line for line in erasure_ledger.lines(after=after, until=until) if line.kind == kind)
