"""The visitor's form tells nothing of a number: not whether it stands in another book, nor whether it was refused."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from audit.trail import Self_
from contacts import events, withdrawal
from tests import house
from tests.proofs.surfaces import Ask, post
from tests.proofs.worlds import told
from tests.shared import undone

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(house.NOON, tick=False):
        yield


def three_worlds(home):
    """A number nobody has, one that stands in He's book only, and one whose owner said no there."""
    elsewhere, refused = "13911115678", "13922225678"
    house.arrive(home.far, elsewhere)
    sent, _receipt = house.arrive(home.far, refused)
    withdrawal.withdraw(
        subject=sent.subject_id, scope=None, method="link", reason="withdrawal", by=Self_(sent.subject_id), at=house.NOON
    )
    return {"unknown": "13900005678", "elsewhere": elsewhere, "refused": refused}


@pytest.mark.parametrize("demo", [True, False])
def test_the_visitors_form_tells_nothing_of_a_number(settings, demo):
    settings.DEMO = False
    home = house.build(at=house.NOON - timedelta(days=1))
    settings.DEMO = True
    numbers = three_worlds(home)
    settings.DEMO = demo
    ticks = [str(tick.pk) for tick in events.asked_by_form(home.event)["general"]]
    heard = {}
    # The first round only warms what the process remembers between requests.
    for world_, number in [("unknown", numbers["unknown"]), *numbers.items()]:
        token = "t" * 22
        confirm = f"/e/{home.event.code}/confirm/{token}/"
        sent = {"name": "王小诺", "number": number, "ticks": ticks, "token": token, "age": "adult"}
        asks = [
            post(f"/e/{home.event.code}/", **sent),
            post(f"/e/{home.event.code}/", **sent),
            post(confirm, code="no"),
            post(confirm, again="1"),
            Ask(confirm),
            post(f"/e/{home.event.code}/", **(sent | {"number": "1", "name": ""})),
        ]
        client = Client()
        with undone():
            heard[world_] = [without_code(told(client, ask)) for ask in asks]
    assert heard["elsewhere"] == heard["unknown"]
    assert heard["refused"] == heard["unknown"]


def without_code(answer):
    """The demo phone shows a code; six digits are random in every world."""
    page, main, vault = answer
    return re.sub(r"\b\d{6}\b", "CODE", page), main, vault


def test_a_number_of_this_book_is_told_to_nobody_by_the_visitors_form(settings):
    """Known here: the same bytes, status and headers; the queries differ, which is written down as known."""
    home = house.build(at=house.NOON - timedelta(days=1))
    house.arrive(home.event, house.WANG, at=house.NOON - timedelta(hours=1))
    settings.DEMO = False
    heard = []
    for number in (house.WANG, house.QIAN):
        sent = {
            "name": "王小诺",
            "number": number,
            "ticks": [str(home.event.ticks.first().tick_id)],
            "token": "t" * 22,
            "age": "adult",
        }
        browser, confirm = Client(), f"/e/{home.event.code}/confirm/{sent['token']}/"
        with undone():
            heard.append([told(browser, ask)[0] for ask in (post(f"/e/{home.event.code}/", **sent), Ask(confirm))])
    assert heard[0] == heard[1]
