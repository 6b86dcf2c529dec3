"""A no that was said aloud and recorded: heard at once, the recording kept with it, and never a yes (D4)."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import Entry
from audit.trail import System
from consent import chain, evidence_files, proofs
from consent.defence import file as defence
from consent.models import Consent, ConsentEvent, Evidence, FileOutbox, Handle, Recording, RefusalRecording
from consent.speech.decoding import speech_of
from consent.stores import chosen
from consent.stores.store import StoreAway
from contacts import erase, hold, review_queue
from contacts.doors.using import RECORDING
from contacts.forms.papers import PROBLEMS
from contacts.forms.speech import SENTENCES
from contacts.models import OwnVisit
from contacts.own import copying
from tests import evidence, house
from tests.audit.sealed import seal_here
from tests.consent.sounds import PLACE, sound
from tests.contacts.test_withdrawing import LATER, asks, enter, meet, paper

# That it stopped, what goes on (A8), and not a word against the file.
HEARD = ["已停止，即刻生效。其余同意仍然有效。", "照常提供：就所咨询的问题电话答复 · 合作方的方案。"]
pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def kept(settings, tmp_path):
    """Where recordings are kept: a folder of this test's own."""
    return evidence.store("folder", settings, tmp_path)


def say_no(home, contact, data, *, scope="sms_info/sms", by="li", method="spoken"):
    """The form of a withdrawal with a recording, sent; what the page says afterwards comes with the answer."""
    sent = {"scope": scope, "method": method, "file": SimpleUploadedFile("call.m4a", data)}
    with time_machine.travel(LATER, tick=False):
        answer = enter(getattr(home, by)).post(f"/contacts/{contact.pk}/withdraw/", sent)
    answer.said = [str(one) for one in get_messages(answer.wsgi_request)]
    return answer


def hear(home, contact, row, by="chen"):
    with time_machine.travel(LATER, tick=False):
        return enter(getattr(home, by)).get(f"/contacts/{contact.pk}/speech/{row.pk}/")


def test_a_recorded_no_is_heard_and_its_recording_is_the_proof_in_the_chained_event(kept):
    """
    12:00 Wang agrees to calls and messages
    13:00 Wang says to Li that no more messages are wanted, and the line records it
    """
    home = house.build()
    contact = meet(home)
    answer = say_no(home, contact, sound("m4a"))
    assert (answer.status_code, answer.said) == (302, HEARD)
    event, row = ConsentEvent.objects.get(after="withdrawn"), RefusalRecording.objects.get()
    assert (event.evidence.kind, event.evidence_id, event.method) == ("refusal", row.proof_id, "spoken")
    assert (event.event_hash, row.subject_id, row.added_by) == (chain.event_hash(event), contact.pk, home.li)
    assert {action: asks(home, contact, action) for action in ("call", "sms")} == {"call": "allowed", "sms": "withdrawn"}
    assert (row.seconds, row.sound) == (3, event.evidence.digest)
    assert Entry.objects.filter(act="evidence.added", actor=home.li.pk, subject=contact.pk).count() == 1


def test_it_is_made_anew_lies_closed_and_is_opened_by_whoever_may_open_evidence_on_record(kept):
    home = house.build()
    contact = meet(home)
    say_no(home, contact, sound("m4a"))
    row, [blob] = RefusalRecording.objects.get(), kept.files().values()
    assert (b"WAVE" in blob, PLACE.encode() in sound("m4a")) == (False, True)
    statuses = {name: hear(home, contact, row, by=name).status_code for name in ("li", "wu", "he", "chen", "zhao", "sun")}
    assert statuses == {"li": 404, "wu": 404, "he": 404, "chen": 200, "zhao": 403, "sun": 403}
    heard = hear(home, contact, row)
    assert (heard["Content-Type"], heard.content[:4], PLACE.encode() in heard.content) == ("audio/wav", b"RIFF", False)
    assert Entry.objects.filter(act="evidence.opened", actor=home.chen.pk, subject=contact.pk).count() == 2
    other = house.arrive(home.event, house.ZHOU)[0].subject_id
    assert enter(home.chen).get(f"/contacts/{other}/speech/{row.pk}/").status_code == 404


