"""What a person's page says of the past and of the time to come is so: every notice, the night they leave (H13, J1, K1)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from audit.trail import Self_
from consent.models import Consent
from contacts import dial, nights, outcome, person_page, steering, sweep, withdrawal
from contacts.models import Contact, Phone
from tests import house
from tests.contacts.test_notice_changes import publish
from tests.contacts.test_own_page import opened
from tests.proofs.cast import enter

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
NIGHT = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)  # 02:00 of the third of March in the office
EVENING = house.NOON + timedelta(hours=9)  # 21:00 in the office
EN = {"headers": {"accept-language": "en"}}


@pytest.fixture
def home(settings):
    settings.DEMO = True
    return house.build()


def stop(subject, at):
    withdrawal.withdraw(subject=subject, scope=None, method="link", reason="withdrawal", by=Self_(subject), at=at)


def test_who_says_stop_today_leaves_in_the_night_and_every_page_says_so(home):
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    stop(wang, EVENING)
    assert Contact.objects.get(pk=wang).delete_on == EVENING, "their use ended at once"
    with time_machine.travel(EVENING, tick=True):
        pages = [
            enter(home.li).get(f"/contacts/{wang}/", **EN).content.decode(),
            enter(home.chen).get("/retention/", **EN).content.decode(),
        ]
        phone = opened()
        pages += [phone.get("/me/", **EN).content.decode(), phone.get("/me/copy/", **EN).content.decode()]
        told = json.loads(phone.get("/me/copy.json").content)["records"][0]["leaves"]["on"]
    assert ["2026-03-03 02:00" in page for page in pages] == [True] * 4
    assert told == "2026-03-02T18:00:00Z"
    assert sweep.run(by=house.BY, at=NIGHT).deleted == 1, "and they do"


def test_a_consent_that_ended_says_when_and_no_longer_until_when(home):
    """D5: of what was stopped the end once promised is nobody's any more, on the colleague's page and on the person's own."""
    wang = house.arrive(home.event, house.WANG, channels=("call", "sms"))[0].subject_id
    heads = {head.channel: head for head in Consent.objects.filter(subject=wang)}
    until = {channel: f"until {head.valid_until.astimezone(nights.OFFICE):%Y-%m-%d}" for channel, head in heads.items()}
    with time_machine.travel(EVENING, tick=True):
        phone, li = opened(), enter(home.li)

        def read():
            return [li.get(f"/contacts/{wang}/", **EN).content.decode(), phone.get("/me/", **EN).content.decode()]

        assert [(until["call"] in page, until["sms"] in page, "ended 2" in page) for page in read()] == [
            (True, True, False)
        ] * 2
        withdrawal.withdraw(
            subject=wang, scope={("sms_info", "sms")}, method="link", reason="withdrawal", by=Self_(wang), at=EVENING
        )
        told = [(page.count("until 2027"), page.count("ended 2026-03-02 21:00")) for page in read()]
        assert told == [(1, 1)] * 2
        stop(wang, EVENING)
        assert [("until 20" in page, page.count("ended 2026-03-02 21:00")) for page in read()] == [(False, 2)] * 2


@pytest.mark.parametrize("word", ["", "unanswered", "answered"])
def test_above_a_call_that_was_made_nothing_says_that_there_was_none(home, word):
    """J1: the rule asks whether a call was ever answered, and its words say just that."""
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    at, number = house.NOON + timedelta(hours=1), Phone.objects.get(contact=wang)
    made = dial.dial(contact=Contact.objects.get(pk=wang), phone_id=number.pk, in_book=True, by=home.li, at=at)
    if word:
        outcome.note(attempt=made, outcome=word, by=home.li, at=at)
    with time_machine.travel(at, tick=True):
        page = enter(home.li).get(f"/contacts/{wang}/", **EN).content.decode()
    assert ("Called without seeing the number" in page, "never contacted" in page) == (True, False)
    assert ("no call answered yet" in page) == (word != "answered")


@given(
    due=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    late=st.timedeltas(timedelta(0), timedelta(days=40)),
)
def test_the_night_is_the_first_two_o_clock_not_before_the_due_moment_and_still_to_come(due, late):
    for at in (due - late, due + late):
        night = nights.leaving(due, at=at)
        assert (night.astimezone(nights.OFFICE).time(), night >= due, night > at) == (nights.TWO, True, True) or night == due
        assert night - timedelta(days=1) < max(due, at + timedelta(microseconds=1))


def test_whose_moment_is_two_o_clock_leaves_with_that_sweep():
    assert nights.leaving(NIGHT, at=NIGHT - timedelta(hours=1)) == NIGHT
    assert nights.leaving(NIGHT, at=NIGHT) == NIGHT + timedelta(days=1), "it runs now; whom it leaves, the next takes"


def test_every_notice_that_was_agreed_to_is_named_with_its_link(home):
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    second = publish(home, materiality="notify", title="个人信息授权书（二）")
    event = house._event("fair2", home.li, EVENING)
    again = house.arrive(event, house.WANG, at=EVENING, channels=("sms",))[0].subject_id
    assert again == wang
    contact = Contact.objects.select_related("event", "book").get(pk=wang)
    shown = person_page.of(contact, by=home.li, at=EVENING).origin.notices
    assert [(one.version.number, one.agreed) for one in shown] == [(1, house.NOON), (second.number, EVENING)]
    with time_machine.travel(EVENING, tick=True):
        page = enter(home.li).get(f"/contacts/{wang}/", **EN).content.decode().split("Notice shown")[1].split("</dl>")[0]
    assert [f'href="/n/event/v{n}/"' in page for n in (1, second.number)] == [True, True]
    assert page.count("agreed 2026-03-02") == 2


def test_a_notice_that_was_only_shown_says_that_nobody_agreed(home):
    wang = house.arrive(home.event, house.WANG, confirm=False)[0].subject_id
    contact = Contact.objects.select_related("event", "book").get(pk=wang)
    [shown] = person_page.of(contact, by=home.li, at=house.NOON).origin.notices
    assert (shown.first, shown.agreed) == (house.NOON, None)


def test_the_second_factor_speaks_of_what_comes_next_whatever_it_is(home):
    for name in ("li", "sun"):
        enter(getattr(home, name))  # has a device
        page = enter(getattr(home, name), verified=False).get("/second-factor/", **EN)
        assert "a number or new recovery codes, or lets a file out" in page.content.decode()


def test_days_that_were_given_move_the_night(home):
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    stop(wang, EVENING)
    contact = Contact.objects.get(pk=wang)
    steering.postpone(contact=contact, reason="identity", days=3, by=home.chen, at=EVENING)
    contact = Contact.objects.select_related("event", "book").get(pk=wang)
    page = person_page.of(contact, by=home.chen, at=EVENING)
    until = EVENING + timedelta(days=3)
    assert (page.leaves, page.steps[0].at) == (nights.leaving(until, at=EVENING),) * 2
    assert page.leaves - timedelta(days=1) < until <= page.leaves
