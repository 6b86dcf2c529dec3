"""A screen that was handed over opens one page, once, for a quarter of an hour; its colleague is signed out (C7)."""

import json

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from audit import trail
from audit.models import Entry
from consent import notices
from consent.models import Evidence
from contacts.intake import asserting, lending
from contacts.models import Contact, LentScreen
from team import people
from tests import house
from tests.contacts.test_signing import HAND, LATER, lent
from tests.proofs.cast import enter
from vault import phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"], transaction=True)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as moving:
        yield moving


@pytest.fixture
def home(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    built = house.build()
    number = phone.normalise(house.WANG)
    built.wang = asserting.quick(event=built.event, name="王小诺", number=number, by=built.li, at=house.NOON)[0].pk
    return built


def signing(screen, *, shift=0):
    ticks = [str(tick.pk) for tick in notices.current().purposes.filter(channel="call")]
    hand = [[[x, y + shift, t] for x, y, t in stroke] for stroke in HAND]
    return screen.post("/sign/", {"age": "adult", "ticks": ticks, "strokes": json.dumps(hand)})


def kept():
    return Evidence.objects.filter(kind="signature").count()


def move(home, book):
    with transaction.atomic():
        trail.record("contact.moved", by=house.BY, at=LATER, subject=home.wang)
        Contact.objects.filter(pk=home.wang).update(book=book)


def staff_doors():
    """Every address behind a door for staff that wants nothing named."""
    found, rows = [], list(get_resolver().url_patterns)
    while rows:
        row = rows.pop()
        if isinstance(row, URLPattern):
            door = getattr(row.callback, "door", None)
            if door and door.roles and "<" not in str(row.pattern):
                found.append(f"/{row.pattern}")
        else:
            rows += row.url_patterns
    return found


def test_every_door_for_staff_asks_who_is_there_until_the_colleague_signs_in_again(home):
    screen = enter(home.li)
    person = f"/contacts/{home.wang}/"
    assert screen.get(person).status_code == 200, "there is something to shut"
    key = screen.cookies[settings.SESSION_COOKIE_NAME].value
    answer = screen.post(f"{person}sign/")
    assert (answer.url, answer.headers["Clear-Site-Data"]) == ("/sign/", '"cache"')
    assert Session.objects.filter(pk=key).count() == 0
    doors = [*staff_doors(), person, f"{person}papers/", f"{person}sign/"]
    assert len(doors) > 30
    answers = {path: screen.get(path) for path in doors}
    assert {path: a.headers.get("Location", "")[:9] for path, a in answers.items()} == dict.fromkeys(doors, "/sign-in/")
    page = screen.get("/sign/").content.decode()
    assert ("王小诺" in page, "8000" in page, "/contacts/" in page) == (False, False, False)
    screen.cookies[settings.SESSION_COOKIE_NAME] = key  # whoever kept the old cookie has nothing either
    assert screen.get(person).headers["Location"].startswith("/sign-in/")
    told = list(Entry.objects.filter(act__in=["screen.lent", "user.signout"]).order_by("seq").values_list("act", flat=True))
    assert told == ["screen.lent", "user.signout"]


def test_one_signature_and_the_page_is_over(home):
    screen, _answer = lent(home)
    assert (signing(screen).status_code, kept()) == (200, 1)
    assert (signing(screen, shift=3).status_code, screen.get("/sign/").status_code, kept()) == (410, 410, 1)


def test_the_token_itself_counts_once(home):
    screen, _answer = lent(home)
    again = Client()
    again.cookies["lent"] = screen.cookies["lent"].value
    signing(screen)
    assert (signing(again, shift=3).status_code, kept()) == (410, 1)
    assert LentScreen.objects.get().token_hash != again.cookies["lent"].value


def test_a_quarter_of_an_hour_and_not_a_minute_more(home, clock):
    screen, _answer = lent(home)
    clock.shift(lending.STAY - house.timedelta(seconds=1))
    assert screen.get("/sign/").status_code == 200
    clock.shift(house.timedelta(seconds=1))
    assert (screen.get("/sign/").status_code, signing(screen).status_code, kept()) == (410, 410, 0)


def test_given_back_lent_again_or_the_colleague_gone_it_is_over(home):
    screen, _answer = lent(home)
    assert screen.post("/sign/back/").status_code == 200
    assert LentScreen.objects.get().back_at == LATER
    first, _answer = lent(home)
    second, _answer = lent(home)
    assert (first.get("/sign/").status_code, second.get("/sign/").status_code) == (410, 200)
    move(home, home.far.book)
    assert second.get("/sign/").status_code == 410
    move(home, home.event.book)
    assert second.get("/sign/").status_code == 200
    people.close_account(user=home.li, by=home.zhao, at=LATER)
    assert (second.get("/sign/").status_code, kept()) == (410, 0)


def test_no_token_no_page(home):
    assert (Client().get("/sign/").status_code, Client().post("/sign/back/").status_code) == (410, 200)


def test_looking_before_handing_over_signs_nobody_out(home):
    screen = enter(home.li)
    page = screen.get(f"/contacts/{home.wang}/sign/")
    assert (page.status_code, screen.get(f"/contacts/{home.wang}/").status_code) == (200, 200)
