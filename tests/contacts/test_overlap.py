"""Compliance sees across the books, by masks and on record, what no owner of a book may learn."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from contacts import erase, overlap, withdrawal
from contacts.intake import asserting
from contacts.models import Contact
from tests import house
from vault import phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
DAY = timedelta(days=1)
LATER = house.NOON + 2 * DAY


def enter(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def refuse(home, event, number, at=house.NOON):
    sent, _receipt = house.arrive(event, number)
    withdrawal.withdraw(
        subject=sent.subject_id, scope=None, method="link", reason="withdrawal", by=home.chen, at=at + timedelta(minutes=5)
    )
    return sent.subject_id


def note(home, event, number, by, at=LATER, name="周敏"):
    return asserting.quick(event=event, name=name, number=phone.normalise(number), by=by, at=at)[0]


def came_back(home, at=LATER):
    return [(row.sighting.card.pk, row.how) for row in overlap.returned(by=home.chen, at=at).rows]


def together(home, at=LATER):
    return [{seen.card.pk for seen in group} for group in overlap.shared(by=home.chen, at=at).rows]


def test_a_refused_number_that_an_advisor_notes_again_is_seen_with_its_source():
    home = house.build()
    refuse(home, home.far, house.ZHOU)
    note(home, home.event, house.QIAN, home.li)
    again = note(home, home.event, house.ZHOU, home.li)
    row = overlap.returned(by=home.chen, at=LATER).rows[0]
    assert [pk for pk, _how in came_back(home)] == [again.pk]
    assert (row.sighting.brought_by, row.sighting.card.name, row.sighting.verdict.reason) == ("Li", "周*", "suppressed")
    assert row.refused_since == house.NOON + timedelta(minutes=5)


def test_a_refused_number_that_comes_by_a_form_is_seen_until_the_person_confirms():
    home = house.build()
    refuse(home, home.far, house.ZHOU)
    sent, _none = house.arrive(home.event, house.ZHOU, at=LATER, confirm=False)
    assert [pk for pk, _how in came_back(home)] == [sent.subject_id]
    other, _receipt = house.arrive(home.event, house.ZHOU, at=LATER + timedelta(minutes=1))
    assert (other.subject_id, came_back(home)) == (sent.subject_id, [])


def test_a_refusal_is_seen_after_the_first_record_was_erased():
    home = house.build()
    gone = refuse(home, home.far, house.ZHOU)
    erase.one(gone, by=home.chen, at=house.NOON + DAY)
    again = note(home, home.event, house.ZHOU, home.li)
    assert [pk for pk, _how in came_back(home)] == [again.pk]
    assert together(home) == []


def test_who_refused_and_waits_for_the_sweep_has_not_come_back():
    home = house.build()
    refuse(home, home.event, house.WANG)
    assert came_back(home) == []


def test_one_number_in_two_books_stands_side_by_side_and_once():
    home = house.build()
    first, _receipt = house.arrive(home.event, house.WANG)
    second, _receipt = house.arrive(home.far, house.WANG, at=LATER)
    house.arrive(home.event, house.ZHOU)
    assert together(home) == [{first.subject_id, second.subject_id}]
    erase.one(second.subject_id, by=home.chen, at=LATER)
    assert together(home) == []


def test_the_page_shows_masks_and_leaves_an_entry():
    home = house.build()
    refuse(home, home.far, house.ZHOU)
    note(home, home.event, house.ZHOU, home.li, name="周敏敏")
    house.arrive(home.event, house.WANG)
    house.arrive(home.far, house.WANG, at=LATER)
    with time_machine.travel(LATER, tick=False):
        page = enter(home.chen).get("/suppression/").content.decode()
    assert ("139 **** 5678" in page, "138 **** 1234" in page, "周*" in page) == (True, True, True)
    assert ("周敏敏" in page, "王小诺" in page, "13900005678" in page.replace(" ", "")) == (False, False, False)
    entry = Entry.objects.get(act="suppression.read")
    assert (entry.actor, b'"n":[1,2]' in bytes(entry.leaf).replace(b" ", b"")) == (home.chen.pk, True)


@pytest.mark.parametrize("name", ["li", "wu", "zhao", "sun"])
def test_nobody_but_compliance_looks(name):
    home = house.build()
    assert enter(getattr(home, name)).get("/suppression/").status_code == 403
    assert Entry.objects.filter(act="suppression.read").count() == 0


@pytest.mark.parametrize("query", ["?q=1", "?returned=x", "?shared=20260302T040000.000000_1", "?returned=_", "?o=phone"])
def test_a_wrong_address_is_a_bad_request(query):
    home = house.build()
    assert enter(home.chen).get(f"/suppression/{query}").status_code == 400


def test_there_is_no_deed_of_staff_that_lifts_a_refusal():
    home = house.build()
    refuse(home, home.far, house.ZHOU)
    client = enter(home.chen)
    assert client.post("/suppression/").status_code == 405
    page = client.get("/suppression/").content.decode()
    assert page.count('<form method="post"') == client.get("/holds/").content.decode().count('<form method="post"')


def test_the_desk_costs_the_same_for_one_and_for_many():
    home = house.build()

    def cost():
        user = type(home.chen).objects.get(pk=home.chen.pk)
        with CaptureQueriesContext(connection) as asked:
            overlap.returned(by=user, at=LATER)
            overlap.shared(by=user, at=LATER)
        return len(asked)

    def fill(start, many):
        for n in range(start, start + many):
            refuse(home, home.far, f"1380000{6000 + n}")
            note(home, home.event, f"1380000{6000 + n}", home.li)

    fill(0, 1)
    cost()
    before = cost()
    fill(1, 5)
    assert (cost(), len(came_back(home)), len(together(home))) == (before, 6, 6)


def test_pages_follow_each_other_without_loss_or_repeat(monkeypatch):
    home = house.build()
    monkeypatch.setattr(overlap, "PAGE", 2)
    expected = []
    for n in range(5):
        refuse(home, home.far, f"1380000{7000 + n}")
        expected.append(note(home, home.event, f"1380000{7000 + n}", home.li, at=LATER + timedelta(minutes=n // 2)).pk)
    for read in (overlap.returned, overlap.shared):
        seen, after = [], ""
        while True:
            page = read(by=home.chen, at=LATER + DAY, after=after)
            seen += page.rows
            after = page.after
            if not after:
                break
        cards = [row.sighting.card.pk if hasattr(row, "sighting") else row[0].card.pk for row in seen]
        assert sorted(cards, key=str) == sorted(expected, key=str)
    assert Contact.objects.count() == 10
