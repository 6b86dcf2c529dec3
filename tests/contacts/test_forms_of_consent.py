"""Consents with a form of their own: a step for what is separate (C2), a signature for what is in writing (C4)."""

import io
import json
import re

import pypdfium2
import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from audit import trail
from audit.trail import Self_
from consent import gate, ledger, notices, papers, reviewing, rules, scanning
from consent.drafting import drafts
from consent.drafting.drafts import TickDraft
from consent.ledger import Ask
from consent.models import Consent, ConsentEvent, Evidence, NoticePurpose, PaperPage, Purpose
from consent.receipts import iso27560, record
from contacts import events, reminding, review_queue, withdrawal
from contacts.intake import asserting, separately, visiting
from contacts.models import Contact, Event
from contacts.own import page as own_page
from team.models import Book
from tests import house, looks
from tests.contacts.sheetwork import taker
from tests.contacts.test_signing import HAND
from tests.proofs.cast import enter
from vault import phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"], transaction=True)
LATER = house.NOON + house.timedelta(hours=1)
TICKS = [TickDraft(*told, **notices.PROMISED.get(told[0], {})) for told in notices.TICKS]
BUREAU = {"name": "中国人民银行征信中心", "contact": "400-810-8866", "purpose": "查询", "method": "查询", "categories": "姓名"}
REPORT = ["credit_report", "to judge whether a loan suits", "a query stays in the report"]  # B7
QUERY = TickDraft(
    "credit_report_query", "share", "书面同意：查询我的信用报告", "In writing: query my credit report", 30, BUREAU["name"]
)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as moving:
        yield moving


@pytest.fixture
def home(settings, tmp_path):
    """A house whose newest notice also asks, in writing, for a query of the credit report; its event shows that one."""
    settings.VAR_DIR, settings.DEMO = tmp_path, True
    built = house.build()
    taker(built)
    built.version = publish(built, [*TICKS, QUERY])
    told = {"name": "Bank day", "place": "Hall", "held_on": LATER.date(), "book": Book.objects.get(owner=built.li)}
    built.bank = events.create(**told, by=built.li, at=house.NOON, code="bank")
    return built


def draft_of(home, ticks):
    draft = drafts.start(code="event", by=home.chen, at=house.NOON)
    content = {k: w | {"share": [*w["share"], BUREAU], "sensitive": [REPORT]} for k, w in draft.content.items()}
    return drafts.save(version_id=draft.pk, content=content, ticks=ticks, by=home.chen, at=house.NOON)


def publish(home, ticks):
    draft = draft_of(home, ticks)
    drafts.propose(version_id=draft.pk, by=home.chen, at=house.NOON)
    seen, how = drafts.digest(draft), {"materiality": "notify", "reason": "x", "address": "https://crm.example"}
    return drafts.publish(version_id=draft.pk, seen=seen, **how, by=home.zhao, at=house.NOON)


def ask(home, subject, action):
    how = {"usage": gate.Usage(), "in_book": True, "may": True, "at": timezone.now(), "by": home.li}
    return gate.ask(subject=subject, action=action, **how)


def tick(channel, purpose=None):
    rows = NoticePurpose.objects.filter(version=notices.current(), channel=channel)
    return rows.get(purpose=purpose) if purpose else rows.get()


def give(subject, one, form, *, kind="otp", grade="A"):
    """A yes by an act of this form, straight into the ledger."""
    with transaction.atomic():
        proof = Evidence.objects.create(subject_id=subject, kind=kind, digest="x" * 64, created_at=LATER)
        how = {"language": "zh", "by": Self_(subject), "at": LATER}
        ledger.request([Ask(subject, one, "visitor")], **how)
        held = "separate" if form == "general" and one.purpose.form != "general" else form  # the database takes no other
        ledger.give([Ask(subject, one, "visitor")], evidence={subject: proof}, grade=grade, method="otp", form=held, **how)
        Consent.objects.filter(subject=subject, purpose=one.purpose_id).update(form=form)


def fill_in(browser, event, *, ticks=(), number=house.WANG, **more):
    """The visitor's form and the code; answers where it leads."""
    token = visiting.form_token()
    sent = {"name": "王小诺", "number": number, "ticks": [str(t.pk) for t in ticks], "token": token, "age": "adult"} | more
    answer = browser.post(f"/e/{event.code}/", sent)
    if answer.status_code != 302:
        return answer
    screen = visiting.subject_phone_screen(visiting.submission_of(event, token).subject_id)
    return browser.post(answer.url, {"code": screen.split("验证码 ")[1][:6]})


