"""Whatever is thrown at any POST door: an answer, never a breakdown, and no number in the log."""

import logging
import re
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.models import Phone
from team.models import Throttle
from tests import house
from tests.badinput.doors import enter
from tests.badinput.places import patterns
from tests.badinput.strings import STRINGS

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
NOBODY_YET = True
NAMES = [
    "name",
    "number",
    "token",
    "ticks",
    "act",
    "event",
    "code",
    "again",
    "only",
    "q",
    "query",
    "phone",
    "action",
    "method",
    "attempt",
    "outcome",
    "case_ref",
    "reason",
    "review_on",
    "days",
    "place",
    "held_on",
    "username",
    "display_name",
    "role",
    "team",
    "password",
    "field",
    "level",
    "kind",
    "next",
    "language",
    "theme",
    "since",
    "until",
    "before",
    "csrfmiddlewaretoken",
]
KINDS = st.sampled_from(
    ["application/x-www-form-urlencoded"] * 12
    + ["multipart/form-data; boundary=x", "text/plain", "application/json", "", "\x00;;"]
)
WHOLE = st.one_of(
    st.text(max_size=60),
    st.binary(max_size=60),
    st.sampled_from(sorted(STRINGS.values())),
    st.sampled_from(["1380000123４", "2026-02-30", "0", "-1", "1e9", "call", "given", "spoken", "dispute", "advisor"]),
    st.uuids().map(str),
    st.integers().map(str),
)
SOUND = {
    "name": "王小诺", "number": "13900005678", "act": "assert", "q": "1234", "action": "reveal_check", "method": "spoken",
    "case_ref": "A", "reason": "dispute", "scope": "all", "review_on": "2026-04-01", "code": "event_lead", "days": "99", "place": "Hall",
    "held_on": "2026-04-01", "username": "li", "display_name": "Li", "role": "advisor", "password": "made-up-pass-1",
    "field": "contacts.name", "level": "1", "kind": "nda", "query": "state=given", "outcome": "unanswered", "next": "/",
    "language": "en", "theme": "dark", "since": "2026-01-01",
}  # fmt: skip
FIELDS = st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=12)), WHOLE), max_size=12)


def encoded(part):
    return quote_from_bytes(part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass"))


def doors(home, receipt):
    """Every address of ours that takes a form, with a person, an event and a colleague who are there."""
    known = {"phone": Phone.objects.get().pk, "code": home.event.code, "token": receipt.stop_token, "deed": "role", "number": 1}
    people = {"contacts": receipt.consents[0].subject_id, "events": home.event.pk, "team": home.li.pk}
    for route, _view in patterns():
        if route.startswith(("import/", "sign-out/")):  # sheets have their own tests
            continue
        pk = people.get(route.split("/")[0], home.event.pk)
        yield "/" + re.sub(r"<\w+:(\w+)>", lambda m, pk=pk: str(known.get(m[1], pk)), route)


def test_no_door_breaks(home, caplog, request):
    _sent, receipt = house.arrive(home.event, house.WANG)
    browsers = [enter(user) for user in (home.li, home.wu, home.chen, home.zhao, home.sun, None)]
    addresses = sorted(set(doors(home, receipt)))
    assert len(addresses) > 40
    caplog.set_level(logging.DEBUG)
    met = set()
    sound = SOUND | {
        "phone": str(Phone.objects.get().pk),
        "event": str(home.event.pk),
        "ticks": str(home.event.ticks.first().tick_id),
    }
    sound["token"] = browsers[-1].get("/e/fair/").context["form"].initial["token"]

    @settings(
        max_examples=400 if request.config.getoption("--full") else 150,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(st.sampled_from(addresses), st.sampled_from(browsers), FIELDS, KINDS, st.booleans())
    def throw(address, browser, fields, kind, whole):
        Throttle.objects.all().delete()
        sent = [*(pair for pair in sound.items() if pair[0] not in dict(fields)), *fields] if whole else fields
        body = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in sent)
        answer = browser.generic("POST", address, body, content_type=kind)
        met.add(answer.status_code)
        assert answer.status_code < 500, address

    throw()
    assert {302, 400, 403, 415} <= met
    assert re.findall(r"1380000\d{4}|13800001234", caplog.text) == []
