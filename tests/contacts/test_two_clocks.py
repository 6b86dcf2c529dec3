"""Two clocks: the promise ends the use of everything, a statute ends the storage of what it names (law.md §4.3)."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from audit import verbs
from audit.models import Entry
from audit.trail import Self_, System
from consent import gate, rules
from contacts import (
    certificates,
    clients,
    hold,
    keeps,
    narrowing,
    person_page,
    rule_changes,
    steering,
    sweep,
    usage,
    withdrawal,
)
from contacts.models import Contact, Departure, Phone, RuleChange
from tests import house
from vault import persons

BY = System("sweep")
AT = house.NOON
TODAY = AT.date()
KINDS = tuple(str(verbs.field_label(code)) for code in ("contacts.name", "contacts.mobile"))
DAY = timedelta(days=1)
both = pytest.mark.django_db(databases=["default", "vault"])
days = st.dates(date(2000, 1, 1), date(2100, 12, 31))


# The statutes, as arithmetic.


def test_an_office_without_a_licence_and_a_lead_have_no_keep():
    assert keeps.until("unlicensed", client_since=date(2026, 1, 1), client_until=None) is None
    assert keeps.until("nonsense", client_since=date(2026, 1, 1), client_until=None) is None
    for profile in keeps.PROFILES:
        assert keeps.until(profile, client_since=None, client_until=None) is None


@pytest.mark.parametrize(
    ("profile", "rule", "year"),
    [
        ("bank", "keep_aml", 2036),
        ("fund", "keep_aml", 2036),
        ("securities", "keep_securities", 2046),
        ("insurance_short", "keep_aml", 2036),
        ("insurance_long", "keep_aml", 2036),
    ],
)
def test_the_longest_statute_decides(profile, rule, year):
    kept = keeps.until(profile, client_since=date(2026, 1, 1), client_until=date(2026, 3, 2))
    assert (kept.rule, kept.on) == (rule, datetime(year, 3, 1, 16, tzinfo=UTC)), "midnight in the office"


def test_while_the_relationship_lasts_the_keep_has_no_end():
    assert keeps.until("bank", client_since=date(2026, 1, 1), client_until=None).on == keeps.LASTING


def test_a_year_from_the_29th_of_february_ends_on_the_first_of_march():
    kept = keeps.until("bank", client_since=date(2024, 1, 1), client_until=date(2024, 2, 29))
    assert kept.on.astimezone(keeps.OFFICE).date() == date(2034, 3, 1)


@given(since=days, length=st.integers(0, 20_000), profile=st.sampled_from(keeps.PROFILES))
def test_a_keep_is_never_shorter_than_its_years_and_never_a_week_longer(since, length, profile):
    ended = since + timedelta(days=length)
    kept = keeps.until(profile, client_since=since, client_until=ended)
    if profile == "unlicensed":
        assert kept is None
        return
    years = 20 if profile == "securities" else 10
    held = kept.on - datetime.combine(ended, datetime.min.time(), keeps.OFFICE)
    assert timedelta(days=365 * years) <= held <= timedelta(days=366 * years)


# One person.


@pytest.fixture
def home():
    """A bank's office, agreed by two people; Wang agreed at the fair and left a note."""
    home = house.build()
    change = rule_changes.propose(code="profile", value="bank", by=home.chen, at=AT)
    rule_changes.decide(change_id=change.pk, yes=True, by=home.zhao, at=AT)
    house.arrive(home.event, house.WANG)
    home.wang = Contact.objects.get()
    return home


def marked(home, since=TODAY, until=None):
    clients.mark(contact=home.wang, since=since, until=until, by=home.li, at=AT)
    home.wang.refresh_from_db()
    return home.wang


def clocks(contact):
    return [(contact.narrow_on, contact.narrow_rule), (contact.delete_on, contact.delete_rule)]


@both
def test_a_lead_has_one_clock_and_a_client_two(home):
    promise = (home.wang.delete_on, home.wang.delete_rule)
    assert clocks(home.wang)[0] == (None, None)
    assert clocks(marked(home)) == [promise, (keeps.LASTING, "keep_aml")]
    ended = keeps.until("bank", client_since=AT.date(), client_until=AT.date())
    assert clocks(marked(home, until=AT.date())) == [promise, (ended.on, "keep_aml")]
    assert clocks(marked(home, since=None)) == [(None, None), promise]
    assert Entry.objects.filter(act="contact.client").count() == 3


