"""Section 5: HTTP, forms, sessions; on every address and for every role."""

import re
import uuid
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from audit.models import Entry
from consent.models import Consent, Decision
from contacts import usage
from contacts.models import CallAttempt, Contact, Event, LegalHold, Phone, SavedView
from team.models import LevelChange, Pledge, User
from tests import house
from tests.badinput.doors import enter, everything, note, stored, visit

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
ROLES = ("li", "wu", "chen", "zhao", "sun", None)
NOBODY = uuid.UUID(int=7)
PARTS = {"uuid": str(NOBODY), "slug": "nowhere", "str": "nothing", "int": "7"}


def patterns(found=None, before=""):
    """Every address of the site with its view: (route, view)."""
    for pattern in found or get_resolver().url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def address(route, **known):
    """An address of this route; what is not known is somebody's who is not there."""

    def fill(match):
        kind, name = match.groups()
        return str(known.get(name, PARTS[kind]))

    return "/" + re.sub(r"<(\w+):(\w+)>", fill, route)


ADDRESSES = sorted({address(route) for route, _view in patterns()})


@pytest.fixture
def home():
    """The house with one person of Li's, and browsers for everybody."""
    built = house.build()
    built.sent, built.receipt = house.arrive(built.event, house.WANG)
    built.contact = Contact.objects.get(pk=built.sent.subject_id)
    built.phone = Phone.objects.get(contact=built.contact)
    built.browsers = {name: enter(getattr(built, name) if name else None) for name in ROLES}
    return built


def places(home):
    """Every address, for somebody who is not there and for the person who is."""
    here = {"pk": home.contact.pk, "phone": home.phone.pk, "code": home.event.code, "token": home.receipt.stop_token}
    event = {"pk": home.event.pk, "code": home.event.code}
    return sorted({address(route, **known) for route, _view in patterns() for known in ({}, here, event)})


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
def test_95_what_is_not_on_the_list_never_reaches_a_query(home, query):
    for name, browser in home.browsers.items():
        for place in places(home):
            answer = browser.get(f"{place}?{query}")
            assert answer.status_code < 500, (name, place)
    for name, place in (("li", "/contacts/"), ("chen", "/contacts/"), ("chen", "/retention/"), ("sun", "/audit/")):
        answer = home.browsers[name].get(f"{place}?{query}")
        assert (place, answer.status_code) == (place, 400)


@pytest.mark.parametrize(
    "query", ["state=x", "event=1", "leaving=8", "source=x", "before=x_y", "before=20260101T000000.000000_x"]
)
def test_95_a_known_filter_takes_known_values_only(home, query):
    answer = home.browsers["li"].get(f"/contacts/?{query}")
    assert (answer.status_code, len(answer.context["sentence"]) > 3) == (400, True)


@pytest.mark.parametrize("query", ["window=x", "after=x", "after=20260101T000000.000000_1", "window=tonight&x=1"])
def test_95_the_retention_page_takes_its_own_windows_only(home, query):
    assert home.browsers["chen"].get(f"/retention/?{query}").status_code == 400


@pytest.mark.parametrize(
    "pk", ["1" + "0" * 30, "-1", "0", "abc", "None", "%00", "1;--", str(NOBODY).replace("-", "")], ids=lambda pk: f"96-{pk[:9]}"
)
def test_96_an_id_that_is_none_is_not_there(home, pk):
    for route in ("contacts/{}/", "events/{}/", "team/{}/", "decisions/{}/", "retention/sweeps/{}/", "contacts/{}/reveal/"):
        for browser in home.browsers.values():
            assert browser.get("/" + route.format(pk)).status_code == (400 if pk == "%00" else 404)


@pytest.mark.parametrize("number", ["1" + "0" * 30, "0", "99999999"])
def test_96_a_notice_that_is_none_is_not_there(home, number):
    code = home.event.notice_version.notice.code
    assert home.browsers[None].get(f"/n/{code}/v{number}/").status_code == 404


def test_97_a_form_with_nothing_in_it_is_a_bad_request_everywhere(home):
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
        "chen": ["/retention/days/", f"/contacts/{home.contact.pk}/hold/", "/suppression/"],
        "zhao": ["/team/", "/team/matrix/", f"/team/{home.li.pk}/role/"],
        None: ["/sign-in/", f"/e/{home.event.code}/"],
    }
    before = stored(), Event.objects.count(), LevelChange.objects.count(), Pledge.objects.count()
    for name, addresses in doors.items():
        for place in addresses:
            answer = home.browsers[name].post(place, {})
            assert (place, answer.status_code, len(answer.content) > 500) == (place, 400, True)
    assert (stored(), Event.objects.count(), LevelChange.objects.count(), Pledge.objects.count()) == before


