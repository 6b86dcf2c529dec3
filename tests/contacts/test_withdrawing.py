"""A withdrawal that staff record: two clicks, heard in the same second, whole or in part, by compliance for anybody."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from audit.models import Entry
from audit.trail import System
from consent import chain, evidence_files, gate, proofs, suppression
from consent.models import Consent, ConsentEvent, Evidence, Handle, PaperPage
from consent.stores import chosen
from consent.stores.store import StoreAway
from contacts import erase, review_queue, usage
from contacts.forms.papers import PROBLEMS
from contacts.models import Contact, OwnVisit
from contacts.own import copying
from tests import evidence, house
from tests.contacts.sheetwork import taker

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
    taker(home)
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


def paper():
    target = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(target, "JPEG")
    return target.getvalue()


def post_letter(home, contact, data, scope="sms_info/sms", by="li"):
    sent = {"scope": scope, "method": "letter", "file": SimpleUploadedFile("letter.jpg", data)}
    return enter(getattr(home, by)).post(f"/contacts/{contact.pk}/withdraw/", sent)


@pytest.fixture
def kept(settings, tmp_path):
    """Where letters are kept: a folder of this test's own."""
    return evidence.store("folder", settings, tmp_path)


def test_a_letter_is_kept_with_the_withdrawal_it_proves_in_the_same_step(kept):
    """D1: one post; the proof stands in the chained event, opens on record, is in the person's copy, and is no yes."""
    home = house.build()
    contact = meet(home)
    with time_machine.travel(LATER, tick=False):
        assert post_letter(home, contact, paper()).status_code == 302
        event = ConsentEvent.objects.get(consent__subject=contact.pk, after="withdrawn")
        page = PaperPage.objects.get(subject=contact.pk)
        assert (event.evidence.kind, event.evidence_id, event.method) == ("letter", page.letter_id, "letter")
        assert (event.event_hash, page.version, page.ticks) == (chain.event_hash(event), None, None)
        assert {action: asks(home, contact, action) for action in ("call", "sms")} == {"call": "allowed", "sms": "withdrawn"}
        shown = enter(home.chen).get(f"/contacts/{contact.pk}/papers/{page.pk}/")
        assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
        assert (
            "letter of withdrawal"
            in enter(home.li).get(f"/contacts/{contact.pk}/papers/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
        )
    assert [proofs.papers_of(head) for head in Consent.objects.filter(subject=contact.pk)] == [[], [], []]
    assert review_queue.papers(LATER).count() == 0
    mark = Handle.objects.get(subject=contact.pk).fingerprint
    [record] = copying.of(OwnVisit(fingerprint=mark), at=LATER)["records"]
    assert record["letters"] == [{"kept": "2026-03-02T05:00:00Z", "sha256": event.evidence.digest}]


def test_the_letter_leaves_with_the_person_and_its_digest_stays(kept):
    """D1, O1: as all evidence."""
    home = house.build()
    contact = meet(home)
    post_letter(home, contact, paper(), scope="")
    assert len(kept.files()) == 1
    erase.one(contact.pk, by=System("sweep"), at=LATER)
    evidence_files.empty_outbox()
    page, proof = PaperPage.objects.get(), Evidence.objects.get(kind="letter")
    assert (kept.files(), page.file_key, len(proof.digest)) == ({}, None, 64)


@pytest.mark.parametrize("data", [b"just words", b""])
def test_what_is_no_letter_is_not_kept_and_takes_nobodys_no_away(kept, data):
    """D1: the no counts, and the page says what became of the file."""
    home = house.build()
    contact = meet(home)
    answer = post_letter(home, contact, data, scope="")
    told = [str(one) for one in get_messages(answer.wsgi_request)]
    assert (answer.status_code, any(str(PROBLEMS["kind"]) in one for one in told)) == (302, True)
    assert (asks(home, contact, "call"), PaperPage.objects.count(), kept.files()) == ("suppressed", 0, {})


def test_where_the_store_is_away_the_no_is_heard_all_the_same(kept, monkeypatch):
    """D1, D2: a picture that cannot be kept delays nobody's no."""
    home = house.build()
    contact = meet(home)

    def away(self, name, blob):
        raise StoreAway

    monkeypatch.setattr(type(chosen.store()), "put", away)
    answer = post_letter(home, contact, paper(), scope="")
    assert (answer.status_code, asks(home, contact, "call"), PaperPage.objects.count()) == (302, "suppressed", 0)
    told = [str(one) for one in get_messages(answer.wsgi_request)]
    assert any("could not be kept" in one or "无法保存" in one for one in told)
    assert Evidence.objects.filter(kind="letter").count() == 0
