"""Four things are agreed to in a step of their own: handing on, publication, sensitive data and abroad (C3)."""

import pytest
import time_machine
from django.db import transaction

from audit import trail
from audit.trail import Self_
from consent import abroad, apart, demands, gate, ledger, notices, register
from consent.drafting import drafts
from consent.drafting.drafts import TickDraft
from consent.ledger import Ask
from consent.models import Consent, Evidence, NoticePurpose, Purpose
from consent.models.notice import Form
from tests import house
from tests.contacts.sheetwork import taker

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
HERE, THERE = notices.TICKS[2][5], "Partner Abroad Ltd."
MENTION = TickDraft("public_mention", "publish", "单独同意：在活动报道中公开我的姓名", "Separately: name me in the report", 90)
QUERY = TickDraft("credit_report_query", "share", "书面同意：查询我的信用报告", "In writing: query my credit report", 30, HERE)
REPORT = ["credit_report", "to judge whether a loan suits", "a query stays in the report"]
CASES = {
    "handover": ("share", "partner_share", HERE, "separate"),
    "publication": ("publish", "public_mention", HERE, "separate"),
    "sensitive": ("query_credit", "credit_report_query", HERE, "written"),
    "abroad": ("share", "partner_share", THERE, "separate"),
}


@pytest.fixture
def home(db):
    with time_machine.travel(house.NOON + house.timedelta(hours=1), tick=False):
        yield house.build()


def published(home, recipient=HERE):
    """The next version: calls, passing on to this recipient, a mention in public, and a query of the credit report."""
    draft = drafts.start(code="event", by=home.chen, at=house.NOON)
    row = {"name": THERE, "country": "Singapore", "contact": "x@abroad.example", "purpose": "advice", "method": "online"}
    row |= {"categories": "name", "rights": "x@abroad.example"}
    content = {k: w | {"share": [*w["share"], row], "sensitive": [REPORT]} for k, w in draft.content.items()}
    ticks = [TickDraft(*told, **notices.PROMISED.get(told[0], {})) for told in notices.TICKS[:2]]
    share = TickDraft(*notices.TICKS[2][:5], recipient)
    drafts.save(version_id=draft.pk, content=content, ticks=[*ticks, share, MENTION, QUERY], by=home.chen, at=house.NOON)
    drafts.propose(version_id=draft.pk, by=home.chen, at=house.NOON)
    draft.refresh_from_db()
    how = {"materiality": "reconsent", "reason": "x", "address": "https://crm.example"}
    return drafts.publish(version_id=draft.pk, seen=drafts.digest(draft), **how, by=home.zhao, at=house.NOON)


def give(subject, tick, form):
    with transaction.atomic():
        kind, grade = ("paper", "B") if form == "written" else ("otp", "A")
        proof = Evidence.objects.create(subject_id=subject, kind=kind, digest="x" * 64, created_at=house.NOON)
        asks, how = [Ask(subject, tick, "visitor")], {"language": "zh", "by": Self_(subject), "at": house.NOON}
        ledger.request(asks, **how)
        ledger.give(asks, evidence={subject: proof}, grade=grade, method="otp", form=form, **how)


def asked(home, subject, action):
    how = {"usage": gate.Usage(), "in_book": True, "may": True, "at": house.NOON, "by": home.li}
    return gate.ask(subject=subject, action=action, **how).reason


@pytest.mark.parametrize("apart_too", [False, True])
@pytest.mark.parametrize("case", sorted(CASES))
def test_four_things_with_and_without_the_separate_consent(home, case, apart_too):
    """C3: the matrix. Calls were agreed to in either column; only who also agreed apart is handed on, published, asked about."""
    action, purpose, recipient, form = CASES[case]
    version = published(home, recipient)
    tick = NoticePurpose.objects.get(version=version, purpose=purpose)
    wang = house.arrive(home.event, house.WANG, channels=("call",))[0].subject_id
    assert (case in apart.of_tick(tick, version.content), asked(home, wang, "call")) == (True, "allowed")
    if purpose == "partner_share":
        taker(home, name=recipient)
    if apart_too:
        give(wang, tick, form)
    assert asked(home, wang, action) == ("allowed" if apart_too else "no_consent")


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_yes_of_before_by_one_tick_opens_none_of_the_four(home, case):
    """C3: what an old row says, or does not say, of its form is no step of its own."""
    action, purpose, recipient, form = CASES[case]
    tick = NoticePurpose.objects.get(version=published(home, recipient), purpose=purpose)
    wang = house.arrive(home.event, house.WANG, channels=("call",))[0].subject_id
    give(wang, tick, form)
    for old in ("general", None):
        with transaction.atomic():
            trail.record("contact.changed", by=house.BY, at=house.NOON, subject=wang)
            Consent.objects.filter(purpose=purpose).update(form=old)
        assert asked(home, wang, action) == f"{form}_form_missing"


@pytest.mark.parametrize(
    ("lists", "found"),
    [
        ({"operations": ["pass_on"], "categories": ["name"]}, ["handover"]),
        ({"operations": ["publish"], "categories": ["name"]}, ["publication"]),
        ({"operations": ["call"], "categories": ["health"]}, ["sensitive"]),
        ({"operations": ["call"], "categories": ["palm_print"]}, ["sensitive"]),
        ({"operations": ["call"], "categories": ["name"], "recipient": HERE}, ["handover"]),
        ({"operations": ["call"], "categories": ["name"], "recipient": THERE}, ["handover", "abroad"]),
        ({"operations": ["call", "reveal"], "categories": register.ACQUAINTANCE}, []),
    ],
)
def test_no_notice_asks_for_one_of_the_four_as_one_tick_among_others(lists, found):
    """C3: the publish validator, by what the purpose does and whom the tick names, whatever the register's row says."""
    content = {language: {"share": [{"name": THERE, "country": "Singapore"}]} for language in ("zh", "en")}
    recipient = lists.get("recipient", "")
    lists = {name: lists[name] for name in ("operations", "categories")}
    for form in Form.values:
        purpose = Purpose(code="p", form=form, **lists)
        tick = NoticePurpose(purpose=purpose, channel="call", recipient=recipient)
        assert apart.of_tick(tick, content) == found
        assert [*apart.gaps(content, [tick])] == (["tick_p_call_apart"] if found and form == "general" else [])


def test_the_gate_asks_for_a_step_of_its_own_even_where_a_row_does_not():
    """C3: what the gate keeps with a decision is the stricter of the row and of what the purpose does."""
    lists = {"bases": ["consent"], "channels": ["call"], "minimum_grade": "A"}
    told = [
        demands.Demands.of(Purpose(form=form, operations=[deed], categories=[code], **lists)).form
        for deed, code in (("publish", "name"), ("pass_on", "name"), ("call", "health"), ("call", "name"))
        for form in Form.values
    ]
    assert told == ["separate", "separate", "written"] * 3 + ["general", "separate", "written"]


def test_the_editor_says_which_tick_is_apart(home):
    """C3: review, which stands before proposing and publishing, names the tick."""
    draft = drafts.start(code="event", by=home.chen, at=house.NOON)
    assert drafts.review(draft).gaps == []
    assert abroad.names(draft.content) == set()
    content = {k: w | {"share": [w["share"][0] | {"country": "Singapore", "rights": "x"}]} for k, w in draft.content.items()}
    assert abroad.names(content) == {row["share"][0]["name"] for row in content.values()}
