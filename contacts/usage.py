"""How often a number was used lately: what the gate's limits count (H4), and each reader's own quota (I6)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from django.db.models import Q

from consent.gate import Usage
from consent.models import SmsMessage
from consent.sms_texts import COUNTED
from contacts.models import CallAttempt, Contact
from team.models import User

HOURLY, DAILY, MONTHLY = 10, 30, 300
DAY, WEEK, MONTH, LONG_MONTH = (timedelta(days=days) for days in (1, 7, 30, 31))


def of(subject_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, Usage]:
    """Attempts in the last day, week and month, and how many in a row went unanswered; one query."""
    attempts: dict[UUID, list[CallAttempt]] = defaultdict(list)
    rows = CallAttempt.objects.filter(subject_id__in=list(subject_ids), at__gt=at - LONG_MONTH)
    for attempt in rows.order_by("-at").only("subject_id", "at", "outcome"):
        attempts[attempt.subject_id].append(attempt)
    stored = only_stored(subject_ids, at=at)
    known = attempts.keys() | stored
    return defaultdict(_none, {subject: _usage(attempts[subject], at, stored=subject in stored) for subject in known})


def only_stored(subject_ids: Iterable[UUID], *, at: datetime) -> set[UUID]:
    """Whose promised time is over at `at`, whether or not a statute keeps them still (D7); one query."""
    over = Q(delete_on__lte=at) | Q(narrow_on__lte=at)
    return set(Contact.objects.filter(over, pk__in=list(subject_ids)).values_list("pk", flat=True))


def counted(contact: Contact, attempts: Sequence[CallAttempt], *, at: datetime) -> Usage:
    """The same for one person whose attempts, newest first, are read already; no query."""
    lately = [attempt for attempt in attempts if attempt.at > at - LONG_MONTH]
    stored = contact.delete_on <= at or (contact.narrow_on is not None and contact.narrow_on <= at)
    return _usage(lately, at, stored=stored)


def _none() -> Usage:
    return Usage(attempts_today=0, attempts_week=0, attempts_month=0, unanswered_in_row=0)


def _usage(attempts: list[CallAttempt], at: datetime, *, stored: bool) -> Usage:
    row, month = 0, [attempt for attempt in attempts if attempt.at > at - MONTH]
    for attempt in month:
        if attempt.outcome == CallAttempt.Outcome.UNANSWERED:
            row += 1
        elif attempt.outcome:
            break
    return Usage(
        attempts_today=sum(a.at > at - DAY for a in attempts),
        attempts_week=sum(a.at > at - WEEK for a in attempts),
        attempts_month=len(month),
        unanswered_in_row=row,
        storage_only=stored,
        attempts_long_month=sum(a.at > at - LONG_MONTH for a in attempts),
    )


def of_messages(subject_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, Usage]:
    """How often these people were written to of our own accord: codes do not count, nor what no carrier took (H4).

    One query, and one for who is only stored.
    """
    rows = SmsMessage.objects.filter(subject_id__in=list(subject_ids), template__in=COUNTED, sent_at__gt=at - LONG_MONTH)
    sent: dict[UUID, list[datetime]] = defaultdict(list)
    for subject, moment in rows.exclude(outcome="failed").values_list("subject_id", "sent_at"):
        sent[subject].append(moment)
    stored = only_stored(subject_ids, at=at)
    counts = {"attempts_today": DAY, "attempts_week": WEEK, "attempts_month": MONTH, "attempts_long_month": LONG_MONTH}
    told: dict[UUID, dict[str, Any]] = {
        pk: {name: sum(when > at - span for when in sent[pk]) for name, span in counts.items()} for pk in subject_ids
    }
    return {pk: replace(Usage(storage_only=pk in stored), **found) for pk, found in told.items()}


def for_reveal(user: User, subject: UUID, *, at: datetime) -> tuple[Usage, int]:
    """What the gate counts for this person, and the seconds this user's quota still asks them to wait.

    Count under the lock of both (gate.hold): parallel sessions share one quota.
    """
    mine = Q(user=user, kind=CallAttempt.Kind.REVEAL)
    rows = CallAttempt.objects.filter(Q(subject_id=subject) | mine, at__gt=at - LONG_MONTH).order_by("-at")
    attempts = list(rows.only("subject_id", "user_id", "kind", "at", "outcome"))
    seen = [row for row in attempts if row.user_id == user.pk and row.kind == CallAttempt.Kind.REVEAL]
    theirs = [row for row in attempts if row.subject_id == subject]
    return _usage(theirs, at, stored=bool(only_stored([subject], at=at))), _quota(seen, subject, at)


def quota_wait(user: User, subject: UUID, *, at: datetime) -> int:
    """Seconds until this user may see this person's number; 0 is now. 10 people an hour, 30 a day, 300 in 30 days (I6, I7).

    Somebody seen within the span costs nothing again.
    """
    return for_reveal(user, subject, at=at)[1]


def _quota(seen: list[CallAttempt], subject: UUID, at: datetime) -> int:
    last = {row.subject_id: row.at for row in reversed(seen) if row.subject_id != subject}
    spans = ((HOURLY, timedelta(hours=1)), (DAILY, timedelta(days=1)), (MONTHLY, timedelta(days=30)))
    return max(_wait(sorted(when for when in last.values() if when > at - span), limit, at - span) for limit, span in spans)


def _wait(seen: list[datetime], limit: int, since: datetime) -> int:
    """Seconds until fewer than `limit` of these lie after `since`."""
    return ceil((seen[-limit] - since).total_seconds()) if len(seen) >= limit else 0
