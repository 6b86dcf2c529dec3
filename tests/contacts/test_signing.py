"""A hand on a colleague's screen: ticks of one's own, strokes kept sealed, a sheet that compliance looks at (C1, C7)."""

import json
import os

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Entry
from consent import ledger, notices, proofs, reviewing
from consent.models import Consent, Evidence, PaperPage, Subject
from consent.showing import binding
from contacts import erase, minors, review_queue
from contacts.intake import asserting, signing
from contacts.intake.signing import SignatureRefused
from contacts.models import Contact
from tests import house, looks
from tests.proofs.cast import enter
from vault import opening, phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"], transaction=True)
LATER = house.NOON + house.timedelta(hours=1)
HAND = [[[100 + 20 * n, 100 + (n % 5) * 40, 16 * n] for n in range(20)], [[600, 200, 700], [760, 220, 760]]]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as moving:
        yield moving


@pytest.fixture
def home(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    built = house.build()
    number = phone.normalise(house.WANG)
    built.wang = asserting.quick(event=built.event, name="王小诺", number=number, by=built.li, at=house.NOON)[0].pk
    return built


def send(home, *, channels=("call", "sms"), strokes=HAND, by=None, age="adult"):
    ticks = [str(tick.pk) for tick in notices.current().purposes.all() if tick.channel in channels]
    text = strokes if isinstance(strokes, str) else json.dumps(strokes)
    screen = enter(by or home.li)
    lent = screen.post(f"/contacts/{home.wang}/sign/")
    if lent.status_code != 302:
        return lent
    return screen.post("/sign/", {"age": age, "ticks": ticks, "strokes": text})


def lent(home, by=None):
    """A browser whose colleague handed it over, and the answer with which they did."""
    screen = enter(by or home.li)
    return screen, screen.post(f"/contacts/{home.wang}/sign/")


def test_who_ticks_and_signs_waits_for_one_look_and_then_counts_as_grade_b(home):
    assert f"/sign-in/?next=/contacts/{home.wang}/papers/" in send(home).content.decode()
    assert dict(Consent.objects.values_list("channel", "state")) == {"call": "asserted", "sms": "asserted"}
    page = PaperPage.objects.get()
    assert page.version == notices.current()
    waiting = list(review_queue.papers(LATER))
    assert {row.channel for row in waiting} == {"call", "sms"}
    for row in waiting:
        seen, shown = row.events.latest("number").pk, reviewing.digest(row)
        looks.open_all(row, by=home.chen, at=LATER)
        review_queue.decide(consent=row, seen=seen, shown=shown, verdict="accepted", reason="", by=home.chen, at=LATER)
    assert set(Consent.objects.values_list("state", "grade")) == {("given", "B")}


def test_the_strokes_are_kept_sealed_and_go_with_the_person(home):
    send(home)
    proof = Evidence.objects.get(kind="signature")
    assert json.loads(opening.open_one(proof.detail)) == HAND
    assert b"700" not in bytes(proof.detail.blob)
    erase.one(home.wang, by=house.BY, at=LATER)
    proof.refresh_from_db()
    assert (proof.detail, len(proof.digest)) == (None, 64)


def test_nothing_is_ticked_beforehand_and_nothing_ticked_is_nothing_signed(home):
    page = lent(home)[0].get("/sign/").content.decode()
    assert (page.count('type="checkbox"'), "checked" in page) == (3, False)
    assert send(home, channels=()).status_code == 400
    assert (PaperPage.objects.count(), Evidence.objects.filter(kind="signature").count()) == (0, 0)


@pytest.mark.parametrize(
    "strokes",
    ["", "[]", "{}", "null", "[[]]", "[[[1,2]]]", "[" * 5000, [[[1, 2, 3]] * 7], [[[500, 200, n] for n in range(30)]],
     [[[n * 60, 200, n] for n in range(30)]], [[["1", 2, 3]] * 9], [[[1.5, 2, 3]] * 9], [[[True, 2, 3]] * 9],
     [[[0, 0, 0], [1000, 400, 10**9]] * 8], [[[n % 1000, n % 400, n] for n in range(4001)]], "13800001234"],
)  # fmt: skip
def test_what_is_no_signature_gets_a_sentence_and_nothing_is_kept(home, strokes):
    answer = send(home, strokes=strokes)
    assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (400, True)
    assert (PaperPage.objects.count(), house.WANG in answer.content.decode()) == (0, False)


@given(st.text(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=12).map(json.dumps))
def test_no_text_breaks_the_reader_of_strokes(text):
    try:
        assert len(signing.strokes_of(text)) > 0
    except SignatureRefused as refused:
        assert refused.code in ("none", "small", "long")


def test_only_who_works_with_the_person_hands_over_the_screen(home):
    statuses = {user.username: send(home, by=user).status_code for user in (home.he, home.chen, home.zhao, home.sun)}
    assert statuses == {"he": 404, "chen": 403, "zhao": 403, "sun": 403}
    assert Contact.objects.get(pk=home.wang) is not None
    assert binding.payload(notices.current()).startswith("YN1:event:v1:")


@pytest.mark.parametrize("state", ["withdrawn", "suspended", "invalidated", "given"])
def test_a_hand_on_a_screen_changes_nothing_that_only_the_own_phone_changes(home, state):
    sent = house.arrive(home.event, house.WANG, at=LATER)[0]
    assert sent.subject_id == home.wang
    if state != "given":
        with transaction.atomic():
            ledger.close(list(Consent.objects.all()), state, method="test", reason=state, by=house.BY, at=LATER)
    answer = send(home, channels=("call",))
    page = answer.content.decode()
    assert (answer.status_code, "[[[" in page, "&quot;" in page) == (400, False, False)
    assert (Consent.objects.get(channel="call").state, PaperPage.objects.count()) == (state, 0)


def test_what_a_newer_notice_replaced_may_be_signed_anew_and_is_looked_at(home, clock):
    house.arrive(home.event, house.WANG, at=LATER)
    with transaction.atomic():
        ledger.close(list(Consent.objects.all()), "superseded", method="notice", reason="superseded", by=house.BY, at=LATER)
    clock.shift(house.timedelta(minutes=5))
    assert send(home, channels=("call",)).status_code == 200
    [row] = review_queue.papers(timezone.now())
    seen, shown = row.events.latest("number").pk, reviewing.digest(row)
    looks.open_all(row, by=home.chen, at=timezone.now())
    review_queue.decide(consent=row, seen=seen, shown=shown, verdict="accepted", reason="", by=home.chen, at=timezone.now())
    row.refresh_from_db()
    assert (row.state, row.grade) == ("given", "B")


def test_a_box_that_was_not_ticked_on_the_screen_is_accepted_by_nobody(home):
    assert Consent.objects.get().channel == "call"  # staff had noted calls; the person ticks messages alone
    send(home, channels=("sms",))
    row = Consent.objects.get(channel="call")
    seen, shown = row.events.latest("number").pk, reviewing.digest(row)
    with pytest.raises(reviewing.ReviewRefused, match="unbound"):
        review_queue.decide(consent=row, seen=seen, shown=shown, verdict="accepted", reason="", by=home.chen, at=LATER)


def test_sent_twice_it_is_kept_once_and_nothing_is_half_kept(home, monkeypatch):
    assert [send(home).status_code for _n in range(2)] == [200, 200]
    assert (PaperPage.objects.count(), Evidence.objects.filter(kind="signature").count()) == (1, 1)

    def full(*_args):
        raise OSError(28, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    other = [[[x, y + 3, t] for x, y, t in stroke] for stroke in HAND]
    answer = send(home, channels=("call", "sms", "share"), strokes=other)
    monkeypatch.undo()
    assert (answer.status_code, "证据存储没有回应" in answer.content.decode()) == (503, True)
    assert (Evidence.objects.filter(kind="signature").count(), Consent.objects.filter(channel="share").count()) == (1, 0)


def test_nobody_is_kept_by_signing_after_their_day(home, clock):
    clock.move_to(Contact.objects.get().delete_on + house.timedelta(hours=1))
    assert (send(home).status_code, PaperPage.objects.count()) == (400, 0)


def test_paper_from_before_its_end_speaks_for_no_new_yes(home, clock):
    send(home, channels=("call",))
    clock.shift(house.timedelta(minutes=5))
    house.arrive(home.event, house.WANG, at=timezone.now())
    with transaction.atomic():
        heads = list(Consent.objects.all())
        ledger.close(heads, "superseded", method="notice", reason="superseded", by=house.BY, at=timezone.now())
    [row] = Consent.objects.all()
    assert (proofs.papers_of(row), review_queue.papers(timezone.now()).count()) == ([], 0)
    seen, shown = row.events.latest("number").pk, reviewing.digest(row)
    how = {"consent": row, "seen": seen, "shown": shown, "verdict": "accepted", "reason": "", "by": home.chen}
    with pytest.raises(reviewing.ReviewRefused, match="unbound"):
        review_queue.decide(**how, at=timezone.now())


@pytest.mark.parametrize(("age", "noted"), [("youth", ["youth"]), ("child", ["youth"])])
def test_who_says_on_the_lent_screen_that_they_are_under_18_signs_nothing_and_is_left_alone(home, age, noted):
    """C12: nothing of the form is read, what stood is invalid where nobody may agree, and the screen is over."""
    screen = lent(home)[0]
    told = {"age": age, "ticks": [str(tick.pk) for tick in notices.current().purposes.all()], "strokes": json.dumps(HAND)}
    answer = screen.post("/sign/", told)
    assert (answer.status_code, "/law/minors/" in answer.content.decode()) == (200, True)
    assert (PaperPage.objects.count(), Evidence.objects.filter(kind="signature").count()) == (0, 0)
    assert list(Subject.objects.filter(pk=home.wang).values_list("age", flat=True)) == noted
    states = set(Consent.objects.values_list("state", flat=True))
    assert (states, screen.get("/sign/").status_code) == ({"invalidated"} if age == "child" else {"asserted"}, 410)
    assert Entry.objects.filter(act="age.declared", subject=home.wang).count() == 1


def test_without_an_answer_nothing_is_signed_and_with_one_it_stands_in_the_persons_own_name(home):
    answer = send(home, age="")
    assert (answer.status_code, "年龄" in answer.content.decode(), PaperPage.objects.count()) == (400, True, 0)
    assert send(home).status_code == 200
    assert Subject.objects.get(pk=home.wang).age == "adult"
    [entry] = Entry.objects.filter(act="age.declared")
    assert (entry.subject, entry.actor) == (home.wang, home.wang)


def test_who_was_noted_as_under_18_grows_no_older_on_a_lent_screen(home):
    minors.declare(contact=Contact.objects.get(pk=home.wang), age="youth", by=home.li, at=LATER)
    assert (send(home).status_code, PaperPage.objects.count()) == (400, 0)
    assert Subject.objects.get(pk=home.wang).age == "youth"
    with pytest.raises(SignatureRefused, match="minor"):
        told = {"ticks": list(notices.current().purposes.all()), "strokes": HAND, "language": "zh"}
        signing.sign(contact=Contact.objects.get(pk=home.wang), **told, by=home.li, at=LATER)
