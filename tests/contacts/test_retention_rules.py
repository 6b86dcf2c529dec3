"""When a person must leave: every line of law.md §4.1 that is built, and what holds for any dates at all."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Entry
from contacts import retention, rule_changes
from contacts.models import Contact, RetentionRule
from contacts.retention_rules import DEFAULT_DAYS, LIVE, REFUSALS, WAITING, Due, Standing, due
from tests import house

NOON = house.NOON
DAY = timedelta(days=1)
STATES = ["given", "renewed", "superseded", "suspended", "tombstone", "expired", *REFUSALS, *WAITING]


def leaves(*standings, created=NOON, contacted=False, days=DEFAULT_DAYS, all_wrong=False):
    answer = due(standings, created_at=created, contacted=contacted, days=days, all_wrong=all_wrong)
    return answer.rule, (answer.on - NOON) / DAY


def yes(day=0, until=365, state="given"):
    return Standing(state, NOON + day * DAY, NOON + day * DAY, NOON + until * DAY)


def stands(state, day=0):
    return Standing(state, NOON + day * DAY)


# law.md §4.1, line by line.


@pytest.mark.parametrize("state", ["withdrawn", "invalidated", "revoked"])
def test_a_withdrawal_or_a_defect_starts_at_once(state):
    assert leaves(stands(state, 5)) == (state, 5)


def test_a_refusal_starts_at_once():
    assert leaves(stands("refused", 2)) == ("refused", 2)


def test_who_puts_it_off_has_a_fortnight():
    """The day they chose lies within it, and some to answer in; then they leave (law.md §3)."""
    assert leaves(stands("deferred", 1)) == ("deferred", 15)


@pytest.mark.parametrize(("state", "rule"), [("requested", "unconfirmed"), ("asserted", "asserted")])
def test_unanswered_invitations_and_what_staff_assert_go_after_seven_days(state, rule):
    assert leaves(stands(state, 1)) == (rule, 8)


def test_event_leads_never_contacted_go_after_180_days():
    assert leaves(yes()) == ("event_lead", 180)


def test_whoever_was_reached_goes_twelve_months_after_the_last_yes():
    assert leaves(yes(until=400), yes(30, 400, "renewed"), contacted=True) == ("contacted", 395)


def test_no_rule_outlasts_the_promise_of_the_notice():
    assert leaves(yes(until=90)) == ("promise", 90)
    assert leaves(yes(until=90), contacted=True) == ("promise", 90)


def test_several_promises_hold_until_the_last_of_them():
    assert leaves(yes(until=90), yes(until=120)) == ("promise", 120)


@pytest.mark.parametrize(
    ("vain", "expected"), [(20, ("unreachable", 50)), (9, ("event_lead", 190)), (170, ("event_lead", 190))]
)
def test_whom_nobody_can_reach_goes_thirty_days_after_the_third_vain_call_since_the_last_yes(vain, expected):
    answer = due([yes(10)], created_at=NOON, contacted=False, days=DEFAULT_DAYS, unreachable_since=NOON + vain * DAY)
    assert (answer.rule, (answer.on - NOON) / DAY) == expected


def test_whose_time_ran_out_goes_at_once():
    assert leaves(stands("expired", 365)) == ("expired", 365)


def test_a_number_of_somebody_else_goes_at_once_whatever_was_agreed():
    assert leaves(yes(3), all_wrong=True) == ("wrong_number", 3)
    assert leaves(all_wrong=True) == ("wrong_number", 0)


def test_without_any_reason_to_stay_nobody_stays():
    assert leaves() == ("no_basis", 0)
    assert leaves(stands("tombstone"), stands("suspended"), stands("superseded")) == ("no_basis", 0)


def test_a_no_beside_a_yes_to_something_else_keeps_the_yes():
    assert leaves(stands("withdrawn", 2), yes()) == ("event_lead", 180)


def test_a_no_beside_an_open_question_does_not_wait_for_the_answer():
    assert leaves(stands("refused", 2), stands("requested", 3)) == ("refused", 2)


def test_the_question_asked_last_is_the_one_waited_for_and_the_earlier_of_two_kinds_wins():
    assert leaves(stands("requested", 0), stands("requested", 3)) == ("unconfirmed", 10)
    assert leaves(stands("requested", 0), stands("asserted", 3)) == ("unconfirmed", 7)


# Any dates at all.

MOMENTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))
STANDINGS = st.builds(
    lambda state, at, length: Standing(state, at, at if state in LIVE else None, at + length * DAY if state in LIVE else None),
    st.sampled_from(STATES),
    MOMENTS,
    st.integers(1, 3650),
)
PEOPLE = st.lists(STANDINGS, max_size=5)
TABLES = st.fixed_dictionaries({code: st.integers(0, 3650) for code in DEFAULT_DAYS})


@given(PEOPLE, MOMENTS, st.booleans(), TABLES, st.booleans())
def test_everybody_has_an_end_and_the_order_of_papers_does_not_matter(people, created, contacted, days, wrong):
    how = {"created_at": created, "contacted": contacted, "days": days, "all_wrong": wrong}
    answer = due(people, **how)
    assert answer == due(list(reversed(people)), **how)
    assert answer.rule in DEFAULT_DAYS
    assert answer.on <= max([created, *(p.changed_at for p in people)]) + 3650 * DAY


@given(PEOPLE, MOMENTS, st.booleans())
def test_nobody_stays_longer_than_the_last_promise(people, created, contacted):
    answer = due(people, created_at=created, contacted=contacted, days=DEFAULT_DAYS)
    promises = [p.valid_until for p in people if p.valid_until]
    if promises:
        assert answer.on <= max(promises)


@given(PEOPLE, MOMENTS, st.booleans(), st.sampled_from(sorted(DEFAULT_DAYS)), st.integers(0, 400))
def test_a_shorter_table_keeps_nobody_longer(people, created, contacted, code, days):
    shorter = DEFAULT_DAYS | {code: min(days, DEFAULT_DAYS[code])}
    how = {"created_at": created, "contacted": contacted}
    assert due(people, days=shorter, **how).on <= due(people, days=DEFAULT_DAYS, **how).on


@given(PEOPLE, MOMENTS, st.booleans())
def test_a_number_found_wrong_keeps_nobody_longer(people, created, contacted):
    live = [p for p in people if p.state in LIVE]
    if live:
        how = {"created_at": created, "contacted": contacted, "days": DEFAULT_DAYS}
        assert due(live, all_wrong=True, **how).on <= due(live, **how).on


ZONES = [UTC, ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), timezone(timedelta(hours=-11))]


@given(PEOPLE, MOMENTS, st.sampled_from(ZONES))
def test_the_zone_of_the_clock_moves_nobody(people, created, zone):
    moved = [
        Standing(
            p.state,
            p.changed_at.astimezone(zone),
            p.given_at and p.given_at.astimezone(zone),
            p.valid_until and p.valid_until.astimezone(zone),
        )
        for p in people
    ]
    here = due(people, created_at=created, contacted=False, days=DEFAULT_DAYS)
    there = due(moved, created_at=created.astimezone(zone), contacted=False, days=DEFAULT_DAYS)
    # Days are counted as 24 hours in UTC; a zone with summer time must not add or take an hour.
    assert (there.on.astimezone(UTC), there.rule) == (here.on, here.rule)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2028-02-28", 1, "2028-02-29"),
        ("2028-02-29", 365, "2029-02-28"),
        ("2027-02-28", 1, "2027-03-01"),
        ("2027-03-01", 365, "2028-02-29"),
        ("2026-12-31", 7, "2027-01-07"),
        ("2096-02-29", 3650, "2106-02-27"),
    ],
)
def test_leap_days_are_days(start, days, end):
    at = datetime.fromisoformat(start).replace(tzinfo=UTC)
    answer = due([Standing("requested", at)], created_at=at, contacted=False, days={"unconfirmed": days})
    assert answer == Due(datetime.fromisoformat(end).replace(tzinfo=UTC), "unconfirmed")


# The table the office may change.


def agreed(code, value, home):
    """Chen proposes, Zhao agrees; answers how many people moved."""
    change = rule_changes.propose(code=code, value=value, by=home.chen, at=NOON)
    return rule_changes.decide(change_id=change.pk, yes=True, by=home.zhao, at=NOON)[1]


@pytest.mark.django_db(databases=["default", "vault"])
def test_the_table_of_the_database_is_the_default_of_the_code():
    assert retention.table() == DEFAULT_DAYS
    assert dict(RetentionRule.objects.values_list("code", "days")) == {c: d for c, d in DEFAULT_DAYS.items() if c != "no_basis"}


@pytest.mark.django_db(databases=["default", "vault"])
def test_a_changed_line_moves_whom_it_concerns_with_an_entry_each():
    home = house.build()
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    zhou = house.arrive(home.event, house.ZHOU, confirm=False)[0].subject_id
    assert agreed("event_lead", "90", home) == 1
    assert [(c.delete_on - NOON) / DAY for c in (Contact.objects.get(pk=pk) for pk in (wang, zhou))] == [90, 7]
    assert Entry.objects.filter(act="retention.changed").count() == 1
    assert RetentionRule.objects.get(code="event_lead").version == 2
