"""The board of refusal debts: whoever was reached after a no is seen by compliance, taken, and closed with a finding (D9)."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from audit.trail import Self_
from contacts import debts, debts_page, dial, erase, usage, withdrawal
from contacts.models import CallAttempt, Contact, Phone, RefusalDebt
from crm import today
from team import people
from team.models import User
from tests import house
from tests.contacts.sheetwork import signed_in
from tests.refusals.test_debts import called, written

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
DAY = timedelta(days=1)
LATER = house.NOON + DAY


def refuse(person, scope=None, at=house.NOON + timedelta(minutes=5)):
    withdrawal.withdraw(subject=person, scope=scope, method="link", reason="withdrawal", by=Self_(person), at=at)


def reached(home, number=house.WANG, name="王小诺", event=None):
    """Somebody says no, and is called the next day past every deed of ours."""
    person = house.arrive(event or home.event, number, name=name)[0].subject_id
    refuse(person)
    called(home, person)
    return RefusalDebt.objects.get(subject=person)


def board(home, by=None, at=LATER):
    return debts_page.of(by=by or User.objects.get(pk=home.chen.pk), at=at)


def tile(home):
    return [(t.count, t.tone) for t in today.tiles(home.chen, at=LATER) if t.url == "/debts/"]


def second_compliance(home):
    told = {"role": "compliance", "team": home.team, "password": "made-up-pass-1", "by": house.BY}
    return people.open_account(username="xu", display_name="Xu", **told, at=house.NOON)


def test_what_the_house_does_by_itself_never_makes_a_debt():
    """
    12:00 Wang agrees; 12:01 Li calls
    12:05 Wang says no
    the next day Li tries again -> no call is placed, and nothing is owed
    """
    home = house.build()
    person = house.arrive(home.event, house.WANG)[0].subject_id
    contact, phone = Contact.objects.get(pk=person), Phone.objects.get(contact=person)
    dial.dial(contact=contact, phone_id=phone.pk, in_book=True, by=home.li, at=house.NOON + timedelta(minutes=1))
    refuse(person)
    with pytest.raises(dial.CallRefused):
        dial.dial(contact=contact, phone_id=phone.pk, in_book=True, by=home.li, at=LATER)
    assert (usage.of([person], at=LATER)[person].attempts_month, RefusalDebt.objects.count(), tile(home)) == (1, 0, [])


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_empty_board_says_what_will_stand_there_and_what_to_do_then(language):
    home = house.build()
    page = signed_in(home.chen).get("/debts/", HTTP_ACCEPT_LANGUAGE=language).content.decode()
    assert {"en": "Nobody was reached after a no.", "zh-hans": "没有人在拒绝之后"}[language] in page
    assert ("<select" in page, Entry.objects.filter(act="contact.listed").count()) == (False, 0)


def test_a_forced_call_stands_on_the_board_and_on_the_first_page_of_compliance_alone_by_masks_and_on_record():
    home = house.build()
    debt = reached(home, name="王小诺诺")
    with time_machine.travel(LATER, tick=False):
        page = signed_in(home.chen).get("/debts/").content.decode()
    assert ("王*" in page, "138 **** 1234" in page, "2026-03-02 12:05" in page) == (True, True, True)
    assert ("王小诺诺" in page, "13800001234" in page.replace(" ", "")) == (False, False)
    assert f"/debts/{debt.pk}/take/" in page
    entry = Entry.objects.get(act="contact.listed")
    assert (entry.actor, b'"n":[1]' in bytes(entry.leaf).replace(b" ", b"")) == (home.chen.pk, True)
    assert tile(home) == [(1, "bad")]
    assert [
        t for who in (home.li, home.wu, home.zhao, home.sun) for t in today.tiles(who, at=LATER) if t.url == "/debts/"
    ] == []


def test_it_names_who_called_and_how_it_ended_and_what_a_program_wrote():
    home = house.build()
    reached(home)
    CallAttempt.objects.update(outcome="answered", outcome_at=LATER)
    person = house.arrive(home.event, house.ZHOU, channels=("call", "sms"))[0].subject_id
    refuse(person, {("sms_info", "sms")})
    written(person, "renewal", at=LATER + timedelta(hours=1))
    first, second = board(home).open
    assert (first.contact.who, first.contact.outcome) == ("Li", str(CallAttempt.Outcome.ANSWERED.label))
    assert first.contact.decision == CallAttempt.objects.get().decision_id
    assert (second.contact.who, second.debt.kind, second.contact.decision) == ("", "sms", None)
    assert str(second.contact.what) == str(debts_page.MESSAGES["renewal"])


@pytest.mark.parametrize("name", ["li", "wu", "zhao", "sun"])
def test_nobody_but_compliance_looks_takes_or_closes(name):
    home = house.build()
    debt, user = reached(home), getattr(home, name)
    client = signed_in(user)
    assert client.get("/debts/").status_code == 403
    assert client.post(f"/debts/{debt.pk}/take/").status_code == 403
    assert client.post(f"/debts/{debt.pk}/close/", {"finding": "fault"}).status_code == 403
    with pytest.raises(debts.DebtRefused, match="role"):
        debts.take(attempt=debt.pk, by=user, at=LATER)
    with pytest.raises(debts.DebtRefused, match="role"):
        debts.close(attempt=debt.pk, finding="fault", by=user, at=LATER)
    debt.refresh_from_db()
    assert (debt.owner, debt.closed_at) == (None, None)


def test_it_is_taken_once_closed_by_who_took_it_and_stays_on_record():
    home = house.build()
    debt = reached(home)
    chen, xu, address = signed_in(home.chen), second_compliance(home), f"/debts/{debt.pk}"
    assert chen.post(f"{address}/close/", {"finding": "fault"}).status_code == 302  # nobody took it: nothing is closed
    assert RefusalDebt.objects.get().closed_at is None
    assert chen.post(f"{address}/take/").status_code == 302
    assert chen.post(f"{address}/take/").status_code == 302  # a second click is none
    for deed in (
        lambda: debts.take(attempt=debt.pk, by=xu, at=LATER),
        lambda: debts.close(attempt=debt.pk, finding="fault", by=xu, at=LATER),
    ):
        with pytest.raises(debts.DebtRefused, match=r"taken|not_yours"):
            deed()
    assert chen.post(f"{address}/close/", {"finding": "because"}).status_code == 400
    assert chen.post(f"{address}/close/").status_code == 400
    assert chen.post(f"{address}/close/", {"finding": "fault"}).status_code == 302
    assert chen.post(f"{address}/close/", {"finding": "wished"}).status_code == 302
    debt.refresh_from_db()
    assert (debt.owner, debt.finding, debt.closed_at is None) == (home.chen, "fault", False)
    acts = Entry.objects.filter(act__startswith="debt.").order_by("seq").values_list("act", "actor", "subject")
    assert list(acts) == [("debt.taken", home.chen.pk, debt.subject_id), ("debt.closed", home.chen.pk, debt.subject_id)]
    assert tile(home) == []
    seen = board(home)
    assert (seen.open, seen.standing, [owed.debt.pk for owed in seen.closed]) == ([], 0, [debt.pk])


def test_who_works_here_no_more_leaves_the_debt_to_a_colleague():
    home = house.build()
    debt, xu = reached(home), second_compliance(home)
    debts.take(attempt=debt.pk, by=xu, at=LATER)
    assert [owed.free for owed in board(home).open] == [False]
    people.close_account(user=xu, by=home.zhao, at=LATER)
    assert [owed.free for owed in board(home).open] == [True]
    debts.take(attempt=debt.pk, by=home.chen, at=LATER)
    debts.close(attempt=debt.pk, finding="colleague", by=home.chen, at=LATER)
    assert RefusalDebt.objects.get().owner == home.chen


def test_whoever_called_and_is_an_officer_by_now_neither_takes_nor_closes_it():
    """
    Li calls Wang after a no, and works in compliance the day after
    """
    home = house.build()
    debt = reached(home)
    User.objects.filter(pk=home.li.pk).update(role="compliance")
    li = User.objects.get(pk=home.li.pk)
    with pytest.raises(debts.DebtRefused, match="own"):
        debts.take(attempt=debt.pk, by=li, at=LATER)
    with pytest.raises(debts.DebtRefused, match="not_yours"):
        debts.close(attempt=debt.pk, finding="wished", by=li, at=LATER)
    assert [(owed.free, owed.own) for owed in board(home, by=li).open] == [(False, True)]
    assert [(owed.free, owed.own) for owed in board(home).open] == [(True, False)]
    page = signed_in(li).get("/debts/").content.decode()
    assert ("You made this call yourself" in page, f"/debts/{debt.pk}/take/" in page) == (True, False)
    debts.take(attempt=debt.pk, by=home.chen, at=LATER)
    debts.close(attempt=debt.pk, finding="colleague", by=home.chen, at=LATER)
    assert RefusalDebt.objects.get().owner == home.chen


def test_a_debt_that_is_not_there_is_neither_taken_nor_closed():
    home = house.build()
    for deed in (debts.take, lambda **told: debts.close(**told, finding="fault")):
        with pytest.raises(debts.DebtRefused, match="gone"):
            deed(attempt=uuid4(), by=home.chen, at=LATER)
    assert Entry.objects.filter(act__startswith="debt.").count() == 0


def test_who_has_left_is_an_id_on_the_board_and_the_debt_can_still_be_closed():
    """(J1)"""
    home = house.build()
    debt = reached(home)
    assert board(home).open[0].card.name == "王*"
    erase.one(debt.subject_id, by=house.BY, at=LATER)
    with time_machine.travel(LATER, tick=False):
        page = signed_in(home.chen).get("/debts/").content.decode()
    assert (str(debt.subject_id)[:8] in page, "王*" in page, "1234" in page) == (True, False, False)
    debts.take(attempt=debt.pk, by=home.chen, at=LATER)
    debts.close(attempt=debt.pk, finding="reported", by=home.chen, at=LATER)
    assert board(home).open == []


def test_a_reader_whose_pledge_lapsed_sees_no_more_than_masks():
    """(A10)"""
    home = house.build()
    reached(home)
    far = house.NOON + timedelta(days=4000)
    Contact.objects.update(delete_on=far + DAY)
    card = board(home, at=far).open[0].card
    assert (card.name, [phone.text for phone in card.phones]) == ("王*", ["138 **** 1234"])


def test_the_board_costs_the_same_for_one_and_for_many(monkeypatch):
    home = house.build()

    def cost():
        user = User.objects.get(pk=home.chen.pk)
        with CaptureQueriesContext(connection) as asked:
            debts_page.of(by=user, at=LATER)
        return len(asked)

    reached(home, "13800006000")
    cost()
    before = cost()
    for n in range(1, 5):
        reached(home, f"1380000600{n}")
    assert (cost(), board(home).standing) == (before, 5)
    monkeypatch.setattr(debts_page, "MOST", 2)
    shown = board(home)
    assert (len(shown.open), shown.standing) == (2, 5)
