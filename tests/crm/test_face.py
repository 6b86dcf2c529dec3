"""The face: icons, charts, the frame of every page, and the addresses it refuses."""

import re
from datetime import date, timedelta
from html.parser import HTMLParser
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from crm import pages
from crm.middleware import NUMBER, POLICY
from team import addresses
from team.templatetags import charts, face
from tests import house

DAY = date(2026, 3, 2)


def test_an_icon_is_drawn_in_the_page_and_silent_for_a_screen_reader():
    drawn = face.icon("phone")
    assert drawn.startswith("<svg") and 'aria-hidden="true"' in drawn
    assert "style=" not in drawn


@pytest.mark.parametrize(("name", "count"), [("contacts", 0), ("contact", 1), ("call", 2)])
def test_an_address_made_of_its_fixed_parts_is_what_reverse_answers(name, count):
    pks = [uuid4() for _n in range(count)]
    assert addresses.of(name, *pks) == face.address(name, *pks) == reverse(name, args=pks)


def test_an_icon_nobody_has_drawn_leaves_the_page_whole():
    assert face.icon("no-such-icon") == ""


def test_a_bar_for_each_day_and_the_counts_in_words():
    with translation.override("en"):
        drawn = charts.day_bars([(DAY, 3), (DAY + timedelta(days=1), 0), (DAY + timedelta(days=2), 6)])
    assert drawn.count("<rect") == 3
    assert 'aria-label="03-02: 3, 03-04: 6"' in drawn
    assert "<title>2026-03-03: 0</title>" in drawn
    assert "style=" not in drawn


@pytest.mark.parametrize("days", [[], [(DAY, 0)]])
def test_days_without_anything_say_so(days):
    with translation.override("en"):
        assert 'aria-label="none"' in charts.day_bars(days)


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=60))
def test_no_bar_leaves_the_chart(counts):
    drawn = charts.day_bars([(DAY + timedelta(days=i), count) for i, count in enumerate(counts)])
    for top, height in re.findall(r' y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', drawn):
        assert float(top) >= 0 and float(top) + float(height) <= charts.HEIGHT + 0.1


WRITTEN = ["{}", "+86{}", "%2B86{}", "86-{}", "/{}/", "no:{}."]


@pytest.mark.parametrize("number", [house.WANG, house.ZHOU, "138-0000-1234", "138 0000 1234", "１３８００００１２３４"])
@pytest.mark.parametrize("written", WRITTEN)
def test_an_address_with_a_number_in_it_is_refused(client, db, number, written):
    answer = client.get("/healthz/?q=" + quote(written.format(number), safe="%+"))
    assert answer.status_code == 400
    assert "00001234" not in answer.content.decode() and "00005678" not in answer.content.decode()


@pytest.mark.parametrize("place", ["/e/13800001234/", "/contacts/13900005678/", "/healthz/%00"])
def test_a_path_is_looked_at_as_a_query_is(client, db, place):
    assert client.get(place).status_code == 400


@pytest.mark.parametrize(
    "harmless",
    ["a=2026-03-01", "id=aaaaaaaa-aaaa-4aaa-8aaa-138000012345", "after=20260302T040000.123456", "q=1234", "q=380000123"],
)
def test_dates_ids_and_four_digits_pass(client, db, harmless):
    assert client.get("/healthz/?" + harmless).status_code == 200


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_every_mobile_number_is_seen(number):
    assert NUMBER.search(f"/contacts/?q={number}")


@pytest.mark.parametrize("address", ["/", "/sign-in/", "/healthz/", "/no-such-page/"])
def test_every_answer_carries_the_strict_policy_and_stays_nowhere(client, db, address):
    headers = client.get(address).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_a_browser_that_was_told_of_no_icon_finds_one(client, db):
    """As beside a PDF: led to the mark, once a day; no session is begun."""
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"]) == (302, static("mark.svg"))
    assert (answer["Cache-Control"], answer.cookies) == ("public, max-age=86400", {})
    assert finders.find("mark.svg")


