"""Referral without leaking: a link is passed on, the invited person types their own number, nobody is told (C9)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from audit import trail
from audit.models import Entry
from audit.trail import Self_
from consent.models import Consent, Subject
from contacts import erase, events, hold, narrowing, person_page, referring, withdrawal
from contacts.models import Contact, Phone, Referral, Submission
from contacts.own import copying, entering
from contacts.referring import ReferralRefused
from tests import house
from tests.contacts.test_own_page import code_on, opened
from tests.proofs.cast import enter

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
DAY = timedelta(days=1)
LATER = house.NOON + timedelta(hours=1)
EN = {"HTTP_ACCEPT_LANGUAGE": "en"}
SOMEBODY = "Somebody who knows us passed this on to you."


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=True) as moving:
        yield moving


@pytest.fixture
def home(settings):
    settings.DEMO = True
    built = house.build()
    built.wang = person(house.arrive(built.event, house.WANG, channels=("call", "sms"))[0].subject_id)
    return built


def person(pk):
    return Contact.objects.select_related("event", "book", "subject", "created_by").get(pk=pk)


def made(home, **how):
    return referring.make(contact=home.wang, **({"by": home.li, "at": LATER} | how))


def answers(home, number=house.QIAN):
    ticks = [str(row.tick_id) for row in home.event.ticks.filter(tick__channel="call")]
    return {"age": "adult", "name": "钱诺", "number": number, "ticks": ticks, "token": "t" * 22}


def come(home, link, number=house.QIAN, *, confirm=True):
    """Whoever opens the link fills in the form on their own phone, and types the code; returns their id."""
    phone = Client()
    page = phone.post(f"/r/{link.code}/", answers(home, number), follow=True)
    assert page.status_code == 200
    if confirm:
        page = phone.post(page.redirect_chain[-1][0], {"code": code_on(page.content.decode())}, follow=True)
        assert page.status_code == 200
    return Submission.objects.get(referral=link).subject_id


def plain(page):
    """A page without the tokens that differ each time."""
    return re.sub(r'value="[\w-]{22,}"', "", page.content.decode())


def counts():
    return [model.objects.count() for model in (Subject, Contact, Phone, Consent, Submission, Referral)]


def test_who_was_invited_types_their_own_number_and_the_consent_says_referral(home):
    """The whole road: link, notice, own number, tick, code; the source of the consent is a referral (C9)."""
    link = made(home)
    page = Client().get(f"/r/{link.code}/", **EN).content.decode()
    assert (SOMEBODY in page, "王" in page, page.count(" checked"), "fair" in page) == (True, False, 0, True)
    qian = come(home, link)
    head = Consent.objects.get(subject=qian, channel="call")
    assert (head.state, head.grade, head.source, person(qian).source) == ("given", "A", "referral", "referral")
    assert (person(qian).book_id, person(qian).event_id) == (home.wang.book_id, home.event.pk)
    reasons = Entry.objects.filter(subject=qian, act="contact.created").values_list("reason", flat=True)
    assert list(reasons) == ["referral"]


def test_what_asks_for_a_step_of_its_own_is_asked_behind_a_link_too(home):
    """The same form as at the event, so what is separate comes after the code, from the same source (C9, C2)."""
    link, phone = made(home), Client()
    page = phone.post(f"/r/{link.code}/", answers(home), follow=True)
    page = phone.post(page.redirect_chain[-1][0], {"code": code_on(page.content.decode())}, follow=True)
    tick = home.event.ticks.get(tick__purpose__form="separate").tick_id
    assert phone.post(page.redirect_chain[-1][0], {"tick": str(tick)}).status_code == 302
    heads = Consent.objects.filter(subject=Submission.objects.get(referral=link).subject_id)
    assert {(head.form, head.source, head.state) for head in heads} == {
        ("general", "referral", "given"),
        ("separate", "referral", "given"),
    }


def test_under_age_behind_a_link_stores_nothing(home):
    """The question of age is the form's own (C9, C12)."""
    link, before = made(home), counts()
    page = Client().post(f"/r/{link.code}/", answers(home) | {"age": "minor"}, **EN)
    assert (page.status_code, counts()) == (200, before)


