"""What a page costs, in queries over both databases together: each a literal number, the same for one and for many."""

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


def cost(send, status=200):
    """Queries on both sides together, without the savepoints that only a test has."""
    with CaptureQueriesContext(connections["default"]) as main, CaptureQueriesContext(connections["vault"]) as vault:
        answer = send()
    assert answer.status_code == status
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in [*main, *vault])


@pytest.mark.parametrize("count", [1, 9, 50])
def test_the_list(count):
    home, _pk = build(count)
    browser = cast.enter(home.li)
    browser.get("/contacts/")
    assert cost(lambda: browser.get("/contacts/")) == 12
    assert len(browser.get("/contacts/").context["cards"]) == count


@pytest.mark.parametrize("count", [1, 50])
def test_the_persons_page(count):
    home, pk = build(count)
    browser = cast.enter(home.li)
    browser.get(f"/contacts/{pk}/")
    assert cost(lambda: browser.get(f"/contacts/{pk}/")) == 27


def test_a_reveal():
    home, pk = build(1)
    browser, row = cast.enter(home.li), Phone.objects.get(contact_id=pk)
    sent = {"phone": row.pk, "action": "reveal_check"}
    browser.post(f"/contacts/{pk}/reveal/", sent)
    assert (
        cost(lambda: browser.post(f"/contacts/{pk}/reveal/", sent))
        == {"sqlite": 23, "postgresql": 24}[connections["default"].vendor]
    )


def test_the_visitors_form():
    home, _pk = build(1)
    browser, path = Client(), f"/e/{home.event.code}/"
    browser.get(path)
    ticks = [str(home.event.ticks.first().tick_id)]
    sent = {"name": "王小诺", "number": house.QIAN, "ticks": ticks, "token": visiting.form_token()}
    shown, taken = cost(lambda: browser.get(path)), cost(lambda: browser.post(path, sent), 302)
    assert (shown, taken) == (2, 32)


@pytest.mark.parametrize(("q", "queries"), [(house.WANG, 16), ("1234", 13), ("小诺", 11), ("19900001111", 13)])
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
    assert cost(lambda: browser.post("/contacts/new/", sent | {"number": house.QIAN}), 302) == 26
    assert Contact.objects.count() == before + 1
