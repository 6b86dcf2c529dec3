"""The door of the person's own page is the same for every number, and only the worker looks who bears it (K6)."""

import re

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from audit import trail
from consent.models import SmsMessage
from contacts import canaries, erase
from contacts.intake import asserting, visiting
from contacts.intake.arriving import Draft
from contacts.models import Phone
from contacts.own import bearers, entering
from tests import house
from tests.contacts.test_own_page import LATER, clock, home, meet, opened
from tests.proofs.surfaces import Ask, post
from tests.proofs.worlds import told
from tests.shared import undone
from vault import index, phone

__all__ = ["clock", "home"]  # fixtures
pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def heard(number, *, code="000000"):
    """What a browser sees of a number at the door: every byte, header and query, twice over."""
    browser = Client()
    asks = [
        Ask("/me/"),
        post("/me/", number=number),
        Ask("/me/"),
        post("/me/code/", code=code),
        post("/me/code/", code="no code"),
        Ask("/me/"),
        post("/me/", number=f"+86 {number}"),
        Ask("/me/copy/"),
        post("/me/stop/"),
        post("/me/again/"),
    ]
    with undone(), time_machine.travel(LATER + house.timedelta(minutes=5), tick=False):
        return [quiet(told(browser, ask)) for ask in asks]


def quiet(answer):
    page, main, vault = answer
    return re.sub(r"own=[0-9A-Za-z_-]{32}", "own=TOKEN", page), main, vault


def test_the_door_tells_nothing_of_a_number_known_refused_erased_planted_or_unknown(home, settings):
    refused, gone, planted = "13922225678", "13933335678", "13944445678"
    meet(home)
    meet(home, refused)
    left = meet(home, gone)
    opened(refused).post("/me/stop/")
    erase.one(left, by=house.BY, at=LATER)
    canaries.plant(event=home.event, name="林小溪", number=phone.normalise(planted), by=home.chen, at=LATER)
    settings.DEMO = False
    heard(house.QIAN)  # what the process remembers between requests is warm now
    unknown = heard(house.QIAN)
    assert [status.split("\n")[0] for status, _main, _vault in unknown] == [
        "200", "200", "200", "400", "400", "200", "200", "200", "200", "200",
    ]  # fmt: skip
    assert {number: heard(number) == unknown for number in (house.WANG, refused, gone, planted)} == {
        house.WANG: True, refused: True, gone: True, planted: True,
    }  # fmt: skip


def test_only_the_worker_looks_and_it_writes_to_nobody_it_does_not_know(home, settings):
    wang = meet(home)
    settings.DEMO = False
    for number in (house.WANG, house.QIAN):
        Client().post("/me/", {"number": number})
    assert SmsMessage.objects.filter(template="own_page").count() == 0
    assert (entering.send_codes(at=LATER), entering.send_codes(at=LATER)) == (1, 0)
    assert [row.subject_id for row in SmsMessage.objects.filter(template="own_page")] == [wang]


def test_five_codes_an_hour_for_a_number_whoever_has_it(home):
    meet(home)
    for number in (house.WANG, house.QIAN):
        assert [Client().post("/me/", {"number": number}).status_code for _n in range(6)] == [302] * 5 + [429]


def test_what_happened_at_an_event_within_the_hour_is_not_told_by_the_count(home):
    house.arrive(home.event, house.WANG, at=LATER)  # one code of Wang's, an hour's count at the other door
    for number in (house.WANG, house.QIAN):
        assert [Client().post("/me/", {"number": number}).status_code for _n in range(6)] == [302] * 5 + [429]
    house.arrive(home.far, house.WANG, at=LATER)  # and nobody was locked out of an event by it


def test_a_second_number_that_nobody_confirmed_opens_nothing(home):
    """Two numbers typed by staff: the first opens the record, the second may be a colleague's."""
    digits = (phone.normalise(house.ZHOU), phone.normalise(house.QIAN))
    draft = Draft(name="周静", numbers=digits)
    ticks = {draft.subject: [row.tick for row in home.event.ticks.select_related("tick") if row.tick.channel == "call"]}
    asserting.many([draft], ticks=ticks, kind="assertion", event=home.event, source="quick", by=home.li, at=LATER)
    first, second = (index.fingerprint(number.digits) for number in digits)
    assert (list(bearers.of(first)), list(bearers.of(second))) == ([draft.subject], [])
    row = Phone.objects.get(contact=draft.subject, position=1)
    with transaction.atomic():
        trail.record("contact.changed", by=house.BY, at=LATER, subject=draft.subject)
        Phone.objects.filter(pk=row.pk).update(confirmed_at=LATER)
    assert (list(bearers.of(first)), list(bearers.of(second))) == ([], [draft.subject])


def test_a_code_confirms_the_number_it_went_to_and_no_other(home):
    """Staff typed two numbers; the second's bearer fills in the form: theirs is confirmed, and "again" goes to them."""
    numbers = (phone.normalise(house.ZHOU), phone.normalise(house.WANG))
    draft = Draft(name="周静", numbers=numbers)
    ticks = {draft.subject: [row.tick for row in home.event.ticks.select_related("tick") if row.tick.channel == "call"]}
    asserting.many([draft], ticks=ticks, kind="assertion", event=home.event, source="quick", by=home.li, at=LATER)
    sent, _none = house.arrive(home.event, house.WANG, confirm=False, at=LATER)
    assert sent.subject_id == draft.subject
    visiting.send_again(sent, language="zh-hans", at=LATER + house.timedelta(seconds=5))
    sent.refresh_from_db()
    code = visiting.subject_phone_screen(sent.subject_id).split("验证码 ")[1][:6]
    rows = Phone.objects.filter(contact=draft.subject)
    assert sent.phone_id == rows.get(position=1).pk
    at = LATER + house.timedelta(seconds=9)
    assert visiting.confirm(submission=sent, code=code, language="zh-hans", at=at) is not None
    assert list(rows.order_by("position").values_list("confirmed_at", flat=True)) == [None, at]
    assert [list(bearers.of(index.fingerprint(number.digits))) for number in numbers] == [[], [draft.subject]]


def test_a_number_found_wrong_lends_its_place_to_no_other(home):
    digits = (phone.normalise(house.ZHOU), phone.normalise(house.QIAN))
    draft = Draft(name="周静", numbers=digits)
    ticks = {draft.subject: [row.tick for row in home.event.ticks.select_related("tick") if row.tick.channel == "call"]}
    asserting.many([draft], ticks=ticks, kind="assertion", event=home.event, source="quick", by=home.li, at=LATER)
    with transaction.atomic():
        trail.record("contact.changed", by=house.BY, at=LATER, subject=draft.subject)
        Phone.objects.filter(contact=draft.subject, position=0).update(wrong_at=LATER)
    assert [list(bearers.of(index.fingerprint(number.digits))) for number in digits] == [[], []]


def test_whoever_has_a_number_now_that_was_found_wrong_is_a_person_of_their_own(home):
    """The form of an event does not lead to who had the number before: that record leaves, and their yes would with it."""
    before = meet(home)
    with transaction.atomic():
        trail.record("contact.changed", by=house.BY, at=LATER, subject=before)
        Phone.objects.filter(contact=before).update(wrong_at=LATER)
    sent, receipt = house.arrive(home.event, house.WANG, name="周静", at=LATER)
    assert (sent.subject_id != before, [row.state for row in receipt.consents]) == (True, ["given"])
    assert list(bearers.of(index.fingerprint(phone.normalise(house.WANG).digits))) == [sent.subject_id]
