"""Section 5, sessions and methods: forged forms, other methods and hosts, foreign cookies, too many tries (107-112)."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from audit.models import Entry
from consent.models import Consent, Decision
from contacts import usage
from contacts.models import CallAttempt, Phone
from tests import house
from tests.badinput.doors import enter, everything, stored, visit
from tests.badinput.places import ROLES, places

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def test_107_a_post_without_its_token_is_refused_everywhere_and_changes_nothing(home):
    before = stored()
    for name in ROLES:
        browser = enter(getattr(home, name) if name else None, strict=True)
        for place in places(home):
            answer = browser.post(place, {"name": "x"})
            assert answer.status_code in (403, 404), (name, place)
            assert len(answer.content) > 500, (name, place)
    assert stored() == before


def test_107_refusals_at_personal_doors_are_in_the_trail_and_others_are_not(home):
    kept = Entry.objects.filter(act="door.denied", reason="csrf")
    li, nobody = enter(home.li, strict=True), enter(strict=True)
    stolen = {"csrfmiddlewaretoken": "x" * 64}
    for browser, place in (
        (nobody, "/sign-in/"),
        (nobody, f"/e/{home.event.code}/"),
        (nobody, "/contacts/new/"),
        (li, "/theme/"),
    ):
        assert browser.post(place, stolen).status_code == 403
    assert kept.count() == 0
    assert li.post(f"/contacts/{home.contact.pk}/withdraw/", stolen).status_code == 403
    assert list(kept.values_list("actor", "outcome")) == [(home.li.pk, "denied")]


def test_107_another_site_may_not_send_our_forms(home):
    browser = enter(home.li, strict=True)
    browser.get("/contacts/new/")
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    sent = {"csrfmiddlewaretoken": token, "name": "x"}
    assert browser.post("/contacts/new/", sent).status_code == 400
    assert browser.post("/contacts/new/", sent, headers={"origin": "https://evil.example"}).status_code == 403


def test_107_looking_changes_nothing(home, browsers):
    before = stored(), CallAttempt.objects.count(), Decision.objects.count()
    for name, browser in browsers.items():
        for place in places(home):
            assert browser.get(place).status_code < 500, (name, place)
    assert (stored(), CallAttempt.objects.count(), Decision.objects.count()) == before
    assert set(Consent.objects.values_list("state", flat=True)) == {"given"}


METHODS = ["HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "CONNECT", "PROPFIND", "X" * 99]


@pytest.mark.parametrize("method", METHODS)
def test_108_other_methods_do_nothing(home, browsers, some, method):
    """Without --full each address meets each method from one role, in turn."""
    before = everything()
    for turn, place in enumerate(places(home)):
        for name, browser in some(browsers.items(), turn + METHODS.index(method), 6):
            answer = browser.generic(method, place)
            allowed = (200, 302, 403, 404, 405) if method in ("HEAD", "OPTIONS") else (302, 403, 404, 405)
            assert answer.status_code in allowed, (name, place)
            assert "王小诺" not in answer.content.decode() if not answer.streaming else True
    acts = set(Entry.objects.order_by("-seq").values_list("act", flat=True)[: Entry.objects.count() - before[-1]])
    assert (everything()[:-1], acts - {"door.denied", "audit.search"}) == (before[:-1], set())


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_108_no_header_makes_another_method(home, browsers, header):
    browser, place = browsers["li"], f"/contacts/{home.contact.pk}/withdraw/"
    assert browser.get(place, headers={header: "POST"}).status_code == 200
    assert browser.post(place, {"_method": "DELETE"}, headers={header: "DELETE"}).status_code == 400
    assert set(Consent.objects.values_list("state", flat=True)) == {"given"}


@pytest.mark.parametrize(
    "host", ["evil.example", "a b", "testserver@evil.example", "127.0.0.1:99999999", "", "x" * 300, "13800001234"]
)
def test_108_a_host_that_is_not_ours_is_refused(home, browsers, settings, host, caplog):
    settings.ALLOWED_HOSTS = ["testserver"]
    answer = browsers[None].get(f"/e/{home.event.code}/", headers={"host": host})
    assert answer.status_code == 400


def test_108_a_forwarded_address_is_not_believed(home):
    browser = enter()
    codes = []
    for n in range(9):
        forged = {"x-forwarded-for": f"203.0.113.{n}", "x-real-ip": f"203.0.113.{n}", "forwarded": f"for=203.0.113.{n}"}
        codes.append(browser.post("/sign-in/", {"username": "li", "password": "x"}, headers=forged).status_code)
    assert codes == [400] * 8 + [429]


@pytest.mark.parametrize(
    "cookie",
    [
        "x",
        "x" * 32,
        "0" * 32,
        "A" * 32,
        "x" * 8192,
        '"abc\\000defghijk"',
        "\xe8\xaf\xba" * 9,
        "'; DROP TABLE x;--",
        "a" * 32 + "; session=" + "b" * 32,
    ],
    ids=lambda cookie: f"109-{cookie[:12].encode('ascii', 'replace').decode()}",
)
def test_109_a_session_that_is_not_ours_is_nobodys(home, cookie):
    browser = Client()
    for place in ("/", "/contacts/", f"/e/{home.event.code}/", "/sign-in/"):
        answer = browser.get(place, HTTP_COOKIE=f"{settings.SESSION_COOKIE_NAME}={cookie}")
        assert (place, answer.status_code) == (place, 302 if place == "/contacts/" else 200)
    assert Session.objects.filter(session_key__in=["x" * 32, "0" * 32, "a" * 32, "b" * 32]).count() == 0


def test_109_signing_in_begins_a_new_session(home):
    browser = enter(home.he)
    old = browser.session.session_key
    browser.post("/sign-in/", {"username": "li", "password": "made-up-pass-1"})
    assert browser.session.session_key != old
    assert Session.objects.filter(session_key=old).count() == 0


def test_109_an_expired_session_is_nobodys(home, browsers, time_machine):
    browser = browsers["li"]
    assert browser.get("/contacts/").status_code == 200
    time_machine.move_to(Session.objects.latest("expire_date").expire_date + timedelta(hours=1), tick=False)
    assert browser.get("/contacts/").status_code == 302


def test_109_other_cookies_are_not_believed(home):
    forged = 'theme="><script>; django_language=../../x; messages=x; csrf=x; theme=light'
    answer = Client().get("/", HTTP_COOKIE=forged)
    assert (answer.status_code, "<script>" in answer.content.decode()) == (200, False)


def test_112_too_many_reveals_wait_in_every_session_at_once(home, time_machine):
    time_machine.move_to(house.NOON + timedelta(hours=1), tick=False)
    people = [house.arrive(home.event, f"1380000{4000 + n}")[0].subject_id for n in range(usage.HOURLY + 1)]
    sessions = [enter(home.li) for _n in range(3)]
    answers = []
    for n, person in enumerate(people):
        phone = Phone.objects.get(contact_id=person)
        sent = {"phone": str(phone.pk), "action": "reveal_check"}
        answers.append(sessions[n % 3].post(f"/contacts/{person}/reveal/", sent))
    assert [answer.status_code for answer in answers] == [200] * usage.HOURLY + [429]
    assert 3590 <= int(answers[-1].headers["Retry-After"]) <= 3601
    assert Entry.objects.filter(act="phone.reveal", outcome="denied", reason="quota").count() == 1


def test_112_too_many_codes_for_one_number_wait_and_store_nothing_new(home):
    answers = []
    for _n in range(6):
        before = stored()
        answers.append(visit(enter(), home.event, house.QIAN))
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert (stored(), 0 < int(answers[-1].headers["Retry-After"]) <= 3600) == (before, True)
    again = enter().post(answers[0].url, {"again": "1"})
    assert (again.status_code, "Retry-After" in again.headers) == (429, True)


def test_112_a_crowd_at_one_address_waits(home):
    browser = enter()
    codes = [browser.post(f"/e/{home.event.code}/", {}).status_code for _n in range(121)]
    assert (codes[:120], codes[120]) == ([400] * 120, 429)
