"""After a no: what served only what was stopped is erased at once, what stands on another basis goes on and says why (D6, A8)."""

from datetime import date, timedelta

import pytest
import time_machine

from audit.models import Entry
from audit.trail import Self_
from consent import gate
from contacts import clients, continuing, contracts, hold, keeps, rule_changes, sweep, usage, withdrawal
from tests import house
from tests.contacts.test_own_page import opened
from tests.contacts.test_service_calls import LATER, declare
from tests.proofs.cast import DUAN, FANG, bring, enter

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
CALL, SMS = ("phone_contact", "call"), ("sms_info", "sms")


@pytest.fixture
def home():
    """Fang, with every field, by the notice that declares the contract; a client since yesterday."""
    with time_machine.travel(LATER, tick=False):
        built = house.build()
        built.old, built.new = built.event, declare(built)
        built.fang, receipt = bring(built.new, FANG, by=built.li, at=house.NOON)
        built.stop = receipt.stop_token
        clients.mark(contact=built.fang, since=date(2026, 3, 1), until=None, by=built.li, at=LATER)
        yield built


def fields(contact):
    contact.refresh_from_db()
    return {name for name in keeps.REST if getattr(contact, name) is not None}


def no(contact, *scope, reason="withdrawal"):
    withdrawal.withdraw(
        subject=contact.pk, scope=set(scope) or None, method="link", reason=reason, by=Self_(contact.pk), at=LATER
    )


def each(contact):
    """Take back one after the other, as nobody does who says stop to everything."""
    for pair in sorted(contact.subject.consents.values_list("purpose_id", "channel")):
        no(contact, pair)


def service(home, contact):
    counts = usage.of([contact.pk], at=LATER)[contact.pk]
    counts = gate.Usage(**{**vars(counts), "client": contracts.runs(contact, at=LATER)})
    how = {"usage": counts, "in_book": True, "may": True, "at": LATER, "by": home.li}
    return gate.ask(subject=contact.pk, action="service_call", **how).reason


def test_what_served_only_what_was_stopped_is_erased_in_the_same_step(home):
    assert fields(home.fang) == set(keeps.REST)
    each(home.fang)
    assert fields(home.fang) == set()
    entries = Entry.objects.filter(act="contact.narrowed", subject=home.fang.pk)
    assert [entry.reason for entry in entries] == ["withdrawn"]
    assert (home.fang.name is not None, home.fang.phones.count()) == (True, 2)


def test_a_field_stays_while_one_purpose_that_lists_it_stands(home):
    """Text messages list what was noted as calls do; so one of the two alone takes nothing away."""
    pairs = sorted(home.fang.subject.consents.values_list("purpose_id", "channel"))
    assert CALL in pairs and SMS in pairs
    no(home.fang, CALL)
    assert fields(home.fang) == set(keeps.REST)
    no(home.fang, SMS)
    assert fields(home.fang) == set()


def test_a_case_keeps_what_there_is_and_a_wrong_number_is_nobodys_no(home):
    hold.place(contact=home.fang, case_ref="1", reason="dispute", review_on=LATER.date(), by=home.chen, at=LATER)
    each(home.fang)
    assert fields(home.fang) == set(keeps.REST)
    duan, _receipt = bring(home.far, DUAN, by=home.he, at=house.NOON)
    no(duan, reason="wrong_number")
    assert fields(duan) == set(keeps.REST)


def test_the_contract_goes_on_on_its_own_basis_until_it_ends(home):
    """A8: who took every consent back, one by one, is served under the contract that their notice declared."""
    each(home.fang)
    home.fang.refresh_from_db()
    assert (home.fang.delete_on, home.fang.delete_rule, home.fang.narrow_on) == (keeps.LASTING, "contract", None)
    assert service(home, home.fang) == "allowed"
    assert sweep.run(by=house.BY, at=LATER + timedelta(days=400)).deleted == 0
    clients.mark(contact=home.fang, since=date(2026, 3, 1), until=date(2026, 3, 2), by=home.li, at=LATER)
    home.fang.refresh_from_db()
    assert (home.fang.delete_on, home.fang.delete_rule) == (keeps.after_day(date(2026, 3, 2)), "contract")
    assert sweep.run(by=house.BY, at=home.fang.delete_on).deleted == 1


def test_who_says_stop_to_everything_or_was_never_told_leaves(home):
    old, _receipt = bring(home.old, DUAN, by=home.li, at=house.NOON)
    clients.mark(contact=old, since=date(2026, 3, 1), until=None, by=home.li, at=LATER)
    each(old)
    no(home.fang)
    for contact in (old, home.fang):
        contact.refresh_from_db()
        assert (contact.delete_rule, continuing.of([contact], at=LATER)[contact.pk]) == ("withdrawn", [])


def test_a_statute_keeps_name_and_number_only_and_both_are_told_to_the_person(home, client):
    change = rule_changes.propose(code="profile", value="bank", by=home.chen, at=LATER)
    rule_changes.decide(change_id=change.pk, yes=True, by=home.zhao, at=LATER)
    each(home.fang)
    home.fang.refresh_from_db()
    told = continuing.of([home.fang], at=LATER)[home.fang.pk]
    assert [(row.rule, row.until) for row in told] == [("contract", None), ("keep_aml", None)]
    answer = client.get(f"/w/{home.stop}/", headers={"accept-language": "en"}).content.decode()
    assert ["What continues on another basis" in answer, "deleted at the next nightly sweep" in answer] == [True, False]
    assert ("continues because of" in answer, "is erased" in answer) == (True, True)


def test_before_any_no_nothing_is_said_to_be_erased(home, client):
    answer = client.get(f"/w/{home.stop}/", headers={"accept-language": "en"}).content.decode()
    assert ("is erased" in answer, "What continues on another basis" in answer) == (False, True)


def test_staff_read_on_the_answer_what_continues(home):
    browser = enter(home.li)
    pairs = [
        f"{purpose}/{channel}" for purpose, channel in sorted(home.fang.subject.consents.values_list("purpose_id", "channel"))
    ]
    for pair in pairs:
        answer = browser.post(
            f"/contacts/{home.fang.pk}/withdraw/",
            {"scope": pair, "method": "spoken"},
            headers={"accept-language": "en"},
            follow=True,
        )
    assert (answer.status_code, "Service of a contract continues because of" in answer.content.decode()) == (200, True)


def test_while_a_contract_runs_nobody_reads_a_day_that_no_calendar_has(home, settings):
    """The end that is not known yet is a sentence, not the year 3000, for the person and for their advisor."""
    settings.DEMO = True
    with time_machine.travel(LATER, tick=True):
        each(home.fang)
        phone = opened(FANG.mobile)
        pages = [phone.get(path).content.decode() for path in ("/me/", "/me/copy/")]
        pages.append(enter(home.li).get(f"/contacts/{home.fang.pk}/").content.decode())
        [record] = phone.get("/me/copy.json").json()["records"]
    assert [("合同存续期间不会删除" in page, "3000-01" in page, "2999-12" in page) for page in pages] == [
        (True, False, False)
    ] * 3
    assert ("您同意的事项已全部停止" in pages[0], "剩余信息在下列日期删除" in pages[0]) == (True, False)
    assert record["leaves"] == {"on": "", "rule": "contract"}
