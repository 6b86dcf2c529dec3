"""Section 5, bodies: too many, too large, not a form at all, and keys nobody asked for (98-103)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from consent.models import Consent
from contacts.models import Contact
from team.models import User
from tests import house
from tests.badinput.doors import note, stored, visit
from tests.badinput.places import NOBODY

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


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
def test_98_to_101_bodies_that_are_no_form(home, browsers, body, kind, statuses):
    before = stored()
    for name, place in (("li", "/contacts/new/"), (None, f"/e/{home.event.code}/"), (None, "/sign-in/"), ("zhao", "/team/")):
        answer = browsers[name].generic("POST", place, body, content_type=kind)
        assert (place, answer.status_code in statuses, len(answer.content) > 500) == (place, True, True)
    assert stored() == before


def test_98_more_files_than_one(home, browsers):
    files = {f"f{n}": SimpleUploadedFile(f"{n}.csv", b"x") for n in range(101)}
    for name, place in (("li", "/contacts/new/"), (None, f"/e/{home.event.code}/")):
        assert browsers[name].post(place, files).status_code == 400


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


def test_103_extra_keys_change_nothing_and_are_noted(home, browsers, caplog):
    assert note(browsers["li"], home.event, house.QIAN, **EXTRA).status_code == 302
    made = Contact.objects.exclude(pk=home.contact.pk).get()
    assert (made.book, made.created_by, made.delete_on.year) == (home.event.book, home.li, made.created_at.year)
    assert set(Consent.objects.filter(subject=made.pk).values_list("state", "grade")) == {("asserted", "D")}
    account = {"username": "new", "display_name": "New", "role": "auditor", "password": "a made-up pass phrase"}
    assert browsers["zhao"].post("/team/", account | EXTRA).status_code == 302
    assert (User.objects.get(username="new").is_superuser, User.objects.get(username="new").role) == (False, "auditor")
    assert caplog.text.count(f"{len(EXTRA)} keys that nobody asked for") == 2


def test_103_the_forms_of_the_pages_themselves_are_not_noted(home, browsers, caplog):
    visit(browsers[None], home.event, house.QIAN)
    note(browsers["li"], home.event, house.ZHOU, csrfmiddlewaretoken="x")
    browsers["li"].post("/contacts/views/", {"name": "x", "query": "state=given"})
    browsers[None].post("/sign-in/", {"username": "x", "password": "x", "next": "/"})
    assert "nobody asked" not in caplog.text
