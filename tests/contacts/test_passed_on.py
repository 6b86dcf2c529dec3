"""From whom a number came and to whom it went: the person reads it by name and by how to reach them (PIPL 17, 23; E8, H13)."""

import json
import re

import pytest
import time_machine
from django.test import Client

from consent import gate, partners
from contacts import importing, passed_on, person_page, usage
from contacts.intake import inviting, visiting
from contacts.models import Contact
from tests import house
from tests.contacts.sheetwork import PARTNER, commit, said, signed_in, standing, taker, text
from tests.contacts.test_own_page import code_on

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LATER = house.NOON + house.timedelta(hours=1)
HEADER = ["姓名", "手机", "单独同意编号", "同意时间", "同意内容"]
MAILBOX = "privacy@haisheng.example"


@pytest.fixture
def home(settings):
    settings.DEMO = True  # the demo phone lets a test read what the person reads
    with time_machine.travel(LATER, tick=True):
        yield house.build()


def passed(home):
    """Wang came in by a partner's list."""
    partner = standing(home)
    told = {
        "data": text([["王小诺", house.WANG, "UC-00001", "2026-02-01", f"向{partner.names_us}提供"]], HEADER),
        "name": "a.csv",
    }
    sheet = importing.upload(**told, event=home.event, by=home.li, at=house.NOON, provenance="partner", partner=partner)
    importing.remap(sheet=sheet, roles=sheet.mapping, encoding="", by=home.li, at=house.NOON)
    assert commit(importing.check(sheet.pk, at=house.NOON)).done == 1
    return Contact.objects.get(source="partner")


def enter(language):
    phone = Client(HTTP_ACCEPT_LANGUAGE=language)
    page = phone.post("/me/", {"number": house.WANG}, follow=True).content.decode()
    assert phone.post("/me/code/", {"code": code_on(page)}).status_code == 302
    return phone


def row(page, heading):
    """The cell beside this heading, or None."""
    found = re.search(rf'<th scope="row">{heading}</th><td>(.*?)</td>', page, re.S)
    return found and found[1]


@pytest.mark.parametrize(("language", "heading"), [("en", "Passed on to us by"), ("zh-hans", "由谁提供给我们")])
def test_the_person_reads_who_passed_them_on_by_name_and_how_to_reach_them(home, language, heading):
    passed(home)
    phone = enter(language)
    told = row(phone.get("/me/").content.decode(), heading)
    assert (f"<bdi>{PARTNER}</bdi>" in told, f"<bdi>{MAILBOX}</bdi>" in told) == (True, True)
    copy = phone.get("/me/copy/")
    assert row(copy.content.decode(), heading) == f"<bdi>{PARTNER}</bdi> · <bdi>{MAILBOX}</bdi>"
    [record] = json.loads(phone.get("/me/copy.json").content)["records"]
    assert (record["met"]["how"], record["met"]["partner"]) == ("partner", {"name": PARTNER, "contact": MAILBOX})


def test_who_came_by_themselves_reads_of_nobody(home):
    house.arrive(home.event, house.WANG)
    phone = enter("en")
    assert row(phone.get("/me/").content.decode(), "Passed on to us by") is None
    [record] = json.loads(phone.get("/me/copy.json").content)["records"]
    assert ("partner" in record["met"], record["passed_to"]) == (False, [])


@pytest.mark.parametrize(
    ("language", "name", "purpose"),
    [
        ("en", "Demo Partner Insurance Brokers Ltd.", "Passing to a partner"),
        ("zh-hans", "示范合作保险经纪有限公司", "转交合作方"),
    ],
)
def test_the_person_reads_to_whom_they_were_passed_by_name_and_how_to_reach_them(home, language, name, purpose):
    wang = house.arrive(home.event, house.WANG, channels=("call", "share"))[0].subject_id
    taker(home)
    counts = usage.of([wang], at=LATER)[wang]
    assert gate.ask(by=home.li, subject=wang, action="share", usage=counts, in_book=True, may=True, at=LATER).allowed
    phone = enter(language)
    page = phone.get("/me/").content.decode()
    assert f"<td><bdi>{name}</bdi><br><small><bdi>partner@insurer.example</bdi></small></td><td>{purpose}</td>" in page
    [record] = json.loads(phone.get("/me/copy.json").content)["records"]
    [gone] = record["passed_to"]
    assert (gone["purpose"], gone["to"], gone["contact"]) == ("partner_share", name, "partner@insurer.example")


