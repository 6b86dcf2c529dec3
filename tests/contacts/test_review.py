"""The review desk: signed paper becomes a yes of grade B by its code and a look, a sample of each week, one key each (C6, C7)."""

import io
import re
from datetime import timedelta

import pypdfium2
import pytest
import segno
import time_machine
from django.utils import timezone
from PIL import Image

from audit.models import Entry
from audit.trail import Self_
from consent import evidence_files, gate, notices, papers, proofs, reviewing, scanning
from consent.models import Consent, ConsentReview, Evidence, PaperPage, SmsMessage
from consent.requests import asking, deciding
from consent.reviewing import ReviewRefused
from consent.showing import binding
from contacts import person_page, review_queue, usage, withdrawal
from contacts.intake import asserting, inviting, visiting
from contacts.models import Contact
from crm import today
from team import people
from tests import house, looks
from tests.proofs.cast import enter
from vault import phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"], transaction=True)
LATER = house.NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as moving:
        yield moving


@pytest.fixture
def home(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.DEMO = True
    return house.build()


def note(home, number=house.WANG, name="王小诺", by=None, at=house.NOON):
    """Staff note somebody and say that they agreed: grade D, opens nothing."""
    event = home.event
    return asserting.quick(event=event, name=name, number=phone.normalise(number), by=by or home.li, at=at)[0].pk


def form(*, page=-1, turn=4):
    """The seeded notice, printed, signed with a made-up line, and scanned a little askew."""
    with pypdfium2.PdfDocument(bytes(notices.current().copies.get(language="zh").form)) as pdf:
        picture = pdf[len(pdf) + page if page < 0 else page].render(scale=2).to_pil()
    picture = picture.rotate(turn, expand=True, fillcolor="white")
    target = io.BytesIO()
    picture.save(target, "PNG")
    return scanning.pages_of(target.getvalue())


def blank():
    target = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(target, "PNG")
    return scanning.pages_of(target.getvalue())


def head(subject):
    return Consent.objects.get(subject=subject, channel="call")


def decide(home, subject, verdict="accepted", reason="", *, seen=None, shown=None, looked=True):
    row = head(subject)
    seen, shown = seen or row.events.latest("number").pk, shown or reviewing.digest(row)
    if looked:
        looks.open_all(row, by=home.chen, at=timezone.now())
    return review_queue.decide(
        consent=row, seen=seen, shown=shown, verdict=verdict, reason=reason, by=home.chen, at=timezone.now()
    )


def refused(home, subject, **how):
    with pytest.raises(ReviewRefused) as why:
        decide(home, subject, **how)
    assert ConsentReview.objects.count() == 0
    return why.value.code


def verdict(home, subject):
    counts = usage.of([subject], at=LATER)
    return gate.peek_many([subject], "call", by=home.li, at=LATER, usage=counts)[subject].reason


def test_a_signed_form_becomes_a_yes_of_grade_b_on_the_words_its_code_names(home):
    wang = note(home)
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
    assert PaperPage.objects.get().version == notices.current()
    assert (verdict(home, wang), [row.pk for row in review_queue.papers(LATER)]) == ("asserted", [head(wang).pk])
    decide(home, wang)
    row = head(wang)
    assert (row.state, row.grade, row.notice_version, row.valid_until) == (
        "given", "B", notices.current(), LATER + timedelta(days=365),
    )  # fmt: skip
    last = row.events.latest("number")
    assert (last.method, last.evidence.kind, last.recorded_by) == ("wet_sign", "paper", home.chen)
    assert (verdict(home, wang), review_queue.papers(LATER).count()) == ("allowed", 0)
    assert Entry.objects.filter(act="consent.reviewed", subject=wang, reason="accepted").count() == 1


def test_paper_without_a_code_stays_grade_d_whoever_accepts_it(home):
    wang = note(home)
    papers.add(subject=wang, pages=blank(), by=home.li, at=LATER)
    assert refused(home, wang) == "unbound"
    assert (head(wang).state, head(wang).grade, Evidence.objects.filter(kind="paper").count()) == ("asserted", "D", 0)
    papers.add(subject=wang, pages=[*blank(), *form()], by=home.li, at=LATER + timedelta(minutes=1))
    assert proofs.tick_on(head(wang), proofs.papers_of(head(wang))).purpose_id == "phone_contact"


def test_a_paper_from_before_does_not_lift_a_no(home):
    wang = note(home)
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
    other = house.arrive(home.far, house.WANG, at=LATER)[0].subject_id
    withdrawal.withdraw(subject=other, scope=None, method="link", reason="withdrawal", by=house.BY, at=LATER)
    assert refused(home, wang) == "suppressed"


def test_what_happened_meanwhile_is_looked_at_again(home):
    wang = note(home)
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
    seen, shown = head(wang).events.latest("number").pk, reviewing.digest(head(wang))
    assert confirm(home, house.WANG) == wang  # the person was quicker, on their own phone
    assert refused(home, wang, seen=seen, shown=shown) == "moved"
    assert refused(home, wang, verdict="returned") == "reason"
    assert (head(wang).state, head(wang).grade) == ("given", "A")


def test_returned_paper_waits_for_better_and_the_advisor_hears_of_it(home):
    wang = note(home)
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
    decide(home, wang, "returned", "unsigned")
    assert (review_queue.papers(LATER).count(), head(wang).state) == (0, "asserted")
    tile = next(tile for tile in today.tiles(home.li, at=LATER) if tile.icon == "undo-2")
    assert (tile.count, tile.url) == (1, f"/contacts/{wang}/papers/")
    assert [tile.icon for tile in today.tiles(home.he, at=LATER)].count("undo-2") == 0
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER + timedelta(hours=1))
    assert [row.pk for row in review_queue.papers(LATER)] == [head(wang).pk]


