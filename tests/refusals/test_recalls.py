"""What the database does by itself when somebody who was passed on says no: it owes the recipient a word, and keeps that (D10)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import trail
from audit.trail import Self_
from consent import gate, ledger, partners, recalls
from consent.models import Consent, Decision, Partner, Recall, RecallAttempt
from contacts import erase, withdrawal
from tests import house
from tests.audit.cast import run
from tests.contacts.sheetwork import said, standing, taker
from tests.refusals.naming import AT, BY, plain, proves, real, trigger
from tests.refusals.test_constraints import refused

NO = AT + timedelta(hours=1)
LATER = AT + timedelta(days=1)
SHARE = {("partner_share", "share")}


def shares(home, person, *, at=AT):
    """The gate passes this person on."""
    told = {"usage": gate.Usage(), "in_book": True, "may": True}
    return gate.ask(by=home.li, subject=person, action="share", at=at, **told)


def passed(home, number=house.WANG, event=None):
    """Somebody agrees to be passed on, and is."""
    person = house.arrive(event or home.event, number, channels=("call", "share"))[0].subject_id
    if not Partner.objects.filter(takes=True).exists():
        taker(home)
    return shares(home, person)


def says_no(person, scope=None, at=NO):
    withdrawal.withdraw(subject=person, scope=scope, method="link", reason="withdrawal", by=Self_(person), at=at)


def owed():
    return list(Recall.objects.order_by("opened_at").values_list("passing", "why", "opened_at"))


@proves("consent_consent_recall")
@pytest.mark.parametrize("scope", [None, SHARE])
@plain
def test_whoever_was_passed_on_and_withdraws_is_a_word_that_the_recipient_is_owed(scope):
    """
    12:00 Wang agrees to calls and to be passed on; Li passes Wang on, Zhou is passed on too
    12:30 Wang stops calls alone -> nothing is owed
    13:00 Wang stops being passed on, or everything -> one word is owed, under the reference of the passing on
    the sweep takes Wang -> still one word
    """
    home = house.build()
    wang, zhou = passed(home), passed(home, house.ZHOU, home.far)
    assert (wang.allowed, wang.partner) == (True, Partner.objects.get())
    says_no(wang.subject_id, {("phone_contact", "call")}, at=AT + timedelta(minutes=30))
    assert owed() == []
    says_no(wang.subject_id, scope)
    assert owed() == [(wang.pk, "withdrawn", NO)]
    row = Recall.objects.get()
    assert (row.subject_id, row.partner, row.tries, row.told_at, row.next_at) == (wang.subject_id, wang.partner, 0, None, NO)
    erase.one(wang.subject_id, by=BY, at=LATER)
    assert owed() == [(wang.pk, "withdrawn", NO)]
    erase.one(zhou.subject_id, by=BY, at=LATER)  # who leaves without a word of theirs is one too
    assert owed() == [(wang.pk, "withdrawn", NO), (zhou.pk, "tombstone", LATER)]


@plain
def test_two_passings_on_under_one_yes_are_one_word_and_a_new_yes_makes_a_new_one():
    home = house.build()
    first = passed(home)
    second = shares(home, first.subject_id, at=AT + timedelta(minutes=1))
    says_no(first.subject_id, SHARE)
    assert owed() == [(second.pk, "withdrawn", NO)]
    [word] = recalls.owed(list(Recall.objects.all()), at=NO)
    assert word.references == [first.pk, second.pk]
    house.arrive(home.event, house.WANG, channels=("call", "share"), at=NO + timedelta(minutes=1))
    says_no(first.subject_id, SHARE, at=NO + timedelta(minutes=2))  # nobody was passed on meanwhile
    assert len(owed()) == 1
    house.arrive(home.event, house.WANG, channels=("call", "share"), at=NO + timedelta(minutes=3))
    third = shares(home, first.subject_id, at=NO + timedelta(minutes=4))
    assert third.allowed
    says_no(first.subject_id, SHARE, at=NO + timedelta(minutes=5))
    assert [row[0] for row in owed()] == [second.pk, third.pk]


@plain
def test_two_recipients_are_two_words_and_who_was_never_passed_on_is_none():
    home = house.build()
    first = passed(home)
    house.arrive(home.event, house.ZHOU, channels=("call", "share"))
    partners.end(partner_id=Partner.objects.get().pk, by=home.chen, at=AT)
    taker(home, agreement="HT-10")
    second = shares(home, first.subject_id, at=AT + timedelta(minutes=1))
    assert second.partner_id != first.partner_id
    for person in Consent.objects.filter(channel="share").values_list("subject_id", flat=True):
        says_no(person)
    assert {row[0] for row in owed()} == {first.pk, second.pk}


@pytest.mark.parametrize("state", ["invalidated", "revoked", "expired", "suspended"])
@plain
def test_what_is_found_unlawful_is_one_too_but_no_rest_and_no_mere_end_of_time(state):
    home = house.build()
    passing = passed(home)
    heads = list(Consent.objects.filter(subject=passing.subject_id, channel="share"))
    with transaction.atomic():
        ledger.close(heads, state, method="staff", reason="", by=BY, at=NO)
    assert owed() == ([(passing.pk, state, NO)] if state in ("invalidated", "revoked") else [])


@proves("consent_decision_passing")
@plain
def test_nobody_is_passed_on_but_under_a_yes_to_a_partner_that_stands():
    """Whatever wrote the decision: without a recipient, after a no, or to whom was never approved, it is refused."""
    home = house.build()
    passing = passed(home)
    taking = said(gives=False, takes=True, names_us="", purposes=["partner_share"], agreement="HT-11")
    waiting = partners.enter(taking, by=home.chen, at=AT)
    giver = standing(home)
    told = {f.attname: getattr(passing, f.attname) for f in Decision._meta.concrete_fields if f.name != "id"}
    Decision.objects.create(**told)
    Decision.objects.create(**told | {"partner_id": None, "allowed": False})
    for wrong in ({"partner_id": None}, {"partner_id": waiting.pk}, {"partner_id": giver.pk}, {"consent_id": uuid4()}):
        with pytest.raises(IntegrityError, match="nobody is passed on but"), transaction.atomic():
            Decision.objects.create(**told | wrong)
    says_no(passing.subject_id, SHARE)
    with pytest.raises(IntegrityError, match="nobody is passed on but"), transaction.atomic():
        Decision.objects.create(**told)


def word(home):
    """One word that is owed."""
    says_no(passed(home).subject_id)
    return Recall.objects.get()


def changed(row, **values):
    with transaction.atomic():
        trail.record("recall.told", by=BY, at=AT, subject=row.subject_id)
        Recall.objects.filter(pk=row.pk).update(**values)


@proves("consent_recall_born")
@plain
def test_no_word_is_made_up_and_none_is_born_given():
    home = house.build()
    passing, other = passed(home), house.arrive(home.far, house.ZHOU)[0].subject_id
    told = {"passing": passing, "subject_id": passing.subject_id, "partner": passing.partner, "why": "withdrawn"}
    told |= {"opened_at": NO, "next_at": NO, "tries": 0}
    given = {"way": "link", "acknowledged_at": NO}
    for wrong in ({"subject_id": other}, {"tries": 1}, {"told_at": NO}, given, {"why": "given"}):
        with pytest.raises(IntegrityError, match="whom somebody was passed on"), transaction.atomic():
            Recall.objects.create(**told | wrong)
    Recall.objects.create(**told)


@proves("recall_acknowledged_somehow")
@plain
def test_it_is_acknowledged_by_itself_or_by_hand_with_the_day_and_who_noted_it():
    home = house.build()
    row = word(home)
    hand = {"acknowledged_at": LATER, "way": "mail", "said_on": LATER.date(), "noted_by": home.chen}
    for wrong in (
        {"way": "mail"}, {"acknowledged_at": LATER}, hand | {"noted_by": None}, hand | {"said_on": None},
        hand | {"way": "link"}, hand | {"way": "x"}, {"noted_by": home.chen},
    ):  # fmt: skip
        with refused("recall_acknowledged_somehow"):
            changed(row, **wrong)
    changed(row, **hand)


@proves("consent_recall_same", "consent_recall_stays", *trigger("consent_recall", "fixed", "update", "delete"))
@plain
def test_a_word_stays_what_it_is_is_never_deleted_and_final_once_it_is_acknowledged():
    home = house.build()
    row, other = word(home), passed(home, house.ZHOU, home.far)
    moved = {"subject_id": other.subject_id, "passing_id": other.pk, "why": "revoked", "opened_at": AT, "tries": 0}
    changed(row, told_at=LATER, tries=2)
    for name, value in moved.items() | {("told_at", AT), ("told_at", None)}:
        with pytest.raises(IntegrityError, match="stays what it is"):
            changed(row, **{name: value})
    with pytest.raises(IntegrityError, match="stays what it is"), transaction.atomic():
        run("DELETE FROM consent_recall")
    changed(row, acknowledged_at=LATER, way="link")
    for values in ({"way": "answer"}, {"acknowledged_at": None, "way": ""}):
        with pytest.raises(DatabaseError):
            changed(row, **values)
    with pytest.raises(DatabaseError), transaction.atomic():
        run("DELETE FROM consent_recall")
    assert Recall.objects.get().way == "link"


@proves(*trigger("consent_recall", "audit", "update"))
@real
def test_no_word_is_taken_for_given_without_an_entry():
    home = house.build()
    row = word(home)
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        Recall.objects.filter(pk=row.pk).update(told_at=LATER)
        connection.check_constraints()
    assert Recall.objects.get().told_at is None


@proves(
    "consent_recallattempt_once", "consent_recallattempt_same", "consent_recallattempt_stays", "attempt_ends_with_an_outcome",
    "consent.RecallAttempt.code_hash",
)  # fmt: skip
@pytest.mark.parametrize("done", [{"told_at": LATER}, {"acknowledged_at": LATER, "way": "link"}])
@plain
def test_a_try_is_on_record_before_it_ends_stays_what_it_was_and_none_follows_a_success(done):
    home = house.build()
    row = word(home)
    told = {"recall": row, "via": "mail", "at": NO, "outcome": "going"}
    first = RecallAttempt.objects.create(**told, code_hash="a")
    with pytest.raises(IntegrityError, match="told once"), transaction.atomic():
        RecallAttempt.objects.create(**told | {"outcome": "told", "ended_at": NO}, code_hash="b")
    with pytest.raises(IntegrityError), transaction.atomic():
        RecallAttempt.objects.create(**told, code_hash="a")
    tries = RecallAttempt.objects.filter(pk=first.pk)
    with refused("attempt_ends_with_an_outcome"), transaction.atomic():
        tries.update(outcome="failed")
    for values in ({"at": LATER}, {"via": "nowhere"}, {"code_hash": "c"}):
        with pytest.raises(IntegrityError, match="stays what it was"), transaction.atomic():
            tries.update(**values)
    tries.update(outcome="failed", ended_at=NO)
    with pytest.raises(IntegrityError, match="stays what it was"), transaction.atomic():
        tries.update(outcome="told")
    with pytest.raises(IntegrityError, match="stays what it was"), transaction.atomic():
        run("DELETE FROM consent_recallattempt")
    RecallAttempt.objects.create(**told, code_hash="d")
    changed(row, **done)
    with pytest.raises(IntegrityError, match="told once"), transaction.atomic():
        RecallAttempt.objects.create(**told, code_hash="e")
