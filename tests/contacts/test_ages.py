"""The age gate: nobody under 18 by our forms, no child without a guardian, and a list nobody reads without a reason (C12)."""

import io
import re

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image

from audit import trail
from audit.models import Entry
from audit.trail import Self_
from consent import ages, evidence_files, gate, guardians, papers, rules, scanning
from consent.challenge import ChallengeRefused
from consent.models import Consent, Decision, Evidence, Guardian, PaperPage, Subject
from contacts import erase, hold, minors, minors_looks, retention, sweep
from contacts.intake import visiting
from contacts.models import Contact, Departure, LegalHold, MinorsLook, OwnVisit, Phone, Submission
from contacts.own import copying
from tests import house
from tests.contacts.test_own_page import opened
from tests.proofs.cast import enter
from vault import opening, phone
from vault.models import BlindIndex

pytestmark = pytest.mark.django_db(databases=["default", "vault"], transaction=True)
LATER = house.NOON + house.timedelta(hours=1)
UNTIL = (LATER + house.timedelta(days=90)).date()


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as moving:
        yield moving


@pytest.fixture
def home(settings, tmp_path):
    settings.VAR_DIR, settings.DEMO = tmp_path, True
    return house.build()


def form(home, **more):
    tick = str(home.event.ticks.get(tick__channel="call").tick_id)
    return {"name": "王小诺", "number": house.WANG, "ticks": [tick], "token": visiting.form_token()} | more


def stored():
    """Everything that a form leaves anywhere."""
    models = (Subject, Contact, Phone, Submission, Consent, Evidence, Entry, BlindIndex)
    return {model.__name__: model.objects.count() for model in models}


def reason(home, subject, action="call", by=None):
    how = {"usage": gate.Usage(), "in_book": True, "may": True, "at": LATER, "by": by or home.li}
    return gate.ask(subject=subject, action=action, **how).reason


def paper(home, contact, *, looked=True):
    """A sheet that somebody signed, kept with this person, and opened by Chen unless told otherwise."""
    target = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(target, "PNG")
    sheet = papers.add(subject=contact.pk, pages=scanning.pages_of(target.getvalue()), by=home.li, at=LATER)
    for page in PaperPage.objects.filter(paper=sheet) if looked else ():
        evidence_files.show(page, by=home.chen, at=page.created_at)
    return sheet


def child(home, number=house.WANG):
    """A child whose mother agreed on paper."""
    contact = Contact.objects.get(pk=house.arrive(home.event, number)[0].subject_id)
    told = {"relation": "parent", "name": "王母", "paper": paper(home, contact), "until": UNTIL}
    minors.accept(contact=contact, **told, by=home.chen, at=LATER)
    assert minors.declare(contact=contact, age="child", by=home.chen, at=LATER) is True
    return contact


# The visitor's form.


def test_no_answer_is_asked_again_and_nothing_is_saved(home):
    """C12: neither box is ticked beforehand; silence is no declaration."""
    page = Client().get("/e/fair/").content.decode()
    assert (len(re.findall(r'type="radio" name="age"', page)), " checked" in page) == (2, False)
    before = stored()
    for sent in (form(home), form(home, age=""), form(home, age="child"), form(home, age="ADULT")):
        answer = Client().post("/e/fair/", sent)
        assert (answer.status_code, answer.context["form"].errors.keys()) == (400, {"age"})
    assert "目前未保存任何内容" in Client().post("/e/fair/", form(home)).content.decode()
    assert stored() == before


@pytest.mark.parametrize("more", [{}, {"number": "12", "name": ""}, {"token": "x"}, {"age": ["adult", "minor"]}])
def test_who_says_they_are_under_18_leaves_nothing_behind(home, more):
    """C12: a kind page says why and what a guardian can do; not one row more anywhere, and nothing typed comes back."""
    before = stored()
    answer = Client().post("/e/fair/", form(home) | {"age": "minor"} | more)
    page = answer.content.decode()
    assert (answer.status_code, "监护人" in page, house.WANG in page, "王小诺" in page) == (200, True, False, False)
    assert stored() == before
    assert Client().post("/e/fair/", form(home, age="adult")).status_code == 302  # the same form would have left something
    assert stored() != before


