"""Public doors: the same form twice is one act with one answer, codes are not tried for ever, and a full door loses nothing (K6, K7)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from audit.models import Entry
from consent import challenge
from consent.models import Consent, ConsentEvent, Evidence, RightsRequest, SmsMessage, StopLink, StrangersComplaint
from contacts.doors import complaints
from contacts.intake import visiting
from contacts.models import OwnVisit
from tests import house
from tests.contacts.test_own_page import code_on, opened
from tests.proofs.cast import enter
from vault import masks
from vault import phone as phone_

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LATER = house.NOON + timedelta(hours=1)
SENT = {"topic": "contacted", "words": "没有同意过，却收到推销电话", "reply": "page", "reply_to": ""}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as moving:
        yield moving


@pytest.fixture
def home(settings):
    settings.DEMO = True
    return house.build()


def once_of(page):
    return re.search(r'name="once" value="([^"]+)"', page.content.decode())[1]


# The same form twice.


def test_a_complaint_sent_twice_is_one_and_has_one_code(home):
    browser = Client()
    form = SENT | {"once": once_of(browser.get("/complaints/"))}
    first, second = browser.post("/complaints/", form), Client().post("/complaints/", form)
    assert (first.status_code, first.url, StrangersComplaint.objects.count()) == (302, second.url, 1)
    assert Entry.objects.filter(act="person.request").count() == 1
    other = browser.post("/complaints/", form | {"words": "又来电话了"})
    assert (other.url != first.url, StrangersComplaint.objects.count()) == (True, 2), "other words are another complaint"
    bare = {browser.post("/complaints/", SENT).url for _n in range(2)}
    assert (len(bare), StrangersComplaint.objects.count()) == (2, 4), "there is something to tell: without a name they are two"


def test_a_request_on_ones_own_page_sent_twice_is_one(home):
    house.arrive(home.event, house.WANG)
    house.arrive(home.far, house.WANG)
    phone = opened()
    form = {"kind": "explanation", "words": "请给我副本", "once": once_of(phone.get("/me/ask/"))}
    answers = [phone.post("/me/ask/", form) for _n in range(2)]
    assert [answer.url for answer in answers] == ["/me/"] * 2
    assert RightsRequest.objects.count() == 2, "one in each record of theirs"
    phone.post("/me/ask/", form | {"words": "另一件事"})
    assert RightsRequest.objects.count() == 4


def test_a_code_sent_twice_gives_once(home):
    sent, _none = house.arrive(home.event, house.WANG, confirm=False, at=LATER)
    code = visiting.subject_phone_screen(sent.subject_id).split("验证码 ")[1][:6]
    token = "A" * 22
    told = {"event": home.event, "name": "周静", "number": phone_.normalise(house.ZHOU), "language": "zh-hans"}
    ticks = [row.tick for row in home.event.ticks.all() if row.tick.channel == "call"]
    waiting = visiting.submit(**told, ticks=ticks, token=token, age="adult", at=LATER)
    code = visiting.subject_phone_screen(waiting.subject_id).split("验证码 ")[1][:6]
    where = f"/e/fair/confirm/{token}/"
    first, second = Client().post(where, {"code": code}), Client().post(where, {"code": code})
    assert (first.status_code, second.status_code) == (302, 400)
    mine = {"consent__subject": waiting.subject_id}
    assert ConsentEvent.objects.filter(**mine, after="given").count() == 1
    tables = (Evidence, StopLink)
    assert [table.objects.filter(subject=waiting.subject_id).count() for table in tables] == [1, 1]


def test_the_code_of_ones_own_page_sent_twice_leads_in_twice_and_is_on_record_once(home):
    house.arrive(home.event, house.WANG)
    phone = Client()
    code = code_on(phone.post("/me/", {"number": house.WANG}, follow=True).content.decode())
    assert [phone.post("/me/code/", {"code": code}).url for _n in range(2)] == ["/me/"] * 2
    assert Entry.objects.filter(act="person.signin").count() == 1


# Codes are not tried for ever.


def wrong(phone, path, known):
    return phone.post(path, {"code": "000000" if known != "000000" else "111111"}).status_code


def test_thirty_wrong_codes_a_day_for_one_number_whoever_asks_and_the_same_for_a_number_nobody_has(home, clock):
    house.arrive(home.event, house.WANG)
    for number in (house.WANG, house.QIAN):
        told = []
        for turn in range(7):
            clock.shift(timedelta(hours=1))
            phone = Client(REMOTE_ADDR=f"10.0.{turn}.1")
            phone.post("/me/", {"number": number})
            told += [wrong(phone, "/me/code/", "") for _n in range(5)]
        assert told == [400] * 30 + [429] * 5
    clock.shift(timedelta(days=1))
    assert "王*" in opened().get("/me/").content.decode(), "the next day it opens again"


def test_sixty_wrong_codes_an_hour_from_one_address_over_many_numbers(home, monkeypatch):
    monkeypatch.setitem(challenge.WRONG_CLIENT, "limit", 6)
    tokens = []
    for n in range(2):
        sent, _none = house.arrive(home.event, f"1380000770{n}", confirm=False, at=LATER)
        tokens.append(sent)
    told = []
    for n in range(2):
        token, number = chr(66 + n) * 22, phone_.normalise(f"1380000880{n}")
        ticks = [row.tick for row in home.event.ticks.all() if row.tick.channel == "call"]
        how = {"event": home.event, "name": "周静", "language": "zh-hans", "ticks": ticks, "age": "adult", "at": LATER}
        one = visiting.submit(**how, number=number, token=token)
        right = visiting.subject_phone_screen(one.subject_id).split("验证码 ")[1][:6]
        told += [wrong(Client(), f"/e/fair/confirm/{token}/", right) for _n in range(4)]
    assert told == [400] * 6 + [429] * 2
    assert Client(REMOTE_ADDR="10.9.9.9").post(f"/e/fair/confirm/{token}/", {"code": right}).status_code == 302
    assert Consent.objects.filter(subject=one.subject_id, state="given").count() == 1


# A full door loses nothing.


def test_a_door_that_is_full_keeps_the_words_in_the_form_says_why_and_for_how_long(home, monkeypatch):
    assert (complaints.ADDRESS, complaints.DAY) == ({"limit": 20, "seconds": 3600}, {"limit": 300, "seconds": 86_400})
    monkeypatch.setitem(complaints.ADDRESS, "limit", 2)
    monkeypatch.setitem(complaints.DAY, "limit", 4)
    english = {"accept-language": "en"}

    def send(address, n):
        return Client(REMOTE_ADDR=address, headers=english).post("/complaints/", SENT | {"words": f"第{n}次"})

    assert [send("10.0.0.1", n).status_code for n in range(2)] == [302] * 2
    full = send("10.0.0.1", 3)
    page = full.content.decode()
    assert (full.status_code, full.headers["Retry-After"], "第3次" in page) == (429, "3600", True)
    assert "Too many complaints came from this connection. Nothing was taken in, and your words are still here" in page
    assert [send("10.0.0.2", n).status_code for n in range(4, 6)] == [302] * 2
    everybody = send("10.0.0.3", 6)
    assert (everybody.status_code, everybody.headers["Retry-After"]) == (429, "86400")
    assert "Too many complaints came by this door today." in everybody.content.decode()
    assert (RightsRequest.objects.count(), SmsMessage.objects.count(), OwnVisit.objects.count()) == (4, 0, 0)


# Numbers in people's own words.


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("打我 13800001234 吧", "打我 ••• 吧"),
        ("+86 138-0000-1234", "•••"),
        ("１３８００００１２３４", "•••"),
        ("一三八零零零零一二三四", "•••"),
        ("幺三八 〇〇〇〇 一二三四", "•••"),
        ("138.0000.1234，021-5837 6914", "•••"),
        ("座机58376914", "座机•••"),
        ("壹叁捌零零零零壹贰叁肆", "•••"),
        ("①③⑧⓪⓪⓪⓪①②③④，⒈⒊⒏⒈⒉⒊⒋⒌⒍⒎⒏，¹³⁸⁰⁰⁰⁰¹²³⁴", "•••"),
        ("1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣0️⃣1️⃣2️⃣3️⃣4️⃣", "•••"),
        ("138|0000|1234 或 138；0000；1234", "••• 或 •••"),
        ("九点至十二点，09:00–12:00，第①至③条", "九点至十二点，09:00–12:00，第①至③条"),
        ("2026-03-02 打来，2026年3月4日又打", "2026-03-02 打来，2026年3月4日又打"),
        ("2026-03-02 13800001234", "2026-03-02 •••"),
        ("三月二日，两次，第10条第2款", "三月二日，两次，第10条第2款"),
        ("", ""),
    ],
)
def test_a_run_of_figures_in_somebodys_words_is_dots(told, shown):
    assert masks.hide_runs(told) == shown


def test_the_desk_shows_no_number_that_somebody_wrote_however_they_spell_it(home):
    Client().post("/complaints/", SENT | {"words": "请别再打一三八零零零零一二三四，或 021 5837 6914"})
    row = RightsRequest.objects.get()
    page = enter(home.chen).get(f"/requests/{row.pk}/").content.decode()
    assert ("请别再打•••，或 •••" in page, "6914" in page, "一三八" in page) == (True, False, False)
