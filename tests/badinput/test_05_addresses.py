"""Section 5, addresses: filters, ids, empty forms, numbers in addresses, and where nobody is sent (95-97, 110, 111)."""

import uuid
from urllib.parse import quote

import pytest
from django.test import Client

from contacts.models import Event
from team.models import LevelChange, Pledge
from tests.badinput.doors import stored
from tests.badinput.places import ADDRESSES, NOBODY, places

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def test_there_are_many_addresses():
    assert len(ADDRESSES) > 40


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("id=abc", id="95-id"),
        pytest.param("o=phone;--", id="95-order"),
        pytest.param("phone__regex=(", id="95-lookup"),
        pytest.param("_connector=OR", id="95-connector"),
        pytest.param("contact__phone__number__startswith=1", id="95-path"),
        pytest.param("state=given&state__in=x", id="95-known-and-unknown"),
        pytest.param("%00=1", id="95-nul"),
        pytest.param("a" * 9000 + "=1", id="95-long"),
    ],
)
def test_95_what_is_not_on_the_list_never_reaches_a_query(home, browsers, some, query):
    """Without --full each address is asked by one role for each query, in turn."""
    for turn, place in enumerate(places(home)):
        for name, browser in some(browsers.items(), turn + len(query), 6):
            assert browser.get(f"{place}?{query}").status_code < 500, (name, place)
    for name, place in (("li", "/contacts/"), ("chen", "/contacts/"), ("chen", "/retention/"), ("sun", "/audit/")):
        answer = browsers[name].get(f"{place}?{query}")
        assert (place, answer.status_code) == (place, 400)


@pytest.mark.parametrize(
    "query", ["state=x", "event=1", "leaving=8", "source=x", "before=x_y", "before=20260101T000000.000000_x"]
)
def test_95_a_known_filter_takes_known_values_only(home, browsers, query):
    answer = browsers["li"].get(f"/contacts/?{query}")
    assert (answer.status_code, len(answer.context["sentence"]) > 3) == (400, True)


@pytest.mark.parametrize("query", ["window=x", "after=x", "after=20260101T000000.000000_1", "window=tonight&x=1"])
def test_95_the_retention_page_takes_its_own_windows_only(home, browsers, query):
    assert browsers["chen"].get(f"/retention/?{query}").status_code == 400


@pytest.mark.parametrize(
    "pk", ["1" + "0" * 30, "-1", "0", "abc", "None", "%00", "1;--", str(NOBODY).replace("-", "")], ids=lambda pk: f"96-{pk[:9]}"
)
def test_96_an_id_that_is_none_is_not_there(home, browsers, pk):
    for route in ("contacts/{}/", "events/{}/", "team/{}/", "decisions/{}/", "retention/sweeps/{}/", "contacts/{}/reveal/"):
        for browser in browsers.values():
            assert browser.get("/" + route.format(pk)).status_code == (400 if pk == "%00" else 404)


@pytest.mark.parametrize("number", ["1" + "0" * 30, "0", "99999999"])
def test_96_a_notice_that_is_none_is_not_there(home, browsers, number):
    code = home.event.notice_version.notice.code
    assert browsers[None].get(f"/n/{code}/v{number}/").status_code == 404


def test_97_a_form_with_nothing_in_it_is_a_bad_request_everywhere(home, browsers):
    doors = {
        "li": [
            "/contacts/new/",
            "/events/new/",
            "/contacts/search/",
            f"/contacts/{home.contact.pk}/reveal/",
            "/contacts/views/",
        ],
        "wu": [
            f"/contacts/{home.contact.pk}/withdraw/",
            f"/contacts/{home.contact.pk}/outcome/",
            "/account/",
            "/second-factor/",
        ],
        "chen": ["/retention/days/", f"/contacts/{home.contact.pk}/hold/"],
        "zhao": ["/team/", "/team/matrix/", f"/team/{home.li.pk}/role/"],
        None: ["/sign-in/", f"/e/{home.event.code}/"],
    }
    before = stored(), Event.objects.count(), LevelChange.objects.count(), Pledge.objects.count()
    for name, addresses in doors.items():
        for place in addresses:
            answer = browsers[name].post(place, {})
            assert (place, answer.status_code, len(answer.content) > 500) == (place, 400, True)
    assert (stored(), Event.objects.count(), LevelChange.objects.count(), Pledge.objects.count()) == before


WRITTEN = ["138{0}0000{0}1234", "1{0}3{0}8{0}0{0}0{0}0{0}0{0}1{0}2{0}3{0}4"]
GAPS = ["", "-", " ", ".", "+", "_", "/", ",", " - ", "\u00a0", "\u3000", "\u2011", "\u200b", "%20", "%2D"]
NUMBERS = [text.format(gap) for text in WRITTEN for gap in GAPS]
NUMBERS += [
    "13800001234",
    "٠١٣٨٠٠٠٠١٢٣٤",
    "①③⑧⓪⓪⓪⓪①②③④",
    "+8613800001234",
    "02162345678",
    "(021) 62345678",
    "1%3338%30%300012%3334",
]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: "110-" + ascii(number))
def test_110_no_number_in_an_address(home, browsers, number, caplog):
    caplog.set_level("DEBUG")
    raw = quote(number, safe="%")
    for name in ("li", None):
        for place in (f"/contacts/?q={raw}", f"/?{raw}=1", f"/e/{home.event.code}/?x=a{raw}b", f"/nowhere/{raw}/"):
            answer = browsers[name].get(place)
            assert (place, answer.status_code) == (place, 400)
            assert "00001234" not in answer.content.decode()
    assert "00001234" not in caplog.text


def test_110_no_address_of_ours_is_taken_for_a_number(home, browsers):
    token = "20260302T040000.000000_" + str(home.contact.pk)
    for _n in range(200):
        assert browsers[None].get(f"/contacts/{uuid.uuid4()}/").status_code == 302
    assert browsers["li"].get(f"/contacts/?before={token}&state=given").status_code == 200
    assert browsers["sun"].get("/audit/?since=2026-01-01&until=2026-12-31").status_code == 200


EVIL = ["//evil.example", "https://evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example", "http:evil.example",
        "javascript:alert(1)", "//evil.example@testserver", "https:///evil.example", "\t//evil.example", " //evil.example",
        "//testserver.evil.example", "/%09/evil.example/..//", "data:text/html,x", "http://[::1", "\0//evil.example"]  # fmt: skip


@pytest.mark.parametrize("target", EVIL, ids=lambda target: "111-" + ascii(target))
def test_111_nobody_is_sent_elsewhere(home, browsers, target):
    sent = {"username": "li", "password": "made-up-pass-1", "next": target}
    answers = [
        Client().post("/sign-in/", sent),
        Client().post(f"/sign-in/?next={quote(target)}", {"username": "li", "password": "made-up-pass-1"}),
        browsers["li"].post("/theme/", {"theme": "dark", "next": target}),
        browsers["li"].post("/language/", {"language": "en", "next": target}),
    ]
    for answer in answers:
        assert answer.status_code in (302, 204, 400)
        assert answer.headers.get("Location", "/") in ("/", "/%2509/evil.example/..//", "/%09/evil.example/..//")
    page = Client().get(f"/sign-in/?next={quote(target)}")
    assert page.status_code == 400 or page.context["next"] in ("/", target if target.startswith("/%") else "/")