def test_staff_type_nobodys_number_behind_a_link(home):
    """A number sent by who works here is refused with a sentence, nothing is stored, and there is no field for it (C9)."""
    link, before, li = made(home), counts(), enter(home.li)
    page = li.get(f"/r/{link.code}/", **EN).content.decode()
    assert ("no field for a number" in page, "<input" in page.split("<main")[1]) == (True, False)
    refused = li.post(f"/r/{link.code}/", answers(home), **EN)
    assert (refused.status_code, "taken from somebody else" in refused.content.decode()) == (422, True)
    assert (counts(), Client().post(f"/r/{link.code}/", answers(home)).status_code) == (before, 302), "the person may"


@pytest.mark.parametrize("name", ["number", "phone", "prospect", "act2"])
@pytest.mark.parametrize("who", ["staff", "referrer"])
def test_a_third_partys_number_is_refused_where_links_are_made(home, who, name):
    """Neither a colleague nor the referrer can name anybody: 422, a sentence, nothing stored, no link made (C9)."""
    browser = enter(home.li) if who == "staff" else opened()
    path = f"/contacts/{home.wang.pk}/refer/" if who == "staff" else "/me/refer/"
    before = counts()
    fields = re.findall(r'<(?:input|textarea|select)[^>]*name="(\w+)"', browser.get(path).content.decode().split("<main")[1])
    assert set(fields) <= {"csrfmiddlewaretoken"}
    refused = browser.post(path, {"act": "make", name: house.QIAN}, **EN)
    assert (refused.status_code, "taken from somebody else" in refused.content.decode()) == (422, True)
    assert (counts(), house.QIAN in refused.content.decode()) == (before, False)
    assert (browser.post(path, {"act": "make"}).status_code, Referral.objects.count()) == (302, 1), "without it, it is made"


def test_a_second_click_shows_the_same_link_and_both_pages_draw_it(home):
    """One open link for each person, whoever made it; the trail has the act once (C9)."""
    li, wang = enter(home.li), opened()
    for _click in range(2):
        assert li.post(f"/contacts/{home.wang.pk}/refer/", {"act": "make"}).status_code == 302
    assert wang.post("/me/refer/", {"act": "make"}).status_code == 302
    link = Referral.objects.get()
    for page in (li.get(f"/contacts/{home.wang.pk}/refer/"), wang.get("/me/refer/")):
        text = page.content.decode()
        assert (f"http://testserver/r/{link.code}/" in text, 'class="qr"' in text) == (True, True)
    made_by = Entry.objects.filter(act="referral.made").values_list("actor", "subject")
    assert list(made_by) == [(home.li.pk, home.wang.pk)]


def test_the_referrer_is_named_only_if_they_agreed_on_their_own_page(home):
    """By default “somebody who knows us”; the surname once they agreed, and not a moment longer (C9)."""
    link, wang = made(home), opened()
    lines = []
    for act in ("name", "unname"):
        assert wang.post("/me/refer/", {"act": act}).status_code == 302
        page = Client().get(f"/r/{link.code}/", **EN).content.decode()
        lines.append((SOMEBODY in page, "王* passed this on to you" in page, "小诺" in page))
    assert lines == [(False, True, False), (True, False, False)]
    acts = Entry.objects.filter(subject=home.wang.pk, act__startswith="referral.").order_by("seq").values_list("act", flat=True)
    assert list(acts) == ["referral.made", "referral.named", "referral.unnamed"]
    refused = enter(home.li).post(f"/contacts/{home.wang.pk}/refer/", {"act": "name"})
    assert (refused.status_code, Referral.objects.get().named_at) == (400, None), "nobody agrees for them"


