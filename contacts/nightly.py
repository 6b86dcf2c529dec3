"""What the alarm clock rings for: each night's sweep once, and whatever an earlier one left unfinished.

Duty is a query: a lost, doubled or late bell changes nothing but the minute (design, rule 4). Two bells at once make
one run, because the night is unique in the table.
"""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from audit import ids, trail
from audit.models import Entry
from audit.trail import Actor
from contacts import brakes, nights, sweep
from contacts.brakes import NIGHT
from contacts.models import SweepRun
from contacts.sweep import Report

State, Why = SweepRun.State, SweepRun.Why


def tick(*, by: Actor, at: datetime) -> None:
    """Go on with what is unfinished, then sweep for last night unless somebody did; raises brakes.SweepRefused."""
    resume(by=by, at=at)
    if (night := open_night(at)) is not None:
        run(by=by, at=at, period=night)


def now(*, by: Actor, at: datetime) -> Report:
    """Go on with what is unfinished, then sweep as of now; it counts for last night where nobody swept then."""
    resume(by=by, at=at)
    return run(by=by, at=at, period=open_night(at))


def open_night(at: datetime) -> date | None:
    """Last night, unless it has its sweep."""
    night = nights.latest(at)
    return None if SweepRun.objects.filter(period=night).exists() else night


def run(*, by: Actor, at: datetime, period: date | None = None) -> Report:
    """The sweep as of now, `at` being the caller's clock; `period` is the night it counts for.

    Raises brakes.SweepRefused where that clock is in doubt, and where people must look first.
    """
    made = plan(by=by, at=at, period=period)
    if made is None:
        return Report(cutoff=at, dry_run=False)
    if made.state == State.WAITING:
        raise brakes.SweepRefused("waiting")
    return sweep.work(made, by=by, at=at)


def plan(*, by: Actor, at: datetime, period: date | None = None) -> SweepRun | None:
    """A run as of now, ready to be worked on or waiting for people; None when the night has one (J7).

    Raises brakes.SweepRefused where the clock is in doubt. A run that still waits from an earlier night is dropped:
    whoever looks now looks at everybody.
    """
    _check(by=by, at=at)
    sweep.expire(by=by, at=at)
    count = sweep.due_now(at).count()
    why = brakes.doubt(count, at=at)
    try:
        with transaction.atomic():
            _drop_waiting(at)
            _drop_looked_at(at)
            if why == Why.NONE:
                return sweep.planned(by=by, at=at, count=count, period=period)
            return ask(by=by, at=at, cutoff=at, count=count, why=why, period=period)
    except IntegrityError:  # another bell rang for the same night
        return None


def ask(*, by: Actor, at: datetime, cutoff: datetime, count: int, why: SweepRun.Why, period: date | None) -> SweepRun:
    """A run that waits for one person, or for two, inside the caller's transaction."""
    trail.record("sweep.asked", by=by, at=at, numbers=[count])
    return sweep.planned(
        by=by, at=cutoff, count=count, why=why, period=period, state=State.WAITING, needs=brakes.people_needed(count)
    )


def resume(*, by: Actor, at: datetime) -> int:
    """Go on with every run that is due to go on; returns how many."""
    _let_usual_pass(at)
    found = list(unfinished(at))
    for one in found:
        _check(by=by, at=at)
        sweep.expire(by=by, at=one.cutoff)  # before counting: an approval binds to everybody who would leave
        if one.needs and _grown(one, by=by, at=at):
            continue
        sweep.work(one, by=by, at=at)
    return len(found)


def unfinished(at: datetime) -> QuerySet[SweepRun]:
    """Runs nobody works on that may go on: planned, rested, or left by a worker that died."""
    idle = Q(state=State.PLANNED) | Q(state=State.PAUSED, paused_by__isnull=True)
    lost = Q(state=State.RUNNING, heartbeat__lt=brakes.database_clock() - sweep.STALE)
    return SweepRun.objects.filter(idle | lost, cutoff__lte=at).order_by("cutoff")


def _grown(run: SweepRun, *, by: Actor, at: datetime) -> bool:
    """More people are due than were approved: it is asked again, unless the number is usual (a yes is for what was seen)."""
    left = sweep.due_now(run.cutoff).count() + run.deleted
    if left <= run.planned or (run.why == Why.AHEAD and left <= brakes.unasked()):
        return False
    with transaction.atomic():
        trail.record("sweep.asked", by=by, at=at, numbers=[left])
        needs = brakes.people_needed(left)
        SweepRun.objects.filter(pk=run.pk).update(state=State.WAITING, why=Why.GROWN, planned=left, needs=needs)
    return True


def _let_usual_pass(at: datetime) -> None:
    """A usual night that somebody only looked at ahead does not wait for a yes that nobody owes."""
    for one in SweepRun.objects.filter(state=State.WAITING, why=Why.AHEAD, cutoff__lte=at):
        if sweep.due_now(one.cutoff).count() <= brakes.unasked():
            SweepRun.objects.filter(pk=one.pk, state=State.WAITING).update(state=State.PLANNED, needs=0)


def _drop_waiting(at: datetime) -> None:
    waiting = SweepRun.objects.filter(state=State.WAITING, cutoff__lte=at)
    waiting.update(state=State.DROPPED, finished_at=at)


def _drop_looked_at(at: datetime) -> None:
    """A night that was only looked at ahead, and whose people leave with this sweep, waits for nobody any more."""
    for one in SweepRun.objects.filter(state=State.WAITING, why=Why.AHEAD, cutoff__gt=at):
        if not sweep.due_now(one.cutoff).exclude(delete_on__lte=at).exists():
            SweepRun.objects.filter(pk=one.pk, state=State.WAITING).update(state=State.DROPPED, finished_at=at, period=None)


def _check(*, by: Actor, at: datetime) -> None:
    try:
        brakes.check(at=at)
    except brakes.SweepRefused:
        if not _told_today(at):
            trail.record_alone("sweep.started", by=by, at=at, outcome="denied")
        raise


def _told_today(at: datetime) -> bool:
    """Whether the trail says already that a clock is in doubt: the bell rings every five minutes, one entry a day is enough."""
    since, until = ids.microseconds(at - NIGHT), ids.microseconds(at)
    denied = Entry.objects.filter(act="sweep.started", outcome="denied", at_us__gt=since, at_us__lte=until)
    return denied.exists()
