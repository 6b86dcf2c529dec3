"""What each role's home page draws below the numbers: one picture of the days, and what to look at first."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, F, IntegerField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.models import Entry
from contacts import coverage, leaving_page, looking, nights, visibility
from contacts.cards import Card
from contacts.coverage import Coverage
from contacts.models import SweepRun
from team.models import User

DAY_US = 86_400_000_000
EAST_US = 28_800_000_000  # the office's days begin eight hours before UTC's
SOONEST = 6


@dataclass(frozen=True)
class Days:
    """A bar a day; `marked` is the part of each bar that deserves a second look, and `mark` its name."""

    title: Promise
    days: list[tuple[date, int]]
    unit: Promise
    url: str = ""
    link: Promise | str = ""
    marked: list[int] = field(default_factory=list)
    mark: Promise | str = ""


@dataclass(frozen=True)
class Drawn:
    """Everything below the tiles."""

    charts: tuple[Days, ...] = ()
    soonest: tuple[Card, ...] = ()
    coverage: tuple[Coverage, ...] = ()


def of(user: User, *, at: datetime) -> Drawn:
    """What this user's home page draws."""
    makers: dict[str, Callable[[User, datetime], Drawn]] = {
        "advisor": _selling,
        "lead": _selling,
        "compliance": _compliance,
        "admin": _admin,
        "auditor": _auditor,
    }
    return makers[user.role](user, at)


def _selling(user: User, at: datetime) -> Drawn:
    mine = visibility.visible(user, at=at)
    ends = mine.filter(delete_on__lte=leaving_page.horizon("month", at=at)).values_list("delete_on", flat=True)
    first = mine.filter(delete_on__gt=at).order_by("delete_on", "pk")[:SOONEST]
    chart = Days(
        _("Leaving in the next 30 days"),
        leaving_page.per_day(ends, at=at),
        _("people"),
        f"{reverse('contacts')}?leaving=30",
        _("Show them"),
    )
    return Drawn((chart,), tuple(looking.at_many(list(first), by=user, at=at)))


def _compliance(user: User, at: datetime) -> Drawn:
    days = leaving_page.outlook(at=at).days
    chart = Days(_("Leaving in the next 30 days"), days, _("people"), reverse("retention"), _("See each person and why"))
    return Drawn((chart, _sweeps(at)), coverage=tuple(coverage.newest(user, at=at)))


def _admin(user: User, at: datetime) -> Drawn:
    return Drawn((_sweeps(at),))


def _sweeps(at: datetime) -> Days:
    today = at.astimezone(nights.OFFICE).date()
    runs = SweepRun.objects.filter(started_at__gt=at - timedelta(days=31)).values_list("started_at", "deleted")
    left: Counter[date] = Counter()
    for started, deleted in runs:
        left[started.astimezone(nights.OFFICE).date()] += deleted
    return Days(_("Who left in the sweeps of the last 30 days"), _back(today, left), _("people"))


def _auditor(user: User, at: datetime) -> Drawn:
    """Reveals of the last thirty days, counted by the database: there may be many."""
    today = at.astimezone(nights.OFFICE).date()
    since = int((at - timedelta(days=31)).timestamp() * 1_000_000)
    day = Cast((F("at_us") + EAST_US) / DAY_US, IntegerField())
    rows = Entry.objects.filter(act="phone.reveal", at_us__gt=since).annotate(day=day).values_list("day", "outcome")
    total: Counter[date] = Counter()
    refused: Counter[date] = Counter()
    for number, outcome, count in rows.annotate(Count("seq")).order_by():
        on = date(1970, 1, 1) + timedelta(days=number)
        total[on] += count
        refused[on] += count if outcome == "denied" else 0
    days = _back(today, total)
    address = f"{reverse('audit')}?act=phone.reveal"
    marked, no = [refused[on] for on, _count in days], pgettext_lazy("gate", "refused")
    return Drawn((Days(_("Numbers revealed per day"), days, _("times"), address, _("Show them"), marked, no),))


def _back(today: date, found: Counter[date]) -> list[tuple[date, int]]:
    """The last thirty days, oldest first, today at the end."""
    return [(on, found[on]) for on in (today - timedelta(days=n) for n in range(30, -1, -1))]