def test_declared_invalid_stops_at_once_and_the_person_leaves(home):
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    decide(home, wang, "invalidated", "pressed")
    assert (head(wang).state, verdict(home, wang)) == ("invalidated", "storage_only")
    assert Entry.objects.filter(subject=wang, act="consent.invalidated", reason="pressed").count() == 1


def test_who_leaves_soonest_stands_first(home):
    late, soon = note(home, house.ZHOU), note(home, house.WANG, at=house.NOON - timedelta(days=3))
    for subject in (late, soon):
        papers.add(subject=subject, pages=form(), by=home.li, at=LATER)
    assert [row.subject_id for row in review_queue.papers(LATER)] == [soon, late]


def confirm(home, number):
    """A person whom staff had noted confirms on their own phone: D becomes A."""
    sent, _none = house.arrive(home.event, number, confirm=False, at=LATER)
    code = visiting.subject_phone_screen(sent.subject_id).split("验证码 ")[1][:6]
    visiting.confirm(submission=sent, code=code, language="zh-hans", at=LATER)
    return sent.subject_id


def test_of_each_advisors_week_three_upgrades_are_drawn_and_every_look_sees_the_same(home):
    numbers = [f"1380000{n:04d}" for n in range(2000, 2006)]
    for number in numbers:
        note(home, number, name="周静")
    upgraded = {confirm(home, number) for number in numbers}
    house.arrive(home.far, house.QIAN)  # asked and given in one breath: nobody had asserted anything
    drawn = [row.subject_id for row in review_queue.sample(LATER)]
    assert (len(drawn), set(drawn) <= upgraded) == (3, True)
    assert [row.subject_id for row in review_queue.sample(LATER)] == drawn
    for subject in drawn:
        decide(home, subject)
    assert set(Consent.objects.filter(subject__in=drawn).values_list("state", flat=True)) == {"given"}
    assert (review_queue.sample(LATER), review_queue.sample(LATER + timedelta(days=8))) == ([], [])


def test_thirty_items_are_one_press_each(home):
    """A page and a press for each item; the answer to a press is the next item."""
    chen = enter(home.chen)
    for n in range(30):
        papers.add(subject=note(home, f"1390000{n:04d}", name="周静"), pages=form(turn=0), by=home.li, at=LATER)
    page, presses = chen.get("/review/"), 0
    while page.context["item"]:
        item = page.context["item"]
        sent = {"seen": item.last.pk, "shown": item.shown, "verdict": "accepted", "reason": ""}
        for picture in re.findall(r'<img class="paper" src="([^"]+)"', page.content.decode()):
            assert chen.get(picture).status_code == 200  # a browser loads what the page shows
        page = chen.post(f"/review/{item.consent.pk}/", sent, follow=True)
        presses += 1
    assert (presses, Consent.objects.filter(state="given", grade="B").count()) == (30, 30)


