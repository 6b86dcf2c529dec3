"""What people do about sweeps: look and approve, look ahead, pause, go on, and give one person a few days more (J7)."""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import trail
from contacts import brakes, nightly, nights, sweep
from contacts.models import Contact, Postponement, SweepApproval, SweepRun
from team.models import User

LONGEST = 15  # days; what the law calls at once, at the longest (law.md §4.1)
State, Why = SweepRun.State, SweepRun.Why


SENTENCES: dict[str, Promise] = {
    "other_state": _("The sweep has moved on since you looked. Look again; nothing was changed."),
    "other_count": _("The number of people has changed since you looked. Look again; nothing was approved."),
    "same_person": _("You have approved it already. Another person must do so as well."),
    "already_there": _("Tonight's sweep lies on the table already; see the list of sweeps."),
    "incomplete": _("Choose a reason, and 1 to 15 days."),
    "gone": _("This person has left already."),
    "once": _("This person was given days before. It can be done once; a legal hold is what remains."),
}


class SteeringRefused(Exception):
    """Something that cannot be done to a sweep as it stands; `code` names why, `sentence` tells people."""

    def __init__(self, code: str) -> None:
        """Keep which rule it was."""
        super().__init__(code)
        self.code = code
        self.sentence = SENTENCES[code]


class Deed(Protocol):
    """What a person does to a sweep under way."""

    def __call__(self, *, run_id: UUID, by: User, at: datetime) -> SweepRun:
        """Do it."""


def approve(*, run_id: UUID, planned: int, by: User, at: datetime) -> SweepRun:
    """Let this many leave by this sweep; with the last voice it needs, the run is ready (J7).

    `planned` is the count the person looked at. Raises SteeringRefused when the run does not wait, when it is
    another count by now, or when this person has spoken already.
    """
    with transaction.atomic():
        run = _locked(run_id, State.WAITING)
        if planned != run.planned:
            raise SteeringRefused("other_count")
        voices = SweepApproval.objects.filter(run=run, planned=run.planned)
        if voices.filter(by=by).exists():
            raise SteeringRefused("same_person")
        trail.record("sweep.approved", by=by, at=at, numbers=[run.planned])
        SweepApproval.objects.create(run=run, by=by, at=at, planned=run.planned)
        if voices.count() >= run.needs:
            run.state = State.PLANNED
            run.save(update_fields=["state"])
        return run


def look_ahead(*, by: User, at: datetime) -> SweepRun:
    """Lay the coming night's sweep before people, as it looks now; raises SteeringRefused when it lies there already."""
    cutoff = nights.coming(at)
    count = sweep.due_now(cutoff).count()
    why = Why.MANY if count > brakes.unasked() else Why.AHEAD
    try:
        with transaction.atomic():
            return nightly.ask(by=by, at=at, cutoff=cutoff, count=count, why=why, period=nights.latest(cutoff))
    except IntegrityError:  # the night is unique in the table
        raise SteeringRefused("already_there") from None


def pause(*, run_id: UUID, by: User, at: datetime) -> SweepRun:
    """Stop a sweep after the batch it is at; it goes on when somebody says so, and the alarm rings meanwhile."""
    with transaction.atomic():
        run = _locked(run_id, State.RUNNING, State.PLANNED, State.PAUSED)
        trail.record("sweep.paused", by=by, at=at, numbers=[run.deleted])
        run.state, run.paused_by = State.PAUSED, by
        run.save(update_fields=["state", "paused_by"])
        return run


def go_on(*, run_id: UUID, by: User, at: datetime) -> SweepRun:
    """Let a paused sweep go on at the next bell."""
    with transaction.atomic():
        run = _locked(run_id, State.PAUSED)
        trail.record("sweep.resumed", by=by, at=at, numbers=[run.deleted])
        run.state, run.paused_by = State.PLANNED, None
        run.save(update_fields=["state", "paused_by"])
        return run


def postpone(*, contact: Contact, reason: str, days: int, by: User, at: datetime) -> Postponement:
    """Let this person leave a few days later, once, with a reason; the gate stays as shut as it is (law.md §4.1, D7).

    `days` counts from `at`, 1 to 15. Raises SteeringRefused for an unknown reason, too many days, a person who was
    given days before, or one who has left.
    """
    if reason not in Postponement.Reason.values or not 1 <= days <= LONGEST:
        raise SteeringRefused("incomplete")
    with transaction.atomic():
        if not Contact.objects.select_for_update().filter(pk=contact.pk).exists():
            raise SteeringRefused("gone")
        if Postponement.objects.filter(pk=contact.pk).exists():
            raise SteeringRefused("once")
        trail.record("contact.postponed", by=by, at=at, subject=contact.pk, reason=f"postponed_{reason}", numbers=[days])
        return Postponement.objects.create(
            subject_id=contact.pk, reason=reason, days=days, until=at + timedelta(days=days), by=by, at=at
        )


def _locked(run_id: UUID, *states: str) -> SweepRun:
    run = SweepRun.objects.select_for_update().filter(pk=run_id, state__in=states).first()
    if run is None:
        raise SteeringRefused("other_state")
    return run
