"""Notices in the making: what the lint finds, how much a change weighs, two people, and what is kept (A4, B3 to B6, B11)."""

import copy
import hashlib
import json

import pypdfium2
import pytest
from django.db import transaction

from audit.models import Entry
from consent import notices
from consent.content.event_en import EVENT_EN
from consent.content.event_zh import EVENT_ZH
from consent.drafting import changes, completeness, drafts, lint, wording
from consent.drafting.drafts import DraftRefused, TickDraft
from consent.models import NoticeCopy, NoticeVersion
from consent.showing import binding, printed
from tests import house
from tests.proofs.cast import enter

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
AT = house.NOON
WHOLE = json.loads(json.dumps({"zh": EVENT_ZH, "en": EVENT_EN}))
TICKS = [
    TickDraft(purpose, channel, zh, en, days, to, **notices.PROMISED.get(purpose, {}))
    for purpose, channel, zh, en, days, to in notices.TICKS
]


@pytest.fixture
def home():
    return house.build()


def changed(**steps):
    """The seeded content with some places changed: zh__title="…", en__sections__0__1="…"."""
    content = copy.deepcopy(WHOLE)
    for path, value in steps.items():
        *way, last = [int(step) if step.isdigit() else step for step in path.split("__")]
        spot = content
        for step in way:
            spot = spot[step]
        spot[last] = value
    return content


def tick(place, **how):
    rows = list(TICKS)
    rows[place] = TickDraft(**(vars(rows[place]) | how))
    return rows


def test_what_is_seeded_is_clean_and_readable():
    found = lint.findings(WHOLE, TICKS)
    assert [one for one in found if one.blocking] == []
    assert lint.readability(WHOLE) >= 60


@pytest.mark.parametrize(
    ("where", "words", "code", "blocking"),
    [
        ("zh__short", "您继续使用本页即视为同意。", "silent", True),
        ("zh__jit", "登录即代表同意", "silent", True),
        ("en__short", "By continuing you agree to everything.", "silent", True),
        ("en__jit", "Silence is consent.", "silent", True),
        ("zh__sections__1__1", "您的号码永久保存。", "endless", True),
        ("en__sections__1__1", "We keep it forever.", "endless", True),
        ("zh__withdraw", "本授权不可撤回。", "endless", True),
        ("zh__short", "已为您勾选全部项目。", "ticked", True),
        ("en__short", "The boxes are pre-ticked.", "ticked", True),
        ("zh__short", "不同意将无法参加活动。", "pressed", False),
        ("en__short", "If you refuse you cannot take part.", "pressed", False),
        ("zh__short", "很" * 91, "long", False),
        ("en__short", "word " * 46, "long", False),
    ],
)
def test_dark_patterns_are_found_where_they_stand(where, words, code, blocking):
    found = lint.findings(changed(**{where: words}), TICKS)
    language, item = where.split("__")[:2]
    assert (code, f"{language}_{item}", blocking) in {(one.code, one.where, one.blocking) for one in found}


@pytest.mark.parametrize(
    ("where", "words", "explained"),
    [
        ("zh__short", "号码经去标识化后使用。", "号码经去标识化（无法识别到您）后使用。"),
        ("zh__sections__0__1", "本页使用Cookie。", "本页使用Cookie（浏览器里的小文件）。"),
        ("en__short", "Data are pseudonymised.", "Data are pseudonymised: you cannot be recognised from them."),
        ("en__sections__0__1", "This page sets cookies.", "This page sets cookies, a small file in your browser."),
    ],
)
def test_a_term_that_nobody_explains_is_shown_to_whoever_writes_and_one_that_is_explained_is_not(where, words, explained):
    """B6: a warning, for what "clear and easy to understand" needs a person's eye."""
    language, item = where.split("__")[:2]
    found = [one for one in lint.findings(changed(**{where: words}), TICKS) if one.code == "term"]
    assert [(one.where, one.blocking) for one in found] == [(f"{language}_{item}", False)]
    for content in (WHOLE, changed(**{where: explained})):
        assert [one for one in lint.findings(content, TICKS) if one.code == "term"] == []


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"tick_zh": "同意电话和短信联系"}, "bundled"),
        ({"tick_en": "Call me and send me texts"}, "bundled"),
        ({"tick_zh": "默认同意电话联系"}, "silent"),
        ({"tick_en": "Call me, forever"}, "endless"),
    ],
)
def test_a_tick_asks_for_one_thing_in_plain_words(how, code):
    assert [(one.code, one.blocking) for one in lint.findings(WHOLE, tick(0, **how)) if one.where.startswith("tick_")] == [
        (code, True)
    ]


