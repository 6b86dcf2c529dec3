"""The visitor's own phone, through the pages."""

import re

import pytest
from django.test import Client

from consent import ledger
from consent.models import Consent, ConsentEvent
from contacts.models import Contact, Submission
from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def page(client, event):
    answer = client.get(f"/e/{event.code}/")
    text = answer.content.decode()
    token = re.search(r'name="token" value="([^"]+)"', text).group(1)
    return text, token


def send(client, event, number, token, ticks=1, name="王小诺"):
    chosen = [str(row.tick_id) for row in event.ticks.order_by("tick__order")][:ticks]
    return client.post(f"/e/{event.code}/", {"name": name, "number": number, "token": token, "ticks": chosen, "age": "adult"})


def test_nothing_is_ticked_and_the_page_is_small():
    home = house.build()
    text, _token = page(Client(), home.event)
    assert (text.count('type="checkbox"'), text.count('type="radio"'), " checked" in text) == (2, 2, False)
    assert len(text.encode()) < 50_000


def test_from_the_form_to_the_stop_button():
    home, client = house.build(), Client()
    _text, token = page(client, home.event)
    answer = send(client, home.event, house.WANG, token, ticks=2)
    screen = client.get(answer.url).context["screen"]
    code = re.search(r"\d{6}", screen).group()
    assert client.post(answer.url, {"code": "000000" if code != "000000" else "111111"}).status_code == 400
    by_itself = client.post(answer.url, {"code": code}).url
    receipt = re.search(r'href="(/w/[^"]+)"', client.get(by_itself).content.decode()).group(1)
    assert {c.state for c in client.get(receipt).context["live"]} == {"given"}
    stop = receipt.split("?")[0]
    assert client.get(stop).context["live"] != []
    client.post(stop)
    assert client.get(stop).context["live"] == []


def test_sent_twice_it_is_one_record():
    home, client = house.build(), Client()
    _text, token = page(client, home.event)
    first, second = (send(client, home.event, house.WANG, token) for _n in range(2))
    assert first.url == second.url
    assert (Contact.objects.count(), Submission.objects.count()) == (1, 1)


def test_no_tick_stores_nothing():
    home, client = house.build(), Client()
    _text, token = page(client, home.event)
    assert send(client, home.event, house.WANG, token, ticks=0).status_code == 200
    assert Contact.objects.count() == 0


def test_known_elsewhere_known_here_and_unknown_look_alike():
    home = house.build()
    house.arrive(home.far, house.WANG)
    house.arrive(home.event, house.ZHOU)
    answers = []
    for number in (house.WANG, house.ZHOU, house.QIAN):
        client = Client()
        _text, token = page(client, home.event)
        answer = send(client, home.event, number, token)
        answers.append((answer.status_code, answer.url.replace(token, "")))
    assert answers == [(302, "/e/fair/confirm//")] * 3


BAD = [
    "",
    "   ",
    "1391234ABCD",
    "1-800-FLOWERS",
    "+13912345678",
    "139123456",
    "12112345678",
    "10086",
    "<b>1</b>",
    "' OR 1=1",
    "x" * 300,
    "13812345678\0",
    "138/139",
]


@pytest.mark.parametrize("number", BAD)
def test_bad_numbers_get_a_sentence_and_store_nothing(number):
    home, client = house.build(), Client(raise_request_exception=True)
    _text, token = page(client, home.event)
    answer = send(client, home.event, number, token)
    assert answer.status_code == 400
    assert Contact.objects.count() == 0


@pytest.mark.parametrize("name", ["", "a" * 200, "王\0", "e" + "\u0301" * 30])
def test_bad_names_get_a_sentence(name):
    home, client = house.build(), Client()
    _text, token = page(client, home.event)
    assert send(client, home.event, house.WANG, token, name=name).status_code == 400


@pytest.mark.parametrize("name", ["𠮷田", "{{7*7}}", "<script>alert(1)</script>", "阿卜杜拉·买买提", "😀", "李"])
def test_odd_names_are_people_too(name):
    home = house.build()
    sent, _receipt = house.arrive(home.event, house.WANG, name=name)
    client = Client()
    client.force_login(home.li, backend="django.contrib.auth.backends.ModelBackend")
    text = client.get(f"/contacts/{sent.subject_id}/").content.decode()
    assert "<script>alert" not in text


def test_a_form_without_its_token_field_is_a_bad_request():
    home = house.build()
    assert Client().post(f"/e/{home.event.code}/", {}).status_code == 400


@pytest.mark.parametrize(("asked", "shown"), [("zh-CN", "zh-Hans"), ("en-GB", "en"), ("fr", "zh-Hans")])
def test_the_ledger_keeps_the_language_that_was_shown_as_bcp_47_writes_it(asked, shown):
    """B12: who asks for a language that we do not write is shown Chinese, and that is what stands in the record."""
    home, client = house.build(), Client(headers={"accept-language": asked})
    text, token = page(client, home.event)
    assert f'lang="{shown}"' in text
    answer = send(client, home.event, house.WANG, token)
    code = re.search(r"\d{6}", client.get(answer.url).context["screen"]).group()
    client.post(answer.url, {"code": code})
    told = ConsentEvent.objects.filter(after__in=("requested", "given")).values_list("after", "language")
    assert set(told) == {("requested", shown), ("given", shown)}


def test_a_language_that_nobody_was_shown_is_no_step_of_the_ledger():
    home = house.build()
    sent, _receipt = house.arrive(home.event, house.WANG)
    with pytest.raises(KeyError):
        ledger.apply(
            [ledger.Step(Consent.objects.first(), "withdrawn", "page", "A", language="fr")], by=house.BY, at=house.NOON
        )
    assert sent.subject_id == Consent.objects.first().subject_id
