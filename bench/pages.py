"""Pages: the whole request through gunicorn and our middleware, against a bare view over plain tables under the same server."""

import re
from collections.abc import Callable
from functools import partial
from itertools import repeat
from random import Random
from types import SimpleNamespace
from typing import Any

from bench import clock, plain, serving
from bench.serving import Site
from contacts import events, listing
from contacts.models import Contact, Event, Phone
from crm.demo import people as made_up
from team.models import Throttle
from vault import index

ROUNDS = 24
SEEN = 8  # numbers shown, fewer than an advisor may see in an hour


def rows(office: SimpleNamespace) -> list[clock.Row]:
    """List, two searches, one person, one number, one visitor's form."""
    people = list(plain.Plain.objects.filter(book=office.book.pk).order_by("-created_at", "-pk"))
    chosen = [people[n % len(people)] for n in range(0, ROUNDS * 7, 7)]
    with serving.both() as sites:
        ours, _floor = sites
        ours.enter(office.session)
        _check_list(ours, people)
        return [
            _listed(sites, office),
            *(_searched(sites, office, *search) for search in _searches(chosen)),
            _opened(sites, office, chosen),
            _revealed(sites, office),
            _captured(sites, office),
        ]


def _row(sites: tuple[Site, Site], name: str, goal: float, ours: list[clock.Deed], floor: list[clock.Deed]) -> clock.Row:
    return clock.compare(name, ours, floor, goal=goal, meter=lambda: sum(site.cpu() for site in sites))


def _listed(sites: tuple[Site, Site], office: SimpleNamespace) -> clock.Row:
    ours, floor = sites
    weights = len(ours.get("/contacts/")), len(floor.get(f"/{office.book.pk}/"))
    name = f"list of 50 ({weights[0] // 1000} KB; {weights[1] // 1000})"
    deeds = [repeat(partial(site.get, path), ROUNDS) for site, path in ((ours, "/contacts/"), (floor, f"/{office.book.pk}/"))]
    return _row(sites, name, 1.8, list(deeds[0]), list(deeds[1]))


def _searches(chosen: list[plain.Plain]) -> list[tuple[str, float, list[str]]]:
    return [
        ("search, whole number", 2.5, [row.number for row in chosen]),
        ("search, last four of one's own book", 2.0, [row.last4 for row in chosen]),
    ]


def _searched(sites: tuple[Site, Site], office: SimpleNamespace, name: str, goal: float, words: list[str]) -> clock.Row:
    ours, floor = sites
    _check_search(ours, office, words[0])
    Throttle.objects.all().delete()  # a guesser's brake, which a bench runs into
    found = [partial(_containing, partial(ours.post, "/contacts/search/", {"q": _typed(text)}), "/contacts/") for text in words]
    bare = [partial(floor.post, f"/{office.book.pk}/search/", {"q": text}) for text in words]
    return _row(sites, name, goal, list(found), list(bare))


def _opened(sites: tuple[Site, Site], office: SimpleNamespace, chosen: list[plain.Plain]) -> clock.Row:
    ours, floor = sites
    deeds: list[clock.Deed] = [partial(ours.get, f"/contacts/{row.pk}/") for row in chosen]
    return _row(sites, "open one person", 3, deeds, [partial(floor.get, f"/{office.book.pk}/{row.pk}/") for row in chosen])


def _revealed(sites: tuple[Site, Site], office: SimpleNamespace) -> clock.Row:
    """Gate, entry, commit, number; the same few people again and again, since nobody may see many in an hour."""
    ours, floor = sites
    mine = Phone.objects.filter(contact__book=office.book, contact__delete_rule="event_lead", wrong_at__isnull=True)
    numbers = dict(plain.Plain.objects.values_list("pk", "number"))
    deeds: list[clock.Deed] = []
    bare: list[clock.Deed] = []
    for phone in [*mine.order_by("pk")[:SEEN]] * (ROUNDS // SEEN):
        words = {"phone": str(phone.pk), "action": "reveal_check"}
        shown = partial(ours.post, f"/contacts/{phone.contact_id}/reveal/", words)
        deeds.append(partial(_containing, shown, numbers[phone.contact_id][-4:]))
        bare.append(partial(floor.post, f"/{office.book.pk}/{phone.contact_id}/shown/", {}))
    return _row(sites, "reveal: gate, entry, number", 2, deeds, bare)


def _captured(sites: tuple[Site, Site], office: SimpleNamespace) -> clock.Row:
    """A visitor's form as it is sent: gate of duplicates, keys, tags, ledger, entries, the code."""
    ours, floor = sites
    event = Event.objects.get(code="demo")
    rng, taken = Random(11), set(plain.Plain.objects.values_list("number", flat=True))
    drafts = [made_up.draw(rng, taken) for _n in range(ROUNDS)]
    ticks = str(events.asked_by_form(event)["general"][0].pk)
    path, before = f"/e/{event.code}/", Contact.objects.count()
    deeds: list[clock.Deed] = []
    for draft in drafts:
        token = re.search(r'name="token" value="([^"]+)"', ours.get(path))
        if token is None:
            raise SystemExit("bench: the visitor's form has no token")
        words = {"name": draft.name, "number": draft.numbers[0].digits[2:], "age": "adult", "ticks": ticks, "token": token[1]}
        deeds.append(partial(ours.post, path, words))
    new = f"/{office.book.pk}/new/"
    bare = [partial(floor.post, new, {"name": d.name, "number": d.numbers[0].digits}) for d in drafts]
    Throttle.objects.all().delete()
    row = _row(sites, "a visitor's form", 4, deeds, list(bare))
    if Contact.objects.count() != before + ROUNDS:
        raise SystemExit("bench: visitors were lost")
    for draft in drafts:  # each is found by number, and the plain copy knows them by the same id from here on
        [(owner, _phone)] = index.rows_by_exact(draft.numbers[0].digits)
        plain.Plain.objects.filter(number=draft.numbers[0].digits).update(id=owner)
    Throttle.objects.all().delete()
    return row


def _containing(ask: Callable[[], str], words: str) -> None:
    if words not in ask():
        raise SystemExit(f"bench: a page does not say {words!r}")


def _typed(digits: str) -> str:
    return digits if len(digits) == 4 else "+" + digits


def _check_list(ours: Site, people: list[plain.Plain]) -> None:
    """Our list shows the same fifty; every one of them has a link on the page."""
    page = ours.get("/contacts/")
    if missing := [row.pk for row in people[: listing.PAGE] if str(row.pk) not in page]:
        raise SystemExit(f"bench: {len(missing)} of fifty are not on the list")


def _check_search(ours: Site, office: SimpleNamespace, words: str) -> None:
    page = ours.post("/contacts/search/", {"q": _typed(words)})
    field: dict[str, Any] = {"last4" if len(words) == 4 else "number": words}
    wanted = plain.Plain.objects.filter(book=office.book.pk, **field).order_by("-created_at", "-pk")
    if not wanted or any(str(row.pk) not in page for row in wanted[: listing.PAGE]):
        raise SystemExit("bench: a search does not find whom it should")