def test_what_an_adult_declared_is_kept_once_the_number_is_confirmed_and_no_date_of_birth(home):
    """C12: the bracket and the time; before the code nobody knows whose declaration it was."""
    sent, _none = house.arrive(home.event, house.WANG, confirm=False, at=LATER)
    assert Subject.objects.get().age is None
    code = visiting.subject_phone_screen(sent.subject_id).split("验证码 ")[1][:6]
    visiting.confirm(submission=sent, code=code, language="zh-hans", at=LATER)
    assert Subject.objects.values_list("age", "age_at").get() == ("adult", LATER)
    assert Entry.objects.filter(act="age.declared", subject=sent.subject_id).count() == 1
    names = {field.name for model in (Subject, Contact, Guardian, Submission) for field in model._meta.get_fields()}
    assert {name for name in names if "birth" in name or "born" in name} == set()


def test_a_form_of_before_the_question_leaves_no_age(home):
    """C12: who is in the book already, or was on the way when the question came, is as before: nobody knows."""
    sent, _none = house.arrive(home.event, house.WANG, confirm=False, at=LATER)
    Submission.objects.update(age=None)
    sent.refresh_from_db()
    code = visiting.subject_phone_screen(sent.subject_id).split("验证码 ")[1][:6]
    visiting.confirm(submission=sent, code=code, language="zh-hans", at=LATER)
    assert (Subject.objects.get().age, reason(home, sent.subject_id)) == (None, "allowed")


@pytest.mark.parametrize("age", ["minor", "youth", "child", ""])
def test_the_deed_behind_the_form_takes_nobody_who_is_not_of_age(home, age):
    before = stored()
    sent = {"event": home.event, "name": "王小诺", "number": phone.normalise(house.WANG), "ticks": [], "language": "zh-hans"}
    with pytest.raises(ages.UnderAge):
        visiting.submit(**sent, token=visiting.form_token(), age=age, at=LATER)
    assert stored() == before


def test_nobody_grows_up_by_filling_in_a_form(home):
    """C12: of two answers the more restrictive stands."""
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    minors.declare(contact=Contact.objects.get(), age="youth", by=home.li, at=LATER)
    with pytest.raises(ChallengeRefused):
        house.arrive(home.event, house.WANG, at=LATER + house.timedelta(minutes=5))
    assert (Subject.objects.get().age, reason(home, wang)) == ("youth", "minor")


# 14 to 17: limited capacity.


@pytest.mark.parametrize("action", sorted(rules.RULES))
def test_nobody_from_14_to_17_is_approached_whatever_they_agreed_to(home, action):
    """C12, 民法典 19: every use of the number serves marketing here, so each is denied, and says why."""
    wang = house.arrive(home.event, house.WANG, channels=("call", "sms", "share"))[0].subject_id
    assert reason(home, wang, action) != "minor"
    minors.declare(contact=Contact.objects.get(), age="youth", by=home.li, at=LATER)
    assert reason(home, wang, action) == "minor"
    peeked = gate.peek_many([wang], action, by=home.li, at=LATER, usage={wang: gate.Usage()})
    assert peeked[wang].reason == "minor"
    told = gate.explain(Decision.objects.filter(reason="minor").first().pk)
    assert (told.agrees, told.decision.facts["minor"]) == (True, True)


def test_staff_note_somebody_younger_and_compliance_alone_somebody_older(home):
    contact = Contact.objects.get(pk=house.arrive(home.event, house.WANG)[0].subject_id)
    browser = enter(home.li)
    assert browser.get(f"/contacts/{contact.pk}/age/").content.decode().count('name="age"') == 2
    assert browser.post(f"/contacts/{contact.pk}/age/", {"age": "adult"}).status_code == 400
    assert browser.post(f"/contacts/{contact.pk}/age/", {"age": "youth"}).status_code == 302
    with pytest.raises(ages.AgeRefused, match="looser"):
        minors.declare(contact=contact, age="adult", by=home.li, at=LATER)
    with pytest.raises(ages.AgeRefused, match="unknown"):
        minors.declare(contact=contact, age="12", by=home.chen, at=LATER)
    assert reason(home, contact.pk) == "minor"
    assert enter(home.chen).post(f"/contacts/{contact.pk}/age/", {"age": "adult"}).status_code == 302
    assert reason(home, contact.pk) == "allowed"
    statuses = {u.username: enter(u).get(f"/contacts/{contact.pk}/age/").status_code for u in (home.he, home.zhao, home.sun)}
    assert statuses == {"he": 404, "zhao": 403, "sun": 403}


# Under 14: nothing without a guardian.


