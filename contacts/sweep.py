"""The sweep: finds everybody whose time is over and lets them leave, batch by batch."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from audit import trail
from audit.trail import Actor
from consent import ledger
from contacts import brakes, erase, keeping, leftovers, narrowing, retention
from contacts.models import Contact, SweepRun
from vault.among import among

BATCH = 500
STALE = timedelta(minutes=10)
BUDGET = 20 * 60  # seconds of work in one go; the next tick goes on
State = SweepRun.State


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
    narrowed: int = 0
    rules: Counter[str] = field(default_factory=Counter)


def due_now(at: datetime) -> QuerySet[Contact]:
    """Everybody whose end date has come, under no hold and not postponed, oldest first (J1, J2)."""
    found = Contact.objects.filter(delete_on__lte=at).filter(~keeping.held(), ~keeping.postponed(at))
    return found.order_by("delete_on", "pk")


def kept_back(at: datetime) -> QuerySet[Contact]:
    """Everybody whose end date has come but whom a hold or a postponement keeps."""
    found = Contact.objects.filter(delete_on__lte=at).filter(keeping.held() | keeping.postponed(at))
    return found.order_by("delete_on", "pk")


def held_back(at: datetime) -> QuerySet[Contact]:
    """Everybody whose end date has come but whom a hold keeps (J2)."""
    return Contact.objects.filter(delete_on__lte=at).filter(keeping.held()).order_by("delete_on", "pk")


def preview(*, at: datetime) -> Report:
    """What a sweep at `at` would do; changes nothing (J7)."""
    report = Report(cutoff=at, dry_run=True, held=held_back(at).count())
    report.rules.update(due_now(at).values_list("delete_rule", flat=True).iterator())
    report.due = report.rules.total()
    return report


def run(*, by: Actor, at: datetime) -> Report:
    """Let everybody leave whose time is over at `at` (UTC), a moment that somebody has looked at.

    The predicate is the cursor: a sweep that is killed is simply run again, and two at once share
    the work. Serves J1, J2 and law.md §4.1; PIPL 47 asks for deletion without being asked.
    """
    expired = expire(by=by, at=at)
    report = work(planned(by=by, at=at, count=due_now(at).count()), by=by, at=at)
    report.expired = expired
    return report


def expire(*, by: Actor, at: datetime) -> int:
    """Consents whose time is over at `at` say so from now on; returns how many."""
    total = 0
    while True:
        with transaction.atomic():
            subjects = ledger.expire_due(by=by, at=at, limit=BATCH)
            retention.refresh(subjects, at=at)
        total += len(subjects)
        if not subjects:
            return total


def planned(*, by: Actor, at: datetime, count: int, **more: object) -> SweepRun:
    """A run as of `at` that nobody has begun to work on."""
    values = {"state": State.PLANNED, "cutoff": at} | more
    now = brakes.database_clock()
    return SweepRun.objects.create(started_at=at, heartbeat=now, planned=count, started_by_id=trail.user_pk(by), **values)


def work(run: SweepRun, *, by: Actor, at: datetime) -> Report:
    """Go on with a run until nobody is due, somebody pauses it, or its time in one go is up; whoever plans it has expired.

    Of two workers that come for the same run one gets it. What raises leaves the run as it stands: ten minutes
    without a heartbeat, and the next tick goes on with it.
    """
    report = Report(cutoff=run.cutoff, dry_run=False, deleted=run.deleted)
    if not _claim(run, by=by, at=at):
        return report
    until = time.monotonic() + BUDGET
    report.narrowed = narrowing.run(by=by, at=run.cutoff)
    report.due = run.planned
    while ids := list(due_now(run.cutoff).values_list("pk", flat=True)[:BATCH]):
        if not _sweep_batch(ids, report, run=run, by=by, at=at):
            break
        if _must_rest(run, until):
            return report
    report.held = held_back(run.cutoff).count()
    report.leftovers = leftovers.clear(by=by, at=run.cutoff)
    _finish(report, run=run, by=by, at=at)
    return report


def _claim(run: SweepRun, *, by: Actor, at: datetime) -> bool:
    """This worker's, or somebody else's? A run taken up again is not started a second time on record."""
    with transaction.atomic():
        now = brakes.database_clock()
        mine = SweepRun.objects.filter(pk=run.pk, state=run.state, heartbeat=run.heartbeat)
        if not mine.update(state=State.RUNNING, heartbeat=now):
            return False
        if run.state != State.RUNNING and not run.deleted:
            trail.record("sweep.started", by=by, at=at, numbers=[run.planned])
    return True


def _sweep_batch(ids: list[UUID], report: Report, *, run: SweepRun, by: Actor, at: datetime) -> bool:
    """One batch, one transaction; the progress row is part of it, so that the counts never lie."""
    with transaction.atomic():
        rules = dict(Contact.objects.filter(pk__in=among(ids)).values_list("pk", "delete_rule"))
        result = erase.batch(ids, run=run, by=by, at=at, due_at=run.cutoff)
        report.deleted += len(result.gone)
        report.rules.update(rules[pk] for pk in result.gone)
        SweepRun.objects.filter(pk=run.pk).update(deleted=report.deleted, heartbeat=brakes.database_clock())
    return bool(result.gone)


def _must_rest(run: SweepRun, until: float) -> bool:
    """Somebody paused it, or it has worked long enough in one go and lets the tick take it up."""
    if SweepRun.objects.filter(pk=run.pk, state=State.PAUSED).exists():
        return True
    if time.monotonic() < until:
        return False
    SweepRun.objects.filter(pk=run.pk, state=State.RUNNING).update(state=State.PAUSED)
    return True


def _finish(report: Report, *, run: SweepRun, by: Actor, at: datetime) -> None:
    with transaction.atomic():
        trail.record("sweep.finished", by=by, at=at, numbers=[report.due, report.deleted, report.held])
        SweepRun.objects.filter(pk=run.pk).update(
            state=State.DONE,
            finished_at=at,
            heartbeat=brakes.database_clock(),
            deleted=report.deleted,
            held=report.held,
        )