def bodies():
    form = "application/x-www-form-urlencoded"
    yield pytest.param("&".join(f"f{n}=1" for n in range(1001)), form, {400}, id="98-1001-fields")
    yield pytest.param("name=" + "x" * 3_000_000, form, {400, 413}, id="98-3-MB")
    yield pytest.param("a=1", "multipart/form-data", {400}, id="100-no-boundary")
    yield pytest.param("--x\r\nbroken", "multipart/form-data; boundary=x", {400}, id="100-broken")
    yield pytest.param("name=1", form + "; charset=utf-16", {415}, id="100-utf-16")
    yield pytest.param("name=1", form + "; charset=x-unknown", {415}, id="101-unknown-charset")
    yield pytest.param("name=1", form + '; charset="gb18030"', {415}, id="101-gb18030")
    yield pytest.param('{"name": 1}', "application/json", {415}, id="101-json")
    yield pytest.param("<a/>", "text/xml", {415}, id="101-xml")
    yield pytest.param("name=1", "text/plain", {415}, id="101-text")
    yield pytest.param("name=1", "", {415}, id="101-none")
    yield pytest.param("name=1", "garbage;;;", {415}, id="101-garbage")
    yield pytest.param("%FF%FE=%00&&&=&==", form, {400}, id="100-garbage")


@pytest.mark.parametrize(("body", "kind", "statuses"), list(bodies()))
def test_98_to_101_bodies_that_are_no_form(home, body, kind, statuses):
    before = stored()
    for name, place in (("li", "/contacts/new/"), (None, f"/e/{home.event.code}/"), (None, "/sign-in/"), ("zhao", "/team/")):
        answer = home.browsers[name].generic("POST", place, body, content_type=kind)
        assert (place, answer.status_code in statuses, len(answer.content) > 500) == (place, True, True)
    assert stored() == before


def test_98_more_files_than_one(home):
    files = {f"f{n}": SimpleUploadedFile(f"{n}.csv", b"x") for n in range(101)}
    for name, place in (("li", "/contacts/new/"), (None, f"/e/{home.event.code}/")):
        assert home.browsers[name].post(place, files).status_code == 400


EXTRA = {
    "owner": "he",
    "book": "1",
    "consent_status": "granted",
    "is_staff": "1",
    "is_superuser": "1",
    "state": "given",
    "grade": "A",
    "delete_on": "2099-01-01",
    "created_by": "1",
    "id": str(NOBODY),
    "subject_id": str(NOBODY),
}


def test_103_extra_keys_change_nothing_and_are_noted(home, caplog):
    assert note(home.browsers["li"], home.event, house.QIAN, **EXTRA).status_code == 302
    made = Contact.objects.exclude(pk=home.contact.pk).get()
    assert (made.book, made.created_by, made.delete_on.year) == (home.event.book, home.li, made.created_at.year)
    assert set(Consent.objects.filter(subject=made.pk).values_list("state", "grade")) == {("asserted", "D")}
    account = {"username": "new", "display_name": "New", "role": "auditor", "password": "a made-up pass phrase"}
    assert home.browsers["zhao"].post("/team/", account | EXTRA).status_code == 302
    assert (User.objects.get(username="new").is_superuser, User.objects.get(username="new").role) == (False, "auditor")
    assert caplog.text.count(f"{len(EXTRA)} keys that nobody asked for") == 2


def test_103_the_forms_of_the_pages_themselves_are_not_noted(home, caplog):
    visit(home.browsers[None], home.event, house.QIAN)
    note(home.browsers["li"], home.event, house.ZHOU, csrfmiddlewaretoken="x")
    home.browsers["li"].post("/contacts/views/", {"name": "x", "query": "state=given"})
    home.browsers[None].post("/sign-in/", {"username": "x", "password": "x", "next": "/"})
    assert "nobody asked" not in caplog.text


