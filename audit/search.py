"""Finds entries for the auditor: newest first, fifty at a time, by fixed criteria only."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, F, QuerySet
from django.utils import timezone

from audit import ids
from audit.models import Entry

PAGE = 50
DAYS = 31
DAY_US = 86_400_000_000  # the office's zone knows no summer time


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """What to look for; None or "" leaves a criterion out. Times are UTC, `until` is excluded."""

    actor: UUID | None = None
    subject: UUID | None = None
    act: str = ""
    outcome: str = ""
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Page:
    """Entries of one page and the place where the next older page begins, if there is one."""

    entries: list[Entry]
    older: int | None


def matching(criteria: Criteria) -> QuerySet[Entry]:
    """All entries that meet the criteria, unordered."""
    wanted = {
        name: value
        for name in ("actor", "subject", "act", "outcome", "reason")
        if (value := getattr(criteria, name)) not in (None, "")
    }
    found = Entry.objects.filter(**wanted)
    if criteria.since is not None:
        found = found.filter(at_us__gte=ids.microseconds(criteria.since))
    if criteria.until is not None:
        found = found.filter(at_us__lt=ids.microseconds(criteria.until))
    return found


def per_day(criteria: Criteria, *, at: datetime) -> list[tuple[date, int]]:
    """How many entries meet the criteria on each of the thirty-one office days that end with `until`, or with today.

    One grouped query over a bounded span of the index on time.
    """
    zone = timezone.get_default_timezone()
    tomorrow = timezone.make_aware(datetime.combine(at.astimezone(zone).date() + timedelta(days=1), time.min), zone)
    end = min(criteria.until or tomorrow, tomorrow)
    last = (end - timedelta(microseconds=1)).astimezone(zone).date()
    days = [last - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]
    first = timezone.make_aware(datetime.combine(days[0], time.min), zone)
    since = max(criteria.since or first, first)
    found = matching(replace(criteria, since=since, until=end))
    midnight = ids.microseconds(first)
    counts = dict(found.values_list((F("at_us") - midnight) / DAY_US).annotate(Count("seq")).order_by())
    return [(day, counts.get(n, 0)) for n, day in enumerate(days)]


def page(criteria: Criteria, *, before: int | None = None) -> Page:
    """One page of entries, newest first, older than the place `before`; one query, no COUNT, no OFFSET."""
    found = matching(criteria).only("seq", "leaf", "actor", "eid")
    if before is not None:
        found = found.filter(seq__lt=before)
    entries = list(found.order_by("-seq")[: PAGE + 1])
    older = entries[PAGE - 1].seq if len(entries) > PAGE else None
    return Page(entries[:PAGE], older)
