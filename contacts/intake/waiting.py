"""A form that waits for its code: how long it may, when it says the same as before, and when it counts no more (C1)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from consent import states
from consent.challenge import ChallengeRefused
from consent.ledger import Ask
from consent.models import Consent
from contacts.models import Phone, Submission
from vault import index
from vault.phone import Number

OPEN = timedelta(days=14)  # nobody remembers for longer what they ticked


class FormChanged(Exception):
    """A form was sent again with other words in it: the first counts no more, and this one is sent once more."""


def must_be_open(submission: Submission, *, at: datetime) -> None:
    """Raise ChallengeRefused for a form that was confirmed or replaced, or that waited too long (`at` aware, UTC)."""
    if submission.done_at is not None:
        raise ChallengeRefused("used")
    if submission.created_at < at - OPEN:
        raise ChallengeRefused("expired")


def says_the_same(known: Submission, phone: Phone | None, number: Number, ticks: Collection[UUID], age: str) -> bool:
    """Whether a form that came again is the one that is here: the same number, ticks and age. `phone` is the one typed then."""
    if phone is None or known.done_at is not None:
        return False
    same = {str(pk) for pk in ticks} == set(known.ticks) and known.age == age
    return same and phone.pk in {row for _owner, row in index.rows_by_exact(number.digits)}  # by its tag: nothing is opened


def void(submission: Submission | None, *, at: datetime) -> None:
    """This form counts no more, if there is one: whoever sent it took it back or changed it (`at` aware, UTC)."""
    if submission is not None:
        Submission.objects.filter(pk=submission.pk, done_at__isnull=True).update(done_at=at)


def lawful(asks: list[Ask]) -> list[Ask]:
    """Without what was declared invalid, which asking again does not mend; the rest is not lost for it.

    Raises states.TransitionRefused where nothing is left.
    """
    rows = Consent.objects.filter(subject_id__in={ask.subject for ask in asks}, state__in=states.UNLAWFUL)
    shut = set(rows.values_list("purpose_id", "channel"))
    left = [ask for ask in asks if (ask.tick.purpose_id, ask.tick.channel) not in shut]
    if not left:
        raise states.TransitionRefused("unlawful")
    return left
