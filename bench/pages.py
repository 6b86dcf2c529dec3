"""Pages: the whole request through our middleware, against a bare view over plain tables."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import repeat
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.utils import timezone

from bench import clock, plain
from contacts import listing, reveal, visibility
from contacts.models import Contact
from team.models import Throttle, User
from vault import phone

ROUNDS = 24


def rows(office: SimpleNamespace) -> list[clock.Row]:
    """List, two searches, one person, one number."""
    people = list(plain.Plain.objects.filter(book=office.book.pk).order_by("-created_at", "-pk"))
    chosen = [people[n % len(people)] for n in range(0, ROUNDS * 7, 7)]
    _check_list(office, people)
    root = f"/{office.book.pk}/"
    ours, bare = office.client, office.bare
    table = [
        clock.compare(
            "list of 50",
            repeat(_page(ours.get, "/contacts/"), ROUNDS),
            repeat(_page(bare.get, root), ROUNDS),
            goal=1.8,
        )
    ]
    for name, goal, words in (
        ("search, whole number", 2.5, [row.number for row in chosen]),
        ("search, last four of one's own book", 2.0, [row.last4 for row in chosen]),
    ):
        _check_search(office, words[0])
        Throttle.objects.all().delete()  # a guesser's brake, which a bench runs into
        found = [_page(ours.post, "/contacts/search/", {"q": _typed(text)}) for text in words]
        table.append(clock.compare(name, found, [_page(bare.post, root + "search/", {"q": t}) for t in words], goal=goal))
    opened = [_page(ours.get, f"/contacts/{row.pk}/") for row in chosen]
    table.append(clock.compare("open one person", opened, [_page(bare.get, f"{root}{row.pk}/") for row in chosen], goal=3))
    return [*table, _reveals(office.li)]


def _page(ask: Callable[..., Any], *words: Any) -> clock.Deed:
    def go() -> None:
        if ask(*words).status_code != 200:
            raise SystemExit(f"bench: {words[0]} did not answer with a page")

    return go


def _typed(digits: str) -> str:
    return digits if len(digits) == 4 else "+" + digits


def _check_list(office: SimpleNamespace, people: list[plain.Plain]) -> None:
    """Our list shows the same fifty; every one of them has a link on the page."""
    page = office.client.get("/contacts/").content.decode()
    if missing := [row.pk for row in people[: listing.PAGE] if str(row.pk) not in page]:
        raise SystemExit(f"bench: {len(missing)} of fifty are not on the list")


def _check_search(office: SimpleNamespace, words: str) -> None:
    page = office.client.post("/contacts/search/", {"q": _typed(words)}).content.decode()
    field = "last4" if len(words) == 4 else "number"
    wanted = plain.Plain.objects.filter(book=office.book.pk, **{field: words}).order_by("-created_at", "-pk")
    if not wanted or any(str(row.pk) not in page for row in wanted[: listing.PAGE]):
        raise SystemExit("bench: a search does not find whom it should")


def _reveals(li: User) -> clock.Row:
    """Gate, entry, commit, number; against a transaction that reads the number and writes a log line."""
    allowed = visibility.visible(li).filter(delete_rule="event_lead")[:ROUNDS]
    ours = [partial(_reveal, contact, li, hours) for hours, contact in enumerate(allowed)]
    floor = [partial(_read, contact, li) for contact in allowed]
    return clock.compare("reveal: gate, entry, number", ours, floor, goal=3)


def _reveal(contact: Contact, li: User, hours: int) -> None:
    at = timezone.now() + timedelta(hours=hours)  # an hour apart, since nobody may see many in one
    number = visibility.phone(li, contact.pk, contact.phones.values_list("pk", flat=True)[0])
    shown = reveal.reveal(phone=number, action="reveal_check", in_book=True, by=li, at=at)
    digits = phone.normalise(shown.text).digits
    if not plain.Plain.objects.filter(pk=contact.pk, number=digits).exists():
        raise SystemExit("bench: another number than the right one was revealed")


def _read(contact: Contact, li: User) -> None:
    with transaction.atomic():
        User.objects.select_for_update().get(pk=li.pk)
        plain.PlainEntry.objects.create(person=contact.pk, act="reveal", at=timezone.now())
    number = plain.Plain.objects.get(pk=contact.pk).number
    if not plain.Plain.objects.filter(pk=contact.pk, number=number).exists():
        raise SystemExit("bench: the floor lost a number")
