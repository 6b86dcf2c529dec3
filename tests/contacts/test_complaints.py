"""A complaint of anybody (K7): no account, no number, nobody looked up; sealed, clocked, answered by a code, and gone."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from audit.trail import Self_
from consent.models import Handle, RightsRequest, StrangersComplaint, Subject
from consent.requests import asking, complaints, deciding, strangers
from consent.requests.asking import RequestRefused
from contacts import canaries, erase
from contacts import complaints as over
from contacts.models import Contact, Phone
from tests import house
from tests.proofs.cast import enter
from tests.shared import undone
from vault import persons, phone
from vault.errors import Shredded
from vault.models import PersonKey
from vault.opening import open_one

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LATER = house.NOON + timedelta(hours=1)
WORDS = "没有同意过，却收到推销电话"
SENT = {"topic": "contacted", "words": WORDS, "reply": "page", "reply_to": ""}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as moving:
        yield moving


@pytest.fixture
def home():
    return house.build()


def complain(at=LATER, **more):
    return strangers.complain(**(SENT | more), at=at)


def test_a_stranger_complains_and_reads_the_answer_by_the_code_alone(home, clock):
    browser = Client()
    assert browser.get("/complaints/").status_code == 200
    answer = browser.post("/complaints/", SENT)
    address = answer.headers["Location"]
    assert re.fullmatch(r"/complaints/[a-z2-7]{24}/", address)
    page = browser.get(address)
    assert (WORDS in page.content.decode(), "2026-03-23" in page.content.decode()) == (True, True)
    assert "no-store" in page.headers["Cache-Control"]
    row = RightsRequest.objects.get()
    chen = enter(home.chen)
    shown = chen.get(f"/requests/{row.pk}/").content.decode()
    assert (WORDS in shown, "不在册的人" in shown) == (True, True)
    assert chen.post(f"/requests/{row.pk}/answer/", {"a-words": "已停止并致歉"}).status_code == 302
    elsewhere = Client().get(address).content.decode()
    assert ("已停止并致歉" in elsewhere, "2026-05-31" in elsewhere) == (True, True)
    assert [Client().get(f"/complaints/{'a' * 24}/").status_code, Client().get("/complaints/x/").status_code] == [404, 404]
    acts = Entry.objects.filter(subject=row.subject_id).order_by("seq").values_list("act", flat=True)
    assert list(acts) == ["person.request", "complaint.read", "request.read", "person.answered", "complaint.read"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "Decided. They read it by their code."),
        (
            {"reply": "letter", "reply_to": "甲 上海市某路 1 号"},
            "asked to be written to as well: at the address on the request.",
        ),
    ],
)
def test_whoever_answers_a_stranger_is_told_that_they_read_it_by_their_code_and_on_no_page_of_their_own(home, more, words):
    complain(**more)
    sent = f"/requests/{RightsRequest.objects.get().pk}/answer/", {"a-words": "已停止并致歉"}
    page = enter(home.chen).post(*sent, follow=True, headers={"accept-language": "en"}).content.decode()
    assert (words in page, "reads it on their page" in page) == (True, False)


def test_a_refusal_says_how_to_object(home):
    code = complain()
    deciding.refuse(request_id=RightsRequest.objects.get().pk, ground="not_held", words="没有您的号码", by=home.chen, at=LATER)
    page = Client().get(f"/complaints/{code}/").content.decode()
    assert ("没有您的号码" in page, "12377" in page, "《个人信息保护法》第五十条、第六十五条" in page) == (True, True, True)


def test_words_and_address_are_sealed_under_a_key_of_their_own_and_the_code_is_nowhere(home):
    code = complain(reply="letter", reply_to="甲 上海市某路 1 号")
    made = StrangersComplaint.objects.select_related("request").get()
    boxes = (made.request.words, made.reply_to)
    assert [open_one(box) for box in boxes] == [WORDS, "甲 上海市某路 1 号"]
    assert [text.encode()[:12] in bytes(box.blob) for text, box in zip((WORDS, "甲 上海市某路 1 号"), boxes, strict=True)] == [
        False,
        False,
    ]
    assert (made.code_hash == code, persons.alive([made.pk])) == (False, {made.pk})
    assert (Contact.objects.count(), Phone.objects.count(), Handle.objects.count()) == (0, 0, 0)
    assert code not in str(list(Entry.objects.values()))
    shown = enter(home.chen).get(f"/requests/{made.request_id}/").content.decode()
    assert "上海市某路" in shown


def test_nobody_is_looked_up_so_the_door_is_the_same_whatever_is_typed(home):
    """Wang is here, Zhou refused, He was erased, Qian never heard of us: not one byte, header or query differs."""
    house.arrive(home.event, house.WANG)
    gone = house.arrive(home.event, "13933335678")[0].subject_id
    erase.one(gone, by=house.BY, at=LATER)

    canaries.plant(event=home.event, name="林小溪", number=phone.normalise("13944445678"), by=home.chen, at=LATER)

    def seen(number):
        browser = Client()
        with (
            undone(),
            CaptureQueriesContext(connections["default"]) as main,
            CaptureQueriesContext(connections["vault"]) as keys,
        ):
            answer = browser.post("/complaints/", SENT | {"words": f"为什么打 {number}？"})
            page = browser.get(answer.headers["Location"])
        heads = re.sub(r"[a-z2-7]{24}", "CODE", str(sorted(answer.headers.items())) + str(sorted(page.headers.items())))
        body = re.sub(r"[a-z2-7]{24}", "CODE", page.content.decode()).replace(number, "NUMBER")
        return (
            answer.status_code,
            re.sub(r"csrf\w*=\w+|value=\"\w{64}\"", "", heads),
            body_without_tokens(body),
            len(main),
            len(keys),
        )

    seen(house.QIAN)
    assert {number: seen(number) == seen(house.QIAN) for number in (house.WANG, "13933335678", "13944445678")} == {
        house.WANG: True, "13933335678": True,
        "13944445678": True,
    }  # fmt: skip


def body_without_tokens(page):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "TOKEN", page)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"topic": "nonsense"}, "topic"), ({"words": "  "}, "words"), ({"words": "x" * 1001}, "words"), ({"reply": "call"}, "reply"),
        ({"reply": "letter"}, "reply_to"), ({"reply": "letter", "reply_to": "13800001234"}, "reply_to"),
        ({"words": "a\x00b"}, "words"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_in_gets_a_sentence_and_stores_nothing(home, wrong, field):
    answer = Client().post("/complaints/", SENT | wrong)
    assert (answer.status_code, f"id_{field}_error" in answer.content.decode()) == (400, True)
    assert (Subject.objects.count(), RightsRequest.objects.count(), PersonKey.objects.count()) == (0, 0, 0)


def test_a_number_is_masked_on_the_desk_and_no_address_is_kept_unasked(home):
    complain(words="请别再打 138 0000 1234", reply_to="a@b.example")
    made = StrangersComplaint.objects.get()
    shown = enter(home.chen).get(f"/requests/{made.request_id}/").content.decode()
    assert (made.reply_to, "138 0000 1234" in shown, "•••" in shown) == (None, False, True)
    for wrong in ({"topic": "x"}, {"reply": "x"}, {"words": " "}):
        with pytest.raises(RequestRefused):
            complain(**wrong)


def test_twenty_an_hour_from_one_address(home):
    assert [Client().post("/complaints/", SENT).status_code for _n in range(21)] == [302] * 20 + [429]
    assert RightsRequest.objects.count() == 20


def test_ninety_days_after_the_answer_key_words_and_address_are_gone_and_the_count_stays(home, clock):
    code, waiting = complain(reply="letter", reply_to="a@b.example"), complain()
    made = strangers.find(code, at=LATER)
    box = made.request.words
    deciding.answer(request_id=made.request_id, words="已处理", by=home.chen, at=LATER)
    end = LATER + timedelta(days=90)
    assert over.forget_due(by=house.BY, at=end - timedelta(seconds=1)) == 0
    assert (over.forget_due(by=house.BY, at=end), over.forget_due(by=house.BY, at=end)) == (1, 0)
    row = StrangersComplaint.objects.select_related("request").get(pk=made.pk)
    assert (row.reply_to, row.request.words, row.request.answer, row.request.state) == (None, None, None, "answered")
    with pytest.raises(Shredded):
        open_one(box)
    clock.move_to(end)
    assert [Client().get(f"/complaints/{one}/").status_code for one in (code, waiting)] == [404, 200]
    assert "不在册的人" not in enter(home.chen).get(f"/requests/{made.request_id}/").content.decode()
    assert over.forget_due(by=house.BY, at=LATER + timedelta(days=365)) == 1
    assert sum(kind.received for kind in complaints.counted(at=end).kinds) == 2


def test_the_desk_counts_by_month_and_kind_in_time_and_late(home, clock):
    february = house.NOON - timedelta(days=20)
    for at in (february, february, LATER):
        complain(at=at)
    complain(topic="staff")
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    asking.ask(subject=wang, kind="complaint", words="x", road="own_page", by=Self_(wang), at=LATER)
    asking.ask(subject=wang, kind="correction", words="x", road="own_page", by=Self_(wang), at=LATER)
    first, second = RightsRequest.objects.filter(received_at=february)
    deciding.answer(request_id=first.pk, words="x", by=home.chen, at=LATER)
    deciding.answer(request_id=second.pk, words="x", by=home.chen, at=LATER + timedelta(days=60))
    now = LATER + timedelta(days=61)
    told = complaints.counted(at=now)
    assert [(f"{month:%Y-%m}", count) for month, count in told.months if count] == [("2026-02", 2), ("2026-03", 3)]
    assert (len(told.months), [count for count in told.late if count]) == (12, [1, 3])
    assert [(str(k.label)[:4], k.received, k.in_time, k.late, k.waiting) for k in told.kinds] == [
        ("未经同意", 3, 1, 2, 0), ("工作人员", 1, 0, 1, 0), ("在册人员", 1, 0, 1, 0),
    ]  # fmt: skip
    clock.move_to(LATER + timedelta(hours=1))
    page = enter(home.chen).get("/requests/").content.decode()
    assert ("2026-02: 2, 2026-03: 3" in page, page.count('class="bar-day') == 12, "未经同意" in page) == (True, True, True)


def test_the_notice_has_a_button_that_asks_for_an_explanation_and_the_question_has_its_clock(home):
    """B9, PIPL 48: no number, no account; a question of its own kind on the desk, and no complaint in its counts."""
    browser = Client()
    [button] = re.findall(r'href="(/complaints/[^"]+)"', browser.get("/n/event/").content.decode())
    asked = browser.get(button).content.decode()
    assert (button, re.findall(r'value="(\w+)"[^>]*checked', asked)) == ("/complaints/?about=rules", ["rules", "page"])
    address = browser.post(button, SENT | {"topic": "rules", "words": "保存三十天是从哪天算起？"}).headers["Location"]
    row = RightsRequest.objects.get()
    assert (row.kind, row.state, f"{row.due_on:%Y-%m-%d}") == ("explanation", "open", "2026-03-23")
    assert complaints.counted(at=LATER).kinds == []
    assert enter(home.chen).post(f"/requests/{row.pk}/answer/", {"a-words": "自您填表之日起"}).status_code == 302
    assert "自您填表之日起" in browser.get(address).content.decode()