class Strict(HTMLParser):
    """Collects what a strict policy would block, and where the page points inside itself."""

    def __init__(self, text):
        super().__init__()
        self.blocked, self.ids, self.wanted, self.lang = [], set(), set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.blocked += [name for name in found if name == "style" or name.startswith("on")]
        self.blocked += [tag] if tag == "style" or (tag == "script" and "src" not in found) else []
        self.ids |= {found.get("id")} - {None}
        self.wanted |= set((found.get("aria-describedby") or "").split())
        self.lang = found.get("lang", "") if tag == "html" else self.lang


def read(answer):
    return Strict(answer.content.decode())


def test_the_strict_reader_sees_what_it_must_block():
    planted = Strict('<style></style><p style="x" onclick="y"></p><script>z</script>')
    assert planted.blocked == ["style", "style", "onclick", "script"]


@pytest.fixture
def office(db):
    return house.build()


@pytest.mark.parametrize("page", pages.PAGES[pages.VISITOR][:2], ids=lambda page: page.name)
def test_a_visitors_page_needs_no_script_and_is_light(client, db, page):
    answer = client.get(page.path)
    assert read(answer).blocked == []
    assert b"<script" not in answer.content
    assert len(answer.content) < 50_000


def test_the_visitors_form_is_light_and_says_what_is_wrong_beside_the_field(client, office):
    answer = client.post(f"/e/{office.event.code}/", {"name": "", "number": "12"})
    page = read(answer)
    assert answer.status_code == 400
    assert {wanted for wanted in page.wanted if wanted.endswith("_error")} != set()
    assert page.wanted - page.ids == set()
    assert len(answer.content) < 50_000


@pytest.mark.django_db(databases=["default", "vault"])
@pytest.mark.parametrize("name", ["li", "wu", "chen", "zhao", "sun"])
def test_every_destination_of_a_role_opens_and_keeps_the_policy(office, name):
    client = Client()
    client.force_login(getattr(office, name), backend="django.contrib.auth.backends.ModelBackend")
    start = client.get("/")
    if start.status_code != 200:
        pytest.fail(f"{name} is not let in: {start.status_code}")
    places = [item["url"] for group in start.context["nav"] for item in group["items"]]
    assert "/account/" in places
    for place in places:
        answer = client.get(place)
        assert answer.status_code in (200, 302), place
        if answer.status_code == 200:
            assert read(answer).blocked == [], place


def test_english_and_dark_are_chosen_without_a_script(client, db):
    assert read(client.get("/")).lang == "zh-Hans"
    client.post("/language/", {"language": "en", "next": "/"})
    answer = client.post("/theme/", {"theme": "dark", "next": "/"}, follow=True)
    assert read(answer).lang == "en"
    assert b'data-theme="dark"' in answer.content


def test_a_theme_nobody_offers_is_forgotten_and_nobody_is_sent_elsewhere(client, db):
    client.post("/theme/", {"theme": "dark"})
    answer = client.post("/theme/", {"theme": '"><script>', "next": "https://elsewhere.example/"})
    assert answer.cookies["theme"].value == ""
    assert answer.url == "/"


def test_the_marked_part_of_a_day_stands_at_the_foot_of_its_bar():
    drawn = charts.day_bars([(DAY, 4), (DAY + timedelta(days=1), 2)], [1, 0])
    assert re.findall(r'class="bar-mark" x="2.0" y="([\d.]+)" width="316.0" height="([\d.]+)"', drawn) == [("72.0", "24.0")]
    assert drawn.count("bar-mark") == 1


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=5))
def test_the_parts_of_a_share_follow_one_another_and_fill_the_bar(parts):
    drawn = re.findall(r' x="([\d.]+)" y="0" width="([\d.]+)"', charts.share_bar(*parts))
    assert len(drawn) == sum(1 for part in parts if part)
    if drawn:
        assert round(float(drawn[0][0]), 2) == 0 and abs(sum(float(width) for _x, width in drawn) - 100) < 0.1


def test_a_page_without_an_address_follows_another_or_is_a_specimen():
    for role, wanted in pages.PAGES.items():
        for before, page in zip((None, *wanted), wanted, strict=False):
            assert page.path or page.specimen or before is not None, (role, page.name)
