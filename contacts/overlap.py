"""Compliance's view across the books: numbers that were refused and came back, and people in more than one book.

Both are read from the keyed fingerprints that outlive a name, never from a number. Each page costs a
fixed number of queries; the place in a list is the moment and id of a handle (keyset).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from audit import trail
from consent import gate
from consent.models import Handle, Suppression
from consent.rules import Verdict
from contacts import cards, usage, visibility
from contacts.cards import Card
from contacts.models import Contact
from team.models import User

PAGE = 25
MOMENT = "%Y%m%dT%H%M%S.%f"
Row = TypeVar("Row")


class PlaceRefused(ValueError):
    """A place in a list that is none; answered with 400."""


@dataclass(frozen=True)
class Sighting:
    """One person as compliance sees them here: masked card, who brought them in, what the gate says now."""

    card: Card
    brought_by: str
    verdict: Verdict


@dataclass(frozen=True)
class Return:
    """Somebody whose number had been refused before they came in (again)."""

    refused_since: datetime
    how: str
    sighting: Sighting


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list, and the place where the next begins (empty at the end)."""

    rows: list[Row]
    after: str


def returned(*, by: User, at: datetime, after: str = "") -> Page[Return]:
    """People who came in after their number had been refused and while it still is, newest first (bad input 39)."""
    standing = Suppression.objects.filter(fingerprint=OuterRef("fingerprint"), lifted_at__isnull=True)
    rows = _here(by).filter(Exists(standing.filter(since__lt=OuterRef("created_at"))))
    handles, place = _page(rows, after)
    marks = [handle.fingerprint for handle in handles]
    no = {bytes(s.fingerprint): s for s in Suppression.objects.filter(fingerprint__in=marks, lifted_at__isnull=True)}
    seen = _sightings({handle.subject_id for handle in handles}, by=by, at=at)
    found = [(no.get(bytes(handle.fingerprint)), seen.get(handle.subject_id)) for handle in handles]
    shown = [Return(row.since, row.get_source_display(), sighting) for row, sighting in found if row and sighting]
    return Page(shown, place)


def shared(*, by: User, at: datetime, after: str = "") -> Page[list[Sighting]]:
    """People with one number in more than one book, side by side, the newest arrival first.

    Each number is listed once, by its newest handle.
    """
    twins = _here(by).filter(fingerprint=OuterRef("fingerprint")).exclude(subject=OuterRef("subject"))
    newer = twins.filter(Q(created_at__gt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), pk__gt=OuterRef("pk")))
    handles, place = _page(_here(by).filter(Exists(twins), ~Exists(newer)), after)
    groups: dict[bytes, list[UUID]] = defaultdict(list)
    together = _here(by).filter(fingerprint__in=[handle.fingerprint for handle in handles]).order_by("-created_at", "-pk")
    for mark, subject in together.values_list("fingerprint", "subject_id"):
        groups[bytes(mark)].append(subject)
    seen = _sightings({pk for many in groups.values() for pk in many}, by=by, at=at)
    return Page([[seen[pk] for pk in groups[bytes(h.fingerprint)] if pk in seen] for h in handles], place)


def note_reading(*, returns: int, shares: int, by: User, at: datetime) -> None:
    """Leave an entry that somebody looked, and at how many."""
    with transaction.atomic():
        trail.record("suppression.read", by=by, at=at, numbers=[returns, shares])


def _here(user: User) -> QuerySet[Handle]:
    """Handles of people who are still here and whom this user may see."""
    return Handle.objects.filter(Exists(visibility.visible(user).filter(pk=OuterRef("subject"))))


def _page(rows: QuerySet[Handle], after: str) -> tuple[Sequence[Handle], str]:
    if after:
        moment, pk = _read(after)
        rows = rows.filter(Q(created_at__lt=moment) | Q(created_at=moment, pk__lt=pk))
    found = list(rows.order_by("-created_at", "-pk")[: PAGE + 1])
    place = f"{found[PAGE - 1].created_at.astimezone(UTC):{MOMENT}}_{found[PAGE - 1].pk}" if len(found) > PAGE else ""
    return found[:PAGE], place


def _read(text: str) -> tuple[datetime, UUID]:
    try:
        moment, pk = text.split("_")
        return datetime.strptime(moment, MOMENT).replace(tzinfo=UTC), UUID(pk)
    except ValueError:
        raise PlaceRefused from None


def _sightings(subjects: Iterable[UUID], *, by: User, at: datetime) -> dict[UUID, Sighting]:
    rows = visibility.visible(by, at=at).filter(pk__in=list(subjects)).select_related("event", "book__owner", "created_by")
    people: list[Contact] = list(rows)
    ids = [person.pk for person in people]
    verdicts = gate.peek_many(ids, "call", by=by, at=at, usage=usage.of(ids, at=at))
    shown = zip(people, cards.of(people, by=by, at=at), strict=True)
    return {
        person.pk: Sighting(card, person.created_by.display_name if person.created_by else "", verdicts[person.pk])
        for person, card in shown
    }
