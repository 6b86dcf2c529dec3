"""The desk of notices in the browser: written by one, decided by another, read by everybody (B2, B3, B5)."""

import dataclasses
import hashlib
import re

import pytest
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from consent import notice_sections, notices, promises
from consent.drafting import drafts, wording
from consent.models import NoticeVersion
from consent.notice_form import NoticeForm
from tests import house
from tests.proofs.cast import enter

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def home():
    return house.build()


@pytest.fixture
def draft(home):
    enter(home.chen).post("/notices/next/")
    return NoticeVersion.objects.get(number=2)


def sent(draft, **more):
    """What the form sends when nothing was changed but this."""
    told = wording.told(draft.content)
    for tick in draft.purposes.all():
        key = f"tick_{tick.purpose_id}_{tick.channel}"
        told |= {key: "on", f"{key}_zh": tick.tick_zh, f"{key}_en": tick.tick_en, f"{key}_days": str(tick.valid_days)}
        told |= {f"{key}_recipient": tick.recipient} if tick.channel == "share" else {}
        told |= {f"{key}_{name}": str(value) for name, value in promises.of(tick).items()}
    return told | more


def test_from_the_button_to_the_page_that_says_what_changed(home, draft):
    chen, zhao, path = enter(home.chen), enter(home.zhao), f"/notices/{draft.pk}/"
    assert chen.get(path).status_code == 200
    answer = chen.post(path, sent(draft, zh_title="个人信息授权书（第二版）", en_title="Authorisation, second edition"))
    assert answer.headers["Location"] == path
    assert chen.post(f"{path}propose/").headers["Location"] == path
    assert "badge warn" in chen.get(path).content.decode().split("publish/")[0]
    seen = {"seen": zhao.get(path).context["form"].initial["seen"], "reason": ""}
    refused = chen.post(f"{path}publish/", seen | {"materiality": "notify"})
    assert (refused.status_code, notices.current().number) == (400, 1)
    assert zhao.post(f"{path}publish/", seen | {"materiality": "reconsent"}).status_code == 400
    assert zhao.post(f"{path}publish/", {"materiality": "notify", "reason": "", "seen": "0" * 64}).status_code == 400
    assert zhao.post(f"{path}publish/", seen | {"materiality": "notify"}).headers["Location"] == "/notices/"
    public = Client()
    page = re.sub("</?(?:ins|del)>", "", public.get("/n/event/v2/changes/").content.decode())
    assert ("个人信息授权书（第二版）" in page, "个人信息授权书（活动现场）" in page) == (True, True)
    assert "收集哪些" not in page  # what stayed is not named
    first = public.get("/n/event/v1/").content.decode()
    assert NoticeVersion.objects.get(number=1).content_hash in first
    assert public.get("/n/event/").context["version"].number == 2


def test_the_kept_page_and_the_form_are_served_as_they_are(home):
    row, public = notices.current(), Client()
    assert public.get("/n/event/v1/kept-zh.html").content == bytes(row.copies.get(language="zh").page)
    form = public.get(reverse("notice_form", args=["event", 1, "en"]))
    assert (form.content, form.headers["Content-Type"]) == (bytes(row.copies.get(language="en").form), "application/pdf")
    for path in ("/n/event/v1/kept-fr.html", "/n/event/v1/form-xx.pdf", "/n/event/v9/form-zh.pdf", "/n/event/v9/changes/"):
        assert public.get(path).status_code == 404


def next_version(home, number):
    """Chen writes it and Zhao publishes it."""
    chen, zhao = enter(home.chen), enter(home.zhao)
    chen.post("/notices/next/")
    made = NoticeVersion.objects.get(number=number)
    path = f"/notices/{made.pk}/"
    chen.post(path, sent(made, zh_title=f"个人信息授权书（第 {number} 版）", en_title=f"Authorisation, edition {number}"))
    chen.post(f"{path}propose/")
    seen = zhao.get(path).context["form"].initial["seen"]
    zhao.post(f"{path}publish/", {"seen": seen, "materiality": "notify", "reason": ""})