@pytest.mark.parametrize(("name", "plays"), [("li", False), ("chen", True)])
def test_it_stands_apart_among_the_evidence_and_plays_for_who_may_open_it(kept, name, plays):
    home = house.build()
    contact = meet(home)
    say_no(home, contact, sound("m4a"))
    with time_machine.travel(LATER, tick=False):
        page = enter(getattr(home, name)).get(f"/contacts/{contact.pk}/papers/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert ("Recorded refusals" in page, "says no" in page, "Recorded speech" in page) == (True, True, False)
    assert (str(RefusalRecording.objects.get().pk) in page) is plays


def test_it_never_speaks_for_a_yes(kept):
    home = house.build()
    contact = meet(home)
    say_no(home, contact, sound("m4a"), scope="")
    heads = Consent.objects.filter(subject=contact.pk)
    assert ([proofs.recordings_of(head) for head in heads], Recording.objects.count()) == ([[], [], []], 0)
    assert (review_queue.waiting(LATER), {head.state for head in heads}) == ([], {"withdrawn"})


BAD = {
    "kind": lambda: b"just words",
    "damaged": lambda: sound("m4a")[:900],
    "short": lambda: sound("wav", seconds=1),
    "silent": lambda: sound("wav", loud=0),
    "large": lambda: sound("wav") + bytes(16 * 1024 * 1024),
}


@pytest.mark.parametrize("word", BAD)
def test_whatever_is_wrong_with_the_file_the_no_counts_and_the_page_says_why_it_was_not_kept(kept, word):
    home = house.build()
    contact = meet(home)
    answer = say_no(home, contact, BAD[word](), scope="")
    assert (answer.status_code, asks(home, contact, "call")) == (302, "suppressed")
    assert any(str(SENTENCES[word]) in one for one in answer.said)
    assert (RefusalRecording.objects.count(), Evidence.objects.filter(kind="refusal").count(), kept.files()) == (0, 0, {})


@pytest.mark.parametrize(("method", "why"), [("spoken", SENTENCES["large"]), ("letter", PROBLEMS["large"])])
def test_of_a_file_too_large_to_be_read_at_all_the_page_says_so(kept, method, why):
    home = house.build()
    contact = meet(home)
    answer = say_no(home, contact, sound("wav") + bytes(21 * 1024 * 1024), method=method, scope="")
    assert (answer.status_code, asks(home, contact, "call"), kept.files()) == (302, "suppressed", {})
    assert any(str(why) in one for one in answer.said)


def test_an_empty_file_takes_nobodys_no_away(kept):
    home = house.build()
    contact = meet(home)
    answer = say_no(home, contact, b"", scope="")
    assert (answer.status_code, asks(home, contact, "call")) == (302, "suppressed")
    assert any(str(SENTENCES["kind"]) in one for one in answer.said)


def test_where_the_store_is_away_the_no_is_heard_and_the_page_asks_for_the_file_once_more(kept, monkeypatch):
    home = house.build()
    contact = meet(home)
    monkeypatch.setattr(type(chosen.store()), "put", lambda *_told: (_ for _ in ()).throw(StoreAway()))
    answer = say_no(home, contact, sound("m4a"), scope="")
    assert (answer.status_code, asks(home, contact, "call"), str(RECORDING) in answer.said) == (302, "suppressed", True)
    assert (RefusalRecording.objects.count(), Evidence.objects.filter(kind="refusal").count()) == (0, 0)
    monkeypatch.undo()
    assert say_no(home, contact, sound("m4a"), scope="").status_code == 302
    assert RefusalRecording.objects.get().subject_id == contact.pk


def test_the_same_recording_sent_twice_is_kept_once_and_both_noes_count(kept):
    home = house.build()
    contact = meet(home)
    for scope in ("sms_info/sms", "partner_share/share"):
        assert say_no(home, contact, sound("m4a"), scope=scope).status_code == 302
    assert {action: asks(home, contact, action) for action in ("call", "sms", "share")} == {
        "call": "allowed",
        "sms": "withdrawn",
        "share": "withdrawn",
    }
    assert (RefusalRecording.objects.count(), len(kept.files())) == (1, 1)


@pytest.mark.parametrize("method", ["spoken", "letter"])
@pytest.mark.parametrize(("data", "kind"), [(lambda: sound("m4a"), "refusal"), (paper, "letter")])
def test_what_a_file_is_it_says_itself_whatever_was_ticked(kept, method, data, kind):
    home = house.build()
    contact = meet(home)
    assert say_no(home, contact, data(), method=method).said == HEARD
    event = ConsentEvent.objects.get(after="withdrawn")
    assert (event.evidence.kind, event.method) == (kind, "spoken" if kind == "refusal" else "letter")


@pytest.mark.parametrize(
    ("method", "data", "why"),
    [
        ("letter", b"just words", PROBLEMS["kind"]),
        ("letter", b"\0\0\0\x18ftypheic" + bytes(900), PROBLEMS["kind"]),  # a photograph as some phones make it
        ("spoken", b"\0\0\0\x18ftypisom" + bytes(900), SENTENCES["damaged"]),
        ("spoken", b"%PDF-1.7" + bytes(900), PROBLEMS["damaged"]),
    ],
)
def test_a_file_that_is_neither_is_named_as_what_was_meant(kept, method, data, why):
    home = house.build()
    contact = meet(home)
    answer = say_no(home, contact, data, method=method, scope="")
    assert (any(str(why) in one for one in answer.said), asks(home, contact, "call")) == (True, "suppressed")


def test_it_leaves_with_the_person_and_its_digest_stays(kept):
    """(J1)"""
    home = house.build()
    contact = meet(home)
    say_no(home, contact, sound("m4a"), scope="")
    assert len(kept.files()) == 1
    erase.one(contact.pk, by=System("sweep"), at=LATER)
    evidence_files.empty_outbox()
    row = RefusalRecording.objects.get()
    assert (kept.files(), FileOutbox.objects.count(), row.file_key, len(row.sound)) == ({}, 0, None, 64)
    assert hear(home, contact, row).status_code == 404


def test_a_hold_keeps_it(kept):
    """(J2)"""
    home = house.build()
    contact = meet(home)
    say_no(home, contact, sound("m4a"), scope="")
    hold.place(contact=contact, case_ref="7", reason="dispute", review_on=LATER.date(), by=home.chen, at=LATER)
    with pytest.raises(erase.HeldBack):
        erase.one(contact.pk, by=System("sweep"), at=LATER)
    assert (len(kept.files()), RefusalRecording.objects.get().file_key is None) == (1, False)


def test_it_is_in_the_persons_copy_and_in_the_file_that_proves_their_consents(kept, receipt_key):
    home = house.build()
    contact = meet(home)
    say_no(home, contact, sound("m4a"))
    row = RefusalRecording.objects.get()
    mark = Handle.objects.get(subject=contact.pk).fingerprint
    [record] = copying.of(OwnVisit(fingerprint=mark), at=LATER)["records"]
    assert record["refusals"] == [{"kept": "2026-03-02T05:00:00Z", "seconds": 3, "sha256": row.sound}]
    seal_here(at=LATER)
    made = defence.of(contact.pk, by=home.chen, at=LATER + timedelta(minutes=1), files=True)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        told = json.loads(archive.read("evidence.json"))
        content = archive.read(f"files/{row.pk}.wav")
    assert [(one["kind"], one["id"]) for one in told["files"]] == [("refusalrecording", str(row.pk))]
    assert content == speech_of(sound("m4a")).wav
