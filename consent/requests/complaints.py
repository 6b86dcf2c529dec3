"""What became of complaints, counted: by month, by kind, in time or late; whoever complained and however (K7)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent.gate import OFFICE
from consent.models import RightsRequest, StrangersComplaint

MONTHS = 12
KNOWN = "known"
Topic = StrangersComplaint.Topic


@dataclass(frozen=True)
class Kind:
    """One kind of complaint and how it was answered."""

    label: Promise | str
    received: int
    in_time: int
    late: int
    waiting: int


@dataclass(frozen=True)
class Statistics:
    """Twelve months, oldest first: how many came, how many of them were or are late; and the same by kind."""

    months: list[tuple[date, int]]
    late: list[int]
    kinds: list[Kind]


def counted(*, at: datetime) -> Statistics:
    """The last twelve months of the office's calendar up to `at` (aware, UTC); one query."""
    today = at.astimezone(OFFICE).date()
    months = [_month(today, back) for back in range(MONTHS - 1, -1, -1)]
    start = datetime(months[0].year, months[0].month, 1, tzinfo=OFFICE)
    rows = RightsRequest.objects.filter(kind="complaint", received_at__gte=start, received_at__lte=at)
    came, late, kinds = Counter[date](), Counter[date](), Counter[tuple[str, str]]()
    columns = ("received_at", "due_on", "decided_at", "stranger__topic", "state")
    for received, due, decided, topic, state in rows.values_list(*columns):
        month = received.astimezone(OFFICE).date().replace(day=1)
        word = _word(due, decided.astimezone(OFFICE).date() if decided else None, today)
        word = "late" if state == "gone" else word  # nobody answered before they left
        came[month] += 1
        late[month] += word in ("late", "overdue")
        kinds[topic or KNOWN, word] += 1
    labels = {str(value): label for value, label in Topic.choices} | {KNOWN: _("by somebody who is known here")}
    return Statistics(
        months=[(month, came[month]) for month in months],
        late=[late[month] for month in months],
        kinds=[_kind(label, code, kinds) for code, label in labels.items() if any(key[0] == code for key in kinds)],
    )


def _kind(label: Promise | str, code: str, kinds: Counter[tuple[str, str]]) -> Kind:
    in_time, late, overdue, waiting = (kinds[code, word] for word in ("in_time", "late", "overdue", "waiting"))
    return Kind(label, in_time + late + overdue + waiting, in_time, late + overdue, waiting)


def _word(due: date, decided: date | None, today: date) -> str:
    """How one complaint stands: answered in time or late, still in time, or overdue."""
    if decided is not None:
        return "in_time" if decided <= due else "late"
    return "waiting" if today <= due else "overdue"


def _month(today: date, back: int) -> date:
    """The first day of the month so many months ago."""
    number = today.year * 12 + today.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)
