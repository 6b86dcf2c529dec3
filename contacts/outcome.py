"""What came of a call; a refusal and a wrong number act in the same breath."""

from datetime import datetime

from django.db import transaction

from audit import trail
from contacts import retention, withdrawal
from contacts.models import CallAttempt, Contact, Phone
from team.models import User

Outcome = CallAttempt.Outcome


class OutcomeRefused(Exception):
    """The outcome cannot be noted: unknown, not one's own call, or already noted."""


def note(*, attempt: CallAttempt, outcome: str, by: User, at: datetime) -> None:
    """Note the outcome of one's own call; serves D4, A5, J6.

    "Refused" withdraws everything for this person and number at once; "wrong number" closes the
    number at once. "No answer" is never taken for a refusal. Raises OutcomeRefused.
    """
    if outcome not in Outcome.values or attempt.user_id != by.pk:
        raise OutcomeRefused("unknown")
    with transaction.atomic():
        trail.record("call.outcome", by=by, at=at, subject=attempt.subject_id, reason=outcome)
        fresh = CallAttempt.objects.filter(pk=attempt.pk, outcome="")
        if not fresh.update(outcome=outcome, outcome_at=at):
            raise OutcomeRefused("already_noted")
        if outcome == Outcome.WRONG_NUMBER:
            Phone.objects.filter(pk=attempt.phone_id).update(wrong_at=at)
        if outcome in (Outcome.REFUSED, Outcome.WRONG_NUMBER):
            withdrawal.withdraw(
                subject=attempt.subject_id,
                scope=None,
                method="spoken",
                reason="wrong_number" if outcome == Outcome.WRONG_NUMBER else "call",
                by=by,
                at=at,
            )
        elif Contact.objects.filter(pk=attempt.subject_id).exists():
            retention.refresh([attempt.subject_id], at=at)