# Twenty changes, and how much each weighs (B4).
SECTION = WHOLE["zh"]["sections"][1][1]
WEIGHED = [
    ({}, "editorial"),
    ({"zh__title": "个人信息授权书 (活动现场)"}, "editorial"),
    ({"en__short": WHOLE["en"]["short"].replace("one by one;", "one by one,")}, "notify"),
    ({"zh__sections__0__1": WHOLE["zh"]["sections"][0][1].replace("回复您", "答复您")}, "notify"),
    ({"zh__sections__1__1": SECTION.replace("12 个月", "24 个月")}, "reconsent"),
    ({"en__sections__2__1": WHOLE["en"]["sections"][2][1].replace("three times a week", "five times a week")}, "reconsent"),
    ({"zh__sections__3__1": "所有同事都能看到完整号码。"}, "notify"),
    ({"zh__collect__0__purpose": "用于评估您的购买能力并进行营销"}, "reconsent"),
    ({"zh__collect": [*WHOLE["zh"]["collect"], {"item": "职业", "purpose": "了解您", "method": "由您填写"}]}, "reconsent"),
    ({"zh__collect": WHOLE["zh"]["collect"][:2]}, "notify"),
    ({"zh__collect": WHOLE["zh"]["collect"][::-1]}, "editorial"),
    ({"zh__share": []}, "notify"),
    ({"zh__share__0__categories": "姓名、手机号、资产情况"}, "reconsent"),
    ({"en__share__0__name": "Another Broker Ltd."}, "reconsent"),
    ({"zh__controller__contact": "电话 021-0000 0000"}, "notify"),
    ({"en__controller__name": "Somebody Else Ltd."}, "notify"),
    ({"zh__rights": WHOLE["zh"]["rights"][:11]}, "notify"),
    ({"en__end_action": "kept for statistics"}, "reconsent"),
    ({"zh__withdraw": "撤回请写信到总部。"}, "notify"),
    ({"zh__jit": "留下姓名和手机号，不只用于您勾选的事项。"}, "notify"),
]


@pytest.mark.parametrize(("steps", "weight"), WEIGHED)
def test_twenty_changes_and_their_weight(steps, weight):
    assert changes.measure(changes.between(WHOLE, TICKS, changed(**steps), TICKS)) == weight


@pytest.mark.parametrize(
    ("ticks", "weight", "why", "replaced"),
    [
        (TICKS[:2], "notify", "purpose_gone", set()),
        ([*TICKS, TickDraft("phone_contact", "sms", "短信", "texts", 30)], "reconsent", "new_purpose", set()),
        (tick(0, valid_days=366), "reconsent", "longer", set()),
        (tick(0, valid_days=30), "notify", "shorter", set()),
        (tick(2, recipient="另一家公司"), "reconsent", "recipient", {("partner_share", "share")}),
        (tick(0, tick_zh="同意就任何产品给我打电话"), "reconsent", "purpose", {("phone_contact", "call")}),
        (tick(0, tick_zh=TICKS[0].tick_zh + "。"), "editorial", "wording", set()),
    ],
)
def test_what_becomes_of_a_tick_and_which_yes_is_none_any_more(ticks, weight, why, replaced):
    found = changes.between(WHOLE, TICKS, WHOLE, ticks)
    assert ([(one.weight, one.why) for one in found], changes.replaced(found)) == ([(weight, why)], replaced)


def test_only_what_differs_is_named():
    found = changes.between(WHOLE, TICKS, changed(zh__title="授权书"), TICKS)
    assert [(one.where, one.before, one.after) for one in found] == [("zh_title", WHOLE["zh"]["title"], "授权书")]


def test_the_words_of_the_form_are_those_that_are_stored():
    told = wording.told(WHOLE)
    cleaned = {key: wording.rows_of(key[3:], text) if key[3:] in wording.ROWS else text for key, text in told.items()}
    assert wording.content_of(cleaned) == WHOLE


@pytest.mark.parametrize(("text", "bad"), [("a | b", (1, 2, 3)), ("a|b|c\n\na|b|", (3, 2, 3)), ("a｜b｜c｜d", (1, 4, 3))])
def test_a_line_that_holds_too_little_or_too_much_is_named(text, bad):
    with pytest.raises(wording.LineRefused) as refused:
        wording.rows_of("collect", text)
    assert (refused.value.line, refused.value.has, refused.value.needs) == bad


def begun(home, content=None, ticks=None):
    draft = drafts.start(code="event", by=home.chen, at=AT)
    return drafts.save(version_id=draft.pk, content=content or WHOLE, ticks=ticks or TICKS, by=home.chen, at=AT)


def refused(deed, **how):
    with pytest.raises(DraftRefused) as why, transaction.atomic():
        deed(**how)
    return why.value.code


