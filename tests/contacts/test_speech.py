"""A spoken yes: made anew without what the phone added, bound to the words, heard by compliance, worth grade C (C6, O1)."""

import hashlib
import io
import json
import wave
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.html import escape

from audit import leaf
from audit.models import Entry
from consent import gate, ledger, notices, papers, proofs, reviewing
from consent.defence import file as defence
from consent.models import Consent, ConsentReview, Evidence, FileOutbox, Purpose, Recording, Subject
from consent.speech import child, kinds
from consent.speech.decoding import BYTES, speech_of
from consent.stores.store import name_of
from contacts import erase, hold, review_queue, usage, withdrawal
from contacts.forms.speech import SENTENCES
from contacts.intake import asserting
from contacts.models import Contact
from crm import today
from tests import evidence, house, looks
from tests.audit.sealed import seal_here
from tests.consent.sounds import PLACE, murmur, sound
from tests.contacts.test_own_page import opened
from tests.contacts.test_review import form as signed_form
from tests.proofs.cast import enter
from vault import phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"], transaction=True)
LATER = house.NOON + timedelta(hours=1)
SPOKEN = "2026-03-02T12:30"  # half past twelve in the office, half an hour before LATER


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as moving:
        yield moving


@pytest.fixture(params=evidence.KINDS)
def kept(request, settings, tmp_path):
    return evidence.store(request.param, settings, tmp_path)


@pytest.fixture
def home(settings, tmp_path):
    """Li has noted Wang, who is said to have agreed to calls: grade D."""
    settings.VAR_DIR = tmp_path
    built = house.build()
    number = phone.normalise(house.WANG)
    built.wang = asserting.quick(event=built.event, name="王小诺", number=number, by=built.li, at=house.NOON)[0].pk
    return built


def ticks(*channels):
    return [str(tick.pk) for tick in notices.current().purposes.all() if tick.channel in channels]


def send(home, data, *, channels=("call",), spoken=SPOKEN, by=None, query="", age="adult"):
    sent = {"age": age, "ticks": ticks(*channels), "spoken_at": spoken, "file": SimpleUploadedFile("a.bin", data)}
    return enter(by or home.li).post(f"/contacts/{home.wang}/speech/{query}", sent)


def hear(home, row, by=None, **headers):
    return enter(by or home.chen).get(f"/contacts/{row.subject_id}/speech/{row.pk}/", headers=headers)


def head(channel="call"):
    return Consent.objects.get(channel=channel)


def decide(home, verdict="accepted", reason="", *, row=None, by=None, looked=True):
    row = row or head()
    told = {"seen": row.events.latest("number").pk, "shown": reviewing.digest(row), "verdict": verdict, "reason": reason}
    if looked:
        looks.open_all(row, by=by or home.chen, at=timezone.now())
    return review_queue.decide(consent=row, **told, by=by or home.chen, at=timezone.now())


def refused(home, **how):
    with pytest.raises(reviewing.ReviewRefused) as why:
        decide(home, **how)
    return why.value.code


def gate_says(home):
    counts = usage.of([home.wang], at=timezone.now())
    return gate.peek_many([home.wang], "call", by=home.li, at=timezone.now(), usage=counts)[home.wang].reason