def test_whoever_accepts_has_opened_every_file_themself_since_it_came(home, clock):
    """C6, I9: the page shows them, so a browser has opened them; the server asks its own trail, not the page.

    2026-03-02 Li adds two sheets; Chen opens one of them, Zhou another day both
    Chen accepts -> open the evidence first; nothing is kept
    Chen opens the other -> accepted
    """
    wang = note(home)
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
    clock.shift(timedelta(seconds=1))
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
    first, second = PaperPage.objects.filter(subject=wang).order_by("created_at")
    chen, row = enter(home.chen), head(wang)
    other = people.open_account(
        username="zhou",
        display_name="Zhou",
        role="compliance",
        team=home.team,
        password="made-up-pass-2",
        by=house.BY,
        at=LATER,
    )
    for page in (first, second):
        evidence_files.show(page, by=other, at=timezone.now())
    assert refused(home, wang, looked=False) == "unopened"
    sent = {"seen": row.events.latest("number").pk, "shown": reviewing.digest(row), "verdict": "accepted", "reason": ""}
    told = []
    for page in (None, first, first, second):
        if page is not None:
            assert chen.get(f"/contacts/{wang}/papers/{page.pk}/").status_code == 200
        answer = chen.post(f"/review/{row.pk}/", sent, follow=True, headers={"accept-language": "en"}).content.decode()
        told.append(("Open the evidence first" in answer, head(wang).state))
    assert told == [(True, "asserted")] * 3 + [(False, "given")]


def test_what_was_opened_before_newer_paper_came_is_opened_again(home, clock):
    wang = note(home)
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
    looks.open_all(head(wang), by=home.chen, at=timezone.now())
    clock.shift(timedelta(minutes=1))
    papers.add(subject=wang, pages=form(), by=home.li, at=timezone.now())
    assert refused(home, wang, looked=False) == "unopened"
    decide(home, wang, "returned", "unreadable", looked=False)
    assert ConsentReview.objects.get().verdict == "returned", "to send it back, nobody needs to have opened it"


def test_everything_for_a_verdict_stands_on_one_screen(home):
    wang = note(home)
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
    page = enter(home.chen).get("/review/").content.decode()
    tick = notices.current().purposes.get(channel="call")
    for told in (tick.tick_zh, tick.tick_en, "138 **** 1234", "王*", "event v1", f"/contacts/{wang}/papers/", 'data-press="a"'):
        assert told in page, told
    assert "80000" not in page
    chen = enter(home.chen)
    papers.add(subject=note(home, house.ZHOU, name="周静"), pages=form(), by=home.li, at=LATER)
    first = chen.get("/review/").context["item"].consent
    second = chen.get(f"/review/?after={first.pk}").context["item"].consent
    assert {first.pk, second.pk} == {row.pk for row in Consent.objects.all()}
    assert chen.get(f"/review/?after={second.pk}").context["item"] is None


def test_only_compliance_reviews_and_nonsense_changes_nothing(home):
    wang = note(home)
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
    path, row = f"/review/{head(wang).pk}/", head(wang)
    good = {"seen": row.events.latest("number").pk, "shown": reviewing.digest(row)}
    for user in (home.li, home.wu, home.zhao, home.sun):
        assert (enter(user).get("/review/").status_code, enter(user).post(path, good).status_code) == (403, 403)
    chen = enter(home.chen)
    for bad in ({}, {"verdict": "maybe"}, {"verdict": "accepted", "seen": "x"}, {"verdict": "accepted", "shown": "x"}):
        assert chen.post(path, good | bad).status_code == 400
    assert chen.post(path, good | {"verdict": "returned"}).status_code == 302  # without a reason: told, nothing kept
    assert chen.post(f"/review/{wang}/", good | {"verdict": "accepted"}).status_code == 404
    assert (ConsentReview.objects.count(), head(wang).state) == (0, "asserted")
    assert Contact.objects.get(pk=wang) is not None


def ahead(clock, **how):
    """Some time passes."""
    clock.shift(timedelta(**how))
    return timezone.now()


def test_paper_that_came_after_the_look_is_looked_at_too(home, clock):
    wang = note(home)
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
    shown = reviewing.digest(head(wang))
    papers.add(subject=wang, pages=form(turn=1), by=home.li, at=ahead(clock, minutes=1))
    for verdict_, reason in (("accepted", ""), ("returned", "unreadable")):
        assert refused(home, wang, verdict=verdict_, reason=reason, shown=shown) == "moved"
    assert review_queue.papers(timezone.now()).count() == 1


