"""Refusals by keyed fingerprint: they outlive the name and close every road at once (D3, D8)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from audit import trail
from audit.trail import Actor
from consent import erasure_ledger
from consent.models import Handle, Subject, Suppression
from vault import index


def remember(pairs: Sequence[tuple[UUID, str]], *, at: datetime) -> None:
    """Keep a fingerprint for each (subject, E.164 digits), so that a refusal is found again."""
    rows = [Handle(subject_id=subject, fingerprint=index.fingerprint(digits), created_at=at) for subject, digits in pairs]
    Handle.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def add(subject: UUID, *, source: str, by: Actor, at: datetime) -> int:
    """Suppress every number of this subject, for everybody who has it; inside the caller's transaction."""
    marks = [bytes(mark) for mark in Handle.objects.filter(subject_id=subject).values_list("fingerprint", flat=True)]
    fresh = [mark for mark in marks if mark not in standing(marks)]
    trail.record("suppression.added", by=by, at=at, subject=subject, reason=source, numbers=[len(fresh)])
    Suppression.objects.bulk_create(
        [Suppression(fingerprint=mark, source=source, since=at) for mark in fresh], ignore_conflicts=True
    )
    erasure_ledger.try_to_write("suppressed", ({"mark": mark.hex(), "source": source} for mark in fresh), at=at)
    return len(fresh)


def lift(subject: UUID, *, by: Actor, at: datetime) -> int:
    """Lift the older refusals of this subject's numbers; only on the person's own, confirmed act (H8).

    A refusal as new as `at`, whichever book it came through, stays: the more restrictive stands.
    """
    marks = Handle.objects.filter(subject_id=subject).values_list("fingerprint", flat=True)
    rows = Suppression.objects.filter(fingerprint__in=[bytes(m) for m in marks], lifted_at__isnull=True, since__lt=at)
    found = list(rows.values_list("pk", "fingerprint"))
    ids = [pk for pk, _mark in found]
    if ids:
        trail.record("suppression.lifted", by=by, at=at, subject=subject)
        Suppression.objects.filter(pk__in=ids).update(lifted_at=at)
        erasure_ledger.try_to_write("lifted", ({"mark": bytes(mark).hex()} for _pk, mark in found), at=at)
    return len(ids)


def standing(marks: Iterable[bytes]) -> set[bytes]:
    """Which of these fingerprints are suppressed now."""
    rows = Suppression.objects.filter(fingerprint__in=[bytes(m) for m in marks], lifted_at__isnull=True)
    return {bytes(mark) for mark in rows.values_list("fingerprint", flat=True)}


def subjects_suppressed(subjects: Iterable[UUID]) -> set[UUID]:
    """Which of these subjects have a suppressed number; two queries however many."""
    handles = [
        (s, bytes(m)) for s, m in Handle.objects.filter(subject_id__in=list(subjects)).values_list("subject_id", "fingerprint")
    ]
    closed = standing({mark for _s, mark in handles})
    return {subject for subject, mark in handles if mark in closed}


def bearers(subject: UUID) -> list[UUID]:
    """Everybody else here who has one of this subject's numbers, in whichever book; in their order."""
    marks = [bytes(mark) for mark in Handle.objects.filter(subject_id=subject).values_list("fingerprint", flat=True)]
    rows = Handle.objects.filter(fingerprint__in=marks, subject__erased_at__isnull=True).exclude(subject_id=subject)
    return sorted(set(rows.values_list("subject_id", flat=True)))


def standing_of(subject: UUID) -> tuple[bool, bool, str]:
    """Whether this subject is here (known, not erased), whether a number of theirs is suppressed, their age; one query."""
    refused = Suppression.objects.filter(lifted_at__isnull=True, fingerprint=OuterRef("fingerprint"))
    closed = Exists(Handle.objects.filter(Exists(refused), subject=OuterRef("pk")))
    row = Subject.objects.filter(pk=subject, erased_at__isnull=True).values_list(closed, "age").first()
    return row is not None, row is None or bool(row[0]), (row and row[1]) or ""


def since(digits: str) -> Suppression | None:
    """The standing refusal of this number, if any."""
    return Suppression.objects.filter(fingerprint=index.fingerprint(digits), lifted_at__isnull=True).first()
