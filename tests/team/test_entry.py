"""Coming in and going out: sign-in, throttle, sessions that grow old, the second factor."""

from base64 import b32decode
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from audit.models import Entry
from team import second_factor, throttle
from team.models import Throttle
from tests.team.cast import AT, PASSWORD, entered, hire

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def attempt(browser: Client, username: str, password: str, **more: str):
    return browser.post("/sign-in/", {"username": username, "password": password, **more})


def acts(act: str) -> list[tuple[str, str]]:
    return list(Entry.objects.filter(act=act).values_list("outcome", "reason"))


def code_now(device: TOTPDevice) -> str:
    return str(TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift).token()).zfill(6)


def test_unknown_closed_and_wrong_get_the_same_answer():
    hire("li", "advisor")
    closed = hire("he", "advisor")
    closed.is_active, closed.deactivated_at = False, AT
    closed.save()
    tries = [("li", "wrong words here"), ("nobody", PASSWORD), ("he", PASSWORD)]
    pages = []
    for username, password in tries:
        answer = attempt(Client(), username, password)
        assert answer.status_code == 400
        pages.append(list(answer.context["form"].non_field_errors()))
    assert pages[0] == pages[1] == pages[2]
    assert len(pages[0]) == 1
    assert acts("user.signin.failed") == [("denied", "password")] * 3
    assert attempt(Client(), "li", PASSWORD).status_code == 302


def test_signing_in_changes_the_session_and_is_in_the_trail():
    hire("li", "advisor")
    browser = Client()
    browser.session.save()
    before = browser.session.session_key
    attempt(browser, "li", PASSWORD)
    assert browser.session.session_key != before
    assert acts("user.signin") == [("ok", "")]


def test_too_many_tries_wait_but_only_from_where_they_came():
    hire("li", "advisor")
    stranger, answers = Client(REMOTE_ADDR="203.0.113.9"), []
    for _n in range(9):
        answers.append(attempt(stranger, "li", "a wrong phrase").status_code)
    assert answers == [400] * 8 + [429]
    assert attempt(stranger, "li", PASSWORD).status_code == 429
    assert sorted(acts("user.signin.failed")) == [("denied", "locked")] * 2 + [("denied", "password")] * 8
    assert attempt(Client(REMOTE_ADDR="203.0.113.10"), "li", PASSWORD).status_code == 302


def test_a_window_ends_and_the_bucket_keeps_no_name():
    for n in range(4):
        answer = throttle.hit("sign-in:li:203.0.113.9", limit=3, seconds=60, at=AT + timedelta(seconds=n))
    assert (answer.allowed, answer.retry_after) == (False, 57)
    kept = Throttle.objects.get()
    assert (len(kept.bucket), "203" in kept.bucket and "li" in kept.bucket) == (64, False)
    assert throttle.hit("sign-in:li:203.0.113.9", limit=3, seconds=60, at=AT + timedelta(seconds=60)).allowed
    assert throttle.forget(at=AT + timedelta(days=2)) == 1


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1"])
def test_nobody_is_sent_elsewhere_after_signing_in(target):
    hire("li", "advisor")
    assert attempt(Client(), "li", PASSWORD, next="/account/").url == "/account/"
    assert attempt(Client(), "li", PASSWORD, next=target).url == "/"


def test_signing_out_is_a_post_and_ends_the_session():
    hire("li", "advisor")
    with time_machine.travel(NOON, tick=False):
        browser = entered(hire("he", "advisor"))
        assert browser.get("/sign-out/").status_code == 405
        assert browser.get("/account/").status_code == 200
        assert browser.post("/sign-out/").status_code == 302
        assert browser.get("/account/").status_code == 302
    assert acts("user.signout") == [("ok", "")]


def test_half_an_hour_of_silence_ends_a_session():
    user = hire("li", "advisor")
    with time_machine.travel(NOON, tick=False) as clock:
        busy, silent = entered(user), entered(user)
        for _n in range(3):
            clock.shift(timedelta(minutes=15))
            assert busy.get("/account/").status_code == 200
        assert silent.get("/account/").status_code == 302


