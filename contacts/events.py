"""Events: a preset of place, day, notice, questions and staff; closed when they are over; counted for their page."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from audit import trail
from audit.trail import Actor
from consent import notices, register, rules
from consent.models import Consent, NoticePurpose, NoticeVersion, Purpose
from consent.models.notice import Form
from contacts import visibility
from contacts.models import Contact, Departure, Event, EventStaff, EventTick, OfflineDevice, Submission
from team import fields
from team.models import Book, Role, User

ALPHABET = "bcdfghjkmnpqrstvwxz"
SAYS_NO = ("withdrawn", "refused")


class EventRefused(Exception):
    """A change of an event that is not allowed; the code names why: arrived."""


@dataclass(frozen=True)
class Counts:
    """How many people the reader may see of an event, and where they stand; nobody's name.

    `left` is None for a reader who does not see the event's own book.
    """

    people: int
    confirmed: int
    waiting: int
    withdrawn: int
    left: int | None


def create(
    *,
    name: str,
    place: str,
    held_on: date,
    book: Book,
    by: User,
    at: datetime,
    version: NoticeVersion | None = None,
    ticks: Sequence[NoticePurpose] | None = None,
    staff: Iterable[User] = (),
    code: str = "",
    actor: Actor | None = None,
) -> Event:
    """Open an event with one published notice and some of its questions; the opener works there (C7).

    Without a version the current one is taken, without ticks all of its questions. Sent twice it answers
    with the first (bad input 104).
    """
    chosen = version or notices.current()
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
            notice_version=chosen,
            book=book,
            created_by=by,
            created_at=at,
        )
        _ask(event, chosen.purposes.all() if ticks is None else ticks)
        _post(event, [by, *staff])
    return event


def change(
    *,
    event: Event,
    name: str,
    place: str,
    held_on: date,
    book: Book,
    version: NoticeVersion,
    ticks: Sequence[NoticePurpose],
    staff: Iterable[User],
    by: User,
    at: datetime,
) -> None:
    """Change a preset before anybody has arrived; afterwards it is what people were told. Raises EventRefused.

    The lock makes whoever arrives meanwhile wait: their row points at this one.
    """
    with transaction.atomic():
        row = Event.objects.select_for_update().get(pk=event.pk)
        if arrived(row):
            raise EventRefused("arrived")
        trail.record("event.changed", by=by, at=at, subject=row.pk)
        row.name, row.place, row.held_on, row.book, row.notice_version = name, place, held_on, book, version
        row.save(update_fields=["name", "place", "held_on", "book", "notice_version"])
        row.ticks.all().delete()
        _ask(row, ticks)
        _post(row, [row.created_by, *staff])


def set_staff(*, event: Event, staff: Iterable[User], by: User, at: datetime) -> None:
    """Say who may note people here, at any time; the opener stays."""
    with transaction.atomic():
        trail.record("event.changed", by=by, at=at, subject=event.pk)
        _post(event, [event.created_by, *staff])


def _ask(event: Event, ticks: Iterable[NoticePurpose]) -> None:
    EventTick.objects.bulk_create([EventTick(event=event, tick=tick) for tick in ticks])


def _post(event: Event, staff: Iterable[User]) -> None:
    wanted = {user.pk for user in staff}
    event.staff.exclude(user__in=wanted).delete()
    EventStaff.objects.bulk_create([EventStaff(event=event, user_id=pk) for pk in wanted], ignore_conflicts=True)


def asked_by_form(event: Event) -> dict[str, list[NoticePurpose]]:
    """The questions of an event by the form of the answer: ticks, steps of their own, and signatures (C2, C4)."""
    asked: dict[str, list[NoticePurpose]] = {form: [] for form in Form.values}
    for row in event.ticks.select_related("tick__purpose").order_by("tick__order"):
        asked[row.tick.purpose.form].append(row.tick)
    return asked


def categories(event: Event | None) -> frozenset[str]:
    """What may be noted of people at an event: what one of its questions' purposes lists; without an event of any (A3)."""
    rows = Purpose.objects.all()
    if event is not None:
        rows = rows.filter(pk__in=EventTick.objects.filter(event=event).values("tick__purpose"))
    return register.allowed(rows)


def arrived(event: Event) -> bool:
    """Whether anybody has come through this event yet, even if they have left since, or may have on a prepared device."""
    rows = (Contact.objects, Departure.objects, Submission.objects, OfflineDevice.objects)  # a device shows what it was given
    return any(row.filter(event=event).exists() for row in rows)