def test_one_proposes_and_another_publishes(home):
    draft = begun(home, changed(zh__title="授权书"))
    decision = {"materiality": "notify", "reason": "", "address": "https://crm.example", "at": AT, "seen": drafts.digest(draft)}
    assert refused(drafts.publish, version_id=draft.pk, by=home.zhao, **decision) == "not_proposed"
    assert drafts.propose(version_id=draft.pk, by=home.chen, at=AT).measured == "notify"
    assert refused(drafts.publish, version_id=draft.pk, by=home.chen, **decision) == "same_person"
    assert refused(drafts.save, version_id=draft.pk, content=WHOLE, ticks=TICKS, by=home.chen, at=AT) == "proposed"
    assert refused(drafts.publish, version_id=draft.pk, by=home.zhao, **(decision | {"materiality": "editorial"})) == "reason"
    drafts.publish(version_id=draft.pk, by=home.zhao, **(decision | {"materiality": "editorial", "reason": "标题缩短"}))
    row = NoticeVersion.objects.get(number=2)
    assert (row.proposed_by, row.published_by, row.measured, row.materiality, row.materiality_reason) == (
        home.chen, home.zhao, "notify", "editorial", "标题缩短",
    )  # fmt: skip
    assert notices.current() == row
    acts = Entry.objects.filter(subject=row.pk).order_by("seq").values_list("act", flat=True)
    assert list(acts) == ["notice.drafted", "notice.drafted", "notice.proposed", "notice.published"]
    assert refused(drafts.save, version_id=row.pk, content=WHOLE, ticks=TICKS, by=home.chen, at=AT) == "published"


def test_a_draft_that_lacks_something_or_deceives_is_not_proposed(home):
    draft = begun(home, changed(zh__end_action=""))
    assert refused(drafts.propose, version_id=draft.pk, by=home.chen, at=AT) == "incomplete"
    begun(home, changed(zh__short="继续使用即同意。"))
    assert refused(drafts.propose, version_id=draft.pk, by=home.chen, at=AT) == "blocked"
    begun(home, ticks=[TickDraft("partner_share", "share", "单独同意转交", "Separately: pass on", 180, "")])
    assert drafts.review(NoticeVersion.objects.get(pk=draft.pk)).gaps == ["tick_partner_share_share_recipient"]
    begun(home)
    assert refused(drafts.propose, version_id=draft.pk, by=home.chen, at=AT) == "same"
    begun(home, changed(zh__title="授权书"))
    drafts.propose(version_id=draft.pk, by=home.chen, at=AT)
    drafts.send_back(version_id=draft.pk, by=home.zhao, at=AT)
    assert refused(drafts.send_back, version_id=draft.pk, by=home.zhao, at=AT) == "not_proposed"
    assert begun(home, changed(zh__title="x")).content["zh"]["title"] == "x"


def test_one_draft_at_a_time_begins_as_a_copy(home):
    draft = drafts.start(code="event", by=home.chen, at=AT)
    assert drafts.start(code="event", by=home.zhao, at=AT).pk == draft.pk
    assert (draft.number, draft.content, draft.purposes.count()) == (2, notices.current().content, 3)
    assert drafts.review(draft).changes == []


def test_the_page_and_the_form_are_kept_byte_for_byte(home):
    row = notices.current()
    page, form = bytes(row.copies.get(language="zh").page), bytes(row.copies.get(language="en").form)
    assert (EVENT_ZH["short"] in page.decode(), row.content_hash in page.decode()) == (True, True)
    with pypdfium2.PdfDocument(form) as pdf:
        pages = [page.render(scale=2).to_pil() for page in pdf]
    read = [binding.read(page.rotate(5, expand=True, fillcolor="white")) for page in pages]
    assert read[0] == read[-1] == binding.Bound("event", 1, row.content_hash[:16])
    assert binding.version_of(read[0]) == row
    assert binding.version_of(binding.Bound("event", 1, "0" * 16)) is None
    assert binding.read(pages[0].crop((0, 0, 300, 100))) is None
    again = hashlib.sha256(page).hexdigest()
    assert hashlib.sha256(bytes(NoticeCopy.objects.get(version=row, language="zh").page)).hexdigest() == again


def test_nobody_publishes_words_that_the_second_person_did_not_read(home):
    draft = begun(home, changed(zh__title="授权书"))
    drafts.propose(version_id=draft.pk, by=home.chen, at=AT)
    read = drafts.digest(NoticeVersion.objects.get(pk=draft.pk))
    drafts.send_back(version_id=draft.pk, by=home.chen, at=AT)
    begun(home, changed(zh__title="授权书", zh__withdraw="撤回请本人携带身份证到总部办理。"))
    drafts.propose(version_id=draft.pk, by=home.chen, at=AT)
    decision = {"materiality": "notify", "reason": "", "address": "", "by": home.zhao, "at": AT}
    assert refused(drafts.publish, version_id=draft.pk, seen=read, **decision) == "changed"
    assert notices.current().number == 1


