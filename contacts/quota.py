"""How long until somebody may see one more number (I6, I7); the limits themselves stand in contacts.usage."""

from datetime import datetime, timedelta
from uuid import UUID

from contacts import usage
from contacts.models import CallAttempt
from team.models import User

SPANS = (
    (usage.HOURLY, timedelta(hours=1)),
    (usage.DAILY, timedelta(days=1)),
    (usage.MONTHLY, timedelta(days=30)),
)


def wait(user: User, subject: UUID, *, at: datetime) -> timedelta:
    """How long this user waits for this person's number; nothing when they may see it now. One query."""
    shown = CallAttempt.objects.filter(user=user, kind=CallAttempt.Kind.REVEAL, at__gt=at - timedelta(days=30))
    last = dict(shown.exclude(subject_id=subject).order_by("at").values_list("subject_id", "at"))
    seen = sorted(last.values())
    return max((_until_free(seen, limit, span, at) for limit, span in SPANS), default=timedelta(0))


def _until_free(seen: list[datetime], limit: int, span: timedelta, at: datetime) -> timedelta:
    """Until enough of these have fallen out of the span that one more fits."""
    within = [when for when in seen if when > at - span]
    return within[len(within) - limit] + span - at if len(within) >= limit else timedelta(0)
