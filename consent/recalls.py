"""The words that recipients are owed: told once, acknowledged once, by themselves or by hand (D10).

The database opens them (consent.models.recall); no deed of ours does, and none takes one away.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import trail
from audit.trail import System
from consent import partners
from consent.models import Decision, Partner, Recall, RecallAttempt
from consent.stop_link import hash_of
from team.models import Role, User

BY, RECIPIENT = System("recall"), System("recipient")
# After how long a try that failed is followed by another; the last of them again and again, until somebody acknowledges.
PAUSES = tuple(timedelta(minutes=n) for n in (5, 15, 60, 240, 720, 1440))
MOST = 50  # of each kind on a page
SENTENCES: dict[str, Promise] = {
    "role": _("Only compliance notes what a partner said."),
    "gone": _("This has been acknowledged already."),
    "way": _("Please choose how they told us. Nothing was changed."),
    "day": _("Choose the day on which they said so: not before the withdrawal, and not a day to come."),
}


class RecallRefused(Exception):
    """An acknowledgement that is not noted: role, gone, way, day; `sentence` tells people."""

    def __init__(self, code: str) -> None:
        """Keep which rule it was."""
        super().__init__(code)
        self.code = code
        self.sentence = SENTENCES[code]


@dataclass(frozen=True)
class Told:
    """One try that is on record and has not gone yet: for whom, with which code in its link. Never stored."""

    recall: Recall
    attempt: RecallAttempt
    code: str = field(repr=False)


@dataclass(frozen=True)
class Owed:
    """One word on a page: the references it is about, every try, and whether it is late."""

    recall: Recall
    references: list[UUID]
    attempts: list[RecallAttempt]
    late: bool


def claim(via: str, *, recall: UUID, at: datetime) -> Told | None:
    """Take one word that is due, and put the try on record before anything goes; None where it is due no more.

    Whoever claims it moves its next try away in the same breath, so that two workers never tell the same. `at` is aware, UTC.
    """
    with transaction.atomic(durable=True):
        rows = due(at=at).select_related("partner__hook", "passing").select_for_update(of=("self",), skip_locked=True)
        row = rows.filter(pk=recall).first()
        if row is None:
            return None
        code = secrets.token_urlsafe(16)
        trail.record("recall.sent", by=BY, at=at, subject=row.subject_id)
        row.next_at, row.tries = at + PAUSES[min(row.tries, len(PAUSES) - 1)], row.tries + 1
        row.save(update_fields=["next_at", "tries"])
        attempt = RecallAttempt.objects.create(recall=row, via=via, at=at, outcome="going", code_hash=hash_of(code))
    return Told(row, attempt, code)


def due(*, at: datetime) -> QuerySet[Recall]:
    """The words that nobody has taken yet, and whose next try has come."""
    return Recall.objects.filter(told_at__isnull=True, acknowledged_at__isnull=True, next_at__lte=at).order_by("next_at", "pk")


def settle(told: Told, *, taken: bool, at: datetime, acknowledged: bool = False) -> None:
    """Write down what came of a try, and whether its signed answer acknowledged; who did so meanwhile stays told by that."""
    with transaction.atomic():
        outcome = RecallAttempt.Outcome.TOLD if taken else RecallAttempt.Outcome.FAILED
        RecallAttempt.objects.filter(pk=told.attempt.pk, outcome="going").update(outcome=outcome, ended_at=at)
        if taken:
            trail.record("recall.told", by=BY, at=at, subject=told.recall.subject_id)
            rows = Recall.objects.filter(pk=told.recall.pk, acknowledged_at__isnull=True, told_at__isnull=True)
            rows.update(told_at=at)
        if acknowledged:
            _acknowledge(Recall.objects.filter(pk=told.recall.pk), Recall.Way.ANSWER, at)


def answer(code: str, *, at: datetime) -> bool:
    """The recipient acknowledges by the link of whichever message of ours; False for a code that opens nothing, or no more."""
    with transaction.atomic():
        return _acknowledge(Recall.objects.filter(attempts__code_hash=hash_of(code)), Recall.Way.LINK, at)


def _acknowledge(rows: QuerySet[Recall], way: str, at: datetime) -> bool:
    """The recipient itself says that it knows, once; False where it did already, or where there is no such word."""
    row = rows.filter(acknowledged_at__isnull=True).select_for_update(of=("self",)).first()
    if row is None:
        return False
    trail.record("recall.acknowledged", by=RECIPIENT, at=at, subject=row.subject_id)
    row.way, row.acknowledged_at = way, at
    row.save(update_fields=["way", "acknowledged_at"])
    return True


def note(*, recall: UUID, way: str, said_on: date, by: User, at: datetime) -> None:
    """Compliance enters that the recipient acknowledged, how, and on which day of the office; once and for ever.

    Raises RecallRefused: role, way, gone, day. `at` is aware, UTC. Serves D10.
    """
    if by.role != Role.COMPLIANCE:
        raise RecallRefused("role")
    if way not in set(Recall.Way.values) - set(Recall.BY_ITSELF):
        raise RecallRefused("way")
    with transaction.atomic():
        row = Recall.objects.select_for_update().filter(pk=recall, acknowledged_at__isnull=True).first()
        if row is None:
            raise RecallRefused("gone")
        if not partners.today(row.opened_at) <= said_on <= partners.today(at):
            raise RecallRefused("day")
        trail.record("recall.acknowledged", by=by, at=at, subject=row.subject_id)
        row.way, row.acknowledged_at, row.said_on, row.noted_by = way, at, said_on, by
        row.save(update_fields=["way", "acknowledged_at", "said_on", "noted_by"])


def of_partner(partner: Partner, *, at: datetime) -> tuple[list[Owed], int]:
    """The words owed to this partner: those that it has not acknowledged, the oldest first, then those that it did.

    And how many more wait than are listed; each of them is told all the same, and listed once an older one is acknowledged.
    """
    rows = Recall.objects.filter(partner=partner).select_related("passing", "noted_by").prefetch_related("attempts")
    open_ = rows.filter(acknowledged_at__isnull=True)
    waiting = list(open_[:MOST])
    more = open_.count() - MOST if len(waiting) == MOST else 0
    over = rows.filter(acknowledged_at__isnull=False).order_by("-acknowledged_at")[:MOST]
    return owed([*waiting, *over], at=at), more


def owed(recalls: Sequence[Recall], *, at: datetime) -> list[Owed]:
    """These words with their references: every passing on that each of them ends; two queries where tries are not read yet."""
    found: dict[tuple[UUID | None, UUID | None], list[Decision]] = {}
    consents = {row.passing.consent_id for row in recalls}
    passed = Decision.objects.filter(consent_id__in=consents, partner__isnull=False, allowed=True).order_by("decided_at", "pk")
    for one in passed.only("consent_id", "partner_id", "decided_at"):
        found.setdefault((one.consent_id, one.partner_id), []).append(one)
    return [
        Owed(
            recall=row,
            references=[
                one.pk
                for one in found.get((row.passing.consent_id, row.partner_id), [])
                if one.decided_at <= row.passing.decided_at
            ],
            attempts=list(row.attempts.all()),
            late=row.acknowledged_at is None and row.opened_at <= at - partners.PATIENCE,
        )
        for row in recalls
    ]


def about(passings: Sequence[Decision]) -> dict[UUID, Recall]:
    """For each of these passings on the word that ended it, where one is owed or was given; one query."""
    rows = Recall.objects.filter(subject_id__in={one.subject_id for one in passings}).select_related("passing")
    found: dict[UUID, Recall] = {}
    for row in rows:
        for one in passings:
            same = (one.consent_id, one.partner_id) == (row.passing.consent_id, row.partner_id)
            if same and one.decided_at <= row.passing.decided_at:
                found.setdefault(one.pk, row)
    return found
