"""A text message that says no: in any words, for every book, at once, and from the gateway alone."""

import hashlib
import hmac
import json
import time

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Entry
from audit.trail import System
from consent import reply_words, sms, suppression
from consent.models import Consent, SmsMessage, Suppression
from consent.sms_texts import TEXTS
from contacts import erase, replies
from contacts.models import Contact
from tests import house
from tests.audit.cast import run
from vault import phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
SECRET = "a-made-up-secret-of-the-gateway-0123456789"
LATER = house.NOON + house.timedelta(hours=1)
# What people write who do not want to be written to (law.md D4).
REFUSALS = (
    """
退订|TD|td|Ｔ|R|r|N|n|T|退|退订！|【退订】|回复TD退订|请退订|我要退订|不|不要|不要了|不用了，谢谢|不需要|不需要，谢谢|不想要|不想接电话
别打了|别再打了|别发了|请不要再打电话|不要再联系我|不要给我打电话|不要再发短信了|请停止|停止联系|停|停止发送|拒绝|拒收|我拒绝|取消|取消订阅
请取消我的授权|撤回同意，请删除|删除我的信息|把我的号码删了|删掉我的电话|没兴趣|没有兴趣|不感兴趣|对保险不感兴趣|谢谢，不考虑，别打了|烦死了|烦不烦
骚扰|再骚扰就投诉|再打就报警|再发我就投诉到12321|我要举报你们|滚|打错了|你打错了，我不认识你|不是本人|我不同意|不可以|不方便，以后也别打|免打扰|请勿打扰|谢绝推销
拉黑了|STOP|stop|Stop!|unsubscribe|please stop calling me|don't call|do not contact me|not interested|no more messages|0000
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
DOUBTFUL = ["你是谁", "哪位？", "什么公司", "？", "我在开会", "明天再说", "哈哈", "", "   ", "👍", "123", "who is this", "喂"]
CLEAR = ["好的", "好的，谢谢！", "可以", "同意", "Y", "yes", "OK", "收到", "是的。", "谢谢"]


def test_sixty_and_more_ways_of_saying_no_are_heard_as_one():
    assert len(REFUSALS) > 60
    assert {text: reply_words.meaning(text) for text in REFUSALS} == dict.fromkeys(REFUSALS, "sms_stop")
    assert {text: reply_words.meaning(text) for text in DOUBTFUL} == dict.fromkeys(DOUBTFUL, "sms_doubt")
    assert {text: reply_words.meaning(text) for text in CLEAR} == dict.fromkeys(CLEAR, "sms_other")


@given(st.text(max_size=60), st.sampled_from(["退订", "不要再打", "stop"]))
def test_words_around_a_refusal_take_nothing_from_it(around, refusal):
    assert reply_words.meaning(f"{around} {refusal} {around}") == "sms_stop"


@pytest.fixture
def home(settings):
    settings.SMS_SECRET = SECRET
    return house.build()


def meet(home, number=house.WANG):
    return house.arrive(home.event, number)[0].subject_id


def receive(text, number=house.WANG):
    return replies.receive(digits=phone.normalise(number).digits, text=text, at=LATER)


def states():
    return sorted(Consent.objects.values_list("state", flat=True))


def test_a_no_stops_everything_in_every_book_and_is_heard_by_the_gate_at_once(home):
    first, second = meet(home), house.arrive(home.far, house.WANG)[0].subject_id
    meet(home, house.ZHOU)
    assert receive("别再打了") == "sms_stop"
    assert states() == ["given", "withdrawn", "withdrawn"]
    assert suppression.since(phone.normalise(house.WANG).digits) is not None
    told = Entry.objects.filter(act="sms.received").order_by("seq").values_list("subject", "reason")
    assert sorted(told) == sorted([(first, "sms_stop"), (second, "sms_stop")])


def test_a_doubtful_message_stops_too_and_is_marked_for_a_person(home):
    meet(home)
    assert (receive("你是谁"), states()) == ("sms_doubt", ["withdrawn"])
    assert Entry.objects.filter(act="sms.received", reason="sms_doubt").count() == 1


def test_a_yes_changes_nothing(home):
    meet(home)
    assert (receive("好的"), states(), Suppression.objects.count()) == ("sms_other", ["given"], 0)


def test_sent_twice_it_changes_nothing_more(home):
    meet(home)
    assert [receive("退订"), receive("退订")] == ["sms_stop"] * 2
    assert (states(), Suppression.objects.count()) == (["withdrawn"], 1)


def test_somebody_who_left_is_still_heard_and_somebody_unknown_leaves_no_trace_of_a_number(home):
    pk = meet(home)
    erase.one(pk, by=System("sweep"), at=LATER)
    assert (receive("退订"), Contact.objects.count(), Suppression.objects.count()) == ("sms_stop", 0, 1)
    assert (receive("退订", "13911112222"), Suppression.objects.count()) == ("sms_stop", 1)
    leaves = b"".join(bytes(leaf) for (leaf,) in run("SELECT leaf FROM audit_entry"))
    assert [word for word in ("退订".encode(), house.WANG.encode(), b"13911112222") if word in leaves] == []


def test_whoever_says_no_is_told_once_that_they_were_heard(home):
    """D12: one neutral word, in the language they read, to one record of the number; a second no hears nothing more."""
    meet(home)
    house.arrive(home.far, house.WANG)
    assert [receive(text) for text in ("退订", "你是谁", "退订")] == ["sms_stop", "sms_doubt", "sms_stop"]
    [message] = SmsMessage.objects.filter(template="refusal_ack")
    with translation.override("zh-hans"):
        words = str(TEXTS["refusal_ack"])
    assert (message.outcome, message.words_hash) == ("sent", hashlib.sha256(words.encode()).hexdigest())
    with pytest.raises(IntegrityError), transaction.atomic():
        sms.log(subject=message.subject_id, template="refusal_ack", words={"link": "x"}, language="zh-Hans", at=LATER)
    assert SmsMessage.objects.filter(template="refusal_ack").count() == 1


def test_a_record_that_came_later_or_after_one_left_hears_it_no_second_time(home):
    first = meet(home)
    receive("退订")
    house.arrive(home.far, house.WANG)
    receive("退订")
    erase.one(first, by=System("sweep"), at=LATER)
    receive("退订")
    assert SmsMessage.objects.filter(template="refusal_ack").count() == 1


def test_a_yes_and_whoever_left_are_told_nothing(home):
    pk = meet(home)
    receive("好的")
    erase.one(pk, by=System("sweep"), at=LATER)
    receive("退订")
    assert SmsMessage.objects.filter(template="refusal_ack").count() == 0


def send(body, *, secret=SECRET, at=None, header=None):
    told = str(int(time.time() if at is None else at))
    signature = hmac.new(secret.encode(), told.encode() + b"." + body, hashlib.sha256).hexdigest()
    named = header if header is not None else f"t={told},v1={signature}"
    return Client(enforce_csrf_checks=True).post(
        "/api/sms/", body, content_type="application/json", headers={"x-yunnuo-signature": named}
    )


def message(text="退订", number=house.WANG):
    return json.dumps({"number": number, "text": text}, ensure_ascii=False).encode()


def test_the_gateway_is_heard(home):
    meet(home)
    answer = send(message())
    assert (answer.status_code, answer.content, states()) == (204, b"", ["withdrawn"])


def test_nobody_else_is(home, settings):
    meet(home)
    assert send(message(), secret="guessed").status_code == 403
    assert [send(message(), at=time.time() + skew).status_code for skew in (-400, 400)] == [403, 403]
    assert [send(message(), header=bad).status_code for bad in ("", "t=1", "v1=00", "t=x,v1=y", "t=²,v1=0", "=,=")] == [403] * 6
    good = send(message())
    settings.SMS_SECRET = ""
    assert (good.status_code, send(message(), secret="").status_code) == (204, 403)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{}", b'{"number":"12","text":"x"}', b'{"number":13800001234,"text":"x"}', b"\xff", b'{"number":"13800001234","text":1}']
    + [b'{"number":"13800001234","text":"' + b"x" * 5000 + b'"}', b"{" * 3000],
)  # fmt: skip
def test_what_is_no_message_is_refused_and_changes_nothing(home, body):
    meet(home)
    assert (send(body).status_code, states()) == (400, ["given"])
