"""What a visitor sees on a phone: light, whole without a script, and a receipt that leads back to the stop button."""

import gzip
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
STATIC = Path(settings.BASE_DIR) / "static"
LIMIT = 50_000
FAIR = {"name": "王小诺", "number": house.WANG}


class Seen(HTMLParser):
    """Collects the text a person reads and what a page fetches beside itself."""

    def __init__(self, answer):
        super().__init__()
        self.text, self.fetched = [], []
        self.feed(answer.content.decode())

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.fetched += [found[key] for key in ("src", "href") if found.get(key, "").startswith(settings.STATIC_URL)]

    def handle_data(self, data):
        self.text += [data.strip()] if data.strip() else []


@pytest.fixture
def office(db):
    return house.build()


def sent(answer):
    """What goes over the air: the page and what it fetches, each once, compressed as a server does it."""
    files = {address.removeprefix(settings.STATIC_URL) for address in Seen(answer).fetched}
    return len(gzip.compress(answer.content)) + sum(len(gzip.compress((STATIC / name).read_bytes())) for name in files)


def receipt(client, office, **how):
    """The receipt's page after a visitor has confirmed."""
    _sent, given = house.arrive(office.event, house.WANG, **how)
    return client.get(f"/w/{given.stop_token}/?new=1")


def test_the_form_and_its_receipt_weigh_less_than_fifty_kilobytes(client, office):
    form = client.get(f"/e/{office.event.code}/")
    assert "app.css" in "".join(Seen(form).fetched)
    assert sent(form) < LIMIT
    assert sent(receipt(client, office)) < LIMIT


def test_the_notice_is_told_once_as_a_sentence_once_as_a_summary_once_in_full(client, office):
    words = office.event.notice_version.content["zh"]
    page = client.get(f"/e/{office.event.code}/").content.decode()
    assert [page.count(words[part]) for part in ("jit", "short", "withdraw")] == [1, 1, 1]


def test_a_permanent_notice_begins_with_the_sentence_and_the_summary(client, office):
    version = office.event.notice_version
    words = version.content["zh"]
    page = client.get(f"/n/{version.notice.code}/v{version.number}/").content.decode()
    assert [page.count(words[part]) for part in ("jit", "short", "withdraw")] == [1, 1, 1]


def test_an_empty_field_is_asked_for_by_its_name(client, office):
    text = Seen(client.post(f"/e/{office.event.code}/", {})).text
    assert [line for line in text if line.startswith("请填写")] == ["请填写姓名。", "请填写手机号。"]


def test_a_receipt_says_who_asked_and_since_when(client, office):
    answer = receipt(client, office)
    assert office.event.notice_version.content["zh"]["controller"]["name"] in Seen(answer).text
    assert "自 2026-03-02 12:00" in Seen(answer).text


@pytest.mark.parametrize(("language", "name"), [("zh-hans", "zh"), ("en", "en")])
def test_the_issuer_is_named_in_the_readers_language(client, office, language, name):
    client.post("/language/", {"language": language, "next": "/"})
    issuer = office.event.notice_version.content[name]["controller"]["name"]
    assert issuer in Seen(receipt(client, office)).text


def test_the_receipt_draws_its_address_so_that_paper_leads_back(client, office):
    page = receipt(client, office).content.decode()
    assert page.count('class="qr"') == 1
    assert "style=" not in page and "<script" not in page


def test_a_receipt_shows_neither_name_nor_number(client, office):
    _sent, given = house.arrive(office.event, house.WANG, name="王小诺")
    page = client.get(f"/w/{given.stop_token}/").content.decode()
    assert "已同意" in page
    assert [part for part in ("王小诺", house.WANG, house.WANG[:3] + " ") if part in page] == []


def test_whoever_has_no_message_finds_the_way_back_to_the_form(client, office):
    answer = client.post(
        f"/e/{office.event.code}/",
        FAIR | {"ticks": [str(office.event.ticks.first().tick_id)], "token": "a" * 22, "age": "adult"},
    )
    page = client.get(answer.url).content.decode()
    assert f'href="/e/{office.event.code}/"' in page


def test_in_a_demonstration_the_accounts_are_one_click_away(client, office, settings):
    settings.DEMO = True
    page = client.get("/")
    assert [user.username for user in page.context["demo"]] == ["li", "wu", "chen", "zhao", "sun", "he"]
    client.post("/sign-in/demo/", {"username": "li", "next": "/"})
    assert client.get("/contacts/").status_code == 200


def test_outside_of_a_demonstration_no_account_is_shown(client, office, settings):
    settings.DEMO = False
    assert client.get("/").context["demo"] == []
    assert b"Li \xc2\xb7" not in client.get("/").content


def test_a_tile_warns_only_where_something_waits(client, office):
    client.force_login(office.li, backend="django.contrib.auth.backends.ModelBackend")
    assert {tile.count for tile in client.get("/").context["tiles"] if tile.tone == "warn"} == {0}
    assert client.get("/").content.count(b'"card stat warn"') == 0
    client.post("/contacts/new/", {"event": office.event.pk, "act": "assert"} | FAIR)
    waiting = [tile for tile in client.get("/").context["tiles"] if tile.tone == "warn" and tile.count]
    assert client.get("/").content.count(b'"card stat warn"') == len(waiting) == 1
