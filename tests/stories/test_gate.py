"""The gate in stories a compliance officer can read."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from audit import trail
from audit.models import Entry
from audit.trail import Self_
from consent import gate, rules
from consent.models import Consent, ConsentEvent, Suppression
from contacts import usage, withdrawal
from contacts.models import Contact
from team import people
from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def ask(home, subject, action="call", at=house.NOON, by=None):
    return gate.ask(
        by=by or home.li,
        subject=subject,
        action=action,
        usage=usage.of([subject], at=at)[subject],
        in_book=True,
        may=True,
        at=at,
    )


def test_a_confirmed_yes_opens_the_gate_until_it_ends():
    home = house.build()
    sent, receipt = house.arrive(home.event, house.WANG)
    assert [(c.state, c.grade) for c in receipt.consents] == [("given", "A")]
    assert ask(home, sent.subject_id).reason == "allowed"
    for kind in ("nda", "training"):
        people.sign_pledge(user=home.li, kind=kind, at=house.NOON + timedelta(days=300))
    # Never contacted, Wang's own time is over after 180 days; renewed by a call, it lasts until the consent ends.
    told = {days: ask(home, sent.subject_id, at=house.NOON + timedelta(days=days)).reason for days in (179, 180, 366)}
    assert told == {179: "allowed", 180: "storage_only", 366: "storage_only"}
    with transaction.atomic():
        trail.record("contact.changed", by=house.BY, at=house.NOON, subject=sent.subject_id)
        Contact.objects.update(delete_on=house.NOON + timedelta(days=400))
    told = {days: ask(home, sent.subject_id, at=house.NOON + timedelta(days=days)).reason for days in (364, 366)}
    assert told == {364: "allowed", 366: "expired"}


def test_silence_is_no_consent():
    home = house.build()
    sent, _none = house.arrive(home.event, house.WANG, confirm=False)
    assert ask(home, sent.subject_id).reason == "requested"


def test_refusal_beats_an_older_yes_in_the_same_second():
    home = house.build()
    sent, _receipt = house.arrive(home.event, house.WANG)
    assert ask(home, sent.subject_id).allowed is True
    withdrawal.withdraw(
        subject=sent.subject_id, scope=None, method="link", reason="withdrawal", by=Self_(sent.subject_id), at=house.NOON
    )
    assert ask(home, sent.subject_id).reason == "suppressed"
    assert Contact.objects.get(pk=sent.subject_id).delete_rule == "withdrawn"


def test_a_refusal_closes_the_same_number_in_every_book():
    home = house.build()
    here, _receipt = house.arrive(home.event, house.WANG)
    there, _other = house.arrive(home.far, house.WANG)
    assert here.subject_id != there.subject_id
    withdrawal.withdraw(
        subject=here.subject_id, scope=None, method="link", reason="withdrawal", by=Self_(here.subject_id), at=house.NOON
    )
    assert ask(home, there.subject_id, by=home.he).reason == "suppressed"


def test_only_the_person_opens_again():
    home = house.build()
    sent, _receipt = house.arrive(home.event, house.ZHOU)
    withdrawal.withdraw(
        subject=sent.subject_id, scope=None, method="link", reason="withdrawal", by=Self_(sent.subject_id), at=house.NOON
    )
    assert Suppression.objects.filter(lifted_at__isnull=True).count() == 1
    house.arrive(home.event, house.ZHOU, at=house.NOON + timedelta(days=2))
    assert Suppression.objects.filter(lifted_at__isnull=True).count() == 0
    assert ask(home, sent.subject_id, at=house.NOON + timedelta(days=2)).reason == "allowed"


@pytest.mark.parametrize(("hour", "answer"), [(0, "quiet_hours"), (1, "allowed"), (12, "allowed"), (13, "quiet_hours")])
def test_calls_from_nine_to_nine_office_time(hour, answer):
    home = house.build()
    sent, _receipt = house.arrive(home.event, house.WANG)
    moment = house.NOON.replace(hour=hour) + timedelta(days=1)
    assert ask(home, sent.subject_id, at=moment).reason == answer
    assert ask(home, sent.subject_id, "reveal_callback", at=moment).reason == "allowed"


def test_every_decision_can_be_made_again():
    home = house.build()
    sent, _receipt = house.arrive(home.event, house.WANG)
    told = gate.explain(ask(home, sent.subject_id).pk)
    assert (told.agrees, told.same_rules) == (True, True)


def test_the_head_is_the_fold_of_its_chained_events():
    home = house.build()
    sent, _receipt = house.arrive(home.event, house.WANG, channels=("call", "sms"))
    withdrawal.withdraw(
        subject=sent.subject_id,
        scope={("sms_info", "sms")},
        method="link",
        reason="withdrawal",
        by=Self_(sent.subject_id),
        at=house.NOON,
    )
    for head in Consent.objects.filter(subject_id=sent.subject_id):
        events = list(ConsentEvent.objects.filter(consent=head))
        assert events[-1].after == head.state
        assert [e.previous_hash for e in events] == ["", *[e.event_hash for e in events[:-1]]]
    assert ask(home, sent.subject_id).reason == "allowed"
    assert Entry.objects.filter(subject=sent.subject_id, act="consent.withdrawn").count() == 1


FACTS = st.builds(
    rules.Facts,
    action=st.sampled_from([*rules.RULES, "other"]),
    timed=st.booleans(),
    now=st.integers(0, 10),
    office_hour=st.integers(0, 23),
    state=st.sampled_from(["", "given", "renewed", "withdrawn", "refused", "asserted", "requested", "expired", "tombstone"]),
    grade=st.sampled_from("ABCD"),
    minimum_grade=st.sampled_from("ABCD"),
    valid_until=st.integers(0, 10),
    suppressed=st.booleans(),
    erased=st.booleans(),
    active_staff=st.booleans(),
    fit_staff=st.booleans(),
    may=st.booleans(),
    in_book=st.booleans(),
    attempts_today=st.integers(0, 4),
    attempts_week=st.integers(0, 4),
    attempts_month=st.integers(0, 7),
    unanswered_in_row=st.integers(0, 4),
)


@given(FACTS)
def test_nothing_opens_without_a_live_consent_of_good_enough_grade(facts):
    verdict = rules.decide(facts)
    assert rules.decide(rules.Facts.from_json(facts.as_json())) == verdict
    if not verdict.allowed:
        return
    assert (facts.suppressed, facts.erased, facts.active_staff, facts.fit_staff, facts.may, facts.in_book) == (
        False,
        False,
        True,
        True,
        True,
        True,
    )
    if facts.action != "invite":
        assert facts.state in rules.LIVE
        assert facts.valid_until > facts.now
        assert facts.grade <= facts.minimum_grade