def test_twelve_hours_end_even_a_busy_session():
    user = hire("li", "advisor")
    with time_machine.travel(NOON, tick=False) as clock:
        browser = entered(user)
        for _n in range(48):
            clock.shift(timedelta(minutes=15))
            assert browser.get("/account/").status_code == 200
        clock.shift(timedelta(minutes=1))
        assert browser.get("/account/").status_code == 302


def test_a_device_is_set_up_by_its_first_code_and_recovery_codes_work_once():
    user = hire("li", "advisor")
    browser = entered(user)
    page = browser.get("/second-factor/set-up/")
    secret = page.context["secret"]
    key = b32decode(secret + "=" * (-len(secret) % 8))
    wrong = str((int(TOTP(key).token()) + 7) % 1_000_000).zfill(6)
    assert browser.post("/second-factor/set-up/", {"code": wrong}).status_code == 400
    assert second_factor.device_of(user) is None
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    codes = browser.post("/second-factor/set-up/", {"code": str(TOTP(key).token()).zfill(6)}).context["codes"]
    assert len(set(codes)) == 10
    assert acts("second_factor.enrolled") == [("ok", "")]
    elsewhere = entered(user)
    assert elsewhere.post("/second-factor/codes/").status_code == 302
    sent = {"code": codes[0], "next": "/account/"}
    assert elsewhere.post("/second-factor/", sent).url == "/account/"
    assert acts("second_factor.recovery") == [("ok", "")]
    third = entered(user)
    assert third.post("/second-factor/", sent).status_code == 400
    assert third.post("/second-factor/codes/").status_code == 302


def test_a_code_is_good_once_and_verifies_one_session_only():
    user = hire("li", "advisor")
    device = TOTPDevice.objects.create(user=user, name="app", confirmed=True)
    with time_machine.travel(NOON, tick=False):
        code = code_now(device)
        first, second = entered(user), entered(user)
        assert first.post("/second-factor/", {"code": code}).status_code == 302
        assert second.post("/second-factor/", {"code": code}).status_code == 400
        assert first.post("/second-factor/codes/").status_code == 200
        assert second.post("/second-factor/codes/").status_code == 302


def test_codes_cannot_be_guessed_for_long():
    user = hire("li", "advisor")
    TOTPDevice.objects.create(user=user, name="app", confirmed=True)
    browser = entered(user)
    pages = [browser.post("/second-factor/", {"code": "not it"}) for _n in range(9)]
    assert "code" in pages[0].context["form"].errors
    assert (pages[-1].status_code, pages[-2].status_code) == (429, 400)
    assert 0 < int(pages[-1].headers["Retry-After"]) <= 300


def test_the_demo_phone_shows_a_code_in_demo_mode_on_demo_devices_only(settings):
    li, he = hire("li", "advisor"), hire("he", "advisor")
    TOTPDevice.objects.create(user=li, name="demo", confirmed=True)
    TOTPDevice.objects.create(user=he, name="app", confirmed=True)
    settings.DEMO = True
    page = entered(li).get("/second-factor/")
    assert len(page.context["demo_code"]) == 6
    assert entered(he).get("/second-factor/").context["demo_code"] == ""
    settings.DEMO = False
    assert entered(li).get("/second-factor/").context["demo_code"] == ""


def test_demo_sign_in_exists_in_demo_mode_for_demo_names_only(settings):
    hire("li", "advisor"), hire("real", "admin")
    settings.DEMO = True
    assert Client().post("/sign-in/demo/", {"username": "real"}).status_code == 404
    assert Client().post("/sign-in/demo/", {"username": "li"}).status_code == 302
    settings.DEMO = False
    assert Client().post("/sign-in/demo/", {"username": "li"}).status_code == 404
    assert Client().get("/sign-in/").context["demo"] == []


def test_a_demo_phone_never_shows_a_code_that_was_used_already(settings):
    settings.DEMO = True
    li = hire("li", "advisor")
    TOTPDevice.objects.create(user=li, name=second_factor.DEMO_NAME, confirmed=True)
    codes = []
    for _n in range(3):
        codes.append(second_factor.demo_code(li))
        assert second_factor.verify(li, codes[-1], at=AT) is not None
    assert len(set(codes)) == 3
    assert second_factor.verify(li, codes[-1], at=AT) is None
