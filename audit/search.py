"""Finds entries for the auditor: newest first, fifty at a time, by fixed criteria only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from audit import ids
from audit.models import Entry

PAGE = 50


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


def page(criteria: Criteria, *, before: int | None = None) -> Page:
    """One page of entries, newest first, older than the place `before`; one query, no COUNT, no OFFSET."""
    found = matching(criteria).only("seq", "leaf", "actor")
    if before is not None:
        found = found.filter(seq__lt=before)
    entries = list(found.order_by("-seq")[: PAGE + 1])
    older = entries[PAGE - 1].seq if len(entries) > PAGE else None
    return Page(entries[:PAGE], older)
