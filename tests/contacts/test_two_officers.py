"""Two officers judge the same consent at the same moment: one verdict counts, the other officer is told (C6, O1)."""

import threading

import pytest
import time_machine
from django.db import connection, connections
from django.test import Client

from audit.models import Entry
from consent import papers, reviewing
from consent.models import Consent, ConsentReview, Evidence
from contacts import review_queue
from team import people
from team.models import Pledge
from tests import house, looks
from tests.contacts.test_review import LATER, form, head, note

pytestmark = [
    pytest.mark.django_db(databases=["default", "vault"], transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's in-memory test database has one writer only"),
]
TOLD = (
    "Something happened to this consent meanwhile",
    "The day of this person has come",  # the other verdict ended the only yes, and was through before this one was read
)


@pytest.fixture
def home(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    home = house.build()
    zhou = {"username": "zhou", "display_name": "Zhou", "role": "compliance", "team": home.team, "password": "made-up-pass-2"}
    home.zhou = people.open_account(**zhou, by=house.BY, at=house.NOON)
    for kind in Pledge.Kind.values:  # who is not fit today has not looked
        people.sign_pledge(user=home.zhou, kind=kind, at=house.NOON - house.timedelta(days=1))
    return home


def at_once(*deeds):
    """Run these, each on a connection of its own, from the same moment on; answers what each returned."""
    start, told = threading.Barrier(len(deeds)), {}

    def hand(number, deed):
        start.wait()
        try:
            told[number] = deed()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=hand, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [told[number] for number in range(len(deeds))]


def judging(officer, row, verdict, reason=""):
    """The officer's click on the page as both have it before them."""
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(officer)
    sent = {"seen": str(row.events.latest("number").pk), "shown": reviewing.digest(row), "verdict": verdict, "reason": reason}
    return lambda: browser.post(f"/review/{row.pk}/", sent, follow=True).content.decode()


@pytest.mark.parametrize(
    ("first", "second", "ends"),
    [
        (("accepted",), ("accepted",), {"given"}),
        (("accepted",), ("invalidated", "unsigned"), {"given", "invalidated"}),
        (("returned", "unreadable"), ("accepted",), {"asserted", "given"}),
    ],
)
def test_one_verdict_counts_and_the_other_officer_is_told(home, first, second, ends):
    for n in range(4):
        with time_machine.travel(LATER, tick=False):
            wang = note(home, f"1380000{5400 + n}")
            papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
            row = head(wang)
            for officer in (home.chen, home.zhou):
                looks.open_all(row, by=officer, at=LATER)
            pages = at_once(judging(home.chen, row, *first), judging(home.zhou, row, *second))
        late = [any(sentence in page for sentence in TOLD) for page in pages]
        assert sorted(late) == [False, True]
        [review] = ConsentReview.objects.filter(consent=row)
        winner = home.zhou if late[0] else home.chen
        assert (review.by, head(wang).state in ends) == (winner, True)
        given = int(review.verdict == "accepted")
        assert Consent.objects.get(pk=row.pk).events.filter(after="given").count() == given
        assert Evidence.objects.filter(subject=wang, kind="paper").count() == given
        assert Entry.objects.filter(subject=wang, act="consent.reviewed").count() == 1
    assert review_queue.papers(LATER).count() == 0
