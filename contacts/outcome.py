"""What came of a call; a refusal and a wrong number act in the same breath."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from audit import trail
from consent import gate, rules
from consent.gate import OFFICE
from contacts import contracts, freshness, retention, usage, withdrawal
from contacts.models import CallAttempt, Contact, Phone
from team.models import User

Outcome = CallAttempt.Outcome
LATEST = timedelta(days=180)
REACHED = (Outcome.ANSWERED, Outcome.LATER)  # the person was there: the number is theirs still (A5)


class OutcomeRefused(Exception):
    """The outcome cannot be noted; the code names why: unknown, already_noted, no_day, no_later."""


def note(*, attempt: CallAttempt, outcome: str, by: User, at: datetime, later_on: date | None = None) -> None:
    """Note the outcome of one's own call; serves D4, A5, J6.

    "Refused" withdraws everything for this person and number at once; "wrong number" closes the
    number at once; "later" needs the day the person named, within half a year, and somebody whom a call may still
    reach. "No answer" is never taken for a refusal, but three in a row start the clock by which a person leaves. Who
    answers shows that the number is theirs still; "out of service" marks it. Raises OutcomeRefused.
    """
    if outcome not in Outcome.values or attempt.user_id != by.pk:
        raise OutcomeRefused("unknown")
    day = _later(attempt, later_on, by, at) if outcome == Outcome.LATER else None
    with transaction.atomic():
        trail.record("call.outcome", by=by, at=at, subject=attempt.subject_id, reason=outcome)
        fresh = CallAttempt.objects.filter(pk=attempt.pk, outcome="")
        if not fresh.update(outcome=outcome, outcome_at=at, later_on=day):
            raise OutcomeRefused("already_noted")
        _act(attempt, outcome, by=by, at=at)


def may_come(contacts: Sequence[Contact], *, by: User, at: datetime) -> set[UUID]:
    """Whom a call may still reach another day, by their consent or about their contract; as staff may hear it (rules.tell)."""
    ids = [contact.pk for contact in contacts]
    told = gate.peek_many(ids, "call", by=by, at=at, usage=usage.of(ids, at=at), discreet=True)
    return {pk for pk in ids if rules.another_day(told[pk])} | contracts.served(contacts, at=at)


def _later(attempt: CallAttempt, later_on: date | None, by: User, at: datetime) -> date:
    """The day of the call that is promised; none to somebody whom nobody may call any more (D2)."""
    if not may_come(list(Contact.objects.filter(pk=attempt.subject_id)), by=by, at=at):
        raise OutcomeRefused("no_later")
    return _day(later_on, at)


def _day(later_on: date | None, at: datetime) -> date:
    """The day named by the person: after today by the office's calendar, since nobody is called twice a day."""
    today = at.astimezone(OFFICE).date()
    if later_on is None or not today < later_on <= today + LATEST:
        raise OutcomeRefused("no_day")
    return later_on


def _act(attempt: CallAttempt, outcome: str, *, by: User, at: datetime) -> None:
    if outcome == Outcome.WRONG_NUMBER:
        Phone.objects.filter(pk=attempt.phone_id).update(wrong_at=at)
    if outcome in REACHED:
        Phone.objects.filter(pk=attempt.phone_id).update(**freshness.seen(at))
    if outcome == Outcome.OUT_OF_SERVICE:
        Phone.objects.filter(pk=attempt.phone_id).update(failed_at=at)
    if outcome in (Outcome.REFUSED, Outcome.WRONG_NUMBER):
        reason = "wrong_number" if outcome == Outcome.WRONG_NUMBER else "call"
        withdrawal.withdraw(subject=attempt.subject_id, scope=None, method="spoken", reason=reason, by=by, at=at)
    elif Contact.objects.filter(pk=attempt.subject_id).exists():
        retention.refresh([attempt.subject_id], at=at)
