"""What the database does by itself about a contact after a no: it opens a debt, and keeps it (D9)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import trail
from audit.trail import Self_
from consent import gate
from consent.models import Consent, Deferral, SmsMessage, Suppression
from consent.sms_texts import TEXTS
from contacts import erase, withdrawal
from contacts.models import CallAttempt, RefusalDebt
from tests import house
from tests.audit.cast import run
from tests.refusals.naming import AT, BY, plain, proves, real, trigger, wang
from tests.refusals.test_constraints import refused

LATER = AT + timedelta(days=1)
NOBODYS = {"otp", "own_page", "refusal_ack", "changed"}


def called(home, person, *, at=LATER, kind="dial", action="call"):
    """A call that is written down whatever the gate says, as by a hand in the database."""
    decision = gate.ask(by=home.li, subject=person, action=action, usage=gate.Usage(), in_book=True, may=True, at=at)
    told = {"subject_id": person, "phone_id": uuid4(), "user": home.li, "decision": decision}
    return CallAttempt.objects.create(**told, kind=kind, at=at)


def written(person, template, *, at=LATER):
    return SmsMessage.objects.create(subject_id=person, template=template, gateway="x", outcome="sent", sent_at=at)


def says_no(person, scope=None):
    told = {"method": "link", "reason": "withdrawal", "by": Self_(person), "at": AT + timedelta(minutes=5)}
    withdrawal.withdraw(subject=person, scope=scope, **told)


def owed():
    return list(RefusalDebt.objects.values_list("attempt", "kind", "subject_id", "refused_at", "at"))


@proves("contacts_callattempt_debt")
@pytest.mark.parametrize("kind", ["dial", "reveal"])
@plain
def test_a_call_that_is_forced_in_after_a_no_to_everything_opens_a_debt(kind):
    """
    12:00 Wang agrees to calls; a call then is nobody's debt
    12:05 Wang says no
    the next day somebody writes a call into the table
    """
    home = house.build()
    person = wang(home)
    called(home, person, at=AT + timedelta(minutes=1), kind=kind)
    assert owed() == []
    says_no(person)
    call = called(home, person, kind=kind)
    assert owed() == [(call.pk, kind, person, AT + timedelta(minutes=5), LATER)]


@plain
def test_a_no_to_calls_alone_is_a_no_to_calls_and_not_to_a_message():
    home = house.build()
    person = wang(home, channels=("call", "sms"))
    says_no(person, {("phone_contact", "call")})
    written(person, "renewal")
    assert (owed(), Suppression.objects.count()) == ([], 0)
    call = called(home, person)
    assert [row[0] for row in owed()] == [call.pk]


@plain
def test_a_call_under_a_contract_stands_on_no_consent_but_the_list_of_refusals_beats_it():
    """(A8)"""
    home = house.build()
    person = wang(home)
    version = Consent.objects.get(subject=person).notice_version
    trail.record("consent.withdrawn", by=BY, at=AT, subject=person)
    told = {"subject_id": person, "channel": "call", "state": "withdrawn", "notice_version": version, "changed_at": AT}
    Consent.objects.create(purpose_id="service_notice", source="visitor", **told)
    call = called(home, person, action="service_call")
    assert (call.decision.purpose, call.decision.channel) == ("service_notice", "call")
    assert owed() == []
    says_no(person)
    call = called(home, person, action="service_call")
    assert [row[0] for row in owed()] == [call.pk]


@plain
def test_somebody_elses_no_is_nobodys_debt_but_one_through_another_book_is():
    home = house.build()
    person, other = wang(home), house.arrive(home.far, house.ZHOU)[0].subject_id
    says_no(other)
    called(home, person)
    assert owed() == []
    same = house.arrive(home.far, house.WANG)[0].subject_id
    says_no(same)
    call = called(home, person)
    assert [row[0] for row in owed()] == [call.pk]


@proves("consent_smsmessage_debt")
@pytest.mark.parametrize("template", sorted(TEXTS))
@plain
def test_a_message_after_a_no_is_a_debt_unless_it_was_asked_for_or_must_be_told(template):
    """Every text of the house is one or the other: a new one is a debt until somebody decides otherwise."""
    home = house.build()
    person = wang(home, channels=("call", "sms"))
    written(person, template, at=AT + timedelta(minutes=1))
    assert owed() == []
    SmsMessage.objects.filter(subject=person, template="refusal_ack").delete()
    says_no(person)
    message = written(person, template)
    expected = [] if template in NOBODYS else [(message.pk, "sms", person, AT + timedelta(minutes=5), LATER)]
    assert owed() == expected
    assert TEXTS.keys() - NOBODYS == {"renewal", "later", "invite"}


@pytest.mark.parametrize(
    ("scope", "template", "debts"),
    [
        (("sms_info", "sms"), "renewal", 1),
        (("sms_info", "sms"), "invite", 1),
        (("sms_info", "sms"), "otp", 0),
        (("phone_contact", "call"), "invite", 1),
        (("phone_contact", "call"), "renewal", 0),
    ],
)
@plain
def test_a_no_to_one_of_them_counts_for_what_asks_about_it(scope, template, debts):
    home = house.build()
    person = wang(home, channels=("call", "sms"))
    says_no(person, {scope})
    written(person, template)
    assert len(owed()) == debts


@plain
def test_a_wish_to_be_asked_later_that_is_newer_than_the_no_is_heard():
    home = house.build()
    person = wang(home, channels=("call", "sms"))
    says_no(person, {("sms_info", "sms")})
    first = written(person, "later")
    assert [row[0] for row in owed()] == [first.pk]
    Deferral.objects.create(subject_id=person, chosen_at=AT + timedelta(hours=1))
    written(person, "later")
    assert [row[0] for row in owed()] == [first.pk]


@proves("debt_taken_by_somebody", "debt_closed_by_its_owner")
@plain
def test_a_debt_is_taken_by_somebody_and_closed_with_a_finding():
    home = house.build()
    debt = _debt(home)
    trail.record("debt.taken", by=BY, at=AT, subject=debt.subject_id)
    mine = {"owner": home.chen, "taken_at": LATER}
    for values, name in (
        ({"owner": home.chen}, "debt_taken_by_somebody"),
        ({"taken_at": LATER}, "debt_taken_by_somebody"),
        ({"closed_at": LATER, "finding": "fault"}, "debt_closed_by_its_owner"),
        (mine | {"closed_at": LATER}, "debt_closed_by_its_owner"),
        (mine | {"finding": "fault"}, "debt_closed_by_its_owner"),
    ):
        with refused(name), transaction.atomic():
            RefusalDebt.objects.filter(pk=debt.pk).update(**values)
    RefusalDebt.objects.filter(pk=debt.pk).update(**mine, closed_at=LATER, finding="fault")


@proves("contacts_refusaldebt_same", "contacts_refusaldebt_stays")
@plain
def test_a_debt_stays_what_it_is_and_is_never_deleted():
    home = house.build()
    debt, other = _debt(home), house.arrive(home.far, house.ZHOU)[0].subject_id
    for person in (debt.subject_id, other):
        trail.record("debt.taken", by=BY, at=AT, subject=person)
    RefusalDebt.objects.filter(pk=debt.pk).update(owner=home.chen, taken_at=LATER)
    moved = {"kind": "sms", "subject_id": other, "at": AT, "refused_at": AT, "attempt": uuid4()}
    for values in (*({name: value} for name, value in moved.items()), {"owner": None, "taken_at": None}):
        with pytest.raises(IntegrityError, match="a debt stays what it is"), transaction.atomic():
            RefusalDebt.objects.filter(pk=debt.pk).update(**values)
    with pytest.raises(IntegrityError, match="a debt stays what it is"), transaction.atomic():
        run("DELETE FROM contacts_refusaldebt")
    assert RefusalDebt.objects.count() == 1


@proves(*trigger("contacts_refusaldebt", "fixed", "update", "delete"))
@plain
def test_a_closed_debt_is_closed_for_ever():
    home = house.build()
    debt = _debt(home)
    trail.record("debt.closed", by=BY, at=AT, subject=debt.subject_id)
    whole = {"owner": home.chen, "taken_at": LATER, "closed_at": LATER, "finding": "fault"}
    RefusalDebt.objects.filter(pk=debt.pk).update(**whole)
    for deed in (lambda rows: rows.update(finding="wished"), lambda rows: rows._raw_delete(rows.db)):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed(RefusalDebt.objects.filter(pk=debt.pk))
    assert RefusalDebt.objects.get().finding == "fault"


@proves(*trigger("contacts_refusaldebt", "audit", "update"))
@real
def test_no_debt_is_taken_without_an_entry():
    home = house.build()
    debt = _debt(home)
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        RefusalDebt.objects.filter(pk=debt.pk).update(owner=home.chen, taken_at=LATER)
        connection.check_constraints()
    assert RefusalDebt.objects.get().owner is None


@proves("contacts_refusaldebt_born")
@plain
def test_no_debt_is_made_up_and_none_is_born_with_an_owner():
    """Not of a call that there never was, not of somebody else's call, and not one that is closed before it opens."""
    home = house.build()
    person, other = wang(home), house.arrive(home.far, house.ZHOU)[0].subject_id
    call = called(home, person)
    told = {"kind": "dial", "refused_at": AT, "at": LATER}
    mine = {"owner": home.chen, "taken_at": AT, "closed_at": AT, "finding": "wished"}
    for wrong in (
        {"attempt": uuid4(), "subject_id": person},
        {"attempt": call.pk, "subject_id": other},
        {"attempt": call.pk, "subject_id": person} | mine,
    ):
        with pytest.raises(IntegrityError, match="contact that there was"), transaction.atomic():
            RefusalDebt.objects.create(**told | wrong)
    assert owed() == []


@proves("contacts_refusaldebt_own")
@plain
def test_nobody_looks_into_a_call_of_their_own():
    home = house.build()
    debt = _debt(home)
    trail.record("debt.taken", by=BY, at=AT, subject=debt.subject_id)
    with pytest.raises(IntegrityError, match="contact of their own"), transaction.atomic():
        RefusalDebt.objects.filter(pk=debt.pk).update(owner=home.li, taken_at=LATER)
    RefusalDebt.objects.filter(pk=debt.pk).update(owner=home.chen, taken_at=LATER)
    assert RefusalDebt.objects.get().owner == home.chen


@plain
def test_a_debt_keeps_nobody_and_outlives_their_name():
    """(J1) The person leaves as anybody does; what stays is an id and some days."""
    home = house.build()
    debt = _debt(home)
    erase.one(debt.subject_id, by=BY, at=LATER + timedelta(days=1))
    assert list(RefusalDebt.objects.values_list("attempt", "closed_at")) == [(debt.pk, None)]


def _debt(home):
    person = wang(home)
    says_no(person)
    called(home, person)
    return RefusalDebt.objects.get()
