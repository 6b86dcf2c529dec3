"""Accounts: what an admin may do to others, and nobody to themselves."""

import pytest
from django.contrib.sessions.models import Session

from audit.models import Entry
from audit.trail import System
from team import people
from team.models import Pledge, Role, User
from tests.team.cast import AT, PASSWORD, again, entered, hire

pytestmark = pytest.mark.django_db


def test_a_taken_name_is_refused_and_nothing_is_written():
    hire("li", "advisor")
    before = Entry.objects.count()
    with pytest.raises(people.PeopleRefused):
        people.open_account(
            username="li", display_name="x", role="admin", team=None, password=PASSWORD, by=System("test"), at=AT
        )
    assert (User.objects.count(), Entry.objects.count()) == (1, before)


def test_nobody_changes_their_own_role_or_closes_their_own_account():
    zhao, other = hire("zhao", "admin"), hire("other", "admin")
    assert other.is_active
    with pytest.raises(people.PeopleRefused):
        people.set_role(user=zhao, role=Role.LEAD, by=zhao, at=AT)
    with pytest.raises(people.PeopleRefused):
        people.close_account(user=zhao, by=zhao, at=AT)
    assert (again(zhao).role, again(zhao).is_active) == ("admin", True)


def test_the_last_admin_stays():
    zhao, other = hire("zhao", "admin"), hire("other", "admin")
    people.close_account(user=other, by=zhao, at=AT)
    for deed in (
        lambda: people.close_account(user=zhao, by=other, at=AT),
        lambda: people.set_role(user=zhao, role=Role.LEAD, by=other, at=AT),
    ):
        with pytest.raises(people.PeopleRefused, match="last_admin"):
            deed()
    assert (again(zhao).role, again(zhao).is_active) == ("admin", True)


def test_closing_an_account_ends_every_session_of_it_and_no_other():
    zhao, li, he = hire("zhao", "admin"), hire("li", "advisor"), hire("he", "advisor")
    phone, desk, neighbour = entered(li), entered(li), entered(he)
    assert (phone.get("/account/").status_code, Session.objects.count()) == (200, 3)
    assert people.close_account(user=li, by=zhao, at=AT) == 2
    for browser in (phone, desk):
        assert browser.get("/account/").status_code == 302
    assert neighbour.get("/account/").status_code == 200


def test_a_user_closed_behind_the_deeds_back_is_nobody_on_the_next_request():
    li = hire("li", "advisor")
    browser = entered(li)
    User.objects.filter(pk=li.pk).update(is_active=False, deactivated_at=AT)
    assert browser.get("/account/").status_code == 302


def test_a_role_holds_from_the_next_request_on():
    zhao, li = hire("zhao", "admin"), hire("li", "advisor")
    browser = entered(li)
    assert browser.get("/team/").status_code == 403
    assert entered(zhao).post(f"/team/{li.pk}/role/", {"role": "compliance"}).status_code == 302
    assert browser.get("/team/").status_code == 200


def test_an_admin_opens_an_account_on_the_page_and_a_weak_password_is_refused():
    browser = entered(hire("zhao", "admin"))
    sent = {"username": "he", "display_name": "何嘉", "role": "advisor", "team": "", "password": "123456789012"}
    assert browser.post("/team/", sent).status_code == 400
    assert not User.objects.filter(username="he").exists()
    assert browser.post("/team/", sent | {"password": PASSWORD}).status_code == 302
    assert User.objects.get(username="he").check_password(PASSWORD)


def test_compliance_looks_but_changes_nothing():
    chen, li = hire("chen", "compliance"), hire("li", "advisor")
    browser = entered(chen)
    assert (browser.get("/team/").status_code, browser.get(f"/team/{li.pk}/").status_code) == (200, 200)
    sent = {"username": "he", "display_name": "x", "role": "admin", "team": "", "password": PASSWORD}
    browser.post("/team/", sent)
    for deed in ("role", "close", "reopen"):
        assert browser.post(f"/team/{li.pk}/{deed}/", {"role": "admin"}).status_code == 403
    assert (User.objects.count(), again(li).role, again(li).is_active) == (2, "advisor", True)


@pytest.mark.parametrize(("deed", "role", "status"), [("promote", "lead", 404), ("role", "emperor", 400), ("role", "", 400)])
def test_an_unknown_deed_is_not_there_and_an_unknown_role_gets_a_sentence(deed, role, status):
    li, browser = hire("li", "advisor"), entered(hire("zhao", "admin"))
    assert browser.post(f"/team/{li.pk}/{deed}/", {"role": role}).status_code == status
    assert again(li).role == "advisor"


def test_everybody_signs_for_themselves_only():
    li, he = hire("li", "advisor", pledged=False), hire("he", "advisor", pledged=False)
    browser = entered(li)
    assert browser.post("/account/", {"kind": "nda", "user": str(he.pk)}).status_code == 302
    assert list(Pledge.objects.values_list("user__username", "kind")) == [("li", "nda")]
    browser.post("/account/", {"kind": "anything"})
    assert Pledge.objects.count() == 1


def test_no_user_is_above_the_matrix():
    zhao = hire("zhao", "admin")
    assert (zhao.is_superuser, zhao.is_staff) == (False, False)