def test_a_child_without_a_guardian_is_not_kept(home):
    """C12, PIPL 31: every consent ends at once, to the gate they are under 18, and the next sweep takes the person."""
    contact = Contact.objects.get(pk=house.arrive(home.event, house.WANG, channels=("call", "sms"))[0].subject_id)
    answer = enter(home.li).post(f"/contacts/{contact.pk}/age/", {"age": "child"}, follow=True)
    assert "没有监护人的书面同意" in answer.content.decode()
    assert set(Consent.objects.values_list("state", flat=True)) == {"invalidated"}
    assert (Subject.objects.get().age, Contact.objects.get().delete_rule) == ("youth", "invalidated")
    assert reason(home, contact.pk) == "minor"
    assert Entry.objects.filter(act="consent.invalidated", reason="minor", subject=contact.pk).count() == 2
    sweep.run(by=house.BY, at=LATER + house.timedelta(minutes=1))
    assert (Contact.objects.count(), Departure.objects.count()) == (0, 1)


def test_the_database_keeps_no_child_without_a_guardian_by_any_road(home):
    """C12: SQL, update() and a new row alike; a guardian whose time was over by then is none."""
    contact = Contact.objects.get(pk=house.arrive(home.event, house.WANG)[0].subject_id)
    refused = pytest.raises(IntegrityError, match="without a guardian")
    with refused, transaction.atomic():
        Subject.objects.filter(pk=contact.pk).update(age="child", age_at=LATER)
    with pytest.raises(IntegrityError, match="without a guardian"), transaction.atomic():
        Subject.objects.create(created_at=LATER, age="child", age_at=LATER)
    told = {"relation": "parent", "name": "王母", "paper": paper(home, contact), "until": UNTIL}
    guardians.accept(subject=contact.pk, **told, by=home.chen, at=LATER)
    late = LATER + house.timedelta(days=200)
    with pytest.raises(IntegrityError, match="without a guardian"), transaction.atomic():
        Subject.objects.filter(pk=contact.pk).update(age="child", age_at=late)
    with pytest.raises(ages.AgeRefused, match="guardian"):
        ages.declare(subject=contact.pk, age="child", by=home.chen, at=late)
    assert Subject.objects.filter(pk=contact.pk).update(age="child", age_at=LATER) == 1


def test_with_a_guardians_paper_a_child_is_kept_and_left_alone_until_that_day(home):
    """C12: who reviewed, on which paper, until when; then the child leaves, however long the notice promised."""
    contact = child(home)
    row, end = Guardian.objects.get(), house.NOON.replace(hour=16) + house.timedelta(days=90)  # midnight in the office
    assert (row.relation, row.reviewed_by, row.evidence.kind, row.valid_until) == ("parent", home.chen, "paper", end)
    assert (reason(home, contact.pk), Consent.objects.get().state) == ("minor", "given")
    contact.refresh_from_db()
    assert (contact.delete_rule, contact.delete_on) == ("guardian", end)
    sweep.run(by=house.BY, at=end - house.timedelta(minutes=1))
    assert Contact.objects.count() == 1
    sweep.run(by=house.BY, at=end + house.timedelta(minutes=1))
    assert (Contact.objects.count(), Departure.objects.get().rule) == (0, "guardian")
    assert Entry.objects.filter(act="contact.erased", reason="guardian").count() == 1


def test_a_guardian_who_agrees_again_moves_the_day(home):
    contact = child(home)
    told = {"relation": "parent", "name": "王母", "paper": paper(home, contact)}
    minors.accept(contact=contact, **told, until=UNTIL + house.timedelta(days=30), by=home.chen, at=LATER)
    contact.refresh_from_db()
    assert contact.delete_on == house.NOON.replace(hour=16) + house.timedelta(days=120)
    assert retention.refresh([contact.pk], at=LATER) == 0


def test_the_guardians_name_is_sealed_under_the_childs_key_and_goes_with_it(home):
    """C12, J1: that somebody agreed stays, who it was does not; a hold keeps it, and the copy for the person has it."""
    contact = child(home)
    row = Guardian.objects.get()
    assert (str(opening.open_one(row.name)), "王母".encode() in bytes(row.name.blob)) == ("王母", False)
    told = copying.of(_visit(), at=LATER)["records"][0]
    assert told["age"] == {"said": "child", "at": "2026-03-02T05:00:00Z"}
    assert [(one["relation"], one["name"]) for one in told["guardians"]] == [("parent", "王母")]
    hold.place(contact=contact, case_ref="7", reason="dispute", review_on=LATER.date(), by=home.chen, at=LATER)
    with pytest.raises(IntegrityError, match="legal hold"), transaction.atomic():
        trail.record("contact.changed", by=house.BY, at=LATER, subject=contact.pk)
        Guardian.objects.update(name=None)
    ask_to_lift(home)
    erase.one(contact.pk, by=house.BY, at=LATER)
    row.refresh_from_db()
    assert (row.name, row.relation, Subject.objects.get().age) == (None, "parent", "child")


