"""Whom an advisor noted from a card: one invitation, and nothing else whatever is tried (C8, 消法 29(3))."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from consent import gate
from consent.actions import ACTIONS
from consent.gate import Usage
from consent.models import Decision, SmsMessage
from contacts import erase, person_page
from contacts.intake import asserting, inviting
from contacts.models import Contact
from tests import house
from tests.proofs.cast import enter
from vault import phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
DAY = timedelta(days=1)
LINK = "https://crm.example.cn/e/fair/"
USES = sorted(set(ACTIONS) - {"invite"})


@pytest.fixture
def home():
    return house.build()


def note(event, by, at, number=house.ZHOU):
    contact, _new = asserting.quick(event=event, name="周敏", number=phone.normalise(number), by=by, at=at)
    return Contact.objects.select_related("event", "book").get(pk=contact.pk)


def sent():
    return list(SmsMessage.objects.values_list("template", flat=True))


@pytest.mark.parametrize("action", USES)
@pytest.mark.parametrize("invited", [False, True])
def test_every_use_of_a_card_contact_is_denied_before_and_after_the_invitation(home, action, invited):
    """Calls, looks, messages, passing on, a query: denied on each of the seven days (C8)."""
    contact = note(home.event, home.li, house.NOON)
    if invited:
        inviting.invite(contact=contact, link=LINK, by=home.li, at=house.NOON)
    for day in range(7):
        with transaction.atomic():
            asked = {"subject": contact.pk, "action": action, "usage": Usage(), "in_book": True, "may": True}
            told = gate.ask(by=home.li, **asked, at=house.NOON + day * DAY)
        known = (ACTIONS[action].purpose, ACTIONS[action].channel) == ("phone_contact", "call")
        why = "no_contract" if ACTIONS[action].basis == "contract" else "asserted" if known else "no_consent"
        assert (told.allowed, told.reason) == (False, why)


def test_the_one_thing_that_is_allowed_is_allowed_once(home):
    """dial(marketing) denied, “send consent invitation” allowed once (C8)."""
    contact = note(home.event, home.li, house.NOON)
    shown = person_page.of(contact, by=home.li, at=house.NOON)
    assert (shown.verdict.reason, shown.invite.reason) == ("asserted", "allowed")
    inviting.invite(contact=contact, link=LINK, by=home.li, at=house.NOON)
    with pytest.raises(inviting.InviteRefused, match="invited"):
        inviting.invite(contact=contact, link=LINK, by=home.li, at=house.NOON + 6 * DAY)
    assert sent() == ["invite"]


def test_at_the_doors_too_nothing_but_the_invitation_leaves(home):
    """The buttons that are not there do not work either (C8)."""
    contact, li = note(home.event, home.li, house.NOON), enter(home.li)
    row = contact.phones.get()
    with time_machine.travel(house.NOON, tick=True):
        assert li.post(f"/contacts/{contact.pk}/call/{row.pk}/").status_code == 403
        for _click in range(2):
            assert li.post(f"/contacts/{contact.pk}/invite/").status_code == 302
    assert sent() == ["invite"]
    assert list(Decision.objects.filter(allowed=True).values_list("action", flat=True)) == ["invite"]


@pytest.mark.parametrize(("days", "asked"), [(0, 1), (8, 1), (179, 1), (181, 2)])
@pytest.mark.parametrize("gone", [False, True])
def test_another_card_in_another_book_is_not_another_invitation(home, days, asked, gone):
    """Whoever was silent is not asked anew by the next advisor, nor once the first note has left (C8, C10)."""
    first = note(home.event, home.li, house.NOON)
    inviting.invite(contact=first, link=LINK, by=home.li, at=house.NOON)
    if gone:
        erase.one(first.pk, by=home.chen, at=house.NOON)
    at = house.NOON + days * DAY
    inviting.invite(contact=note(home.far, home.he, at), link=LINK, by=home.he, at=at)  # and He hears no difference
    assert sent() == ["invite"] * asked


def test_the_invitation_leads_to_a_form_and_only_a_code_opens_anything(home, settings):
    """After it the card contact acts themself, or leaves (C8, C6)."""
    settings.DEMO = True
    contact = note(home.event, home.li, house.NOON)
    inviting.invite(contact=contact, link=LINK, by=home.li, at=house.NOON)
    assert Client().get("/e/fair/").status_code == 200
    sent_, _receipt = house.arrive(home.event, house.ZHOU, at=house.NOON + timedelta(minutes=2))
    assert sent_.subject_id == contact.pk
    assert person_page.of(contact, by=home.li, at=house.NOON + timedelta(minutes=3)).verdict.allowed