# C2, 条例 62(7): a step of its own.


def test_a_general_act_never_opens_what_is_to_be_agreed_to_separately(home):
    """C2: whatever the box says, a tick among others is no separate consent, and the gate says why."""
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    share = home.event.ticks.get(tick__channel="share").tick
    give(wang, share, "general")
    said = ask(home, wang, "share")
    assert (said.allowed, said.reason) == (False, "separate_form_missing")
    assert (said.facts["asked_form"], said.facts["given_form"]) == ("separate", "general")
    give(wang, share, "separate")
    assert ask(home, wang, "share").reason == "allowed"
    told = gate.explain(said.pk)
    assert (told.agrees, told.same_rules, said.rule_version) == (True, True, rules.VERSION)


def test_a_yes_from_before_forms_were_kept_is_no_step_of_its_own(home):
    """C2: of an older yes nobody knows how it came; the most restrictive wins, and a call by phone goes on."""
    wang = house.arrive(home.event, house.WANG, channels=("call", "share"))[0].subject_id
    with transaction.atomic():
        trail.record("contact.changed", by=house.BY, at=LATER, subject=wang)
        Consent.objects.filter(subject=wang).update(form=None)
    assert {action: ask(home, wang, action).reason for action in ("call", "share")} == {
        "call": "allowed", "share": "separate_form_missing",
    }  # fmt: skip


def test_what_is_separate_comes_after_the_code_on_a_page_of_its_own_without_a_script(home):
    """C2: not among the ticks; one button for one purpose; what was pressed stands in the ledger as its own step."""
    browser = Client()
    form = browser.get("/e/fair/").content.decode()
    share = home.event.ticks.get(tick__channel="share").tick
    assert (f'value="{share.pk}"' in form, form.count('type="checkbox"')) == (False, 2)
    call = home.event.ticks.get(tick__channel="call").tick
    step = fill_in(browser, home.event, ticks=[call]).url
    page = browser.get(step).content.decode()
    assert (page.count('name="tick"'), page.count(f'value="{share.pk}"')) == (1, 1)
    content, english = home.event.notice_version.content, browser.get(step, headers={"accept-language": "en"}).content.decode()
    assert (share.tick_zh in page, content["zh"]["share"][0]["contact"] in page, "<script" in page) == (True, True, False)
    told = [content["en"]["share"][0][part] for part in ("name", "contact", "purpose", "method", "categories")]
    assert [part for part in [share.tick_en, *told] if escape(part) not in english] == []  # in either language (B8)
    assert Consent.objects.filter(channel="share").count() == 0  # nothing yet, not even asked
    assert browser.post(step, {"tick": str(share.pk)}).url == step
    last = ConsentEvent.objects.filter(consent__channel="share").latest("number")
    assert (last.after, last.method, last.form, last.grade, last.evidence.kind) == ("given", "own_step", "separate", "A", "otp")
    assert ask(home, Contact.objects.get().pk, "share").reason == "allowed"
    assert re.fullmatch(r"/w/[\w-]+/\?new=1", browser.get(step).url)  # nothing is left to ask: on to the receipt
    assert ConsentEvent.objects.get(consent__channel="call", after="given").form == "general"


def test_who_presses_nothing_agrees_to_nothing_and_gets_the_receipt(home):
    browser, call = Client(), home.event.ticks.get(tick__channel="call").tick
    step = fill_in(browser, home.event, ticks=[call]).url
    receipt = re.search(r'href="(/w/[^"]+)"', browser.get(step).content.decode()).group(1)
    assert browser.get(receipt).status_code == 200
    assert [browser.post(step, sent).status_code for sent in ({}, {"tick": "x"}, {"tick": str(call.pk)})] == [302, 302, 302]
    assert dict(Consent.objects.values_list("channel", "state")) == {"call": "given"}


def test_a_separate_purpose_among_the_ticks_is_refused_by_the_form(home):
    share = home.event.ticks.get(tick__channel="share").tick
    assert (fill_in(Client(), home.event, ticks=[share]).status_code, Contact.objects.count()) == (400, 0)


