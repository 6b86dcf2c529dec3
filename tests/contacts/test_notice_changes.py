"""A published change reaches those who agreed before: what was replaced rests, the rest stays, everybody is told (B3, B4)."""

import re

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from audit.models import Entry
from consent import gate, ledger, notices
from consent.drafting import drafts, effects
from consent.drafting.drafts import TickDraft
from consent.models import Consent, ConsentEvent, NoticeDelivery, RightsRequest, SmsMessage
from consent.requests import deciding
from contacts import erase, events, telling, usage, writing
from contacts.own import deeds
from tests import house
from tests.contacts.test_own_page import opened, read
from tests.proofs.cast import enter

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LATER = house.NOON + house.timedelta(hours=1)
TICKS = [
    TickDraft(purpose, channel, zh, en, days, to, **notices.PROMISED.get(purpose, {}))
    for purpose, channel, zh, en, days, to in notices.TICKS
]
OTHER = "同意就任何理财产品给我打电话"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=True) as moving:
        yield moving


@pytest.fixture
def home(settings):
    settings.DEMO = True
    built = house.build()
    built.wang = house.arrive(built.event, house.WANG, channels=("call", "sms"))[0].subject_id
    return built


def publish(home, *, materiality, ticks=TICKS, title=None):
    draft = drafts.start(code="event", by=home.chen, at=LATER)
    content = draft.content if title is None else draft.content | {"zh": draft.content["zh"] | {"title": title}}
    draft = drafts.save(version_id=draft.pk, content=content, ticks=ticks, by=home.chen, at=LATER)
    drafts.propose(version_id=draft.pk, by=home.chen, at=LATER)
    return drafts.publish(
        version_id=draft.pk,
        seen=drafts.digest(draft),
        materiality=materiality,
        reason="x",
        address="https://crm.example",
        by=home.zhao,
        at=LATER,
    )


def states():
    return {f"{c.purpose_id}/{c.channel}": c.state for c in Consent.objects.filter(channel__in=["call", "sms"])}


def verdict(home, subject):
    counts = usage.of([subject], at=LATER)
    return gate.peek_many([subject], "call", by=home.li, at=LATER, usage=counts)[subject].reason


REPLACED = [TickDraft("phone_contact", "call", OTHER, "Call me about any product", 365), *TICKS[1:]]


def test_a_purpose_that_was_replaced_rests_and_what_was_not_stays(home):
    publish(home, materiality="reconsent", ticks=REPLACED)
    assert effects.settle(at=LATER) == 2  # one consent, one person to be told
    assert states() == {"phone_contact/call": "superseded", "sms_info/sms": "given"}
    assert verdict(home, home.wang) == "superseded"
    assert (effects.settle(at=LATER), NoticeDelivery.objects.count()) == (0, 1)


@pytest.mark.parametrize("materiality", ["editorial", "notify"])
def test_what_is_not_to_be_agreed_to_anew_stops_nothing(home, materiality):
    publish(home, materiality=materiality, title="授权书")
    effects.settle(at=LATER)
    assert states() == {"phone_contact/call": "given", "sms_info/sms": "given"}
    assert NoticeDelivery.objects.count() == (1 if materiality == "notify" else 0)


def test_a_purpose_that_was_added_is_open_to_nobody(home):
    added = [*TICKS, TickDraft("sms_info", "call", "同意致电通知活动", "Call me about events", 90)]
    from consent.models import Purpose

    Purpose.objects.filter(pk="sms_info").update(channels=["sms", "call"])
    publish(home, materiality="reconsent", ticks=added)
    effects.settle(at=LATER)
    assert states() == {"phone_contact/call": "given", "sms_info/sms": "given"}


def test_everybody_concerned_is_told_once_with_the_address_and_nobody_who_said_no(home):
    zhou = house.arrive(home.event, house.ZHOU)[0].subject_id
    deeds.stop([zhou], None, at=LATER)
    publish(home, materiality="notify", title="授权书")
    assert (telling.work(at=LATER), telling.work(at=LATER)) == (1, 0)
    row = NoticeDelivery.objects.get()
    assert (row.subject_id, row.sent_at) == (home.wang, LATER)
    told = SmsMessage.objects.get(template="changed")
    assert told.subject_id == home.wang
    assert Entry.objects.filter(act="notice.told", subject=home.wang).count() == 1
    read(opened())  # and looks at their own page
    desk = enter(home.chen).get("/notices/").content.decode()
    assert ("涉及 1 人：已短信告知 1 人，1 人已在本人页面看到" in desk, desk.count("已短信告知")) == (True, 1)


