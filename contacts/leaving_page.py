"""What the compliance officer reads about leaving: who is next, why, who is kept, and what sweeps did."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from contacts import sweep
from contacts.models import Contact, LegalHold

OFFICE = ZoneInfo("Asia/Shanghai")
WINDOWS: dict[str, int] = {"tonight": 1, "week": 7, "month": 30}
PAGE = 50


@dataclass(frozen=True)
class Outlook:
    """Counts for the coming thirty days: per window, per day, per rule."""

    windows: dict[str, int]
    days: list[tuple[date, int]]
    rules: list[tuple[str, int]]
    held: int


def outlook(*, at: datetime) -> Outlook:
    """Who leaves in the next thirty days, as counts; one query on the end-date index (J7)."""
    until = horizon("month", at=at)
    rows = list(leaving(until).values_list("delete_on", "delete_rule"))
    return Outlook(
        windows={name: sum(on <= horizon(name, at=at) for on, _rule in rows) for name in WINDOWS},
        days=per_day((on for on, _rule in rows), at=at),
        rules=Counter(rule for _on, rule in rows).most_common(),
        held=LegalHold.objects.filter(lifted_at__isnull=True).values("subject_id").distinct().count(),
    )


def per_day(ends: Iterable[datetime], *, at: datetime) -> list[tuple[date, int]]:
    """How many of these end dates fall on each day from today on; what is overdue falls on today."""
    today = at.astimezone(OFFICE).date()
    found = Counter(max(on.astimezone(OFFICE).date(), today) for on in ends)
    return [(today + timedelta(days=n), found[today + timedelta(days=n)]) for n in range(31)]


def horizon(window: str, *, at: datetime) -> datetime:
    """The moment a window ends: the nightly sweep at 02:00 office time, n nights from now (UTC)."""
    local = at.astimezone(OFFICE)
    night = local.replace(hour=2, minute=0, second=0, microsecond=0)
    if local >= night:
        night += timedelta(days=1)
    return night + timedelta(days=WINDOWS[window] - 1)


def leaving(until: datetime) -> QuerySet[Contact]:
    """Everybody who leaves by then and is not held."""
    return sweep.due_now(until)


def page(until: datetime, *, after: tuple[datetime, UUID] | None) -> tuple[list[Contact], bool]:
    """One keyset page of those who leave by then, earliest first, and whether there is more."""
    rows = leaving(until)
    if after is not None:
        on, pk = after
        rows = rows.filter(Q(delete_on__gt=on) | Q(delete_on=on, pk__gt=pk))
    found = list(rows.select_related("event")[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE
