"""Contact as the version promised it that the person saw, and as they chose it themself (C5, H3, H4)."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from audit import trail
from audit.models import Entry
from consent import gate, notices, promises, reasons, rules, windows, working_days
from consent.drafting import changes, drafts, lint
from consent.drafting.drafts import DraftRefused
from consent.models import Consent, ContactWindow, Decision, NoticeCopy, NoticePurpose, NoticeVersion, SmsMessage
from consent.receipts import iso27560, kantara, record
from consent.windows import Window, WindowRefused
from contacts import calling, dial, events, person_page, reminding, reveal, usage, writing
from contacts.models import CallAttempt, Contact, Phone
from contacts.own import copying
from contacts.own.entering import find
from crm import today
from team.models import Book
from tests import house
from tests.consent.test_drafting import TICKS, WHOLE, tick
from tests.consent.test_notice_pages import sent
from tests.contacts.test_own_page import opened, read
from tests.proofs.cast import enter
from vault import signing

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
AT, DAY = house.NOON, timedelta(days=1)
PROMISE = {
    "type_zh": "就您咨询的问题回电",
    "type_en": "calls about what you asked",
    "per_week": 1,
    "hour_from": 10,
    "hour_to": 18,
}


@pytest.fixture
def home(settings, tmp_path):
    settings.DEMO = True
    settings.RECEIPT_KEY_FILE = tmp_path / "receipt.key"
    signing.create(settings.RECEIPT_KEY_FILE, signing.receipts_name())
    return house.build()


def publish(home, ticks, materiality="notify"):
    """Chen writes and proposes, Zhao publishes."""
    draft = drafts.start(code="event", by=home.chen, at=AT)
    drafts.save(version_id=draft.pk, content=WHOLE, ticks=ticks, by=home.chen, at=AT)
    drafts.propose(version_id=draft.pk, by=home.chen, at=AT)
    draft.refresh_from_db()
    told = {"seen": drafts.digest(draft), "materiality": materiality, "reason": "as decided", "address": "https://crm.example"}
    return drafts.publish(version_id=draft.pk, **told, by=home.zhao, at=AT)


def promised(home, **how):
    """An event that asks with a promise of contact."""
    publish(home, tick(0, **(PROMISE | how)))
    book = Book.objects.get(owner=home.li)
    return events.create(name="next", place="Hall", held_on=AT.date(), book=book, by=home.li, at=AT, code="next")


def meet(event, number=house.WANG, channels=("call", "sms")):
    arrived, _receipt = house.arrive(event, number, channels=channels)
    return Contact.objects.get(pk=arrived.subject_id)


def call(home, contact, at):
    try:
        phone = Phone.objects.get(contact=contact)
        return dial.dial(contact=contact, phone_id=phone.pk, in_book=True, by=home.li, at=at) and "allowed"
    except dial.CallRefused as refused:
        return refused.reason


def write(contact, at, template="renewal"):
    words = {"day": "2026-09-01", "link": "https://crm.example/me/"}
    return writing.write(writing.mobile_of(contact.pk), template=template, words=words, at=at)


def local(text):
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


# What stands in a version.


def test_what_was_published_before_promises_nothing_and_its_hash_still_verifies(home):
    """A row of before: NULL in every column, and a hash over the words alone, or over those and the promise of contact."""
    version = publish(home, tick(0, **PROMISE))
    ticks = [NoticePurpose(purpose_id=t.purpose_id, channel=t.channel, tick_zh=t.tick_zh, valid_days=1) for t in TICKS]
    assert {getattr(row, name) for row in ticks for name in promises.FIELDS} == {None}
    before = [WHOLE, WHOLE | {"contact": promises.hashed(version.purposes.all())}]
    for whole in before:
        version.content, version.content_hash = WHOLE, notices.content_hash(whole)  # as it was stored then
        assert notices.shown(version) == whole


def test_the_hash_covers_every_part_of_the_promise(home):
    row = publish(home, tick(0, **PROMISE))
    ticks = list(row.purposes.all())
    assert notices.content_hash(notices.hashed(row.content, ticks)) == row.content_hash != notices.content_hash(row.content)
    seen = {row.content_hash}
    for name in PROMISE:
        before = getattr(ticks[0], name)
        setattr(ticks[0], name, None)
        seen.add(notices.content_hash(notices.hashed(row.content, ticks)))
        setattr(ticks[0], name, before)
    assert len(seen) == len(PROMISE) + 1


@pytest.mark.parametrize(
    ("place", "how", "gap"),
    [
        (0, {"per_day": 2}, "tick_phone_contact_call_office"),
        (0, {"per_month": 7}, "tick_phone_contact_call_office"),
        (1, {"per_month": 3}, "tick_sms_info_sms_office"),
        (0, {"hour_from": 8, "hour_to": 18}, "tick_phone_contact_call_office"),
        (0, {"hour_from": 10, "hour_to": 22}, "tick_phone_contact_call_office"),
        (0, {"hour_from": 10}, "tick_phone_contact_call_office"),
        (0, {"hour_from": 12, "hour_to": 12}, "tick_phone_contact_call_office"),
        (2, {"per_month": 1}, "tick_partner_share_share_office"),
        (0, {"type_zh": "回电"}, "tick_phone_contact_call_type"),
        (1, {"type_zh": None, "type_en": None}, "tick_sms_info_sms_type"),
        (1, {"per_month": None}, "tick_sms_info_sms_frequency"),
    ],
)
def test_wider_than_the_office_or_a_tick_for_messages_that_says_too_little_is_not_published(place, how, gap):
    assert promises.gaps(TICKS) == []
    assert promises.gaps(tick(place, **how)) == [gap]


def test_a_draft_that_promises_too_much_is_neither_proposed_nor_published(home):
    """Not by the deed, and not by whoever goes round it."""
    draft = drafts.start(code="event", by=home.chen, at=AT)
    drafts.save(version_id=draft.pk, content=WHOLE, ticks=tick(1, per_month=None), by=home.chen, at=AT)
    with pytest.raises(DraftRefused, match="incomplete"):
        drafts.propose(version_id=draft.pk, by=home.chen, at=AT)
    page = enter(home.chen).get(f"/notices/{draft.pk}/", headers={"accept-language": "en"}).content.decode()
    assert "Text messages · text message: how often at most" in page
    with pytest.raises(notices.NoticeRefused, match="tick_sms_info_sms_frequency"):
        notices.publish(version=NoticeVersion.objects.get(pk=draft.pk), by=home.zhao, at=AT)


@pytest.mark.parametrize(
    ("was", "now", "weight", "why"),
    [
        ({}, {"per_week": 2}, "notify", "contact_less"),
        ({"per_week": 2}, {}, "reconsent", "contact_more"),
        ({"per_week": 2}, {"per_week": 3}, "reconsent", "contact_more"),
        ({"per_week": 2}, {"per_week": 1}, "notify", "contact_less"),
        ({}, {"hour_from": 10, "hour_to": 18}, "notify", "contact_less"),
        ({"hour_from": 10, "hour_to": 18}, {}, "reconsent", "contact_more"),
        ({"hour_from": 10, "hour_to": 18}, {"hour_from": 11, "hour_to": 19}, "reconsent", "contact_more"),
    ],
)
def test_more_contact_is_asked_anew_and_less_is_told_and_neither_replaces_a_yes(was, now, weight, why):
    found = changes.between(WHOLE, tick(0, **was), WHOLE, tick(0, **now))
    assert ([(one.weight, one.why) for one in found], changes.replaced(found)) == ([(weight, why)], set())


@pytest.mark.parametrize(
    ("was", "now", "weight"),
    [
        (None, "calls", "notify"),
        ("calls", None, "reconsent"),
        ("calls", "offers", "reconsent"),
        ("calls", "Calls.", "editorial"),
    ],
)
def test_another_kind_of_contact_is_asked_anew(was, now, weight):
    found = changes.between(WHOLE, tick(0, type_en=was), WHOLE, tick(0, type_en=now))
    assert [one.weight for one in found] == [weight]


def test_the_lint_reads_the_kind_of_contact_too():
    assert [one.code for one in lint.findings(WHOLE, tick(0, type_en="calls, forever")) if one.blocking] == ["endless"]


def test_the_second_person_decides_on_the_promise_too(home):
    draft = drafts.start(code="event", by=home.chen, at=AT)
    before = drafts.digest(draft)
    drafts.save(version_id=draft.pk, content=WHOLE, ticks=tick(0, per_week=2), by=home.chen, at=AT)
    assert drafts.digest(NoticeVersion.objects.get(pk=draft.pk)) != before


# What the person reads.


def test_the_promise_stands_wherever_the_person_reads_what_they_agree_to(home):
    event = promised(home)
    line = "calls about what you asked · at most 1 call a week · from 10:00 to 18:00"
    zh = "就您咨询的问题回电 · 每周至多 1 次电话 · 10:00 至 18:00"
    public = Client(headers={"accept-language": "en"})
    assert f"({line})" in public.get(f"/e/{event.code}/").content.decode()
    assert f"({line})" in public.get("/n/event/v2/").content.decode()
    assert f"（{zh}）" in Client().get("/n/event/v2/", headers={"accept-language": "zh-hans"}).content.decode()
    assert f"（{zh}）" in bytes(NoticeCopy.objects.get(version__number=2, language="zh").page).decode()
    arrived, receipt = house.arrive(event, house.WANG)
    stop = public.get(f"/w/{receipt.stop_token}/").content.decode()
    assert line in stop
    phone = opened()
    phone.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert line in read(phone)
    assert line in enter(home.li).get(f"/contacts/{arrived.subject_id}/", headers={"accept-language": "en"}).content.decode()
    copy = copying.of(find(phone.cookies["own"].value, at=AT + timedelta(minutes=1)), at=AT)
    assert copy["records"][0]["consents"][0]["contact"] == PROMISE


def test_where_nothing_was_promised_the_person_reads_the_offices_rule(home):
    contact = meet(home.event)
    tick_ = Consent.objects.get(subject=contact.pk, channel="call").notice_version.purposes.get(channel="call")
    rule = "at most 1 call a day · at most 3 calls a week · at most 6 calls a month · from 09:00 to 21:00"
    assert [promises.standing(tick_, "call", "en"), promises.words(tick_, "en")] == [rule, ""]
    phone = opened()
    phone.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert rule in read(phone)


def test_a_receipt_carries_the_promise_there_and_back_and_one_without_has_no_such_member(home):
    contact = meet(promised(home, per_day=1, per_month=4))
    told = record.of(contact.pk, language="en", site="https://crm.example/")
    whole = iso27560.write(told)
    rows = {row["channels"][0]: row.get("contact_type_frequency_period") for row in whole["records"]}
    assert rows == {
        "call": {"kind": PROMISE["type_en"], "max_per_day": 1, "max_per_week": 1, "max_per_month": 4}
        | {"hours_from": 10, "hours_to": 18},
        "sms": {"kind": "Materials, answers and reminders", "max_per_month": 2},
    }
    assert iso27560.read(json.loads(json.dumps(whole))) == told
    assert kantara.read(json.loads(json.dumps(kantara.write(told)))) == told
    plain = meet(home.event, house.ZHOU, channels=("call",))
    assert "contact_type" not in json.dumps(iso27560.write(record.of(plain.pk, language="en", site="/"))["records"])


# What the gate does with it.


def test_the_gate_takes_the_promise_from_the_version_the_person_saw_and_keeps_it(home):
    """Wang agreed to version 1, Zhou to version 2; version 3 changes nothing for either."""
    wang, zhou = meet(home.event), meet(promised(home), house.ZHOU)
    publish(home, tick(0, **(PROMISE | {"per_week": 3})), "reconsent")
    told = {contact: call(home, contact, AT + DAY) for contact in (wang, zhou)}
    assert set(told.values()) == {"allowed"}
    assert (call(home, wang, AT + 3 * DAY), call(home, zhou, AT + 3 * DAY)) == ("allowed", "consented_frequency_exceeded")
    kept = Decision.objects.get(subject=zhou.pk, allowed=False)
    limits = {name: kept.facts[name] for name in gate.LIMITS}
    assert limits == {"per_day": None, "per_week": 1, "per_month": None, "hour_from": 10, "hour_to": 18}
    assert (gate.explain(kept.pk).agrees, kept.rule_version) == (True, rules.VERSION)
    assert call(home, zhou, local("2026-03-20 09:59")) == "consented_hours"
    assert call(home, zhou, local("2026-03-20 10:00")) == "allowed"
    assert list(Entry.objects.filter(subject=zhou.pk, outcome="denied").order_by("seq").values_list("reason", flat=True)) == [
        "consented_frequency_exceeded",
        "consented_hours",
    ]


def test_a_reveal_to_dial_by_hand_counts_like_a_call(home):
    contact = meet(promised(home))
    phone = Phone.objects.get(contact=contact)
    reveal.reveal(phone=phone, action="reveal_call_by_hand", in_book=True, by=home.li, at=AT + DAY)
    assert call(home, contact, AT + 3 * DAY) == "consented_frequency_exceeded"
    with pytest.raises(reveal.RevealRefused, match="consented_frequency_exceeded"):
        reveal.reveal(phone=phone, action="reveal_call_by_hand", in_book=True, by=home.li, at=AT + 3 * DAY)


def test_the_page_of_the_person_names_what_was_agreed_in_both_languages(home):
    contact = meet(promised(home))
    call(home, contact, AT + timedelta(hours=1))
    li = enter(home.li)
    told = {
        code: li.get(f"/contacts/{contact.pk}/", headers={"accept-language": code}).content.decode()
        for code in ("en", "zh-hans")
    }
    verdict = person_page.of(contact, by=home.li, at=AT + timedelta(hours=2)).verdict
    assert verdict.reason == "consented_frequency_exceeded"
    with translation.override("en"):
        assert str(reasons.of(verdict)) == "The person agreed to at most 1 call a week."
    with translation.override("zh-hans"):
        assert str(reasons.of(verdict)) == "本人同意的是每周至多 1 次电话。"
    assert escape("at most 1 call a week") in told["en"]
    assert "每周至多 1 次电话" in told["zh-hans"]


def facts(**how):
    return rules.Facts(
        "call", True, 0, 12, "given", "A", "A", 9, suppressed=False, erased=False, active_staff=True, fit_staff=True, may=True,
        in_book=True, **how,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("how", "en", "zh"),
    [
        ({"per_month": 2, "attempts_long_month": 2}, "at most 2 calls a month.", "每月至多 2 次电话"),
        ({"hour_from": 14, "hour_to": 18}, "to be reached from 14:00 to 18:00.", "14:00 至 18:00"),
        (
            {"own_from": 9, "own_to": 18},
            ": from 09:00 to 18:00 · not from 12:00 to 14:00 · on working days only.",
            "仅限工作日",
        ),
        ({"own_from": 14, "own_to": 18, "own_every_day": True}, ": from 14:00 to 18:00 · on every day.", "每天均可"),
    ],
)
def test_why_not_names_the_promise(how, en, zh):
    verdict = rules.decide(facts(**how))
    assert verdict.allowed is False
    with translation.override("en"):
        assert str(reasons.of(verdict)).endswith(en)
    with translation.override("zh-hans"):
        assert zh in str(reasons.of(verdict))


def test_two_messages_a_month_are_named_as_such():
    verdict = rules.decide(rules.replace(facts(per_month=2, attempts_long_month=2), action="sms"))
    with translation.override("en"):
        assert str(reasons.of(verdict)) == "The person agreed to at most 2 messages a month."


# Messages.


def test_the_third_message_in_a_month_is_refused_at_transmit_and_no_carrier_hears_of_it(home):
    contact = meet(home.event)
    moments = [AT + DAY, AT + 12 * DAY, AT + 30 * DAY, AT + DAY + timedelta(days=31)]
    assert [write(contact, at) for at in moments] == [True, True, False, True]
    assert SmsMessage.objects.filter(subject=contact.pk, template="renewal").count() == 3
    refused = Decision.objects.get(subject=contact.pk, action="sms", allowed=False)
    assert (refused.reason, refused.asked_by, refused.facts["per_month"]) == ("consented_frequency_exceeded", None, 2)
    assert Entry.objects.get(subject=contact.pk, act="gate.denied").reason == "consented_frequency_exceeded"
    page = enter(home.chen).get(reverse("decision", args=[refused.pk]), headers={"accept-language": "en"}).content.decode()
    assert ("The person agreed to at most 2 messages a month." in page, "the system" in page) == (True, True)


def test_codes_and_what_the_law_makes_us_tell_do_not_count_and_what_no_carrier_took_neither(home):
    contact = meet(home.event)
    for n in range(3):
        assert write(contact, AT + n * DAY, template="changed")
    SmsMessage.objects.create(subject_id=contact.pk, template="renewal", gateway="x", outcome="failed", sent_at=AT)
    assert SmsMessage.objects.filter(subject=contact.pk, template="otp").count() == 1
    later = AT + 4 * DAY
    assert usage.of_messages([contact.pk], at=later)[contact.pk] == gate.Usage()
    assert [write(contact, later + n * DAY) for n in range(3)] == [True, True, False]


def test_who_did_not_agree_to_messages_gets_none_and_nobody_at_night(home):
    caller = meet(home.event, house.ZHOU, channels=("call",))
    assert (write(caller, AT), Decision.objects.get(subject=caller.pk).reason) == (False, "no_consent")
    wang = meet(home.event)
    assert [write(wang, local(f"2026-03-03 {hour}")) for hour in ("08:59", "09:00", "21:00")] == [False, True, False]


def test_a_reminder_waits_for_the_persons_own_hours_and_leaves_no_refusal_each_time(home, settings):
    settings.ALLOWED_HOSTS = ["crm.example.cn"]
    contact = meet(home.event)
    windows.choose([contact.pk], Window(14, 16, every_day=True), at=AT)
    end = Consent.objects.get(subject=contact.pk, channel="call").valid_until
    with transaction.atomic():
        trail.record("contact.changed", by=house.BY, at=AT, subject=contact.pk)
        Contact.objects.filter(pk=contact.pk).update(delete_on=AT + timedelta(days=400), delete_rule="promise")
    late = end - timedelta(days=20)
    assert [reminding.work(at=late.replace(hour=hour)) for hour in (3, 5, 6)] == [0, 0, 1]
    assert Decision.objects.filter(subject=contact.pk, allowed=False).count() == 0


# The office that rests, and the person who chooses.


@pytest.fixture
def rests(settings):
    """As an office is that decided nothing: midday, weekends and holidays are free."""
    settings.CALL_REST, settings.CALL_DAYS = (12, 14), "working"


@pytest.mark.usefixtures("rests")
def test_by_itself_an_office_calls_on_working_days_between_nine_and_nine_but_not_at_midday(home):
    contact = meet(home.event)
    told = [
        ("2026-03-02 12:00", "midday_rest"), ("2026-03-02 13:59", "midday_rest"), ("2026-03-02 14:00", "allowed"),
        ("2026-03-03 08:59", "quiet_hours"), ("2026-03-03 21:00", "quiet_hours"), ("2026-03-07 10:00", "day_off"),
        ("2026-05-01 10:00", "day_off"), ("2026-05-09 10:00", "day_off"), ("2026-05-11 11:59", "allowed"),
    ]  # fmt: skip
    assert [(moment, call(home, contact, local(moment))) for moment, _answer in told] == told


@pytest.mark.usefixtures("rests")
def test_a_year_that_no_calendar_knows_is_no_year_for_calls(home):
    contact = meet(home.event)
    at = local("2090-01-02 10:00")
    counts = {contact.pk: gate.Usage()}
    verdict = gate.peek_many([contact.pk], "call", by=home.li, at=at, usage=counts)[contact.pk]
    assert verdict.facts.day == "unknown"
    live = rules.replace(verdict.facts, valid_until=verdict.facts.now + 1, fit_staff=True)
    assert rules.decide(live).reason == "calendar_unknown"


@pytest.mark.usefixtures("rests")
def test_who_runs_the_office_is_told_a_month_before_the_calendar_ends(home):
    """The last known day is the last of some December, whatever package is installed."""
    known = next(year for year in range(2026, 2090) if working_days.is_working(date(year + 1, 6, 1)) is None)
    renew = "请更新日历，做法见 deploy/README.md"  # which names the package
    for user in (home.chen, home.zhao):
        early, late = (today.tiles(user, at=local(f"{known}-{day} 10:00")) for day in ("11-20", "12-20"))
        assert [[tile.icon for tile in tiles].count("calendar-x") for tiles in (early, late)] == [0, 1]
        hints = [str(tile.hint) for tile in late if tile.icon == "calendar-x"]
        assert hints == [renew if user == home.zhao else "这些天不致电任何人：请联系系统管理员更新节假日日历"]


@pytest.mark.usefixtures("rests")
def test_the_desk_of_whoever_calls_says_why_nobody_may_be_called(home):
    meet(home.event)
    assert [calling.desk(home.li, at=local(f"2026-03-03 {hour}")).closed for hour in ("13:00", "14:00")] == ["midday_rest", ""]


@pytest.mark.usefixtures("rests")
def test_what_a_person_chooses_on_their_own_page_is_heard_at_once_and_kept_act_by_act(home):
    wang, far = meet(home.event), meet(home.far)
    phone = opened()
    phone.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "You chose nothing. The office calls from 09:00 to 21:00 · not from 12:00 to 14:00 · on working days only." in read(
        phone
    )
    chosen = {"hour_from": "11", "hour_to": "20", "midday": "yes", "every_day": "yes"}
    assert phone.post("/me/window/", chosen).headers["Location"] == "/me/"
    assert "You chose: from 11:00 to 20:00 · on every day." in read(phone)
    assert [(row.number, row.hour_from, row.every_day) for row in ContactWindow.objects.all()] == [(1, 11, True)] * 2
    for pk in (wang.pk, far.pk):
        assert Entry.objects.filter(act="person.window", subject=pk, actor=pk).count() == 1
    assert [call(home, wang, local(f"2026-03-07 {hour}")) for hour in ("10:59", "13:00", "20:00")] == [
        "own_window",
        "allowed",
        "own_window",
    ]
    assert 'value="11" selected' in read(phone, "/me/window/")
    assert phone.post("/me/window/", {"back": "1"}).headers["Location"] == "/me/"
    assert call(home, wang, local("2026-03-14 13:00")) == "midday_rest"
    assert ContactWindow.objects.filter(subject=wang.pk).count() == 2
    copy = copying.of(find(phone.cookies["own"].value, at=AT + timedelta(minutes=1)), at=AT)
    assert [row["from"] for row in copy["records"][0]["windows"]] == [None, 11]


@pytest.mark.parametrize(
    "wrong",
    [
        {"hour_from": "8"},
        {"hour_to": "22"},
        {"hour_from": "18", "hour_to": "10"},
        {"hour_from": "10", "hour_to": "10"},
        {"midday": "perhaps"},
        {"every_day": ""},
        {"hour_from": "9.5"},
    ],
)
def test_a_window_that_nobody_can_choose_gets_a_sentence_and_changes_nothing(home, wrong):
    meet(home.event)
    right = {"hour_from": "10", "hour_to": "18", "midday": "no", "every_day": "no"}
    phone = opened()
    answer = phone.post("/me/window/", right | wrong)
    assert (answer.status_code, 'class="error"' in answer.content.decode()) == (400, True)
    assert ContactWindow.objects.count() == 0
    phone.post("/me/window/", right)
    assert ContactWindow.objects.count() == 1


def test_without_a_code_nobody_chooses_for_somebody_else(home):
    meet(home.event)
    right = {"hour_from": "10", "hour_to": "18", "midday": "no", "every_day": "no"}
    assert Client().post("/me/window/", right).headers["Location"] == "/me/"
    assert ContactWindow.objects.count() == 0


@pytest.mark.parametrize("window", [Window(8, 10), Window(10, 22), Window(12, 12), Window(20, 9)])
def test_the_deed_refuses_what_the_form_would_not_send(home, window):
    contact = meet(home.event)
    with pytest.raises(WindowRefused):
        windows.choose([contact.pk], window, at=AT)


# The desk on which notices are written.


def test_the_form_writes_the_promise_and_refuses_more_than_the_office_has(home):
    chen = enter(home.chen)
    chen.post("/notices/next/")
    draft = NoticeVersion.objects.get(number=2)
    key = "tick_phone_contact_call"
    more = {f"{key}_{name}": str(value) for name, value in PROMISE.items()}
    path = f"/notices/{draft.pk}/"
    for wrong in ({f"{key}_per_day": "2"}, {f"{key}_hour_from": "8"}, {f"{key}_hour_to": ""}, {f"{key}_hour_to": "10"}):
        assert chen.post(path, sent(draft, **(more | wrong))).status_code == 400
    preview = chen.post(f"{path}preview/", sent(draft, **more)).content.decode()
    assert re.search(r"at most 1 call a week · from 10:00 to 18:00", preview)
    assert chen.post(path, sent(draft, **more)).headers["Location"] == path
    assert promises.of(draft.purposes.get(channel="call")) == PROMISE
    assert CallAttempt.objects.count() == 0