def test_the_step_lasts_a_quarter_of_an_hour_and_belongs_to_one_person(home, clock):
    browser, call = Client(), home.event.ticks.get(tick__channel="call").tick
    step = fill_in(browser, home.event, ticks=[call]).url
    other = fill_in(browser, home.event, ticks=[call], number=house.ZHOU).url
    mixed = step.rsplit("/", 2)[0] + "/" + other.rsplit("/", 2)[1] + "/"
    assert {browser.get(bad).status_code for bad in (mixed, step.replace("/separately/", "/separately/x"))} == {404}
    clock.shift(house.timedelta(minutes=16))
    share = home.event.ticks.get(tick__channel="share").tick
    assert (browser.get(step).status_code, browser.post(step, {"tick": str(share.pk)}).status_code) == (302, 302)
    assert Consent.objects.filter(channel="share").count() == 0


def test_without_a_code_nothing_is_asked_separately(home):
    sent, _none = house.arrive(home.event, house.WANG, confirm=False)
    share = home.event.ticks.get(tick__channel="share").tick
    assert separately.asked(sent, at=LATER) == []
    assert separately.agree(sent, share.pk, language="zh", at=LATER) is False


def test_a_no_in_between_stands(home):
    """C2, D2: whoever stops everything between the code and the button is not asked back in."""
    sent, _receipt = house.arrive(home.event, house.WANG, at=LATER)
    share, by = home.event.ticks.get(tick__channel="share").tick, Self_(sent.subject_id)
    assert [one.pk for one in separately.asked(sent, at=LATER)] == [share.pk]
    withdrawal.withdraw(subject=sent.subject_id, scope=None, method="link", reason="withdrawal", by=by, at=LATER)
    assert separately.agree(sent, share.pk, language="zh", at=LATER) is False
    assert Consent.objects.filter(channel="share").count() == 0


def test_signed_paper_does_not_answer_the_question_that_asks_for_the_persons_own_act(home):
    """
    C3, C6: noon, Wang ticks the share on paper, and the paper is accepted: a written yes of grade B
    the gate -> grade, since passing on asks for A
    an hour later her own code -> the question is put all the same, and her button opens it
    """
    sent, _receipt = house.arrive(home.event, house.WANG, at=LATER)
    wang, share = sent.subject_id, home.event.ticks.get(tick__channel="share").tick
    give(wang, share, "written", kind="paper", grade="B")
    assert ask(home, wang, "share").reason == "grade"
    assert [one.pk for one in separately.asked(sent, at=LATER)] == [share.pk]
    assert separately.agree(sent, share.pk, language="zh", at=LATER) is True
    head = Consent.objects.get(subject=wang, channel="share")
    assert (head.state, head.form, head.grade, ask(home, wang, "share").reason) == ("renewed", "separate", "A", "allowed")
    assert separately.asked(sent, at=LATER) == []


def test_signed_paper_answers_it_where_paper_is_enough(home):
    """C3, C6: written satisfies separate; where the register asks for B only, nobody is asked twice."""
    Purpose.objects.filter(pk="partner_share").update(minimum_grade="B")
    sent, _receipt = house.arrive(home.event, house.WANG, at=LATER)
    share = home.event.ticks.get(tick__channel="share").tick
    give(sent.subject_id, share, "written", kind="paper", grade="B")
    assert ask(home, sent.subject_id, "share").reason == "allowed"
    assert separately.asked(sent, at=LATER) == []


def test_the_receipt_says_in_which_form_it_was(home):
    wang = house.arrive(home.event, house.WANG, channels=("call", "share"))[0].subject_id
    told = iso27560.write(record.of(wang, language="en", site="https://crm.example"))["records"]
    assert {row["channels"][0]: row["consent_form"] for row in told} == {
        "call": "pipl:GeneralConsent", "share": "pipl:SeparateConsent",
    }  # fmt: skip


# C4, PIPL 14 and 29, 征信业管理条例 18: in writing.