@pytest.mark.parametrize("named", [False, True])
def test_who_came_sees_that_it_was_a_referral_and_the_name_only_if_given(home, named):
    """On one's own page, and in the copy: a referral, the day the link was made, the surname where one was agreed to (C9)."""
    link = made(home)
    if named:
        referring.name(link, True, by=Self_(home.wang.pk), at=LATER)
    come(home, link)
    phone = opened(house.QIAN)
    page = phone.get("/me/", **EN).content.decode()
    assert ("a referral" in page, "by a link made on 2026-03-02" in page, "王*" in page) == (True, True, named)
    visit = entering.find(phone.cookies["own"].value, at=LATER + timedelta(minutes=1))
    met = copying.of(visit, at=LATER)["records"][0]["met"]
    assert (met["how"], met["referral"]["by"], met["referral"]["made"][:10]) == (
        "referral",
        "王*" if named else "",
        "2026-03-02",
    )


def test_the_referrer_sees_the_same_whether_or_not_anybody_came(home):
    """Nothing is counted: own page, own copy and the link are the same to the last byte (C9; design, rule 6)."""
    link, wang = made(home), opened()
    visit = entering.find(wang.cookies["own"].value, at=LATER + timedelta(minutes=1))

    def seen():
        pages = [wang.get("/me/"), wang.get("/me/refer/"), Client().get(f"/r/{link.code}/")]
        return [*map(plain, pages), copying.of(visit, at=LATER)["records"]]

    before = seen()
    qian = come(home, link)
    assert (seen(), person(qian).source) == (before, "referral")
    assert before[-1][0]["links"] == [
        {"made": "2026-03-02T05:00:00Z", "until": "2026-04-01T05:00:00Z", "ended": "", "named": ""}
    ]


def test_staff_read_whose_link_it_was_only_where_they_may_see_both(home):
    """Li sees both people and reads Wang's card; who does not see Wang reads “a referral” (C9; design, rule 6)."""
    qian = person(come(home, made(home)))
    page = enter(home.li).get(f"/contacts/{qian.pk}/", **EN).content.decode()
    assert (f'href="/contacts/{home.wang.pk}/"' in page, "Passed on by" in page) == (True, True)
    with transaction.atomic():  # Wang moves to a book that Li does not see
        trail.record("contact.moved", by=house.BY, at=LATER, subject=home.wang.pk)
        Contact.objects.filter(pk=home.wang.pk).update(book=home.far.book)
    page = enter(home.li).get(f"/contacts/{qian.pk}/", **EN).content.decode()
    assert (str(home.wang.pk) in page, "Passed on by" in page, "a referral" in page) == (False, False, True)
    assert person_page.of(qian, by=home.chen, at=LATER).origin.referrer.pk == home.wang.pk, "compliance sees both"


@pytest.mark.parametrize("how", ["ran out", "own page", "staff", "stop", "erased", "unknown"])
def test_a_link_that_is_over_is_the_same_as_one_that_never_was(home, clock, how):
    """After 30 days, ended by the referrer or by staff, after a stop or with the person's leaving: one answer (C9)."""
    link, over = made(home), plain(Client().get("/r/nosuchlink/"))
    assert Client().get(f"/r/{link.code}/").status_code == 200
    if how == "ran out":
        clock.shift(30 * DAY)
    if how == "own page":
        opened().post("/me/refer/", {"act": "end"})
    if how == "staff":
        enter(home.li).post(f"/contacts/{home.wang.pk}/refer/", {"act": "end"})
    if how == "stop":
        withdrawal.withdraw(subject=home.wang.pk, scope=None, method="link", reason="withdrawal", by=house.BY, at=LATER)
    if how == "erased":
        erase.one(home.wang.pk, by=home.chen, at=LATER)
    code, before = "nosuchlink" if how == "unknown" else link.code, counts()
    answer, sent = Client().get(f"/r/{code}/"), Client().post(f"/r/{code}/", answers(home))
    same = (answer.status_code, plain(answer).replace(code, "nosuchlink"), sent.status_code, counts())
    assert same == (404, over, 404, before)