def test_one_paper_gets_one_verdict_and_what_was_sent_back_lends_its_code_to_nothing(home, clock):
    wang = note(home)
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
    seen, shown = head(wang).events.latest("number").pk, reviewing.digest(head(wang))
    ahead(clock, minutes=1)
    decide(home, wang, "returned", "other_person")
    with pytest.raises(ReviewRefused, match="moved"):
        decide(home, wang, seen=seen, shown=shown)
    papers.add(subject=wang, pages=blank(), by=home.li, at=ahead(clock, minutes=1))
    with pytest.raises(ReviewRefused, match="unbound"):
        decide(home, wang)
    papers.add(subject=wang, pages=form(), by=home.li, at=ahead(clock, minutes=1))
    decide(home, wang)
    assert head(wang).state == "given"


def test_two_codes_on_one_paper_bind_it_to_nothing(home):
    row = notices.current()
    other = binding.Bound("event", 2, "0" * 16)
    codes = [f"YN1:{b.code}:v{b.number}:{b.digest}" for b in (binding.Bound("event", 1, row.content_hash[:16]), other)]
    target = io.BytesIO()
    sheet = Image.new("RGB", (900, 500), "white")
    for n, code in enumerate(codes):
        drawn = io.BytesIO()
        segno.make(code).save(drawn, kind="png", scale=6)
        sheet.paste(Image.open(drawn), (40 + n * 420, 60))
    sheet.save(target, "JPEG")
    assert binding.of_pages([target.getvalue()]) is None
    assert binding.of_pages([target.getvalue(), form()[0]]) is None
    assert binding.of_pages([form()[0], blank()[0]]) == row


def test_nobody_is_kept_by_a_look_that_came_too_late(home, clock):
    wang = note(home)
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
    clock.move_to(Contact.objects.get(pk=wang).delete_on + timedelta(minutes=1))
    assert refused(home, wang) == "leaving"


def test_who_asked_that_nothing_be_used_is_neither_accepted_nor_invited(home):
    wang = note(home)
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
    assert person_page.of(Contact.objects.get(pk=wang), by=home.li, at=LATER).invite.reason == "allowed"
    asked = asking.ask(subject=wang, kind="restriction", words="", road="letter", by=Self_(wang), at=LATER)
    assert refused(home, wang) == "restricted"
    assert person_page.of(Contact.objects.get(pk=wang), by=home.li, at=LATER).invite.reason == "storage_only"
    deciding.refuse(request_id=asked.pk, ground="unfounded", words="x", by=home.chen, at=LATER)
    decide(home, wang)
    assert verdict(home, wang) == "allowed"


def test_an_invalid_consent_is_not_called_withdrawn(home):
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    decide(home, wang, "invalidated", "minor")
    assert Contact.objects.get(pk=wang).delete_rule == "invalidated"


def test_paper_whose_upload_began_before_the_verdict_is_looked_at_after_it(home, clock):
    wang = note(home)
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
    begun = ahead(clock, minutes=1)
    decided = ahead(clock, seconds=3)
    decide(home, wang, "returned", "unreadable")
    ahead(clock, seconds=2)
    papers.add(subject=wang, pages=form(turn=1), by=home.li, at=begun)  # large, and slow to arrive
    assert PaperPage.objects.latest("created_at").created_at > decided
    assert [row.pk for row in review_queue.papers(timezone.now())] == [head(wang).pk]


def test_a_yes_to_messages_does_not_open_a_paper_for_calls(home):
    wang = note(home)
    papers.add(subject=wang, pages=form(), by=home.li, at=LATER)
    asking.ask(subject=wang, kind="restriction", words="", road="letter", by=Self_(wang), at=LATER)
    house.arrive(home.event, house.WANG, channels=("sms",), at=LATER)
    assert refused(home, wang) == "restricted"


def test_a_restriction_keeps_the_messages_of_every_book_in_and_tells_nobody(home):
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    asking.ask(subject=wang, kind="restriction", words="", road="letter", by=Self_(wang), at=LATER)
    noted = asserting.quick(event=home.far, name="王", number=phone.normalise(house.WANG), by=home.he, at=LATER)[0]
    inviting.invite(contact=noted, link="/e/far/", by=home.he, at=LATER)
    assert SmsMessage.objects.filter(template="invite").count() == 0
    other = asserting.quick(event=home.far, name="周", number=phone.normalise(house.ZHOU), by=home.he, at=LATER)[0]
    inviting.invite(contact=other, link="/e/far/", by=home.he, at=LATER)
    assert [row.subject_id for row in SmsMessage.objects.filter(template="invite")] == [other.pk]