@both
def test_after_a_withdrawal_the_client_is_stored_and_used_for_nothing(home):
    marked(home)
    withdrawal.withdraw(
        subject=home.wang.pk,
        scope={("phone_contact", "call")},
        method="link",
        reason="withdrawal",
        by=Self_(home.wang.pk),
        at=AT,
    )
    home.wang.refresh_from_db()
    assert clocks(home.wang) == [(AT, "withdrawn"), (keeps.LASTING, "keep_aml")]
    later = AT + DAY
    counts = usage.of([home.wang.pk], at=later)[home.wang.pk]
    decision = gate.ask(by=home.li, subject=home.wang.pk, action="reveal_check", usage=counts, in_book=True, may=True, at=later)
    assert (decision.allowed, decision.reason, decision.rule_version) == (False, "storage_only", rules.VERSION)
    assert gate.explain(decision.pk).agrees
    assert person_page.of(home.wang, by=home.li, at=later).card.stored_only


@both
def test_who_is_overdue_is_used_for_nothing_even_before_the_sweep(home):
    over = home.wang.delete_on
    assert [usage.of([home.wang.pk], at=at)[home.wang.pk].storage_only for at in (over - DAY, over)] == [False, True]


@both
def test_the_sweep_narrows_and_years_later_erases(home):
    marked(home, until=AT.date())
    narrow_on, leave_on = home.wang.narrow_on, home.wang.delete_on
    key = persons.alive([home.wang.pk])
    assert (sweep.run(by=BY, at=narrow_on - DAY).narrowed, sweep.run(by=BY, at=narrow_on).narrowed) == (0, 1)
    home.wang.refresh_from_db()
    assert [getattr(home.wang, name) for name in keeps.REST] == [None] * 5
    assert (home.wang.name is not None, Phone.objects.count(), persons.alive([home.wang.pk])) == (True, 1, key)
    entry = Entry.objects.get(act="contact.narrowed")
    assert (entry.subject, entry.reason) == (home.wang.pk, home.wang.narrow_rule)
    assert sweep.run(by=BY, at=narrow_on + DAY).narrowed == 0, "once"
    assert sweep.run(by=BY, at=leave_on - DAY).deleted == 0
    assert sweep.run(by=BY, at=leave_on).deleted == 1
    assert (Departure.objects.get().rule, persons.alive([home.wang.pk])) == ("keep_aml", set())


@both
def test_a_hold_of_everything_stops_narrowing_and_one_of_the_identity_does_not(home):
    marked(home)
    named = {"contact": home.wang, "reason": "dispute", "review_on": AT.date(), "by": home.chen, "at": AT}
    hold.place(case_ref="1", scope="identity", **named)
    assert narrowing.due(home.wang.narrow_on).count() == 1
    hold.place(case_ref="2", scope="all", **named)
    assert narrowing.due(home.wang.narrow_on).count() == 0


@both
def test_days_that_were_given_keep_the_fields_too(home):
    marked(home)
    end = home.wang.narrow_on
    steering.postpone(contact=home.wang, reason="identity", days=3, by=home.chen, at=end)
    assert [narrowing.due(at).count() for at in (end, end + 3 * DAY)] == [0, 1]


@both
@pytest.mark.parametrize(
    ("since", "until"), [(AT.date() + DAY, None), (AT.date(), AT.date() - DAY), (None, AT.date()), (AT.date(), AT.date() + DAY)]
)
def test_days_that_cannot_be_are_refused(home, since, until):
    with pytest.raises(clients.ClientRefused):
        clients.mark(contact=home.wang, since=since, until=until, by=home.li, at=AT)


@both
def test_back_to_no_licence_everybody_has_one_clock_again(home):
    promise = (home.wang.delete_on, home.wang.delete_rule)
    marked(home)
    change = rule_changes.propose(code="profile", value="unlicensed", by=home.zhao, at=AT)
    assert rule_changes.decide(change_id=change.pk, yes=True, by=home.chen, at=AT)[1] == 1
    home.wang.refresh_from_db()
    assert clocks(home.wang) == [(None, None), promise]


