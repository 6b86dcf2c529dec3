"""How far consent reaches, in counts that a compliance officer can check by hand; nobody's name among them."""

from datetime import timedelta

import pytest
import time_machine

from audit.trail import Self_
from consent.models import Consent
from contacts import coverage, visibility, withdrawal
from tests import house
from tests.proofs.cast import enter

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LATER = house.NOON + timedelta(hours=1)
QUERIES = 30


@pytest.fixture
def home():
    """Wang agreed to calls and messages, Zhou to calls and stopped, Qian was asked by He and has not answered."""
    built = house.build()
    house.arrive(built.event, house.WANG, channels=("call", "sms"))
    zhou = house.arrive(built.event, house.ZHOU)[0].subject_id
    withdrawal.withdraw(subject=zhou, scope=None, method="link", reason="withdrawal", by=Self_(zhou), at=house.NOON)
    house.arrive(built.far, house.QIAN, confirm=False)
    return built


def test_by_purpose_by_advisor_by_age_and_what_ends_soon(home):
    told = coverage.whole(home.chen, at=LATER, language="en")
    assert [(row.name.split(" · ")[0], row.confirmed, row.waiting, row.stopped) for row in told.purposes] == [
        ("Phone contact", 1, 1, 1),
        ("Text messages", 1, 0, 0),
    ]
    assert [(row.name, row.confirmed, row.waiting, row.stopped) for row in told.advisors] == [("He", 0, 1, 0), ("Li", 2, 0, 1)]
    assert told.ages == [("0–30", 2), ("31–90", 0), ("91–180", 0), ("181–365", 0), ("", 0)]
    assert told.ending == [(30, 0), (60, 0), (90, 0)]
    ends = Consent.objects.filter(state="given").first().valid_until
    assert coverage.whole(home.chen, at=ends - timedelta(days=45), language="en").ending == [(30, 0), (60, 2), (90, 2)]
    assert coverage.whole(home.chen, at=ends - timedelta(days=45), language="en").ages == [
        ("0–30", 0), ("31–90", 0), ("91–180", 0), ("181–365", 2), ("", 0),
    ]  # fmt: skip


def test_todays_page_weighs_each_persons_consents_by_the_person(home, django_assert_num_queries):
    """Compliance's first page: a fixed number of questions, none of which reads every yes of the house for each person."""
    with time_machine.travel(LATER, tick=False):
        chen = enter(home.chen)
        chen.get("/")
        with django_assert_num_queries(QUERIES):
            page = chen.get("/")
        assert [(row.name, row.confirmed, row.waiting, row.stopped) for row in page.context["drawn"].coverage] == [
            ("fair", 1, 0, 1), ("far", 0, 1, 0),
        ]  # fmt: skip
        for n in range(5):
            house.arrive(home.event, f"1380000{4000 + n}")
        with django_assert_num_queries(QUERIES):
            chen.get("/")
    plan = coverage.counts(visibility.visible(home.chen, at=LATER), at=LATER).explain()
    assert "consent_state_until" not in plan


def test_who_said_no_to_one_thing_and_yes_to_another_is_confirmed_and_who_said_nothing_waits(home):
    wang = Consent.objects.get(channel="sms").subject_id
    withdrawal.withdraw(
        subject=wang, scope={("sms_info", "sms")}, method="link", reason="withdrawal", by=Self_(wang), at=house.NOON
    )
    people = visibility.visible(home.chen, at=house.NOON - timedelta(seconds=1))
    assert set(coverage.counts(people, at=house.NOON)) == {(home.event.pk, 2, 1, 1), (home.far.pk, 1, 0, 0)}
    ends = Consent.objects.get(channel="call", subject=wang).valid_until
    assert set(coverage.counts(people, at=ends)) == {(home.event.pk, 2, 0, 2), (home.far.pk, 1, 0, 0)}  # the yes is over


def test_the_page_costs_the_same_for_everybody_and_is_compliances_alone(home, django_assert_num_queries):
    with time_machine.travel(LATER, tick=False):
        chen = enter(home.chen)
        chen.get("/coverage/")
        with django_assert_num_queries(7):
            page = chen.get("/coverage/").content.decode()
        assert ("电话联系" in page, "王" in page) == (True, False)
        assert "31–90 天前" in page  # classes side by side: "within 90 days" would hold those within 30 as well
        assert {enter(user).get("/coverage/").status_code for user in (home.li, home.wu, home.zhao, home.sun)} == {403}