def test_104_every_form_sent_twice_makes_one_record(home):
    li, chen, zhao = (home.browsers[name] for name in ("li", "chen", "zhao"))
    review = (home.contact.created_at + timedelta(days=9)).date().isoformat()
    token = home.browsers[None].get(f"/e/{home.event.code}/").context["form"].initial["token"]
    twice = [
        (lambda: visit(home.browsers[None], home.event, house.QIAN, token=token), Contact),
        (lambda: note(li, home.event, house.ZHOU), Contact),
        (lambda: li.post("/events/new/", {"name": "Fair", "place": "Hall", "held_on": "2026-04-01"}), Event),
        (lambda: li.post("/contacts/views/", {"name": "given", "query": "state=given"}), SavedView),
        (lambda: li.post("/account/", {"kind": "nda"}), Pledge),
        (
            lambda: zhao.post("/team/matrix/", {"field": "contacts.name", "role": "lead", "level": "1", "reason": "r"}),
            LevelChange,
        ),
    ]
    for send, model in twice:
        before = model.objects.count()
        first, second = send(), send()
        assert (first.status_code, second.status_code, first.url) == (302, 302, second.url)
        assert (model.__name__, model.objects.count()) == (model.__name__, before + 1)
    for _n in range(2):
        chen.post(f"/contacts/{home.contact.pk}/hold/", {"case_ref": "A", "reason": "dispute", "review_on": review})
        chen.post("/retention/days/", {"code": "event_lead", "days": "99"})
        li.post(f"/events/{home.event.pk}/close/")
        zhao.post("/team/", {"username": "new", "display_name": "N", "role": "auditor", "password": "a made-up pass phrase"})
    acts = ("retention.changed", "event.closed")
    assert [Entry.objects.filter(act=act).count() for act in acts] == [1, 1]
    assert (LegalHold.objects.count(), User.objects.filter(username="new").count()) in ((0, 1), (1, 1))


def test_104_a_hold_sent_twice_holds_once(home, time_machine):
    time_machine.move_to(house.NOON + timedelta(hours=1), tick=False)
    browser = enter(home.chen)
    for _n in range(2):
        sent = {"case_ref": "A", "reason": "dispute", "review_on": "2026-04-01"}
        assert browser.post(f"/contacts/{home.contact.pk}/hold/", sent).url == "/holds/"
    assert (LegalHold.objects.count(), Entry.objects.filter(act="hold.placed").count()) == (1, 1)


def test_104_a_token_counts_at_its_own_event_only(home):
    token = home.browsers[None].get(f"/e/{home.event.code}/").context["form"].initial["token"]
    for event in (home.event, home.far):
        assert visit(home.browsers[None], event, house.QIAN, token=token).status_code == 302
    assert Contact.objects.filter(event=home.far).count() == 1


@pytest.mark.parametrize("token", ["", "x", "a/b", "../" * 9, "1" * 22 + "\n", "/" * 22, "9" * 40, "\0" * 22, "诺" * 22])
def test_104_a_token_that_we_did_not_make_gets_a_new_one(home, token):
    before = stored()
    answer = visit(home.browsers[None], home.event, house.QIAN, token=token)
    assert (answer.status_code, stored(), len(answer.context["form"].non_field_errors())) == (400, before, 1)
    fresh = answer.context["form"]["token"].value()
    assert visit(home.browsers[None], home.event, house.QIAN, token=fresh).status_code == 302


def test_the_quick_note_never_files_a_person_under_another_event(home):
    before = stored()
    for event in (str(home.far.pk), str(NOBODY), "x", "\0"):
        answer = home.browsers["li"].post(
            "/contacts/new/", {"event": event, "name": "n", "number": house.QIAN, "act": "assert"}
        )
        assert (answer.status_code, stored()) == (400, before)


@pytest.mark.parametrize("only", ["", "x", "/", "phone_contact/", "phone_contact/fax", "/call", "\0", "x" * 9000])
def test_the_stop_link_stops_what_is_asked_and_nothing_else(home, only):
    before = everything()
    answer = home.browsers[None].post(f"/w/{home.receipt.stop_token}/", {"only": only})
    assert (answer.status_code, everything()) == (400, before)
    assert set(Consent.objects.values_list("state", flat=True)) == {"given"}


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