def test_at_night_nobody_is_written_to_but_what_rests_rests(home):
    night = house.NOON.replace(hour=14) + house.timedelta(days=1)  # 22:00 in the office
    publish(home, materiality="reconsent", ticks=REPLACED)
    assert (telling.work(at=night), states()["phone_contact/call"]) == (0, "superseded")
    assert telling.work(at=night + house.timedelta(hours=12)) == 1


def test_on_their_own_page_a_person_sees_the_change_and_agrees_to_the_new_words(home):
    publish(home, materiality="reconsent", ticks=REPLACED)
    effects.settle(at=LATER)
    phone = opened()
    page = read(phone)
    assert ("/n/event/v2/changes/" in page, OTHER in page) == (True, True)
    assert f"v2 · {LATER:%Y-%m-%d}" in page
    assert '<a href="/n/event/v2/">告知书 v2</a>' in page  # the whole of what they would agree to, beside the button
    assert NoticeDelivery.objects.get().seen_at is not None
    assert telling.work(at=LATER) == 0  # who has seen it is not written to
    words = notices.current().purposes.get(channel="call").pk
    assert (
        phone.post("/me/agree/", {"tick": notices.before(notices.current()).purposes.get(channel="call").pk}).status_code == 400
    )
    assert phone.post("/me/agree/", {"tick": words}).status_code == 302
    head = Consent.objects.get(purpose="phone_contact")
    assert (head.state, head.notice_version.number, head.grade, verdict(home, home.wang)) == ("given", 2, "A", "allowed")
    last = ConsentEvent.objects.filter(consent=head).latest("number")
    assert (last.notice_version.number, last.method, last.evidence.kind) == (2, "own_page", "otp")
    texts = notices.current().purposes.get(channel="sms").pk
    assert [phone.post("/me/agree/", {"tick": tick}).status_code for tick in (words, texts, "x", "")] == [400] * 4
    assert Client().post("/me/agree/", {"tick": texts}).headers["Location"] == "/me/"


def test_in_its_last_thirty_days_a_yes_may_be_renewed_with_one_tap(home, clock):
    head = Consent.objects.get(purpose="phone_contact")
    late = head.valid_until - house.timedelta(days=29)
    clock.move_to(late)
    house_again = house.arrive(home.far, house.WANG, at=late)  # whoever never heard of us since is gone by now
    assert house_again[1] is not None
    phone = opened()
    assert phone.post("/me/agree/", {"tick": notices.current().purposes.get(channel="call").pk}).status_code == 302
    head.refresh_from_db()
    assert (head.state, head.valid_until > late + house.timedelta(days=364)) == ("renewed", True)


def test_whoever_agrees_anew_at_an_event_stands_on_the_words_they_saw(home):
    version = publish(home, materiality="notify", title="授权书")
    again = events.create(
        name="two", place="Hall", held_on=LATER.date(), book=home.event.book, by=home.li, at=LATER, code="two", version=version
    )
    house.arrive(again, house.WANG, at=LATER)
    head = Consent.objects.get(purpose="phone_contact", subject=home.wang)
    assert (head.state, head.notice_version.number) == ("renewed", 2)
    assert ConsentEvent.objects.filter(consent=head).latest("number").notice_version.number == 2


def test_who_left_is_told_nothing(home):
    publish(home, materiality="notify", title="授权书")
    effects.settle(at=LATER)
    erase.one(home.wang, by=house.BY, at=LATER)
    assert (telling.work(at=LATER), SmsMessage.objects.filter(template="changed").count()) == (0, 0)


def test_nobody_agrees_past_a_refusal(home):
    publish(home, materiality="reconsent", ticks=REPLACED)
    effects.settle(at=LATER)
    phone = opened()
    far = house.arrive(home.far, house.WANG, at=LATER)[0].subject_id
    deeds.stop([far], None, at=LATER)
    assert phone.post("/me/agree/", {"tick": notices.current().purposes.get(channel="call").pk}).status_code == 400
    assert states()["phone_contact/call"] in ("superseded", "withdrawn")


def test_a_message_that_failed_told_nobody_and_is_tried_again(home, settings):
    publish(home, materiality="notify", title="授权书")
    settings.DEMO, settings.PRODUCTION, settings.SMS_URL = False, True, ""
    assert telling.work(at=LATER) == 0
    assert (NoticeDelivery.objects.get().sent_at, Entry.objects.filter(act="notice.told").count()) == (None, 0)
    settings.PRODUCTION = False
    assert telling.work(at=LATER + house.timedelta(hours=1)) == 0  # not at once: the carrier may have taken it after all
    assert (telling.work(at=LATER + house.timedelta(hours=7)), Entry.objects.filter(act="notice.told").count()) == (1, 1)