def _visit():
    opened()
    return OwnVisit.objects.latest("created_at")


def ask_to_lift(home):
    pk = LegalHold.objects.get().pk
    hold.ask_to_lift(hold_id=pk, by=home.chen, at=LATER)
    hold.lift(hold_id=pk, by=home.zhao, at=LATER)


def test_only_compliance_accepts_a_guardian_and_only_paper_that_is_there_for_a_year_at_most(home):
    contact = Contact.objects.get(pk=house.arrive(home.event, house.WANG)[0].subject_id)
    other = Contact.objects.get(pk=house.arrive(home.event, house.ZHOU)[0].subject_id)
    sheet, foreign = paper(home, contact), paper(home, other)
    good = {"relation": "parent", "name": "王母", "paper": str(sheet), "until": str(UNTIL)}
    address, chen = f"/contacts/{contact.pk}/guardian/", enter(home.chen)
    assert enter(home.li).post(address, good).status_code == 403
    day = LATER.date()
    bad = [{"relation": "friend"}, {"name": ""}, {"name": "a" * 200}, {"paper": str(foreign)}, {"paper": "x"}]
    bad += [{"until": str(day - house.timedelta(days=1))}, {"until": str(day + house.timedelta(days=400))}, {"until": ""}]
    for wrong in bad:
        answer = chen.post(address, good | wrong)
        assert (wrong, answer.status_code, 'role="alert"' in answer.content.decode()) == (wrong, 400, True)
    assert Guardian.objects.count() == 0
    told = {"subject": contact.pk, "relation": "parent", "name": "王母", "until": UNTIL, "at": LATER}
    for by, sheet_, word in ((home.li, sheet, "role"), (home.chen, foreign, "paper")):
        with pytest.raises(guardians.GuardianRefused, match=word):
            guardians.accept(**told, paper=sheet_, by=by)
    unseen = str(paper(home, contact, looked=False))
    answer = chen.post(address, good | {"paper": unseen})
    assert (answer.status_code, "打开该文件的每一页" in answer.content.decode()) == (400, True)
    assert chen.post(address, good).status_code == 302
    assert (Guardian.objects.count(), Entry.objects.filter(act="guardian.accepted", subject=contact.pk).count()) == (1, 1)


# The list.


def test_the_list_of_minors_is_read_by_compliance_with_a_reason_that_is_on_record_first(home, clock):
    """C12, 未成年人条例 36: a reason and a second person, for an hour; each look and each person shown has an entry."""
    wang = child(home)
    zhou = Contact.objects.get(pk=house.arrive(home.event, house.ZHOU, name="周远")[0].subject_id)
    minors.declare(contact=zhou, age="youth", by=home.li, at=LATER)
    house.arrive(home.event, house.QIAN)
    chen, zhao = enter(home.chen), enter(home.zhao)

    def shown():
        page = chen.get("/minors/list/", follow=True).content.decode()
        return [page.count(f"/contacts/{one.pk}/age/") for one in (zhou, wang)]

    assert shown() == [0, 0]
    assert [chen.post("/minors/", sent).status_code for sent in ({}, {"reason": "curious"})] == [400, 400]
    assert [chen.post("/minors/", {"reason": "minors_audit"}).status_code for _n in range(2)] == [302, 400]
    look = MinorsLook.objects.get()
    answer = {"answer": "yes"}
    chen.post(f"/minors/{look.pk}/decide/", answer)
    assert (shown(), MinorsLook.objects.get().agreed) == ([0, 0], None)  # nobody lets themself look
    assert zhao.get("/minors/").content.decode().count(f"/minors/{look.pk}/decide/") == 1
    assert zhao.post(f"/minors/{look.pk}/decide/", {"answer": "perhaps"}).status_code == 400
    assert zhao.post(f"/minors/{look.pk}/decide/", answer).status_code == 302
    assert Entry.objects.filter(act="minors.listed").count() == 0
    assert (shown(), zhao.get("/minors/list/").status_code) == ([1, 1], 403)
    told = Entry.objects.filter(act="minors.listed", reason="minors_audit")
    assert sorted(str(row.subject or "") for row in told) == sorted(["", str(wang.pk), str(zhou.pk)])
    assert (shown(), told.all().count()) == ([1, 1], 6)  # each look anew
    clock.shift(minors_looks.OPEN)
    assert (shown(), told.all().count()) == ([0, 0], 6)
    assert Entry.objects.filter(act__in=["minors.asked", "minors.approved"]).count() == 2
    statuses = {u.username: enter(u).get("/minors/").status_code for u in (home.li, home.wu, home.zhao, home.sun)}
    assert statuses == {"li": 403, "wu": 403, "zhao": 200, "sun": 403}