def test_the_first_version_is_what_it_was_after_the_fifth(home):
    """B5: the same bytes at the same address, of the digest that is stored, and never taken away while somebody agreed to it."""
    public, first = Client(), notices.current()
    house.arrive(home.event, house.WANG)
    addresses = [f"/n/event/v1/kept-{language}.html" for language in ("zh", "en")] + ["/n/event/v1/form-zh.pdf"]
    before = [hashlib.sha256(public.get(address).content).hexdigest() for address in addresses]
    for number in range(2, 6):
        next_version(home, number)
    assert (notices.current().number, public.get("/n/event/").context["version"].number) == (5, 5)
    answers = [public.get(address) for address in ("/n/event/v1/", *addresses)]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert [hashlib.sha256(answer.content).hexdigest() for answer in answers[1:]] == before
    kept = NoticeVersion.objects.get(pk=first.pk)
    assert notices.content_hash(notices.hashed(kept.content, list(kept.purposes.all()))) == kept.content_hash
    assert kept.content_hash in answers[0].content.decode()
    with pytest.raises((DatabaseError, ProtectedError)), transaction.atomic():
        kept.delete()
    assert NoticeVersion.objects.count() == 5


def test_a_draft_is_shown_to_nobody_but_its_readers(home, draft):
    path = f"/notices/{draft.pk}/"
    assert [Client().get(f"/n/event/v2/{tail}").status_code for tail in ("", "changes/", "kept-zh.html")] == [404] * 3
    assert {enter(user).get(path).status_code for user in (home.li, home.wu, home.sun)} == {403}
    zhao = enter(home.zhao)
    assert zhao.get(path).status_code == 200
    assert zhao.post(path, sent(draft, zh_title="x")).status_code == 403  # an admin decides and does not write
    assert {zhao.post(f"{path}{deed}/").status_code for deed in ("propose", "preview")} == {403}
    draft.refresh_from_db()
    assert draft.content == notices.current().content


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("zh_collect", "姓名 | 称呼", "第 1 行"),
        ("en_rights", "Access", "第 1 行"),
        ("zh_controller_contact", "找小王 13800001234", "手机号"),
        ("zh_title", "x" * 121, ""),
        ("zh_short", "\u0000", ""),
        ("tick_phone_contact_call_days", "0", ""),
        ("tick_phone_contact_call_days", "", "多少天"),
        ("tick_phone_contact_call_days", "forever", ""),
    ],
)
def test_what_cannot_be_kept_gets_a_sentence_and_nothing_is_lost(home, draft, field, value, told):
    chen, path = enter(home.chen), f"/notices/{draft.pk}/"
    answer = chen.post(path, sent(draft, en_title="A new title", **{field: value}))
    page = answer.content.decode()
    assert (answer.status_code, told in page, 'value="A new title"' in page) == (400, True, True)
    draft.refresh_from_db()
    assert draft.content == notices.current().content


def test_the_preview_shows_three_layers_in_both_languages_and_keeps_nothing(home, draft):
    chen, path = enter(home.chen), f"/notices/{draft.pk}/preview/"
    page = chen.post(path, sent(draft, zh_jit="一句话的新说明")).content.decode()
    assert ("一句话的新说明" in page, draft.content["en"]["short"] in page, page.count("<article")) == (True, True, 2)
    assert chen.post(path, sent(draft, zh_collect="x")).status_code == 400
    draft.refresh_from_db()
    assert draft.content == notices.current().content


def test_what_is_missing_and_what_deceives_is_listed_in_words(home, draft):
    content = {**draft.content, "zh": {**draft.content["zh"], "end_action": "", "short": "继续使用本页即视为同意。"}}
    drafts.save(version_id=draft.pk, content=content, ticks=[], by=home.chen, at=house.NOON)
    page = enter(home.chen).get(f"/notices/{draft.pk}/").content.decode()
    assert ("中文 · 期满后怎么处理" in page, "没有人说出的同意" in page, "propose/" in page) == (True, True, False)
    assert enter(home.chen).post(f"/notices/{draft.pk}/propose/", follow=True).status_code == 200
    draft.refresh_from_db()
    assert draft.proposed_at is None


def rows_of(page):
    """The list of sections: each address of a place on the page, with the words beside it."""
    items = page.split('<ol class="body sections">')[1].split("</ol>")[0].split("<li>")[1:]
    told = {}
    for item in items:
        key, rest = re.search(r'href="#s-(\w+)">', item).group(1), item.split("</a>", 1)[1]
        told[key] = [word.strip() for word in re.findall(r">([^<>]+)</(?:span|small)>", rest)]
    return told