@both
def test_a_certificate_lists_what_was_held_and_no_value(home):
    sweep.run(by=BY, at=home.wang.delete_on)
    entry = Entry.objects.get(act="contact.erased")
    found = certificates.find(entry.eid)
    assert found.kinds == KINDS
    assert house.WANG not in entry.content.decode()


# One proposes, another decides.


def refused(word, deed, **named):
    with pytest.raises(rule_changes.ChangeRefused) as caught:
        deed(**named)
    assert caught.value.code == word


@both
def test_a_proposal_changes_nothing_until_another_agrees(home):
    change = rule_changes.propose(code="event_lead", value="90", by=home.chen, at=AT)
    assert rule_changes.now("event_lead") == "180"
    refused("waiting", rule_changes.propose, code="event_lead", value="91", by=home.zhao, at=AT)
    refused("same_person", rule_changes.decide, change_id=change.pk, yes=True, by=home.chen, at=AT)
    assert rule_changes.decide(change_id=change.pk, yes=True, by=home.zhao, at=AT)[1] == 1
    assert rule_changes.now("event_lead") == "90"
    refused("gone", rule_changes.decide, change_id=change.pk, yes=True, by=home.zhao, at=AT)
    again = rule_changes.propose(code="event_lead", value="180", by=home.zhao, at=AT)
    assert (again.version, rule_changes.decide(change_id=again.pk, yes=False, by=home.chen, at=AT)[1]) == (2, 0)
    assert (rule_changes.now("event_lead"), RuleChange.objects.filter(code="event_lead").count()) == ("90", 2)


@both
@pytest.mark.parametrize(
    ("code", "value", "why"),
    [
        ("for_ever", "1", "unknown"),
        ("profile", "casino", "unknown"),
        ("event_lead", "0", "days"),
        ("event_lead", "3651", "days"),
        ("event_lead", "²", "days"),
        ("event_lead", "180", "same"),
    ],
)
def test_what_nobody_may_propose(home, code, value, why):
    refused(why, rule_changes.propose, code=code, value=value, by=home.chen, at=AT)
    assert RuleChange.objects.filter(state="proposed").count() == 0


@both
def test_a_person_of_another_book_and_nobody_are_the_same_to_who_marks_clients(home):
    house.arrive(home.far, house.ZHOU)
    zhou, li = Contact.objects.get(event=home.far), Client()
    li.force_login(home.li, backend="django.contrib.auth.backends.ModelBackend")
    asked = (home.wang.pk, zhou.pk, uuid4())
    answers = [li.get(f"/contacts/{pk}/client/") for pk in asked]
    assert [answer.status_code for answer in answers] == [200, 404, 404]
    told = [
        re.sub(r'value="\w{64}"', "TOKEN", answer.content.decode().replace(str(pk), "ID"))
        for pk, answer in zip(asked, answers, strict=True)
    ]
    assert (told[1] == told[2], told[0] == told[1]) == (True, False)


@both
def test_the_pages_of_rules_and_of_a_client(home):
    chen, zhao, li = Client(), Client(), Client()
    for one, user in ((chen, home.chen), (zhao, home.zhao), (li, home.li)):
        one.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    chen.post("/retention/days/", {"code": "event_lead", "days": "90"})
    assert zhao.post("/retention/days/", {"code": "contacted", "days": "90"}).status_code == 403
    waits = [[tile.count for tile in one.get("/").context["tiles"] if tile.url == "/retention/rules/"] for one in (chen, zhao)]
    assert waits == [[1], [1]]
    [change] = zhao.get("/retention/rules/").context["waiting"]
    where = f"/retention/rules/{change.pk}/decide/"
    assert [zhao.post(where, {"answer": "perhaps"}).status_code, li.post(where, {"answer": "yes"}).status_code] == [400, 403]
    chen.post(where, {"answer": "yes"})
    assert rule_changes.now("event_lead") == "180"
    zhao.post(where, {"answer": "yes"})
    assert rule_changes.now("event_lead") == "90"
    page = f"/contacts/{home.wang.pk}/client/"
    assert li.post(page, {"client_since": "2999-01-01", "client_until": ""}).status_code == 400
    assert li.post(page, {"client_since": "2026-03-01", "client_until": ""}).url == f"/contacts/{home.wang.pk}/"
    assert "storage" not in li.get(f"/contacts/{home.wang.pk}/").content.decode()