def test_a_row_does_not_hide_behind_its_like():
    sold = {"item": "姓名", "purpose": "出售给第三方", "method": "任何方式"}
    for rows in ([sold, *WHOLE["zh"]["collect"]], [*WHOLE["zh"]["collect"], sold]):
        assert changes.measure(changes.between(WHOLE, TICKS, changed(zh__collect=rows), TICKS)) == "reconsent"


def test_another_heading_is_one_change_of_wording_and_told_in_words():
    [one] = changes.between(WHOLE, TICKS, changed(en__sections__0__0="What for"), TICKS)
    assert (one.before.split("：")[0], one.after.split("：")[0], one.weight) == ("Why", "What for", "notify")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("每月至多1.5条", "每月至多15条"),
        ("3-5 calls", "35 calls"),
        ("每月至多三条", "每月至多五条"),
        ("两次", "２次"),
        ("可以", "不可以"),
        ("存放在境内", "存放在境外"),
        ("≥100万元", "≤100万元"),
        ("5%", "5‰"),
        ("不，可以打电话", "不可以打电话"),
        ("¥100", "$100"),
    ],
)
def test_numbers_noes_and_words_never_count_as_wording(was, now):
    assert not changes.alike(was, now)


def test_a_row_too_long_for_a_printed_table_is_refused_with_its_line():
    with pytest.raises(wording.PartRefused) as refused_:
        wording.rows_of("collect", f"a | b | c\nx | {'y' * 301} | z")
    assert (refused_.value.line, refused_.value.most) == (2, 300)
    longest = " | ".join("长" * wording.MOST["share"] for _n in range(5))
    content = changed(zh__share=wording.rows_of("share", longest), en__sections=[["h", "w " * 1000]])
    row = NoticeVersion(number=9, content=content, content_hash="0" * 64, published_at=AT)
    row.notice = notices.current().notice
    assert printed.of(row, TICKS, "zh")[:5] == b"%PDF-"


def test_whoever_is_passed_a_number_stands_in_the_list(home):
    draft = begun(
        home, ticks=[TickDraft("partner_share", "share", "单独同意转交", "Separately: pass on", 180, "不在名单上的公司")]
    )
    assert drafts.review(draft).gaps == ["tick_partner_share_share_recipient"]


def scored(content, ticks):
    found = completeness.of(content, ticks)
    return found.told, [clause.number for clause in found.untold]


def test_a_notice_has_a_score_by_iso_29184_and_says_what_it_lacks(home):
    """N4: clause by clause, in both languages; what one language leaves out is left out."""
    ticks = list(notices.current().purposes.all())
    assert scored(WHOLE, ticks) == (14, ["5.3.16"])
    risks = [("风险", "被他人冒用的可能很小"), ("Risks", "Somebody else may call in our name.")]
    told = copy.deepcopy(WHOLE)
    told["zh"]["sections"].append(risks[0])
    assert scored(told, ticks)[1] == ["5.3.16"]
    told["en"]["sections"].append(risks[1])
    assert scored(told, ticks) == (15, [])
    assert scored({}, []) == (0, [number for number, _title, _test in completeness.CLAUSES])


@pytest.mark.parametrize(
    ("steps", "lacks"),
    [
        ({"zh__collect__0__purpose": ""}, "5.3.2"),
        ({"en__controller__address": ""}, "5.3.4"),
        ({"en__collect__1__method": ""}, "5.3.6"),
        ({"zh__jit": ""}, "5.3.7"),
        ({"en__share__0__categories": ""}, "5.3.10"),
        ({"zh__end_action": ""}, "5.3.11"),
        ({"en__rights_how": ""}, "5.3.12"),
        ({"zh__withdraw": ""}, "5.3.14"),
    ],
)
def test_each_clause_looks_at_what_it_is_about(home, steps, lacks):
    assert scored(changed(**steps), list(notices.current().purposes.all()))[1] == [lacks, "5.3.16"]


def test_the_score_stands_with_each_published_notice_and_with_each_draft(home):
    chen = enter(home.chen)
    assert "14/15" in chen.get("/notices/").content.decode()
    draft = drafts.start(code="event", by=home.chen, at=AT)
    page = chen.get(f"/notices/{draft.pk}/").content.decode()
    assert ("ISO/IEC 29184 14/15" in page, "5.3.16 风险" in page) == (True, True)
