"""What a page costs: statements on the main side and on the vault's, literal, the same for one and for many."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.intake import visiting
from contacts.models import Contact, Phone
from tests import house
from tests.proofs import cast
from tests.proofs.worlds import crowd, settle

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(house.NOON, tick=False):
        yield


def build(count):
    home = house.build(at=house.NOON - timedelta(days=1))
    settle(home.event, crowd()[: count - 1], by=home.li, at=house.NOON - timedelta(hours=2))
    sent, _receipt = house.arrive(home.event, house.WANG, at=house.NOON - timedelta(hours=1))
    return home, sent.subject_id


FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def cost(send, status=200):
    """Statements on the main side and on the vault's, without those that only begin and end a transaction."""
    with CaptureQueriesContext(connections["default"]) as main, CaptureQueriesContext(connections["vault"]) as vault:
        answer = send()
    assert answer.status_code == status
    return tuple(sum(not query["sql"].startswith(FRAME) for query in side) for side in (main, vault))


@pytest.mark.parametrize("count", [1, 9, 50])
def test_the_list(count):
    home, _pk = build(count)
    browser = cast.enter(home.li)
    browser.get("/contacts/")
    assert cost(lambda: browser.get("/contacts/")) == (11, 1)
    assert len(browser.get("/contacts/").context["cards"]) == count


@pytest.mark.parametrize("count", [1, 50])
def test_the_persons_page(count):
    home, pk = build(count)
    browser = cast.enter(home.li)
    browser.get(f"/contacts/{pk}/")
    assert cost(lambda: browser.get(f"/contacts/{pk}/")) == (20, 1)


def test_a_reveal():
    home, pk = build(1)
    browser, row = cast.enter(home.li), Phone.objects.get(contact_id=pk)
    sent = {"phone": row.pk, "action": "reveal_check"}
    browser.post(f"/contacts/{pk}/reveal/", sent)
    assert cost(lambda: browser.post(f"/contacts/{pk}/reveal/", sent)) == (13, 1)


def test_the_visitors_form():
    home, _pk = build(1)
    browser, path = Client(), f"/e/{home.event.code}/"
    browser.get(path)
    ticks = [str(home.event.ticks.first().tick_id)]
    sent = {"name": "王小诺", "number": house.QIAN, "ticks": ticks, "token": visiting.form_token(), "age": "adult"}
    shown, taken = cost(lambda: browser.get(path)), cost(lambda: browser.post(path, sent), 302)
    assert (shown, taken) == ((2, 0), (21, 5))


@pytest.mark.parametrize(
    ("q", "queries"), [(house.WANG, (12, 2)), ("1234", (10, 3)), ("小诺", (9, 2)), ("19900001111", (10, 1))]
)
def test_a_search(q, queries):
    home, _pk = build(9)
    browser = cast.enter(home.li)
    browser.post("/contacts/search/", {"q": q})
    assert cost(lambda: browser.post("/contacts/search/", {"q": q})) == queries


def test_a_quick_note():
    home, _pk = build(9)
    browser = cast.enter(home.li)
    sent = {"event": home.event.pk, "name": "钱远", "act": "assert"}
    browser.post("/contacts/new/", sent | {"number": "18600000916"})
    before = Contact.objects.count()
    assert cost(lambda: browser.post("/contacts/new/", sent | {"number": house.QIAN}), 302) == (23, 5)
    assert Contact.objects.count() == before + 1