def _twin(name: str, place: str, held_on: date, book: Book, at: datetime) -> Event | None:
    """The same event, opened a moment ago: a double click, or the form sent again."""
    same = Event.objects.filter(name=name, place=place, held_on=held_on, book=book, closed_at__isnull=True)
    return same.filter(created_at__gt=at - timedelta(hours=1)).first()


def close(*, event: Event, by: User, at: datetime) -> None:
    """Close an event: its form says so and takes nobody any more."""
    with transaction.atomic():
        if Event.objects.filter(pk=event.pk, closed_at__isnull=True).update(closed_at=at):
            trail.record("event.closed", by=by, at=at, subject=event.pk)


def reopen(*, event: Event, by: User, at: datetime) -> None:
    """Open a closed event again: the same code, the same notice."""
    with transaction.atomic():
        trail.record("event.changed", by=by, at=at, subject=event.pk)
        Event.objects.filter(pk=event.pk).update(closed_at=None)


def visible(user: User) -> QuerySet[Event]:
    """The events this user works at or whose book is theirs, the team's for a lead, all for compliance."""
    rows = Event.objects.select_related("book", "created_by", "notice_version__notice")
    if user.role == Role.COMPLIANCE:
        return rows
    posts = Q(pk__in=EventStaff.objects.filter(user=user).values("event")) | Q(book__owner=user)
    if user.role == Role.LEAD and user.team_id:
        return rows.filter(posts | Q(book__team=user.team_id))
    return rows.filter(posts)


def run_by(user: User) -> QuerySet[Event]:
    """The events this user may change, close and reopen: one's own, and for a lead the team's."""
    own = Q(created_by=user) | Q(book__owner=user)
    if user.role == Role.LEAD and user.team_id:
        own |= Q(book__team=user.team_id)
    return Event.objects.select_related("book", "created_by", "notice_version__notice").filter(own)


def open_to(user: User) -> QuerySet[Event]:
    """The open events where this user may note people, newest first."""
    posts = EventStaff.objects.filter(user=user).values("event")
    rows = Event.objects.select_related("book", "notice_version").filter(pk__in=posts, closed_at__isnull=True)
    return rows.order_by("-held_on", "name")


def own_book(user: User) -> Book | None:
    """The book into which this user's people go."""
    return Book.objects.filter(owner=user, closed_at__isnull=True).order_by("name").first()


def book_for(user: User, event: Event) -> Book | None:
    """Where somebody noted by this user at this event goes: a colleague's event fills one's own book."""
    return event.book if event.book.owner_id == user.pk else own_book(user)


def book_of_link(event: Event, named: str) -> UUID:
    """The book a visitor's link leads to: of the colleague at this event who invited them, else the event's own."""
    try:
        wanted = UUID(named)
    except ValueError:
        return event.book_id
    posted = Book.objects.filter(pk=wanted, closed_at__isnull=True, owner__in=event.staff.values("user"))
    return wanted if posted.exists() else event.book_id


def books_for(user: User) -> QuerySet[Book]:
    """The books an event of this user may fill: own ones, and for a lead the team's."""
    return Book.objects.filter(pk__in=fields.books_of(user), closed_at__isnull=True).order_by("name")


def colleagues() -> QuerySet[User]:
    """Everybody who may be posted at an event."""
    return User.objects.filter(is_active=True, role__in=(Role.ADVISOR, Role.LEAD)).order_by("display_name")


def counts(event: Event, *, by: User, at: datetime) -> Counts:
    """Counts of those people the reader may see, so that nobody can probe another's book here (rule 6); two queries."""
    heads = Consent.objects.filter(subject=OuterRef("pk"))
    people = visibility.visible(by, at=at).filter(event=event)
    marked = people.annotate(
        live=Exists(heads.filter(state__in=rules.LIVE, valid_until__gt=at)), no=Exists(heads.filter(state__in=SAYS_NO))
    )
    found = marked.aggregate(
        people=Count("pk"),
        confirmed=Count("pk", filter=Q(live=True)),
        withdrawn=Count("pk", filter=Q(live=False, no=True)),
    )
    sees_all = fields.sees_all_books(by) or event.book_id in fields.books_of(by)
    left = Departure.objects.filter(event=event).count() if sees_all else None
    return Counts(waiting=found["people"] - found["confirmed"] - found["withdrawn"], left=left, **found)