@pytest.mark.parametrize("kind", ["wav", "alaw", "mp3", "m4a", "aac", "ogg"])
def test_what_a_phone_makes_becomes_plain_samples_and_nothing_it_added_is_left(kind):
    data = sound(kind)
    assert (PLACE.encode() in data) == (kind != "aac"), "there is something to lose; bare AAC has no place for it"
    heard = speech_of(data)
    assert (PLACE.encode() in heard.wav, b"LIST" in heard.wav, heard.wav[36:40], heard.seconds) == (False, False, b"data", 3)
    with wave.open(io.BytesIO(heard.wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        assert (len(heard.wav), abs(file.getnframes() - 48_000) < 2_000) == (44 + 2 * file.getnframes(), True)


def test_samples_that_are_kept_as_they_are_stay_as_they_are():
    assert speech_of(sound("wav")).wav[44:] == murmur(3).tobytes()


@pytest.mark.parametrize(
    ("word", "data"),
    [
        ("kind", b""),
        ("kind", b"13800001234"),
        ("kind", b"MZ\x90\x00" + b"\0" * 100),
        ("kind", sound("flac")),
        ("kind", b"#EXTM3U\nhttp://127.0.0.1/secret\n"),
        ("damaged", b"RIFF1234WAVE" + b"x" * 999),
        ("damaged", b"OggS" + b"x" * 9999),
        ("damaged", sound("m4a")[:3000]),
        ("short", sound("wav", seconds=1)),
        ("silent", sound("mp3", loud=1)),
        ("large", b"RIFF1234WAVE" + b"\0" * BYTES),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_recording_is_refused_by_name_and_nothing_is_kept(home, word, data):
    with pytest.raises(kinds.SpeechRefused) as why:
        speech_of(data)
    answer = send(home, data or b" ")
    assert (why.value.word, answer.status_code, Recording.objects.count()) == (word, 400, 0)
    assert escape(str(SENTENCES[word])) in answer.content.decode()
    assert list(Consent.objects.values_list("state", "grade")) == [("asserted", "D")]


def test_a_small_file_that_unpacks_into_hours_is_let_go_after_minutes(monkeypatch):
    monkeypatch.setattr(child, "LONGEST", 4)
    with pytest.raises(kinds.SpeechRefused, match="long"):
        child.samples_of(sound("mp3", seconds=5))
    assert len(child.samples_of(sound("mp3", seconds=3))) > 0


def test_it_is_kept_closed_bound_to_what_was_read_out_and_waits(home, kept):
    assert send(home, sound("m4a")).headers["Location"] == f"/contacts/{home.wang}/papers/"
    row, [blob] = Recording.objects.get(), kept.files().values()
    assert (blob[:4], b"WAVE" in blob, list(kept.files())) == (b"YNF1", False, [name_of(row.pk)])
    assert (row.version, [str(tick.pk) for tick in row.ticks.all()], row.seconds, row.language) == (
        notices.current(), ticks("call"), 3, "zh",
    )  # fmt: skip
    assert row.spoken_at == LATER - timedelta(minutes=30)
    assert (head().state, head().grade, gate_says(home)) == ("asserted", "D", "asserted")
    assert [row.pk for row in review_queue.speech(LATER)] == [head().pk]
    assert [tile.count for tile in today.tiles(home.chen, at=LATER) if tile.icon == "clipboard-check"] == [1]
    answer = hear(home, row)
    assert (answer.content == speech_of(sound("m4a")).wav, answer["Content-Type"]) == (True, "audio/wav")
    assert ("no-store" in answer["Cache-Control"], "media-src 'self'" in answer["Content-Security-Policy"]) == (True, True)
    acts = Entry.objects.filter(act__startswith="evidence.").order_by("seq").values_list("act", "actor", "subject")
    assert list(acts) == [("evidence.added", home.li.pk, home.wang), ("evidence.opened", home.chen.pk, home.wang)]


def test_compliance_hears_it_beside_the_words_and_then_it_counts_as_grade_c(home):
    send(home, sound("ogg"))
    row, tick = Recording.objects.get(), notices.current().purposes.get(channel="call")
    page = enter(home.chen).get("/review/")
    told = page.content.decode()
    assert (page.context["item"].kind, page.context["item"].tick) == ("speech", tick)
    for words in (f'src="/contacts/{home.wang}/speech/{row.pk}/"', 'preload="auto"', tick.tick_zh, tick.tick_en, "event v1"):
        assert words in told, words
    for line in page.context["item"].script:
        assert escape(line) in told
    words = notices.current().content["zh"]
    assert page.context["item"].script[3] == words["jit"]
    assert (len(page.context["item"].script), words["controller"]["name"] in page.context["item"].script[1]) == (6, True)
    assert Entry.objects.filter(act="evidence.opened").count() == 0, "to look at the page is not to listen"
    decide(home)
    last = head().events.latest("number")
    assert (head().state, head().grade, head().valid_until) == ("given", "C", LATER + timedelta(days=365))
    assert (last.method, last.evidence.kind, last.evidence.digest, last.recorded_by) == (
        "recorded",
        "speech",
        row.sound,
        home.chen,
    )
    assert (ConsentReview.objects.get().kind, review_queue.waiting(LATER), gate_says(home)) == ("speech", [], "allowed")


@pytest.mark.parametrize(("minimum", "says"), [("A", "grade"), ("B", "grade"), ("C", "allowed"), ("D", "allowed")])
def test_it_opens_what_asks_for_no_more_than_speech(home, minimum, says):
    Purpose.objects.filter(pk="phone_contact").update(minimum_grade=minimum)
    send(home, sound("wav"))
    decide(home)
    assert (head().grade, gate_says(home)) == ("C", says)


def test_signed_paper_makes_a_spoken_yes_a_signed_one(home, clock):
    Purpose.objects.filter(pk="phone_contact").update(minimum_grade="B")
    send(home, sound("wav"))
    decide(home)
    clock.shift(timedelta(minutes=5))
    papers.add(subject=home.wang, pages=signed_form(), by=home.li, at=timezone.now())
    assert [row.pk for row in review_queue.waiting(timezone.now())] == [head().pk]
    decide(home)
    assert (head().state, head().grade, gate_says(home), review_queue.waiting(timezone.now())) == (
        "renewed",
        "B",
        "allowed",
        [],
    )


def test_where_paper_and_speech_wait_together_the_better_of_them_counts(home):
    send(home, sound("wav"))
    papers.add(subject=home.wang, pages=signed_form(), by=home.li, at=LATER)
    assert (len(review_queue.waiting(LATER)), reviewing.kind_of(head())) == (1, "paper")
    decide(home)
    assert (head().grade, review_queue.waiting(LATER)) == ("B", [])


def test_nobody_accepts_what_they_recorded_themselves(home):
    send(home, sound("wav"))
    Recording.objects.update(added_by=home.chen)
    assert (refused(home), head().grade) == ("own", "D")
    page = enter(home.chen)
    told = {"seen": head().events.latest("number").pk, "shown": reviewing.digest(head()), "verdict": "accepted", "reason": ""}
    assert "须由其他同事审核" in page.post(f"/review/{head().pk}/", told, follow=True).content.decode()
    decide(home, "returned", "unspoken")
    assert review_queue.waiting(LATER) == []


def test_what_was_not_asked_in_it_is_accepted_by_nobody(home):
    """Staff had noted calls; the person said yes to messages alone."""
    send(home, sound("wav"), channels=("sms",))
    assert [row.channel for row in review_queue.waiting(LATER)] == ["sms"]
    assert (refused(home), head().state) == ("unbound", "asserted")
    decide(home, row=head("sms"))
    assert (head("sms").grade, head().grade) == ("C", "D")


def test_what_was_returned_waits_for_a_better_recording(home, clock):
    send(home, sound("wav"))
    clock.shift(timedelta(minutes=1))
    decide(home, "returned", "unspoken")
    assert (review_queue.waiting(timezone.now()), proofs.recordings_of(head())) == ([], [])
    assert Entry.objects.filter(act="consent.reviewed", reason="unspoken").count() == 1
    clock.shift(timedelta(minutes=1))
    send(home, sound("wav", seed=8))
    assert [row.pk for row in review_queue.waiting(timezone.now())] == [head().pk]
    decide(home)
    assert head().grade == "C"


def test_a_recording_that_came_after_the_look_is_heard_too(home, clock):
    send(home, sound("wav"))
    shown = reviewing.digest(head())
    clock.shift(timedelta(minutes=1))
    send(home, sound("wav", seed=8))
    with pytest.raises(reviewing.ReviewRefused, match="moved"):
        review_queue.decide(
            consent=head(), seen=head().events.latest("number").pk, shown=shown, verdict="accepted", reason="", by=home.chen,
            at=timezone.now(),
        )  # fmt: skip


def test_a_later_no_is_not_lifted_by_what_was_said_before(home):
    send(home, sound("wav"))
    other = house.arrive(home.far, house.WANG, at=LATER)[0].subject_id
    withdrawal.withdraw(subject=other, scope=None, method="link", reason="withdrawal", by=house.BY, at=LATER)
    row = Consent.objects.get(subject=home.wang)
    assert (refused(home, row=row), Consent.objects.get(pk=row.pk).grade) == ("suppressed", "D")


@pytest.mark.parametrize("state", ["withdrawn", "suspended", "invalidated", "given"])
def test_what_only_the_own_phone_opens_again_is_not_opened_by_speech(home, state):
    house.arrive(home.event, house.WANG, at=LATER)
    if state != "given":
        with transaction.atomic():
            ledger.close(list(Consent.objects.all()), state, method="test", reason=state, by=house.BY, at=LATER)
    answer = send(home, sound("wav"))
    assert (answer.status_code, str(SENTENCES["stands"]) in answer.content.decode()) == (400, True)
    assert (head().state, Recording.objects.count(), Evidence.objects.filter(kind="spoken").count()) == (state, 0, 0)


@pytest.mark.parametrize(
    ("word", "how"),
    [
        ("unticked", {"channels": ()}),
        ("time", {"spoken": "2026-03-02T13:01"}),
        ("time", {"spoken": "2026-01-02T12:00"}),
        ("time", {"spoken": "1999-01-02T12:00"}),
    ],
)
def test_words_that_nobody_can_have_read_out_then_are_refused(home, word, how):
    answer = send(home, sound("wav"), **how)
    assert (answer.status_code, escape(str(SENTENCES[word])) in answer.content.decode()) == (400, True)
    assert Recording.objects.count() == 0


def test_nonsense_is_answered_and_a_version_of_another_notice_is_not_found(home):
    for bad in ({"spoken": "13800001234"}, {"spoken": ""}):
        answer = send(home, sound("wav"), **bad)
        assert (answer.status_code, house.WANG in answer.content.decode(), Recording.objects.count()) == (400, False, 0)
    for query in ("?version=7", "?version=x", "?version=0"):
        assert send(home, sound("wav"), query=query).status_code == 404
    assert (send(home, sound("wav"), query="?version=1").status_code, Recording.objects.count()) == (302, 1)


def test_sent_twice_it_is_kept_once_and_for_other_words_not_at_all(home):
    assert [send(home, sound("mp3")).status_code for _n in range(2)] == [302, 302]
    answer = send(home, sound("mp3"), channels=("call", "sms"))
    assert (answer.status_code, str(SENTENCES["known"]) in answer.content.decode()) == (400, True)
    assert (Recording.objects.count(), Evidence.objects.filter(kind="spoken").count()) == (1, 1)


def test_who_may_add_and_who_may_listen(home):
    people = (home.li, home.wu, home.he, home.chen, home.zhao, home.sun)
    statuses = {user.username: send(home, sound("wav"), by=user).status_code for user in people}
    assert statuses == {"li": 302, "wu": 302, "he": 404, "chen": 403, "zhao": 403, "sun": 403}
    row = Recording.objects.get()
    statuses = {user.username: hear(home, row, by=user).status_code for user in people}
    assert statuses == {"li": 404, "wu": 404, "he": 404, "chen": 200, "zhao": 403, "sun": 403}
    pages = {user: enter(user).get(f"/contacts/{home.wang}/papers/").content.decode() for user in (home.li, home.chen)}
    assert (str(row.pk) in pages[home.li], str(row.pk) in pages[home.chen], "3 秒" in pages[home.li]) == (False, True, True)


def test_a_player_may_ask_for_a_part(home):
    send(home, sound("wav"))
    row, whole = Recording.objects.get(), speech_of(sound("wav")).wav
    part, rest = hear(home, row, range="bytes=0-1"), hear(home, row, range="bytes=96000-")
    assert (part.status_code, part.content, part["Content-Range"]) == (206, b"RI", f"bytes 0-1/{len(whole)}")
    assert (rest.content, rest["Content-Range"]) == (whole[96000:], f"bytes 96000-{len(whole) - 1}/{len(whole)}")
    assert (hear(home, row, range="bytes=999999-").status_code, hear(home, row, range="lines=1").status_code) == (416, 200)
    assert Entry.objects.filter(act="evidence.opened").count() == 4


def test_it_goes_with_the_person(home, kept):
    send(home, sound("m4a"))
    row = Recording.objects.get()
    erase.one(home.wang, by=house.BY, at=LATER)
    row.refresh_from_db()
    assert (kept.files(), FileOutbox.objects.count(), row.file_key, len(row.sound)) == ({}, 0, None, 64)
    assert "consent.evidence" in leaf.read(Entry.objects.get(act="contact.erased").content)["fields"]
    assert hear(home, row).status_code == 404


def test_a_hold_keeps_it(home, kept):
    send(home, sound("m4a"))
    day = timezone.now().date() + timedelta(days=9)
    hold.place(contact=Contact.objects.get(), case_ref="7", reason="dispute", review_on=day, by=home.chen, at=LATER)
    with pytest.raises(erase.HeldBack):
        erase.one(home.wang, by=house.BY, at=LATER)
    assert (len(kept.files()), Recording.objects.get().file_key is None) == (1, False)


def test_a_recording_swapped_for_another_persons_is_not_played(home, kept):
    send(home, sound("wav"))
    row = Recording.objects.get()
    number = phone.normalise(house.ZHOU)
    zhou = asserting.quick(event=home.event, name="周静", number=number, by=home.li, at=LATER)[0].pk
    wang, home.wang = home.wang, zhou
    send(home, sound("wav", seed=9))
    theirs = Recording.objects.get(subject_id=zhou)
    kept.write(name_of(row.pk), kept.files()[name_of(theirs.pk)])
    assert (hear(home, row).status_code, hear(home, theirs).status_code) == (503, 200)
    assert row.subject_id == wang


def test_a_store_that_is_away_keeps_no_recording_and_no_word_of_it(home, kept):
    kept.goes_away() if kept.folder is None else (kept.folder.mkdir(), kept.goes_away())
    assert send(home, sound("wav"), channels=("call", "sms")).status_code == 503
    assert (Recording.objects.count(), Evidence.objects.filter(kind="spoken").count(), Consent.objects.count()) == (0, 0, 1)


def test_the_file_that_proves_a_consent_names_it_as_it_names_paper(home, receipt_key):
    send(home, sound("wav"))
    decide(home)
    seal_here(at=LATER)
    with zipfile.ZipFile(io.BytesIO(defence.of(home.wang, by=home.chen, at=LATER))) as archive:
        told = json.loads(archive.read("evidence.json"))["evidence"]
        summary = archive.read("summary.zh.txt").decode()
    heard = hashlib.sha256(speech_of(sound("wav")).wav).hexdigest()  # whoever has a copy can show that it is this one
    assert [(one["kind"], one["digest"]) for one in told if one["kind"] != "assertion"] == [
        ("spoken", heard),
        ("speech", heard),
    ]
    assert "| 录音 | C 级 |" in summary


def test_the_person_sees_it_on_their_own_page_and_in_their_copy(home, settings, tmp_path):
    settings.DEMO, settings.RECEIPT_KEY_FILE = True, tmp_path / "receipt.key"
    send(home, sound("wav"))
    own = opened()
    assert "录音</th><td>1 段" in own.get("/me/").content.decode()
    assert "2026-03-02 12:30" in own.get("/me/copy/").content.decode()
    [record] = json.loads(own.get("/me/copy.json").content)["records"]
    assert record["recordings"] == [
        {"spoken": "2026-03-02T04:30:00Z", "seconds": 3, "notice": "event v1", "sha256": Recording.objects.get().sound}
    ]


def test_the_question_of_age_comes_before_what_is_asked_and_who_is_under_18_is_not_recorded(home):
    """C12: the file is not even opened; a child without a guardian leaves, somebody of 14 to 17 is left alone."""
    page = enter(home.li).get(f"/contacts/{home.wang}/speech/")
    assert page.context["script"][2] == "请问您是否已年满 18 周岁？"
    assert (send(home, sound("m4a"), age="").status_code, Recording.objects.count()) == (400, 0)
    for age, left in (("youth", "asserted"), ("child", "invalidated"), ("youth", "invalidated")):
        assert send(home, b"no sound at all", age=age).status_code == 302
        assert (Recording.objects.count(), head().state, Subject.objects.get(pk=home.wang).age) == (0, left, "youth")
    assert send(home, sound("m4a")).status_code in (400, 404)
    assert Recording.objects.count() == 0


def test_of_whom_was_asked_the_answer_stands_beside_the_recording(home):
    assert send(home, sound("m4a")).status_code == 302
    [entry] = Entry.objects.filter(act="age.declared")
    assert (entry.subject, entry.actor, Subject.objects.get(pk=home.wang).age) == (home.wang, home.li.pk, "adult")
