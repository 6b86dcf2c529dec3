"""What the compliance officer reads about leaving: who is next, why, who is kept, and what sweeps did."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from contacts import brakes, hold, nights, sweep
from contacts.models import Contact, LegalHold, Postponement, SweepRun
from contacts.nights import OFFICE

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
    """The moment a window ends: the sweep of that many nights from now."""
    return nights.coming(at, nights=WINDOWS[window])


@dataclass(frozen=True)
class Tonight:
    """The coming sweep: how many would leave, how many may without being asked, and the run if it lies on the table."""

    count: int
    unasked: int
    run: SweepRun | None

    @property
    def asks(self) -> bool:
        """Whether it will wait for people unless they look ahead."""
        return self.count > self.unasked


def tonight(count: int, *, at: datetime) -> Tonight:
    """What the coming night, in which `count` would leave, needs of people; the book is counted only where it matters."""
    run = SweepRun.objects.filter(period=nights.latest(nights.coming(at))).first()
    return Tonight(count, brakes.FEW if count <= brakes.FEW else brakes.unasked(), run)


@dataclass(frozen=True)
class Kept:
    """One person whose time is over or soon over, and what keeps them."""

    contact: Contact
    hold: LegalHold | None
    postponement: Postponement | None


def kept(until: datetime) -> list[Kept]:
    """Who would leave by then but is kept, by a hold or for a few days; the first fifty (J7)."""
    people = list(sweep.kept_back(until)[:PAGE])
    ids = [contact.pk for contact in people]
    holds = {row.subject_id: row for row in hold.standing().filter(subject_id__in=ids).order_by("-review_on")}
    days = Postponement.objects.in_bulk(ids)
    return [Kept(contact, holds.get(contact.pk), days.get(contact.pk)) for contact in people]


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
