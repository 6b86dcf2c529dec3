"""D11: every message of our own accord can be refused for nothing, by a tap and by a word; the site does not start otherwise."""

import re

import pytest
from django.core import checks
from django.utils import translation

from consent import reply_words, sms_lint, sms_texts
from consent.sms_lint import all_flaws, flaws

GOOD = "【允诺示范】可以给您打电话吗？请点 %(link)s 选择。拒收请回复 R。"


def test_no_text_lacks_anything_and_none_is_left_out():
    assert all_flaws() == []
    with translation.override("zh-hans"):
        texts = {code: str(text) for code, text in sms_texts.TEXTS.items()}
    ours = {code for code, text in texts.items() if "%(link)s" in text}
    assert ours | sms_texts.ASKED_FOR == set(texts)
    assert ours & sms_texts.ASKED_FOR == set()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (GOOD, []),
        (GOOD.replace("【允诺示范】", ""), ["sender"]),
        (GOOD.replace("请点 %(link)s 选择", "请来电"), ["link"]),
        (GOOD.replace("拒收请回复 R", "如不需要请忽略"), ["keyword"]),
        (GOOD.replace("回复 R", "回复 Y"), ["keyword"]),
        (GOOD.replace("回复 R", "回复 R 或回复 OK"), ["keyword"]),
        (GOOD.replace("回复 R。", "回复 R，0.1 元一条。"), ["cost"]),
        (GOOD + "退订按短信资费收取。", ["cost"]),
        ("May we call? Text us, standard rates apply.", ["sender", "link", "keyword", "cost"]),
        ("", ["sender", "link", "keyword"]),
    ],
)
def test_what_is_missing_is_named(text, wrong):
    assert flaws("invite", text) == wrong


def test_a_code_that_somebody_asked_for_needs_only_its_sender():
    assert flaws("otp", "【允诺示范】您的验证码是 %(code)s。") == []
    assert flaws("otp", "您的验证码是 %(code)s。") == ["sender"]


ACK = "【允诺示范】已收到，我们不再联系您。仍持有哪些信息、何时删除：%(link)s"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (ACK, []),
        (ACK.replace("%(link)s", ""), ["link"]),
        (ACK + " 另有更多理财产品。", ["sells"]),
        (ACK + " 欢迎再次选择我们。", ["sells"]),
        (ACK + " www.funds.example", ["sells"]),
        (ACK.replace("【允诺示范】", ""), ["sender"]),
        ("[Yunnuo Demo] Heard. Our funds had fine returns. %(link)s", ["sells"]),
        ("[Yunnuo Demo] Heard. We do not contact you. %(link)s", []),
    ],
)
def test_the_word_after_a_refusal_sells_nothing(text, wrong):
    """D12: no product, no winning back, no address but the person's own page."""
    assert flaws("refusal_ack", text) == wrong


def test_every_word_that_is_offered_is_heard_as_a_no():
    for language in ("zh-hans", "en"):
        with translation.override(language):
            offered = [word for text in sms_texts.TEXTS.values() for word in sms_lint.OFFERED.findall(str(text))]
        assert len(offered) == len(sms_texts.TEXTS) - len(sms_texts.ASKED_FOR | {sms_texts.ACKNOWLEDGEMENT})
        assert {reply_words.meaning(word) for word in offered} == {reply_words.STOP}


def test_the_site_does_not_start_with_a_message_that_cannot_be_refused(monkeypatch):
    ours = [error for error in checks.run_checks() if error.id == "consent.E001"]
    assert ours == []
    monkeypatch.setitem(sms_texts.TEXTS, "advert", "[Somebody Else] Our funds are the best.")
    told = [error.msg for error in checks.run_checks() if error.id == "consent.E001"]
    named = {re.sub(r"^a message lacks something: ", "", line).split(" ", 1)[1].split(" [")[0] for line in told}
    assert {"advert link", "advert keyword"} < named
    assert [line for line in told if "senders" in line and "Somebody Else" in line] != []
