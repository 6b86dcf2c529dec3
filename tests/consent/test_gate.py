"""The gate: gathers the facts itself, keeps every answer, explains it later, and shows lists what it would say."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from audit import trail
from audit.trail import Self_
from consent import gate, register, rules
from consent.actions import ACTIONS
from consent.models import Consent, Decision, Subject
from contacts import erase, withdrawal
from team import people
from team.models import User
from tests import house
from tests.contacts.sheetwork import taker

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
NONE = gate.Usage()


def ask(home, subject, action="call", **changed):
    facts = {"usage": NONE, "in_book": True, "may": True, "at": house.NOON, "by": home.li} | changed
    return gate.ask(subject=subject, action=action, **facts)


def stranger():
    return Subject.objects.create(created_at=house.NOON).pk


def test_a_decision_keeps_its_facts_its_purpose_and_its_rules():
    home = house.build()
    subject = house.arrive(home.event, house.WANG)[0].subject_id
    kept = Decision.objects.get(pk=ask(home, subject, usage=gate.Usage(attempts_month=2)).pk)
    head = Consent.objects.get(subject=subject)
    assert (kept.allowed, kept.reason, kept.rule_version) == (True, "allowed", rules.VERSION)
    assert (kept.purpose, kept.channel, kept.consent_id, kept.asked_by) == ("phone_contact", "call", head.pk, home.li)
    assert (
        kept.facts
        == rules.Facts(
            action="call",
            timed=True,
            now=int(house.NOON.timestamp()),
            office_hour=12,
            state="given",
            grade="A",
            minimum_grade="C",
            given_form="general",
            valid_until=int(head.valid_until.timestamp()),
            suppressed=False,
            erased=False,
            active_staff=True,
            fit_staff=True,
            may=True,
            in_book=True,
            attempts_month=2,
            operation="call",
            touches=["mobile"],
            bases=["consent"],
            operations=["call", "reveal", "invite"],
            categories=register.ACQUAINTANCE,
        ).as_json()
    )


def test_without_a_consent_the_answer_is_no_and_is_kept():
    home = house.build()
    said = ask(home, stranger())
    assert (said.allowed, said.reason, said.consent_id) == (False, "no_consent", None)


def test_whoever_is_unknown_counts_as_erased():
    home = house.build()
    subject = stranger()
    with transaction.atomic():
        trail.record("contact.erased", by=house.BY, at=house.NOON, subject=subject)
        Subject.objects.filter(pk=subject).update(erased_at=house.NOON)
    assert ask(home, subject).reason == "erased"


@pytest.mark.parametrize("action", ["sell", "", "call "])
def test_an_action_nobody_knows_is_refused_and_kept_as_unknown(action):
    home = house.build()
    subject = house.arrive(home.event, house.WANG)[0].subject_id
    said = ask(home, subject, action)
    assert (said.allowed, said.reason, said.action) == (False, "unknown", "unknown")


@pytest.mark.parametrize(
    ("action", "channels", "reason"),
    [
        ("sms", ("call",), "no_consent"),
        ("share", ("call",), "no_consent"),
        ("sms", ("call", "sms"), "allowed"),
        ("call", ("sms",), "no_consent"),
        ("share", ("call", "share"), "allowed"),
    ],
)
def test_a_yes_to_one_channel_opens_no_other(action, channels, reason):
    home = house.build()
    taker(home)
    subject = house.arrive(home.event, house.WANG, channels=channels)[0].subject_id
    assert ask(home, subject, action).reason == reason


def test_a_consent_that_was_asked_for_and_has_no_end_yet_opens_nothing():
    home = house.build()
    subject = house.arrive(home.event, house.WANG, confirm=False)[0].subject_id
    said = ask(home, subject)
    assert (said.reason, said.facts["valid_until"]) == ("requested", 0)


def test_a_decision_of_other_rules_is_explained_as_such():
    home = house.build()
    subject = house.arrive(home.event, house.WANG)[0].subject_id
    said = ask(home, subject)
    told = gate.explain(said.pk)
    assert (told.agrees, told.same_rules, told.again) == (True, True, rules.Verdict(True, "allowed"))
    older = Decision.objects.create(
        subject_id=subject,
        asked_by=home.li,
        action="call",
        purpose="phone_contact",
        channel="call",
        allowed=True,
        reason="allowed",
        rule_version="2020-01-1",
        facts=said.facts | {"grade": "D"},
        decided_at=house.NOON,
    )
    told = gate.explain(older.pk)
    assert (told.agrees, told.same_rules, told.again.reason) == (False, False, "grade")


def test_a_list_shows_what_the_gate_would_say():
    home = house.build()
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    zhou = house.arrive(home.event, house.ZHOU)[0].subject_id
    qian = house.arrive(home.event, house.QIAN, confirm=False)[0].subject_id
    withdrawal.withdraw(
        subject=zhou, scope=None, method="link", reason="withdrawal", by=Self_(zhou), at=house.NOON + timedelta(minutes=1)
    )
    gone = house.arrive(home.event, "13700001111")[0].subject_id
    erase.one(gone, by=home.chen, at=house.NOON)
    everybody = [wang, zhou, qian, gone, stranger()]
    for at in (house.NOON + timedelta(hours=1), house.NOON + timedelta(hours=10)):
        for tired in (NONE, gate.Usage(attempts_today=1), gate.Usage(unanswered_in_row=3)):
            usage = dict.fromkeys(everybody, tired)
            for action in ACTIONS:
                peeked = gate.peek_many(everybody, action, by=home.li, at=at, usage=usage)
                asked = {pk: ask(home, pk, action, at=at, usage=tired) for pk in everybody}
                assert {pk: v.reason for pk, v in peeked.items()} == {pk: d.reason for pk, d in asked.items()}
    assert set(peeked) == set(everybody)


def test_a_discreet_list_says_what_staff_may_hear():
    home = house.build()
    here = house.arrive(home.event, house.WANG, confirm=False)[0].subject_id
    there = house.arrive(home.far, house.WANG)[0].subject_id
    withdrawal.withdraw(
        subject=there, scope=None, method="link", reason="withdrawal", by=Self_(there), at=house.NOON + timedelta(minutes=1)
    )
    said = ask(home, here)
    look = {"by": home.li, "at": house.NOON, "usage": {here: NONE}}
    told = [gate.peek_many([here], "call", **look, discreet=quiet)[here].reason for quiet in (False, True)]
    assert (said.reason, gate.tell(said).reason, told) == ("suppressed", "requested", ["suppressed", "requested"])


def test_a_list_costs_the_same_for_one_and_for_many(django_assert_num_queries):
    home = house.build()
    people_ = [house.arrive(home.event, f"1380000{n}")[0].subject_id for n in range(3000, 3006)]
    for some in (people_[:1], people_):
        li = User.objects.get(pk=home.li.pk)  # as a new request reads her, pledges not yet at hand
        with django_assert_num_queries(7, using="default"):
            gate.peek_many(some, "call", by=li, at=house.NOON, usage=dict.fromkeys(some, NONE))


@pytest.mark.parametrize(
    ("change", "reason"), [({"in_book": False}, "not_in_book"), ({"may": False}, "field_level"), ({}, "allowed")]
)
def test_what_the_deed_above_found_counts(change, reason):
    home = house.build()
    subject = house.arrive(home.event, house.WANG)[0].subject_id
    assert ask(home, subject, **change).reason == reason


def test_who_has_left_is_refused_before_anything_else():
    home = house.build()
    subject = house.arrive(home.event, house.WANG)[0].subject_id
    people.close_account(user=home.li, by=home.zhao, at=house.NOON)
    home.li.refresh_from_db()
    assert ask(home, subject, in_book=False, may=False).reason == "inactive"
    assert ask(home, stranger()).reason == "inactive"


def test_facts_do_not_change_once_gathered():
    facts = rules.Facts("call", True, 0, 12)
    with pytest.raises(AttributeError):
        facts.may = True
    assert replace(facts, may=True).may is True
