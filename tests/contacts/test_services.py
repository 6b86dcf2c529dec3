"""Services × purposes × withdrawals: nothing that does not depend on what was taken back is denied because of it (A8)."""

from datetime import date
from itertools import permutations

import pytest
import time_machine
from django.db import transaction

from audit.trail import Self_
from consent import gate, ledger, services
from consent.actions import ACTIONS
from consent.ledger import Ask
from consent.models import Consent, Evidence, NoticePurpose
from contacts import clients, continuing, contracts, usage, withdrawal
from contacts.models import Contact
from tests import house
from tests.contacts.sheetwork import taker
from tests.contacts.test_service_calls import LATER, declare
from tests.proofs.cast import enter

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
CALL, SMS, SHARE = ("phone_contact", "call"), ("sms_info", "sms"), ("partner_share", "share")


class Undone(Exception):
    """Takes a world back to where it was."""


@pytest.fixture
def home():
    """Version 1 names consent alone, version 2 also the contract; a partner stands to whom people are passed on."""
    with time_machine.travel(LATER, tick=False):
        built = house.build()
        built.old, built.new = built.event, declare(built)
        taker(built)
        yield built


def meet(home, *, renewed=()):
    """Somebody who agreed to all three by version 1, anew to some by version 2, and whose contract runs."""
    subject = house.arrive(home.old, house.WANG, channels=("call", "sms", "share"))[0].subject_id
    for purpose, channel in renewed:
        again(home, subject, purpose, channel, at=LATER - house.timedelta(hours=1))
    contact = Contact.objects.get(pk=subject)
    clients.mark(contact=contact, since=date(2026, 3, 1), until=None, by=home.li, at=LATER)
    return Contact.objects.get(pk=subject)


def again(home, subject, purpose, channel, *, at):
    tick = NoticePurpose.objects.get(version=home.new.notice_version, purpose=purpose, channel=channel)
    with transaction.atomic():
        proof = Evidence.objects.create(subject_id=subject, kind="otp", digest="x" * 64, created_at=at)
        how = {"language": "zh", "by": Self_(subject), "at": at, "method": "own_page", "form": "separate", "grade": "A"}
        ledger.give([Ask(subject, tick, "visitor")], evidence={subject: proof}, **how)


def no(contact, pair):
    told = {"method": "own_page", "reason": "withdrawal", "by": Self_(contact.pk), "at": LATER}
    withdrawal.withdraw(subject=contact.pk, scope={pair}, **told)


def open_to(home, contact):
    """Every action of the house that the gate allows for this person now."""
    contact.refresh_from_db()
    found = set()
    for action in ACTIONS:
        counts = usage.of([contact.pk], at=LATER)[contact.pk]
        counts = gate.Usage(**(vars(counts) | {"client": contracts.runs(contact, at=LATER)}))
        said = gate.peek_many([contact.pk], action, by=home.li, at=LATER, usage={contact.pk: counts})
        found |= {action} if said[contact.pk].allowed else set()
    return found


@pytest.mark.parametrize("renewed", [(), (CALL,), (SMS,), (CALL, SMS)], ids=len)
def test_whatever_is_taken_back_in_whatever_order_what_does_not_need_it_stays_open(home, renewed):
    """Every order of every set of withdrawals, over who read which notice; a service that does need it is closed."""
    contact = meet(home, renewed=renewed)
    before = open_to(home, contact)
    marketing = {"call", "reveal_call_by_hand", "reveal_callback", "reveal_check", "sms", "share"}
    assert before == marketing | ({"service_call"} if renewed else set())
    for order in (order for n in (1, 2, 3) for order in permutations((CALL, SMS, SHARE), n)):
        with pytest.raises(Undone), transaction.atomic():
            gone, had = set(), before
            for pair in order:
                no(contact, pair)
                gone.add(pair[0])
                now = open_to(home, contact)
                ended = {action for code in services.ended_by(gone) for action in services.SERVICES[code].actions}
                assert now == had - ended, (order, pair)
                had = now
            raise Undone


@pytest.mark.parametrize(("first", "second"), [(CALL, SMS), (SMS, CALL)])
def test_a_notice_that_was_read_only_after_the_no_still_opens_nothing(home, first, second):
    """A9 stands: the same two notices, and the yes to the second one comes after the no."""
    contact = meet(home)
    no(contact, first)
    again(home, contact.pk, *second, at=LATER + house.timedelta(seconds=1))
    assert Consent.objects.get(subject=contact.pk, channel=second[1]).notice_version == home.new.notice_version
    assert "service_call" not in open_to(home, contact)


def test_the_pages_say_what_a_stop_ends_and_what_goes_on(home, client):
    """By the table alone: on the receipt, for staff before and after."""
    contact = meet(home, renewed=(SMS,))
    path = f"/contacts/{contact.pk}/withdraw/"
    browser = enter(home.li)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "Only: Phone contact. It ends: answers by telephone to what was asked" in browser.get(path).content.decode()
    sent = {"scope": "phone_contact/call", "method": "spoken"}
    page = browser.post(path, sent, follow=True).content.decode()
    going = "materials and answers by text message · an offer of a partner · service of a contract that runs"
    assert f"It goes on: {going}." in page
    assert continuing.left(contact, at=LATER) == going.split(" · ")
    no(contact, SMS)
    no(contact, SHARE)
    assert continuing.left(contact, at=LATER) == ["service of a contract that runs"]


def test_the_receipt_says_beside_each_purpose_what_its_stop_ends(home, client):
    _sent, receipt = house.arrive(home.old, house.ZHOU, channels=("call", "sms"))
    page = client.get(f"/w/{receipt.stop_token}/", headers={"accept-language": "en"}).content.decode()
    for name in ("answers by telephone to what was asked", "materials and answers by text message"):
        assert f"To stop it ends: {name}. Nothing else depends on it." in page
    assert "an offer of a partner" not in page
