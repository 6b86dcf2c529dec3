"""Every address declares who may enter; one that does not is not there."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

from audit.models import Entry
from crm import urls as house
from team.doors import door, public_door
from tests.team.cast import entered, hire

pytestmark = pytest.mark.django_db(transaction=True)


def forgotten(request):
    return HttpResponse("a number")


@public_door(rate=(2, 60))
def busy(request):
    return HttpResponse("heard")


@door(roles=("advisor",), second_factor=True)
def inner(request):
    return HttpResponse("a number")


urlpatterns = [*house.urlpatterns, path("forgotten/", forgotten), path("busy/", busy), path("inner/", inner)]


def views(patterns) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            found.append((str(pattern.pattern), pattern.callback))
    return found


def test_every_address_of_the_house_declares_a_door():
    undeclared = [name for name, view in views(get_resolver("crm.urls").url_patterns) if not hasattr(view, "door")]
    assert undeclared == []


@pytest.mark.urls(__name__)
def test_an_undeclared_address_is_not_there_for_anybody():
    assert forgotten(None).content == b"a number"
    for browser in (Client(), entered(hire("zhao", "admin"))):
        assert browser.get("/forgotten/").status_code == 404


def test_a_stranger_is_asked_to_sign_in_and_comes_back():
    answer = Client().get("/account/?tab=1")
    assert answer.url == "/sign-in/?next=%2Faccount%2F%3Ftab%3D1"


def test_a_wrong_role_is_refused_and_the_trail_knows():
    browser = entered(hire("li", "advisor"))
    assert browser.get("/team/").status_code == 403
    assert list(Entry.objects.filter(act="door.denied").values_list("outcome", "reason")) == [("denied", "role")]


@pytest.mark.urls(__name__)
def test_a_second_factor_is_asked_and_leads_back_to_a_page_not_to_a_form():
    browser = entered(hire("li", "advisor"))
    assert browser.get("/inner/?a=1").url == "/second-factor/?next=%2Finner%2F%3Fa%3D1"
    sent = browser.post("/inner/", headers={"referer": "http://testserver/contacts/"})
    assert sent.url == "/second-factor/?next=%2Fcontacts%2F"
    assert browser.post("/inner/", headers={"referer": "http://evil.example/x"}).url == "/second-factor/?next=%2F"


@pytest.mark.urls(__name__)
def test_a_rate_answers_with_the_time_to_wait():
    browser = Client(REMOTE_ADDR="203.0.113.9")
    answers = [browser.post("/busy/") for _n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    assert Client(REMOTE_ADDR="203.0.113.10").post("/busy/").status_code == 200


def test_pages_of_people_are_kept_by_no_cache():
    assert entered(hire("li", "advisor")).get("/account/").headers["Cache-Control"] == "no-store"