def test_a_box_and_a_code_never_open_what_asks_for_a_signature(home):
    """C4: `credit_report_query` with a checkbox only is denied, however good the grade and whatever the method."""
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    query = tick("share", "credit_report_query")
    for form in ("general", "separate"):
        give(wang, query, form)
        said = ask(home, wang, "query_credit")
        assert (said.allowed, said.reason, said.facts["asked_form"]) == (False, "written_form_missing", "written")
        assert Consent.objects.get(purpose="credit_report_query").grade == "A"
    peeked = gate.peek_many([wang], "query_credit", by=home.li, at=LATER, usage={wang: gate.Usage()})
    assert peeked[wang].reason == "written_form_missing"


def scanned(version):
    """The newest form, printed, signed, and scanned."""
    with pypdfium2.PdfDocument(bytes(version.copies.get(language="zh").form)) as pdf:
        target = io.BytesIO()
        pdf[len(pdf) - 1].render(scale=2).to_pil().save(target, "PNG")
    return scanning.pages_of(target.getvalue())


def look(home, head, verdict="accepted", reason=""):
    seen, shown = head.events.latest("number").pk, reviewing.digest(head)
    looks.open_all(head, by=home.chen, at=timezone.now())
    review_queue.decide(consent=head, seen=seen, shown=shown, verdict=verdict, reason=reason, by=home.chen, at=timezone.now())


def test_signed_paper_that_was_looked_at_opens_it_with_grade_b(home):
    """C4: the scan is bound to the version by its code; it asks, opens nothing, and one look makes it a written yes."""
    wang = house.arrive(home.bank, house.WANG)[0].subject_id
    papers.add(subject=wang, pages=scanned(home.version), by=home.li, at=LATER)
    head = Consent.objects.get(purpose="credit_report_query")
    assert (head.state, ask(home, wang, "query_credit").reason) == ("requested", "requested")
    assert [row.pk for row in review_queue.papers(LATER)] == [head.pk]
    look(home, head)
    head.refresh_from_db()
    last = head.events.latest("number")
    assert (head.state, head.grade, head.form, last.form, last.evidence.kind) == ("given", "B", "written", "written", "paper")
    said = ask(home, wang, "query_credit")
    assert (said.allowed, said.facts["given_form"]) == (True, "written")


def test_paper_that_was_sent_back_opens_nothing(home):
    wang = house.arrive(home.bank, house.WANG)[0].subject_id
    papers.add(subject=wang, pages=scanned(home.version), by=home.li, at=LATER)
    head = Consent.objects.get(purpose="credit_report_query")
    look(home, head, "returned", "unsigned")
    assert ask(home, wang, "query_credit").reason == "requested"


def test_a_hand_on_a_screen_that_was_looked_at_opens_it_too(home):
    """C4, 电子签名法 13: strokes and sheet are kept; until somebody looked they are an assertion."""
    made = asserting.quick(event=home.bank, name="王小诺", number=phone.normalise(house.WANG), by=home.li, at=house.NOON)
    wang, query = made[0].pk, tick("share", "credit_report_query")
    assert Consent.objects.get().purpose_id == "phone_contact"  # staff note no consent in writing for anybody
    sent = {"age": "adult", "ticks": [str(query.pk)], "strokes": json.dumps(HAND)}
    screen = enter(home.li)
    assert [screen.post(f"/contacts/{wang}/sign/").status_code, screen.post("/sign/", sent).status_code] == [302, 200]
    head = Consent.objects.get(purpose="credit_report_query")
    assert (head.state, ask(home, wang, "query_credit").reason) == ("asserted", "asserted")
    look(home, head)
    assert ask(home, wang, "query_credit").reason == "allowed"
    assert PaperPage.objects.get().version == home.version


def test_the_visitors_form_shows_it_on_paper_only_and_no_code_gives_it(home):
    """C4: no box, no button; a form that names it all the same is refused, and a submission of before gives no such yes."""
    browser, query = Client(), tick("share", "credit_report_query")
    page = browser.get("/e/bank/").content.decode()
    assert (query.tick_zh in page, f'value="{query.pk}"' in page) == (True, False)
    assert f"/n/event/v{home.version.number}/form-zh.pdf" in page
    assert fill_in(browser, home.bank, ticks=[query]).status_code == 400
    sent = {"event": home.bank, "name": "王小诺", "number": phone.normalise(house.WANG), "language": "zh-hans", "age": "adult"}
    token, ticks = visiting.form_token(), [tick("call"), query]
    submission = visiting.submit(**sent, ticks=ticks, token=token, at=LATER)
    code = visiting.subject_phone_screen(submission.subject_id).split("验证码 ")[1][:6]
    visiting.confirm(submission=submission, code=code, language="zh-hans", at=LATER)
    assert dict(Consent.objects.values_list("purpose", "state")) == {
        "phone_contact": "given", "credit_report_query": "requested",
    }  # fmt: skip
    assert [one.purpose_id for one in separately.asked(submission, at=LATER)] == ["partner_share"]