def test_107_looking_changes_nothing(home):
    before = stored(), CallAttempt.objects.count(), Decision.objects.count()
    for name, browser in home.browsers.items():
        for place in places(home):
            assert browser.get(place).status_code < 500, (name, place)
    assert (stored(), CallAttempt.objects.count(), Decision.objects.count()) == before
    assert set(Consent.objects.values_list("state", flat=True)) == {"given"}


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "CONNECT", "PROPFIND", "X" * 99])
def test_108_other_methods_do_nothing(home, method):
    before = everything()
    for name, browser in home.browsers.items():
        for place in places(home):
            answer = browser.generic(method, place)
            allowed = (200, 302, 403, 404, 405) if method in ("HEAD", "OPTIONS") else (302, 403, 404, 405)
            assert answer.status_code in allowed, (name, place)
            assert "王小诺" not in answer.content.decode() if not answer.streaming else True
    acts = set(Entry.objects.order_by("-seq").values_list("act", flat=True)[: Entry.objects.count() - before[-1]])
    assert (everything()[:-1], acts - {"door.denied", "audit.search"}) == (before[:-1], set())


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_108_no_header_makes_another_method(home, header):
    browser, place = home.browsers["li"], f"/contacts/{home.contact.pk}/withdraw/"
    assert browser.get(place, headers={header: "POST"}).status_code == 200
    assert browser.post(place, {"_method": "DELETE"}, headers={header: "DELETE"}).status_code == 400
    assert set(Consent.objects.values_list("state", flat=True)) == {"given"}


@pytest.mark.parametrize(
    "host", ["evil.example", "a b", "testserver@evil.example", "127.0.0.1:99999999", "", "x" * 300, "13800001234"]
)
def test_108_a_host_that_is_not_ours_is_refused(home, settings, host, caplog):
    settings.ALLOWED_HOSTS = ["testserver"]
    answer = home.browsers[None].get(f"/e/{home.event.code}/", headers={"host": host})
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


def test_109_an_expired_session_is_nobodys(home, time_machine):
    browser = home.browsers["li"]
    assert browser.get("/contacts/").status_code == 200
    time_machine.move_to(Session.objects.latest("expire_date").expire_date + timedelta(hours=1), tick=False)
    assert browser.get("/contacts/").status_code == 302


def test_109_other_cookies_are_not_believed(home):
    forged = 'theme="><script>; django_language=../../x; messages=x; csrf=x; theme=light'
    answer = Client().get("/", HTTP_COOKIE=forged)
    assert (answer.status_code, "<script>" in answer.content.decode()) == (200, False)


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
def test_110_no_number_in_an_address(home, number, caplog):
    caplog.set_level("DEBUG")
    raw = quote(number, safe="%")
    for name in ("li", None):
        for place in (f"/contacts/?q={raw}", f"/?{raw}=1", f"/e/{home.event.code}/?x=a{raw}b", f"/nowhere/{raw}/"):
            answer = home.browsers[name].get(place)
            assert (place, answer.status_code) == (place, 400)
            assert "00001234" not in answer.content.decode()
    assert "00001234" not in caplog.text


def test_110_no_address_of_ours_is_taken_for_a_number(home):
    token = "20260302T040000.000000_" + str(home.contact.pk)
    for _n in range(200):
        assert home.browsers[None].get(f"/contacts/{uuid.uuid4()}/").status_code == 302
    assert home.browsers["li"].get(f"/contacts/?before={token}&state=given").status_code == 200
    assert home.browsers["sun"].get("/audit/?since=2026-01-01&until=2026-12-31").status_code == 200


EVIL = ["//evil.example", "https://evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example", "http:evil.example",
        "javascript:alert(1)", "//evil.example@testserver", "https:///evil.example", "\t//evil.example", " //evil.example",
        "//testserver.evil.example", "/%09/evil.example/..//", "data:text/html,x", "http://[::1", "\0//evil.example"]  # fmt: skip


@pytest.mark.parametrize("target", EVIL, ids=lambda target: "111-" + ascii(target))
def test_111_nobody_is_sent_elsewhere(home, target):
    sent = {"username": "li", "password": "made-up-pass-1", "next": target}
    answers = [
        Client().post("/sign-in/", sent),
        Client().post(f"/sign-in/?next={quote(target)}", {"username": "li", "password": "made-up-pass-1"}),
        home.browsers["li"].post("/theme/", {"theme": "dark", "next": target}),
        home.browsers["li"].post("/language/", {"language": "en", "next": target}),
    ]
    for answer in answers:
        assert answer.status_code in (302, 204, 400)
        assert answer.headers.get("Location", "/") in ("/", "/%2509/evil.example/..//", "/%09/evil.example/..//")
    page = Client().get(f"/sign-in/?next={quote(target)}")
    assert page.status_code == 400 or page.context["next"] in ("/", target if target.startswith("/%") else "/")


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
