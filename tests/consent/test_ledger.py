"""The ledger: the head is the fold of its events, a no beats a yes as old, and events chain."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import trail
from audit.trail import Self_, System
from consent import chain, challenge, ledger, states, suppression, withdrawing
from consent.ledger import Ask
from consent.models import Consent, ConsentEvent, Evidence, Subject
from contacts import withdrawal
from contacts.intake import visiting
from contacts.models import Contact, Submission
from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
MINUTE = timedelta(minutes=1)


def tick_of(home, channel="call"):
    return next(row.tick for row in home.event.ticks.select_related("tick") if row.tick.channel == channel)


def somebody(at=house.NOON):
    subject = Subject.objects.create(created_at=at)
    with transaction.atomic():
        trail.record("contact.created", by=System("test"), at=at, subject=subject.pk, reason="visitor")
    return subject.pk


def act(name, subject, tick, by, at):
    """One act of the ledger, refused or not."""
    asks = [Ask(subject, tick, "visitor")]
    with transaction.atomic():
        if name == "request":
            ledger.request(asks, language="en", by=by, at=at)
        elif name == "assert":
            ledger.assert_given(asks, proofs={}, method="assertion", by=by, at=at)
        elif name == "give":
            proof = Evidence.objects.create(subject_id=subject, kind="otp", digest="x", created_at=at)
            ledger.give(asks, evidence={subject: proof}, grade="A", method="otp", language="en", by=by, at=at)
        elif name == "withdraw":
            withdrawing.withdraw(
                subject=subject, scope=[(tick.purpose_id, tick.channel)], method="link", reason="x", by=by, at=at
            )
        else:
            trail.record("contact.erased", by=by, at=at, subject=subject)
            ledger.tombstone([subject], by=by, at=at)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["request", "assert", "give", "withdraw", "erase"]),
        st.booleans(),
        st.integers(0, 3),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_the_head_is_the_fold_of_its_events_whatever_happens(acts, db):
    with transaction.atomic():
        home = house.build()
        tick, at, refused = tick_of(home), house.NOON, 0
        subject = somebody()
        for name, own, minutes in acts:
            at += minutes * MINUTE
            try:
                act(name, subject, tick, Self_(subject) if own else System("test"), at)
            except states.TransitionRefused:
                refused += 1
        events = list(ConsentEvent.objects.filter(consent__subject=subject).order_by("number"))
        state, previous = "", ""
        for number, event in enumerate(events, 1):
            assert (event.number, event.before, event.previous_hash) == (number, state, previous)
            assert event.after in states.TABLE[state]
            assert event.event_hash == chain.event_hash(event)
            state, previous = event.after, event.event_hash
        head = Consent.objects.filter(subject=subject).first()
        assert (head.state if head else "") == state
        if any(name == "give" for name, *_rest in acts) and state in ("given", "renewed"):
            assert head.valid_until == head.given_at + timedelta(days=tick.valid_days)
        transaction.set_rollback(True)


@pytest.mark.parametrize("later", [0, -1])
def test_a_no_as_new_as_the_yes_stands(later):
    home = house.build()
    tick, subject = tick_of(home), somebody()
    me = Self_(subject)
    act("request", subject, tick, me, house.NOON)
    act("withdraw", subject, tick, me, house.NOON + MINUTE)
    with pytest.raises(states.Overtaken):
        act("give", subject, tick, me, house.NOON + (1 + later) * MINUTE)
    assert Consent.objects.get(subject=subject).state == "withdrawn"
    act("give", subject, tick, me, house.NOON + 2 * MINUTE)
    steps = list(ConsentEvent.objects.filter(consent__subject=subject).order_by("number").values_list("after", flat=True))
    assert steps == ["requested", "withdrawn", "requested", "given"]


def test_staff_cannot_begin_again_after_a_no():
    home = house.build()
    tick, subject = tick_of(home), somebody()
    act("request", subject, tick, Self_(subject), house.NOON)
    act("withdraw", subject, tick, Self_(subject), house.NOON)
    act("request", subject, tick, System("test"), house.NOON + MINUTE)
    act("assert", subject, tick, System("test"), house.NOON + MINUTE)
    assert Consent.objects.get(subject=subject).state == "withdrawn"
    with pytest.raises(states.TransitionRefused):
        act("give", subject, tick, System("test"), house.NOON + MINUTE)


def withdrawn_wang(home):
    sent, _receipt = house.arrive(home.event, house.WANG)
    subject = sent.subject_id
    withdrawal.withdraw(
        subject=subject, scope=None, method="link", reason="withdrawal", by=Self_(subject), at=house.NOON + MINUTE
    )
    return subject


def test_somebody_who_types_a_refused_number_keeps_nobody_longer():
    """Anyone can type a number into the form; only the code shows that it is theirs."""
    home = house.build()
    subject = withdrawn_wang(home)
    due = Contact.objects.get(pk=subject).delete_on
    house.arrive(home.event, house.WANG, at=house.NOON + 5 * MINUTE, confirm=False)
    assert Consent.objects.get(subject=subject, channel="call").state == "withdrawn"
    assert Contact.objects.get(pk=subject).delete_on == due
    assert suppression.subjects_suppressed([subject]) == {subject}


def test_with_the_code_they_begin_anew_and_the_refusal_is_lifted():
    home = house.build()
    subject = withdrawn_wang(home)
    house.arrive(home.event, house.WANG, at=house.NOON + 5 * MINUTE)
    assert Consent.objects.get(subject=subject, channel="call").state == "given"
    assert suppression.subjects_suppressed([subject]) == set()


def test_a_refusal_that_comes_between_form_and_code_stands():
    home = house.build()
    sent, _none = house.arrive(home.event, house.WANG, confirm=False)
    code = visiting.subject_phone_screen(sent.subject_id).split("验证码 ")[1][:6]
    withdrawal.withdraw(
        subject=sent.subject_id,
        scope=None,
        method="spoken",
        reason="call",
        by=home.li,
        at=house.NOON + 2 * MINUTE,
    )
    submission = Submission.objects.get(pk=sent.pk)
    with pytest.raises(challenge.ChallengeRefused) as refused:
        visiting.confirm(submission=submission, code=code, language="zh-hans", at=house.NOON + MINUTE)
    assert str(refused.value) == "overtaken"
    assert Consent.objects.get(subject=sent.subject_id, channel="call").state == "withdrawn"
    assert suppression.subjects_suppressed([sent.subject_id]) == {sent.subject_id}


def test_a_refusal_in_another_book_that_is_newer_than_the_code_stays():
    home = house.build()
    here, _none = house.arrive(home.event, house.WANG, confirm=False)
    code = visiting.subject_phone_screen(here.subject_id).split("验证码 ")[1][:6]
    there, _receipt = house.arrive(home.far, house.WANG)
    withdrawal.withdraw(
        subject=there.subject_id,
        scope=None,
        method="link",
        reason="withdrawal",
        by=Self_(there.subject_id),
        at=house.NOON + 2 * MINUTE,
    )
    visiting.confirm(submission=Submission.objects.get(pk=here.pk), code=code, language="zh-hans", at=house.NOON + MINUTE)
    assert Consent.objects.get(subject=here.subject_id, channel="call").state == "given"
    assert suppression.subjects_suppressed([here.subject_id]) == {here.subject_id}
