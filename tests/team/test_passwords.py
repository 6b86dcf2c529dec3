"""One's own account: a new password, where one is signed in, recovery codes."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from audit.models import Entry
from team import second_factor
from team.models import Throttle, User
from tests.team.cast import AT, PASSWORD, again, entered, hire

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "another made-up phrase"


def change(browser: Client, old: str = PASSWORD, new: str = NEW, twice: str | None = None):
    return browser.post("/account/password/", {"old": old, "new": new, "again": new if twice is None else twice})


def acts(act: str) -> list[tuple[str, str]]:
    return list(Entry.objects.filter(act=act).order_by("seq").values_list("outcome", "reason"))


def test_a_new_password_opens_the_old_one_does_not_and_all_other_sessions_end():
    li = hire("li", "advisor")
    here, there, colleague = entered(li), entered(li), entered(hire("he", "advisor"))
    assert change(here).url == "/account/"
    assert [browser.get("/account/").status_code for browser in (here, there, colleague)] == [200, 302, 200]
    assert (again(li).check_password(PASSWORD), again(li).check_password(NEW)) == (False, True)
    assert acts("user.password") == [("ok", "")]


def test_the_session_that_changed_the_password_has_a_new_key_and_its_old_age():
    here = entered(hire("li", "advisor"))
    key, began = here.session.session_key, here.session["began"]
    change(here)
    assert here.session.session_key != key
    assert here.session["began"] == began


@pytest.mark.parametrize(
    ("old", "new", "twice", "field"),
    [
        ("not the old one", NEW, NEW, "old"),
        (PASSWORD, "short", "short", "new"),
        (PASSWORD, "123456789012345", "123456789012345", "new"),
        (PASSWORD, PASSWORD, PASSWORD, "new"),
        (PASSWORD, NEW, "another made-up phrasE", "again"),
        ("", NEW, NEW, "old"),
        (PASSWORD, "x" * 129, "x" * 129, "new"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_changes(old, new, twice, field):
    li = hire("li", "advisor")
    here, there = entered(li), entered(li)
    answer = change(here, old, new, twice)
    assert (answer.status_code, field in answer.context["form"].errors) == (400, True)
    assert again(li).check_password(PASSWORD)
    assert there.get("/account/").status_code == 200
    assert NEW not in answer.content.decode()


def test_guessing_the_old_password_waits_and_is_in_the_trail():
    li = hire("li", "advisor")
    here = entered(li)
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        statuses = [change(here, "guess").status_code for _n in range(9)]
        assert statuses == [400] * 8 + [429]
        assert change(here).status_code == 429
        assert acts("user.password") == [("denied", "password")] * 8 + [("denied", "locked")] * 2
        clock.shift(timedelta(seconds=301))
        assert change(here).status_code == 302


def test_a_visitor_has_no_password_to_change():
    assert Client().get("/account/password/").url == "/sign-in/?next=%2Faccount%2Fpassword%2F"


def test_the_account_lists_ones_own_sessions_and_ends_the_others():
    li = hire("li", "advisor")
    here, there, colleague = entered(li), entered(li), entered(hire("he", "advisor"))
    assert [one.current for one in here.get("/account/").context["sessions"]] == [True, False]
    assert here.post("/account/sessions/").url == "/account/"
    assert [browser.get("/account/").status_code for browser in (here, there, colleague)] == [200, 302, 200]
    assert len(here.get("/account/").context["sessions"]) == 1
    assert acts("user.sessions") == [("ok", "")]


def test_new_recovery_codes_replace_the_old_ones_and_are_in_the_trail():
    li = hire("li", "advisor")
    first = second_factor.new_recovery_codes(by=li, at=AT)
    assert second_factor.codes_left(li) == 10
    second = second_factor.new_recovery_codes(by=li, at=AT)
    assert set(StaticToken.objects.values_list("token", flat=True)) == set(second)
    assert set(first) & set(second) == set()
    TOTPDevice.objects.create(user=li, name="app", confirmed=True)
    assert second_factor.verify(li, first[0], at=AT) is None
    assert acts("second_factor.codes") == [("ok", "")] * 2


def test_coming_in_clears_windows_older_than_a_day():
    hire("li", "advisor")
    old = Throttle.objects.create(bucket="0" * 64, window=datetime.now(UTC) - timedelta(days=2), count=3)
    entered(User.objects.get(username="li"))
    assert list(Throttle.objects.filter(pk=old.pk)) == []
    assert Throttle.objects.count() == 1