def test_the_editor_begins_with_its_sections_and_what_each_lacks_without_a_script(home, draft):
    """B1, B8: nobody reads the whole to find one gap; each line leads to its part, and each part back."""
    chen, path, english = enter(home.chen), f"/notices/{draft.pk}/", {"accept-language": "en"}
    whole = chen.get(path, headers=english).content.decode()
    assert {key: words for key, words in rows_of(whole).items() if words not in ([], ["not asked for"])} == {}
    assert [key for key in rows_of(whole) if whole.count(f'id="s-{key}"') != 1] == []
    assert whole.index('id="sections"') < whole.index('<form method="post" class="stack"')
    assert whole.count('href="#sections"') == len(rows_of(whole)) - 1  # from each part, but for the heading of the ticks
    zh, share = draft.content["zh"], draft.purposes.get(channel="share")
    broken = zh | {"end_action": "", "rights": zh["rights"][:9], "short": "继续使用本页即视为同意。"}
    ticks = [drafts.TickDraft(**{name: getattr(t, name) for name in drafts.TICK}) for t in draft.purposes.all()]
    ticks = [dataclasses.replace(tick, recipient="Nobody listed") if tick.channel == "share" else tick for tick in ticks]
    drafts.save(version_id=draft.pk, content=draft.content | {"zh": broken}, ticks=ticks, by=home.chen, at=house.NOON)
    page = chen.get(path, headers=english).content.decode()
    lacking = {key: words for key, words in rows_of(page).items() if words not in ([], ["not asked for"])}
    assert lacking == {
        "end_action": ["missing: Chinese"],
        "rights": ["missing: Chinese · at least ten rights"],
        "short": ["1 place in the words"],
        f"tick_{share.purpose_id}_share": ["missing: to whom, and that recipient in the list"],
    }
    assert tuple(
        rows_of(chen.get(path, headers={"accept-language": "zh-hans"}).content.decode())[key][0]
        for key in ("end_action", "short")
    ) == ("缺少：中文", "文字待核 1 处")
    answer = chen.post(path, sent(draft, zh_collect="x"), headers=english)
    assert (answer.status_code, rows_of(answer.content.decode())["collect"]) == (400, ["to be mended"])


def test_every_gap_has_its_section(home, draft):
    """B1: an empty notice lacks everything, and each gap stands beside the part that mends it."""
    drafts.save(
        version_id=draft.pk, content={"zh": {"title": "x"}, "en": {"title": "x"}}, ticks=[], by=home.chen, at=house.NOON
    )
    draft.refresh_from_db()
    review, form = drafts.review(draft), NoticeForm(None, draft=draft)
    ticks = {row.asked.html_name for row in form.ticks()}
    homes = {gap: notice_sections.home_of(gap, ticks) for gap in review.gaps}
    assert {gap for gap, place in homes.items() if place == notice_sections.TICKS} == {"purposes"}
    assert {section.key for section in notice_sections.of(form, review) if section.missing} == set(homes.values())
    tick = sorted(ticks)[0]
    assert [notice_sections.home_of(place, ticks) for place in (tick, f"{tick}_zh", f"{tick}_apart", "__all__")] == [
        tick, tick, tick, "ticks",
    ]  # fmt: skip


def test_a_version_that_was_followed_says_so_and_keeps_its_words(home, draft):
    content = {**draft.content, "zh": {**draft.content["zh"], "title": "授权书"}}
    ticks = [drafts.TickDraft(**{name: getattr(t, name) for name in drafts.TICK}) for t in draft.purposes.all()]
    drafts.save(version_id=draft.pk, content=content, ticks=ticks, by=home.chen, at=house.NOON)
    drafts.propose(version_id=draft.pk, by=home.chen, at=house.NOON)
    public, line = Client(), '/n/event/v2/">v2</a>'
    assert line not in public.get("/n/event/v1/").content.decode()
    seen = drafts.digest(NoticeVersion.objects.get(pk=draft.pk))
    how = {"materiality": "notify", "reason": "", "address": ""}
    drafts.publish(version_id=draft.pk, seen=seen, **how, by=home.zhao, at=house.NOON)
    first, second = (public.get(f"/n/event/v{n}/").content.decode() for n in (1, 2))
    assert (line in first, "个人信息授权书（活动现场）" in first, line in second) == (True, True, False)