def test_staff_read_it_too_and_say_it_first(home):
    contact = passed(home)
    page = signed_in(home.li).get(f"/contacts/{contact.pk}/").content.decode()
    assert f"<bdi>{PARTNER}</bdi> · <bdi>{MAILBOX}</bdi>" in page
    shown = person_page.of(contact, by=home.li, at=LATER)
    assert (shown.origin.partner.name, shown.origin.source) == (PARTNER, "passed on by a partner")


def test_it_costs_nothing_where_nobody_was_passed_on(home, django_assert_num_queries):
    house.arrive(home.event, house.WANG)
    people = list(Contact.objects.all())
    with django_assert_num_queries(0):
        assert (passed_on.by_whom(people), passed_on.to_whom([], [])) == ({}, [])


NAMED, ENGLISH = "示范合作保险经纪有限公司", "Demo Partner Insurance Brokers Ltd."


@pytest.mark.parametrize(
    ("entered", "reason"),
    [
        (None, "recipient_unknown"),
        ({}, "allowed"),
        ({"name": ENGLISH}, "allowed"),
        ({"name": PARTNER}, "recipient_unknown"),
        ({"purposes": ["phone_contact"]}, "recipient_unknown"),
        ({"takes": False, "gives": True, "names_us": "x"}, "recipient_unknown"),
        ({"valid_until": LATER.date()}, "allowed"),
        ({"valid_until": LATER.date(), "days": 1}, "recipient_unknown"),
        ({"ended": True}, "recipient_unknown"),
        ({"waiting": True}, "recipient_unknown"),
    ],
)
def test_nobody_is_passed_on_to_anybody_but_a_partner_whose_agreement_stands_that_day(home, entered, reason):
    wang = house.arrive(home.event, house.WANG, channels=("call", "share"))[0].subject_id
    told = dict(entered or {})
    at = LATER + house.timedelta(days=told.pop("days", 0))
    ended, waiting = told.pop("ended", False), told.pop("waiting", False)
    if entered is not None and not waiting:
        partner = taker(home, **told)
    if waiting:
        partners.enter(said(name=NAMED, gives=False, takes=True, purposes=["partner_share"]), by=home.chen, at=house.NOON)
    if ended:
        partners.end(partner_id=partner.pk, by=home.chen, at=house.NOON)
    counts = usage.of([wang], at=at)
    asked = {"by": home.li, "at": at, "in_book": True, "may": True}
    decision = gate.ask(subject=wang, action="share", usage=counts[wang], **asked)
    assert (decision.reason, decision.allowed, gate.explain(decision.pk).agrees) == (reason, reason == "allowed", True)
    assert gate.peek_many([wang], "share", by=home.li, at=at, usage=counts)[wang].reason == reason
    assert gate.ask(subject=wang, action="invite", usage=counts[wang], **asked).facts["recipient_known"] is True


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", f"【允诺示范】{PARTNER}向我们提供了您的号码，并称您已同意。可以给您打电话吗？"),
        ("en", f"[Yunnuo Demo] {PARTNER} passed your number on to us and says that you agreed. May we call you?"),
    ],
)
def test_the_invitation_says_who_passed_them_on_and_not_that_we_met(home, language, words):
    contact = passed(home)
    contact.language = language
    inviting.invite(contact=contact, link="https://crm.example/w/x/", by=home.li, at=LATER)
    screen = visiting.subject_phone_screen(contact.pk)
    assert screen.startswith(words)
    far = house.arrive(home.far, house.ZHOU, confirm=False)[0].subject_id
    met = Contact.objects.get(pk=far)
    inviting.invite(contact=met, link="https://crm.example/w/x/", by=home.he, at=LATER)
    assert visiting.subject_phone_screen(far).startswith("【允诺示范】我们在“far”上见过面。可以给您打电话吗？")