def test_a_look_is_decided_by_another_of_the_right_role_once_and_within_a_day(home):
    """C12: by the deed, whatever page it comes from; a no opens nothing."""
    look = minors_looks.ask(reason="minors_audit", by=home.chen, at=LATER)
    late = LATER + minors_looks.WAITS
    tries = [(home.chen, LATER, "same_person"), (home.li, LATER, "role"), (home.sun, LATER, "role"), (home.zhao, late, "gone")]
    for by, at, code in tries:
        with pytest.raises(minors_looks.LookRefused, match=code):
            minors_looks.decide(look_id=look.pk, yes=True, by=by, at=at)
    minors_looks.decide(look_id=look.pk, yes=False, by=home.zhao, at=LATER)
    for by, code in ((home.zhao, "gone"), (home.chen, "gone")):
        with pytest.raises(minors_looks.LookRefused, match=code):
            minors_looks.decide(look_id=look.pk, yes=True, by=by, at=LATER)
    for by, code in ((home.chen, "closed"), (home.wu, "role"), (home.zhao, "role")):
        with pytest.raises(minors_looks.LookRefused, match=code):
            minors.listed(by=by, at=LATER)
    for by, why, code in ((home.wu, "minors_audit", "role"), (home.chen, "curious", "reason"), (home.chen, "", "reason")):
        with pytest.raises(minors_looks.LookRefused, match=code):
            minors_looks.ask(reason=why, by=by, at=LATER)
    assert [minors_looks.standing(by=one, at=LATER) for one in (home.chen, home.zhao)] == [None, None]


def test_a_look_that_waits_stands_on_the_first_page_of_who_may_decide(home, clock):
    words = "查看未成年人名单的申请"
    assert [words in enter(user).get("/").content.decode() for user in (home.chen, home.zhao)] == [False, False]
    minors_looks.ask(reason="minors_audit", by=home.chen, at=LATER)
    shown = [words in enter(user).get("/").content.decode() for user in (home.chen, home.zhao, home.li, home.sun)]
    assert shown == [True, True, False, False]


def test_paper_of_a_guardian_leaves_with_the_child(home):
    contact = child(home)
    assert PaperPage.objects.filter(file_key__isnull=False).count() == 1
    erase.one(contact.pk, by=Self_(contact.pk), at=LATER)
    assert PaperPage.objects.filter(file_key__isnull=False).count() == 0


def test_the_rules_for_minors_are_a_page_for_everybody_that_the_notice_and_the_guardians_road_lead_to(home):
    """C12, PIPL 31: fixed words, whole in both languages, without signing in."""
    pages = {code: Client().get("/law/minors/", headers={"accept-language": code}) for code in ("zh-hans", "en")}
    told = {code: (page.status_code, re.findall(r"<h[12]>([^<]+)<", page.content.decode())) for code, page in pages.items()}
    heads = [
        "未成年人个人信息处理规则",
        "未满18周岁",
        "未满14周岁",
        "我们保存儿童的哪些信息及原因",
        "谁可以查看",
        "监护人的权利",
    ]
    assert told["zh-hans"] == (200, heads)
    assert (told["en"][0], told["en"][1][0], len(told["en"][1])) == (200, "Rules for people under age", len(heads))
    contact = Contact.objects.get(pk=house.arrive(home.event, house.WANG)[0].subject_id)
    roads = [Client().get("/n/event/v1/"), Client().post("/e/fair/", form(home, age="minor"))]
    roads.append(enter(home.chen).get(f"/contacts/{contact.pk}/age/"))
    assert ['href="/law/minors/"' in page.content.decode() for page in roads] == [True] * 3
