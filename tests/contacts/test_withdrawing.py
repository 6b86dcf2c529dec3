"""A withdrawal that staff record: two clicks, heard in the same second, whole or in part, by compliance for anybody."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from audit.models import Entry
from consent import gate, suppression
from consent.models import Consent, ConsentEvent
from contacts import usage
from contacts.models import Contact
from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LATER = house.NOON + timedelta(hours=1)


def enter(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def meet(home):
    sent, _receipt = house.arrive(home.event, house.WANG, channels=("call", "sms", "share"))
    return Contact.objects.get(pk=sent.subject_id)


def asks(home, contact, action, at=LATER):
    counts = usage.of([contact.pk], at=at)
    return gate.peek_many([contact.pk], action, by=home.li, at=at, usage=counts)[contact.pk].reason


def test_button_and_confirm_and_the_gate_has_heard_it_in_the_same_second():
    home = house.build()
    contact = meet(home)
    with time_machine.travel(LATER, tick=False):
        client = enter(home.li)
        person = client.get(f"/contacts/{contact.pk}/").content.decode()
        assert f'href="/contacts/{contact.pk}/withdraw/"' in person  # the first click
        form = client.get(f"/contacts/{contact.pk}/withdraw/").context["form"]
        assert asks(home, contact, "call") == "allowed"
        chosen = {name: form[name].value() or "" for name in ("scope", "method")}
        assert client.post(f"/contacts/{contact.pk}/withdraw/", chosen).status_code == 302  # the second
    assert {action: asks(home, contact, action) for action in ("call", "sms", "share")} == {
        "call": "suppressed",
        "sms": "suppressed",
        "share": "suppressed",
    }
    assert {row.state for row in Consent.objects.filter(subject=contact.pk)} == {"withdrawn"}


@pytest.mark.parametrize(
    ("part", "left"),
    [
        ("sms_info/sms", {"call": "allowed", "sms": "withdrawn", "share": "allowed"}),
        ("partner_share/share", {"call": "allowed", "sms": "allowed", "share": "withdrawn"}),
        ("phone_contact/call", {"call": "withdrawn", "sms": "allowed", "share": "allowed"}),
    ],
)
def test_a_part_stops_and_the_rest_stands(part, left):
    home = house.build()
    contact = meet(home)
    with time_machine.travel(LATER, tick=False):
        client = enter(home.li)
        client.post(f"/contacts/{contact.pk}/withdraw/", {"scope": part, "method": "letter"})
        page = client.get(f"/contacts/{contact.pk}/").content.decode()
    assert {action: asks(home, contact, action) for action in left} == left
    assert page.count('<span class="badge bad">') == 1
    assert suppression.subjects_suppressed([contact.pk]) == set()
    event = ConsentEvent.objects.get(consent__subject=contact.pk, after="withdrawn")
    assert (event.method, event.recorded_by, event.actor) == ("letter", home.li, "staff")


def test_what_is_stopped_is_not_offered_again():
    home = house.build()
    contact = meet(home)
    client = enter(home.li)
    client.post(f"/contacts/{contact.pk}/withdraw/", {"scope": "sms_info/sms", "method": "spoken"})
    offered = [
        value for value, _words in client.get(f"/contacts/{contact.pk}/withdraw/").context["form"]["scope"].field.choices
    ]
    assert offered == ["", "partner_share/share", "phone_contact/call"]


@pytest.mark.parametrize("wrong", [{"scope": "everything/all"}, {"scope": "sms_info"}, {"method": ""}, {"method": "telepathy"}])
def test_bad_input_stops_nothing_and_says_so(wrong):
    home = house.build()
    contact = meet(home)
    answer = enter(home.li).post(f"/contacts/{contact.pk}/withdraw/", {"scope": "", "method": "spoken"} | wrong)
    assert (answer.status_code, asks(home, contact, "call")) == (400, "allowed")


def test_compliance_records_it_for_anybody_and_a_colleague_elsewhere_for_nobody():
    home = house.build()
    contact = meet(home)
    sent = {"scope": "", "method": "letter"}
    assert enter(home.he).post(f"/contacts/{contact.pk}/withdraw/", sent).status_code == 404
    for name in ("zhao", "sun"):
        assert enter(getattr(home, name)).post(f"/contacts/{contact.pk}/withdraw/", sent).status_code == 403
    assert asks(home, contact, "call") == "allowed"
    assert enter(home.chen).post(f"/contacts/{contact.pk}/withdraw/", sent).status_code == 302
    assert asks(home, contact, "call", at=LATER + timedelta(days=300)) == "suppressed"
    assert Entry.objects.filter(act="consent.withdrawn", actor=home.chen.pk, subject=contact.pk).count() == 3


def test_withdrawn_twice_is_withdrawn_once():
    home = house.build()
    contact = meet(home)
    client = enter(home.li)
    for _n in range(2):
        assert client.post(f"/contacts/{contact.pk}/withdraw/", {"scope": "", "method": "spoken"}).status_code == 302
    assert ConsentEvent.objects.filter(consent__subject=contact.pk, after="withdrawn").count() == 3
