"""The door of the person's own page is the same for every number, and only the worker looks who bears it (K6)."""

import re

import pytest
import time_machine
from django.test import Client

from consent.models import SmsMessage
from contacts import erase
from contacts.own import entering
from tests import house
from tests.contacts.test_own_page import LATER, clock, home, meet, opened
from tests.proofs.surfaces import Ask, post
from tests.proofs.worlds import told
from tests.shared import undone

__all__ = ["clock", "home"]  # fixtures
pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def heard(number, *, code="000000"):
    """What a browser sees of a number at the door: every byte, header and query, twice over."""
    browser = Client()
    asks = [
        Ask("/me/"),
        post("/me/", number=number),
        Ask("/me/"),
        post("/me/code/", code=code),
        post("/me/code/", code="no code"),
        Ask("/me/"),
        post("/me/", number=f"+86 {number}"),
        Ask("/me/copy/"),
        post("/me/stop/"),
        post("/me/again/"),
    ]
    with undone(), time_machine.travel(LATER + house.timedelta(minutes=5), tick=False):
        return [quiet(told(browser, ask)) for ask in asks]


def quiet(answer):
    page, main, vault = answer
    return re.sub(r"own=[0-9A-Za-z_-]{32}", "own=TOKEN", page), main, vault


def test_the_door_tells_nothing_of_a_number_known_refused_erased_or_unknown(home, settings):
    refused, gone = "13922225678", "13933335678"
    meet(home)
    meet(home, refused)
    left = meet(home, gone)
    opened(refused).post("/me/stop/")
    erase.one(left, by=house.BY, at=LATER)
    settings.DEMO = False
    heard(house.QIAN)  # what the process remembers between requests is warm now
    unknown = heard(house.QIAN)
    assert [status.split("\n")[0] for status, _main, _vault in unknown] == [
        "200", "200", "200", "400", "400", "200", "200", "200", "200", "200",
    ]  # fmt: skip
    assert {number: heard(number) == unknown for number in (house.WANG, refused, gone)} == {
        house.WANG: True, refused: True, gone: True,
    }  # fmt: skip


def test_only_the_worker_looks_and_it_writes_to_nobody_it_does_not_know(home, settings):
    wang = meet(home)
    settings.DEMO = False
    for number in (house.WANG, house.QIAN):
        Client().post("/me/", {"number": number})
    assert SmsMessage.objects.filter(template="own_page").count() == 0
    assert (entering.send_codes(at=LATER), entering.send_codes(at=LATER)) == (1, 0)
    assert [row.subject_id for row in SmsMessage.objects.filter(template="own_page")] == [wang]


def test_five_codes_an_hour_for_a_number_whoever_has_it(home):
    meet(home)
    for number in (house.WANG, house.QIAN):
        assert [Client().post("/me/", {"number": number}).status_code for _n in range(6)] == [302] * 5 + [429]