def test_what_was_signed_is_not_renewed_by_a_button(home, clock):
    """C4, C10: a written yes that ends soon is signed anew; a phone call that ends soon may be agreed to by a button."""
    wang = house.arrive(home.bank, house.WANG, channels=("call", "sms"))[0].subject_id
    papers.add(subject=wang, pages=scanned(home.version), by=home.li, at=LATER)
    look(home, Consent.objects.get(purpose="credit_report_query"))
    heads = {head.purpose_id: head for head in Consent.objects.select_related("purpose", "notice_version__notice")}
    soon = {code: head.valid_until - house.timedelta(days=3) for code, head in heads.items()}
    told = {code: own_page.may_agree(head, at=soon[code]) for code, head in heads.items()}
    assert told == {"phone_contact": True, "sms_info": True, "credit_report_query": False}
    due = reminding.due(soon["credit_report_query"])
    assert due.count() == 0  # and nobody is reminded of a button that is not there
    Purpose.objects.filter(pk="credit_report_query").update(form="separate")
    assert [head.purpose_id for head in due.all()] == ["credit_report_query"]


def test_a_written_yes_that_rested_stands_again_by_its_signature(home):
    """C4: a restriction that was lifted costs nobody the paper they signed."""
    wang = house.arrive(home.bank, house.WANG)[0].subject_id
    papers.add(subject=wang, pages=scanned(home.version), by=home.li, at=LATER)
    look(home, Consent.objects.get(purpose="credit_report_query"))
    with transaction.atomic():
        heads = list(Consent.objects.filter(state="given"))
        ledger.close(heads, "suspended", method="request", reason="restriction", by=house.BY, at=LATER)
        ledger.resume(heads, by=house.BY, at=LATER)
    assert {action: ask(home, wang, action).reason for action in ("call", "query_credit")} == {
        "call": "allowed", "query_credit": "allowed",
    }  # fmt: skip


def test_the_database_takes_no_written_yes_without_paper(home):
    """C4: whatever a deed says, the ledger holds no written yes whose evidence is not signed paper."""
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    with pytest.raises(IntegrityError, match="signed paper"):
        give(wang, tick("share", "credit_report_query"), "written")
    assert Consent.objects.filter(purpose="credit_report_query").count() == 0


def test_the_editor_knows_the_forms_and_the_words_must_say_them(home):
    """C2, C4: a tick that does not say it is separate, or in writing, is not proposed."""
    bare = [
        TICKS[0],
        TickDraft("partner_share", "share", "把我的号码转交", "Pass my number on", 90, TICKS[2].recipient),
        TickDraft("credit_report_query", "share", "查询我的信用报告", "Query my credit report", 30, BUREAU["name"]),
    ]
    draft = draft_of(home, bare)
    found = drafts.review(draft).findings
    assert {(one.code, one.where.rsplit("_", 1)[1], one.blocking) for one in found if one.code in ("separate", "written")} == {
        ("separate", "zh", True), ("separate", "en", True), ("written", "zh", True), ("written", "en", True),
    }  # fmt: skip
    with pytest.raises(drafts.DraftRefused, match="blocked"):
        drafts.propose(version_id=draft.pk, by=home.chen, at=LATER)
    page = enter(home.chen).get(f"/notices/{draft.pk}/").content.decode()
    assert (page.count("书面同意，亲笔签字"), "单独同意</span>" in page) == (1, True)


def test_an_event_asks_for_more_than_a_signature(home):
    """C4: with nothing a visitor can tick themself there is no form to show."""
    sent = {"name": "x", "place": "x", "held_on": "2026-04-01", "book": Book.objects.get(owner=home.li).pk}
    only = {"version": home.version.pk, "ticks": [tick("share", "credit_report_query").pk, tick("share", "partner_share").pk]}
    assert enter(home.li).post("/events/new/", sent | only).status_code == 400
    assert Event.objects.filter(name="x").count() == 0
