"""The sweep: finds everybody whose time is over and lets them leave, batch by batch."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from audit import trail
from audit.trail import Actor
from consent import ledger
from contacts import brakes, erase, leftovers, retention
from contacts.models import Contact, LegalHold, SweepRun

BATCH = 500
STALE = timedelta(minutes=10)


@dataclass
class Report:
    """What a sweep did, or would do: counts only, no names."""

    cutoff: datetime
    dry_run: bool
    due: int = 0
    deleted: int = 0
    held: int = 0
    expired: int = 0
    leftovers: int = 0
    rules: Counter[str] = field(default_factory=Counter)


def due_now(at: datetime) -> QuerySet[Contact]:
    """Everybody whose end date has come and who stands under no hold, oldest first (J1, J2)."""
    standing = LegalHold.objects.filter(subject_id=OuterRef("pk"), lifted_at__isnull=True)
    return Contact.objects.filter(delete_on__lte=at).filter(~Exists(standing)).order_by("delete_on", "pk")


def held_back(at: datetime) -> QuerySet[Contact]:
    """Everybody whose end date has come but whom a hold keeps (J2)."""
    standing = LegalHold.objects.filter(subject_id=OuterRef("pk"), lifted_at__isnull=True)
    return Contact.objects.filter(delete_on__lte=at).filter(Exists(standing)).order_by("delete_on", "pk")


def preview(*, at: datetime) -> Report:
    """What a sweep at `at` would do; changes nothing (J7)."""
    report = Report(cutoff=at, dry_run=True, held=held_back(at).count())
    report.rules.update(due_now(at).values_list("delete_rule", flat=True).iterator())
    report.due = report.rules.total()
    return report


def nightly(*, by: Actor, at: datetime) -> Report:
    """The sweep as of now, `at` being the caller's clock; raises brakes.SweepRefused where that clock is in doubt."""
    try:
        brakes.check(at=at)
    except brakes.SweepRefused:
        trail.record_alone("sweep.started", by=by, at=at, outcome="denied")
        raise
    return run(by=by, at=at)


def run(*, by: Actor, at: datetime) -> Report:
    """Let everybody leave whose time is over at `at` (UTC), a moment that somebody has looked at.

    The predicate is the cursor: a sweep that is killed is simply run again, and two at once share
    the work. Serves J1, J2 and law.md §4.1; PIPL 47 asks for deletion without being asked.
    """
    report = Report(cutoff=at, dry_run=False)
    report.expired = _expire(by=by, at=at)
    started = _start(report, by=by, at=at)
    while ids := list(due_now(at).values_list("pk", flat=True)[:BATCH]):
        if not _sweep_batch(ids, report, run=started, by=by, at=at):
            break
    report.held = held_back(at).count()
    report.leftovers = leftovers.clear(by=by, at=at)
    _finish(report, run=started, by=by, at=at)
    return report


def _expire(*, by: Actor, at: datetime) -> int:
    total = 0
    while True:
        with transaction.atomic():
            subjects = ledger.expire_due(by=by, at=at, limit=BATCH)
            retention.refresh(subjects, at=at)
        total += len(subjects)
        if not subjects:
            return total


def _start(report: Report, *, by: Actor, at: datetime) -> SweepRun:
    report.due = due_now(at).count()
    with transaction.atomic():
        trail.record("sweep.started", by=by, at=at, numbers=[report.due])
        now = brakes.database_clock()
        stale = SweepRun.objects.filter(state=SweepRun.State.RUNNING, heartbeat__lt=now - STALE)
        stale.update(state=SweepRun.State.FAILED, finished_at=at)
        return SweepRun.objects.create(
            started_at=at,
            heartbeat=now,
            cutoff=at,
            state=SweepRun.State.RUNNING,
            planned=report.due,
            started_by_id=trail.user_pk(by),
        )


def _sweep_batch(ids: list[UUID], report: Report, *, run: SweepRun, by: Actor, at: datetime) -> bool:
    """One batch, one transaction; the progress row is part of it, so that the counts never lie."""
    with transaction.atomic():
        rules = dict(Contact.objects.filter(pk__in=ids).values_list("pk", "delete_rule"))
        result = erase.batch(ids, run=run, by=by, at=at, due_only=True)
        report.deleted += len(result.gone)
        report.rules.update(rules[pk] for pk in result.gone)
        SweepRun.objects.filter(pk=run.pk).update(deleted=report.deleted, heartbeat=brakes.database_clock())
    return bool(result.gone)


def _finish(report: Report, *, run: SweepRun, by: Actor, at: datetime) -> None:
    with transaction.atomic():
        trail.record("sweep.finished", by=by, at=at, numbers=[report.due, report.deleted, report.held])
        SweepRun.objects.filter(pk=run.pk).update(
            state=SweepRun.State.DONE,
            finished_at=at,
            heartbeat=brakes.database_clock(),
            deleted=report.deleted,
            held=report.held,
        )
