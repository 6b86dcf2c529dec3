"""A number that nobody has seen for long to be its person's carries a mark, until they answer or show it themselves (A5)."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from contacts import cards, dial, freshness, listing, outcome
from contacts.models import CallAttempt, Contact, Phone
from contacts.own import copying
from crm import today
from tests import house
from tests.contacts.sheetwork import signed_in
from tests.contacts.test_own_page import code_on

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
DAY = timedelta(days=1)
LATE = house.NOON + freshness.AFTER + DAY
WORKDAY = LATE + DAY - timedelta(hours=2)  # ten o'clock in the office, when one may call


@pytest.fixture
def home():
    """Wang came on the second of March, and confirmed her number by a code."""
    made = house.build()
    made.wang = Contact.objects.get(pk=house.arrive(made.event, house.WANG)[0].subject_id)
    made.number = Phone.objects.get(contact=made.wang)
    return made


def marks(home, at):
    """What the card says, and what the condition on people finds: always the same."""
    home.number.refresh_from_db()
    [phone] = cards.of([home.wang], by=home.li, at=at)[0].phones
    found = Contact.objects.filter(freshness.among(at=at)).exists()
    assert (bool(phone.stale), phone.stale) == (found, freshness.mark(home.number, at=at))
    return phone.stale


def called(home, word, at, **more):
    """Li calls, and notes what came of it; whether the gate would let her that day is not the question here."""
    before = dial.dial(contact=home.wang, phone_id=home.number.pk, in_book=True, by=home.li, at=house.NOON)
    CallAttempt.objects.filter(pk=before.pk).update(at=at)
    outcome.note(attempt=CallAttempt.objects.get(pk=before.pk), outcome=word, by=home.li, at=at, **more)


def test_a_confirmed_number_carries_no_mark_for_ninety_days_and_one_from_then_on(home):
    assert home.number.verified_at == home.number.confirmed_at == house.NOON
    assert [marks(home, house.NOON + freshness.AFTER * n / 2) for n in range(3)] == ["", "", ""]
    assert marks(home, LATE) == "old"


def test_one_that_was_only_noted_counts_from_that_day(home):
    sent, _receipt = house.arrive(home.event, house.ZHOU, confirm=False)
    row = Phone.objects.get(contact=sent.subject_id)
    assert (row.verified_at, row.confirmed_at, freshness.last(row)) == (None, None, house.NOON)
    assert (freshness.mark(row, at=LATE - 2 * DAY), freshness.mark(row, at=LATE)) == ("", "old")


def test_one_confirmed_before_there_was_such_a_mark_counts_by_its_code(home):
    row = Phone(confirmed_at=house.NOON, created_at=house.NOON - DAY)
    assert freshness.last(row) == house.NOON


@pytest.mark.parametrize(
    ("word", "after"),
    [("answered", ""), ("later", ""), ("unanswered", "old"), ("out_of_service", "dead")],
)
def test_who_answers_shows_that_it_is_theirs_and_no_answer_shows_nothing(home, word, after):
    with time_machine.travel(house.NOON, tick=False):
        called(home, word, LATE, **({"later_on": (LATE + 3 * DAY).date()} if word == "later" else {}))
    assert marks(home, LATE) == after


def test_a_dead_number_is_marked_at_once_until_somebody_answers_it(home):
    with time_machine.travel(house.NOON, tick=False):
        called(home, "out_of_service", house.NOON)
    assert marks(home, house.NOON) == "dead"
    [row] = CallAttempt.objects.all()
    CallAttempt.objects.filter(pk=row.pk).update(outcome="")
    outcome.note(attempt=row, outcome="answered", by=home.li, at=house.NOON + DAY)
    assert marks(home, house.NOON + DAY) == ""


def test_a_wrong_number_is_wrong_and_not_old(home):
    with time_machine.travel(house.NOON, tick=False):
        called(home, "wrong_number", house.NOON)
    assert marks(home, LATE) == ""
    assert cards.of([home.wang], by=home.li, at=LATE)[0].phones[0].wrong


def test_who_enters_their_own_page_by_the_code_has_shown_it(home, settings):
    settings.DEMO = True
    with time_machine.travel(LATE, tick=True):
        assert marks(home, LATE) == "old"
        phone = Client()
        page = phone.post("/me/", {"number": house.WANG}, follow=True).content.decode()
        assert phone.post("/me/code/", {"code": "000000"}).status_code == 400
        assert marks(home, LATE) == "old"
        assert phone.post("/me/code/", {"code": code_on(page)}).status_code == 302
        assert marks(home, LATE + DAY) == ""
        [told] = copying._numbers(home.wang.pk)
        assert (told["confirmed"], told["seen"][:10]) == ("2026-03-02T04:00:00Z", f"{LATE:%Y-%m-%d}")


@pytest.mark.parametrize(
    ("language", "badge", "sentence"),
    [
        ("en", "not confirmed since 2026-03-02", "ask first whom you are talking to"),
        ("zh-hans", "自 2026-03-02 起未再确认", "请先问清接电话的是谁"),
    ],
)
def test_list_desk_and_page_show_the_mark_the_list_finds_it_and_the_first_page_counts_it(home, language, badge, sentence):
    fresh, _receipt = house.arrive(home.event, house.ZHOU, name="周亮", at=LATE - DAY)
    asked = {"HTTP_ACCEPT_LANGUAGE": language}
    with time_machine.travel(WORKDAY, tick=False):
        li = signed_in(home.li)
        whole, found = li.get("/contacts/", **asked), li.get("/contacts/?stale=1", **asked)
        assert [card.pk for card in whole.context["cards"]] == [fresh.subject_id, home.wang.pk]
        assert [card.pk for card in found.context["cards"]] == [home.wang.pk]
        assert (whole.content.decode().count(badge), found.content.decode().count(badge)) == (1, 1)
        page = li.get(f"/contacts/{home.wang.pk}/", **asked).content.decode()
        assert (badge in page, sentence in page) == (True, True)
        other = li.get(f"/contacts/{fresh.subject_id}/", **asked).content.decode()
        assert (badge in other, sentence in other) == (False, False)
        assert badge in li.get("/calls/", **asked).content.decode()
        tile = next(tile for tile in today.tiles(home.li, at=WORKDAY) if tile.url == "/contacts/?stale=1")
        assert tile.count == 1
    assert [tile for tile in today.tiles(home.li, at=house.NOON) if tile.url == "/contacts/?stale=1"] == []


def test_the_filter_is_one_word_and_can_be_kept():
    assert listing.read({"stale": "1"}).query() == "stale=1"
    assert (listing.read({"stale": ""}).any, listing.read({"stale": "1"}).any) == (False, True)
    with pytest.raises(listing.FilterRefused):
        listing.read({"stale": "2"})