def test_a_rest_that_ends_does_not_pass_over_a_newer_notice(home):
    asked = deeds.take(home.wang, kind="restriction", words="", road="letter", by=house.BY, at=LATER)
    publish(home, materiality="reconsent", ticks=REPLACED)
    effects.settle(at=LATER)
    deciding.refuse(request_id=asked.pk, ground="unfounded", words="x", by=home.chen, at=LATER)
    assert states() == {"phone_contact/call": "superseded", "sms_info/sms": "given"}


@pytest.mark.parametrize("state", ["superseded", "suspended", "invalidated"])
def test_the_form_of_an_event_looks_the_same_for_whoever_rests_or_was_replaced(home, state):
    """And for who was replaced or rests, the code from the phone gives it back."""
    heads = list(Consent.objects.filter(subject=home.wang))
    with transaction.atomic():
        ledger.close(heads, state, method="test", reason=state, by=house.BY, at=LATER)
    assert set(states().values()) == {state}
    ticks = [str(row.tick_id) for row in home.event.ticks.all() if row.tick.channel == "call"]
    sent = {"name": "王小诺", "number": house.WANG, "ticks": ticks, "token": "t" * 22, "age": "adult"}
    phone = Client()
    assert phone.post(f"/e/{home.event.code}/", sent).status_code == 302
    assert set(states().values()) == {state}
    page = phone.get(f"/e/{home.event.code}/confirm/{'t' * 22}/").content.decode()
    code = re.search(r"\b[0-9]{6}\b", page.split('class="screen"')[1])[0]
    answer = phone.post(f"/e/{home.event.code}/confirm/{'t' * 22}/", {"code": code})
    unlawful = state == "invalidated"  # is never mended by asking again
    assert (answer.status_code, states()["phone_contact/call"]) == ((400, state) if unlawful else (302, "given"))


def test_whoever_agrees_at_an_event_that_is_still_open_keeps_their_yes(home, clock):
    publish(home, materiality="reconsent", ticks=REPLACED)
    effects.settle(at=LATER)
    clock.shift(house.timedelta(hours=2))
    later = LATER + house.timedelta(hours=2)
    qian = house.arrive(home.event, house.QIAN, at=later)[0].subject_id
    assert telling.work(at=later) == 1  # Wang alone
    assert Consent.objects.get(subject=qian).state == "given"


def test_a_message_that_always_fails_is_tried_three_times(home, settings):
    publish(home, materiality="notify", title="授权书")
    settings.DEMO, settings.PRODUCTION, settings.SMS_URL = False, True, ""
    for hours in range(0, 60, 1):
        telling.work(at=LATER + house.timedelta(hours=hours))
    assert SmsMessage.objects.filter(template="changed", outcome="failed").count() == 3


def test_who_asked_that_nothing_be_used_is_not_written_to(home):
    publish(home, materiality="reconsent", ticks=REPLACED)
    effects.settle(at=LATER)
    deeds.take(home.wang, kind="restriction", words="", road="letter", by=house.BY, at=LATER)
    assert telling.work(at=LATER) == 0


def test_one_box_that_was_unlawful_takes_no_other_with_it(home):
    with transaction.atomic():
        head = Consent.objects.get(subject=home.wang, channel="call")
        ledger.close([head], "invalidated", method="test", reason="invalidated", by=house.BY, at=LATER)
    house.arrive(home.event, house.WANG, channels=("call", "sms", "share"), at=LATER)
    told = dict(Consent.objects.filter(subject=home.wang).values_list("channel", "state"))
    assert told == {"call": "invalidated", "sms": "renewed", "share": "given"}


def test_a_restriction_in_one_book_keeps_messages_in_from_every_other(home):
    publish(home, materiality="reconsent", ticks=REPLACED)
    effects.settle(at=LATER)
    deeds.take(home.wang, kind="restriction", words="", road="letter", by=house.BY, at=LATER)
    assert writing.closed([home.wang], at=LATER) == {home.wang}
    other = house.arrive(home.far, house.WANG, at=LATER)[0].subject_id
    assert writing.closed([other], at=LATER) == {other}
    assert telling.work(at=LATER) == 0
    deciding.refuse(request_id=RightsRequest.objects.get().pk, ground="unfounded", words="x", by=home.chen, at=LATER)
    assert telling.work(at=LATER + house.timedelta(hours=7)) == 1  # what waited is not lost


def test_who_agreed_at_an_open_event_and_rested_gets_their_yes_back(home, clock):
    publish(home, materiality="reconsent", ticks=REPLACED)
    effects.settle(at=LATER)
    clock.shift(house.timedelta(hours=2))
    later = LATER + house.timedelta(hours=2)
    qian = house.arrive(home.event, house.QIAN, at=later)[0].subject_id
    asked = deeds.take(qian, kind="restriction", words="", road="letter", by=house.BY, at=later)
    deciding.refuse(request_id=asked.pk, ground="unfounded", words="x", by=home.chen, at=later)
    assert Consent.objects.get(subject=qian).state == "given"