def test_a_link_that_ran_out_makes_room_for_another(home):
    """The old one is ended as the new one is made; ended stays ended (C9)."""
    old = made(home)
    new = made(home, at=LATER + 31 * DAY)
    assert (old.code == new.code, Referral.objects.get(pk=old.pk).ended_at) == (False, LATER + 31 * DAY)


def test_no_link_without_a_yes_of_ones_own_or_an_open_event(home):
    """Whom staff noted, or who said stop, passes nothing on; nor does anybody where no event takes people (C9)."""
    waiting = person(house.arrive(home.event, house.ZHOU, confirm=False)[0].subject_id)
    with pytest.raises(ReferralRefused, match="no_consent"):
        referring.make(contact=waiting, by=home.li, at=LATER)
    events.close(event=home.event, by=home.li, at=LATER)
    with pytest.raises(ReferralRefused, match="no_event"):
        made(home)
    other = events.create(name="next", place="Hall", held_on=LATER.date(), book=home.wang.book, by=home.li, at=LATER)
    assert made(home).event_id == other.pk


def test_an_event_that_closed_takes_nobody_behind_a_link_either(home):
    """The link leads to the event's form, and that says it is over (C9)."""
    link = made(home)
    events.close(event=home.event, by=home.li, at=LATER)
    before, page = counts(), Client().post(f"/r/{link.code}/", answers(home), **EN)
    assert (page.status_code, "This event is over" in page.content.decode(), counts()) == (400, True, before)


def test_ones_own_link_is_no_referral(home):
    """Who opens their own link comes as before (C9)."""
    Client().post(f"/r/{made(home).code}/", answers(home, house.WANG))
    assert list(Submission.objects.filter(subject=home.wang.pk).values_list("referral", flat=True)) == [None, None]


@pytest.mark.parametrize("leaves", ["referrer", "invited"])
def test_who_leaves_takes_the_tie_along(home, leaves):
    """Erasure of either breaks it; who was invited keeps that it was a referral (C9, J1)."""
    link = made(home)
    qian = come(home, link)
    if leaves == "referrer":
        erase.one(home.wang.pk, by=home.chen, at=LATER)
        assert (Referral.objects.count(), Submission.objects.get(subject=qian).referral_id) == (0, None)
        page = opened(house.QIAN).get("/me/", **EN).content.decode()
        assert ("a referral" in page, "by a link made on" in page) == (True, False)
        assert person_page.of(person(qian), by=home.chen, at=LATER).origin.referrer is None
    else:
        erase.one(qian, by=home.chen, at=LATER)
        assert (Referral.objects.get().pk, Submission.objects.filter(referral=link).exists()) == (link.pk, False)


def test_a_hold_keeps_the_link_and_the_database_says_so(home):
    """Under a hold nothing of the referrer goes, not by hand either (C9, J2)."""
    link = made(home)
    case = {"case_ref": "2026-1", "reason": "dispute", "review_on": (LATER + DAY).date()}
    hold.place(contact=home.wang, **case, by=home.chen, at=LATER)
    with pytest.raises(erase.HeldBack):
        erase.one(home.wang.pk, by=home.chen, at=LATER)
    with pytest.raises(IntegrityError, match="a legal hold stands"), transaction.atomic():
        trail.record("contact.erased", by=home.chen, at=LATER, subject=home.wang.pk)
        Referral.objects.filter(pk=link.pk).delete()
    referring.forget([home.wang.pk])
    assert Referral.objects.get().pk == link.pk


def test_storage_only_ends_the_tie(home):
    """No statute keeps whom a client invited: it goes as storage only begins (C9, PIPL 47)."""
    link = made(home)
    come(home, link)
    with transaction.atomic():
        trail.record("contact.changed", by=house.BY, at=LATER, subject=home.wang.pk)
        Contact.objects.filter(pk=home.wang.pk).update(narrow_on=LATER, narrow_rule="withdrawn", delete_on=LATER + 999 * DAY)
    assert narrowing.run(by=house.BY, at=LATER) == 1
    assert (Referral.objects.count(), Submission.objects.exclude(referral=None).count()) == (0, 0)
