"""Events: opened with a notice and its purposes, closed when they are over; the counts on their pages."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, QuerySet

from audit import trail
from audit.trail import Actor
from consent import notices
from consent.models import Consent
from contacts.models import Contact, Event, EventStaff, EventTick
from team.models import Book, Role, User

ALPHABET = "bcdfghjkmnpqrstvwxz"


@dataclass(frozen=True)
class Counts:
    """How many came, and where their consent to calls stands."""

    total: int
    states: dict[str, int]


def create(
    *,
    name: str,
    place: str,
    held_on: date,
    book: Book,
    by: User,
    at: datetime,
    code: str = "",
    actor: Actor | None = None,
) -> Event:
    """Open an event with the current notice and all its purposes; the opener works there (C7).

    Sent twice it answers with the first (bad input 104).
    """
    version = notices.current()
    with transaction.atomic():
        Book.objects.select_for_update().only("pk").get(pk=book.pk)
        if twin := _twin(name, place, held_on, book, at) if not code else None:
            return twin
        trail.record("event.created", by=actor or by, at=at)
        event = Event.objects.create(
            code=code or "".join(secrets.choice(ALPHABET) for _n in range(8)),
            name=name,
            place=place,
            held_on=held_on,
            notice_version=version,
            book=book,
            created_by=by,
            created_at=at,
        )
        EventTick.objects.bulk_create([EventTick(event=event, tick=tick) for tick in version.purposes.all()])
        EventStaff.objects.create(event=event, user=by)
    return event


def _twin(name: str, place: str, held_on: date, book: Book, at: datetime) -> Event | None:
    """The same event, opened a moment ago: a double click, or the form sent again."""
    same = Event.objects.filter(name=name, place=place, held_on=held_on, book=book, closed_at__isnull=True)
    return same.filter(created_at__gt=at - timedelta(hours=1)).first()


def close(*, event: Event, by: User, at: datetime) -> None:
    """Close an event: its form says so and takes nobody any more."""
    with transaction.atomic():
        if Event.objects.filter(pk=event.pk, closed_at__isnull=True).update(closed_at=at):
            trail.record("event.closed", by=by, at=at, subject=event.pk)


def visible(user: User) -> QuerySet[Event]:
    """The events this user works at, their team's for a lead, all for compliance."""
    rows = Event.objects.select_related("book", "created_by", "notice_version__notice")
    if user.role == Role.COMPLIANCE:
        return rows
    if user.role == Role.LEAD:
        return rows.filter(book__team=user.team)
    return rows.filter(staff__user=user)


def own_book(user: User) -> Book | None:
    """The book into which this user's people go."""
    return Book.objects.filter(owner=user, closed_at__isnull=True).order_by("name").first()


def counts(event: Event) -> Counts:
    """Counts only; no name and no number is read."""
    people = Contact.objects.filter(event=event)
    heads = Consent.objects.filter(subject_id__in=people.values("subject_id"), purpose="phone_contact", channel="call")
    states = dict(heads.order_by().values_list("state").annotate(Count("id")))
    return Counts(total=people.count(), states=states)
