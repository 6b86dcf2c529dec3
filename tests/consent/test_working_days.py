"""Deadlines in working days of the mainland: holidays, weekends that are worked, and years nobody has announced (K3)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from consent import working_days
from tests import house
from tests.proofs.cast import enter

KNOWN = st.dates(date(2020, 1, 1), date(2026, 10, 31))


def test_around_the_spring_festival_the_days_off_do_not_count_and_the_worked_weekend_does():
    # 2026: off from Sunday 15 to Monday 23 February; Saturdays 14 and 28 February are worked.
    assert [working_days.is_working(date(2026, 2, day)) for day in (13, 14, 15, 23, 24, 28)] == [
        True, True, False, False, True, True,
    ]  # fmt: skip
    assert working_days.after(date(2026, 2, 13), 1) == working_days.Deadline(date(2026, 2, 14), known=True)
    assert working_days.after(date(2026, 2, 13), 2) == working_days.Deadline(date(2026, 2, 24), known=True)


def test_a_year_that_nobody_has_announced_is_counted_as_if_it_had_no_day_off():
    beyond = date(2090, 1, 1)
    assert working_days.is_working(beyond) is None
    assert working_days.after(beyond, 15) == working_days.Deadline(beyond + timedelta(days=15), known=False)
    # From a known year into an unknown one: told as not known, and never later than any calendar would say.
    last = working_days.after(date(2026, 12, 28), 15)
    assert last.known is (working_days.is_working(date(2027, 1, 1)) is not None)


def test_no_working_day_is_today():
    assert working_days.after(date(2026, 3, 2), 0) == working_days.Deadline(date(2026, 3, 2), known=True)


@given(KNOWN, st.integers(0, 40))
def test_exactly_so_many_working_days_lie_between(day, count):
    end = working_days.after(day, count)
    between = [day + timedelta(days=n + 1) for n in range((end.on - day).days)]
    assert sum(working_days.is_working(one) for one in between) == count
    assert not between or working_days.is_working(end.on)
    assert working_days.left(day, end.on) == count
    assert working_days.left(end.on, day) == -count


@given(KNOWN, st.integers(1, 40))
def test_later_asked_is_never_earlier_due(day, count):
    assert working_days.after(day, count).on <= working_days.after(day + timedelta(days=1), count).on
    assert working_days.after(day, count).on < working_days.after(day, count + 1).on


def test_the_desk_says_when_the_calendar_of_days_off_ends_before_it_does():
    """Known until the end of 2026; from 2027-01-01 on every day counts, and nobody is called by the office itself."""
    assert working_days.known_until(date(2026, 11, 26)) == date(2026, 12, 31)
    assert working_days.known_until(date(2027, 1, 4)) == date(2027, 1, 3), "none is known any more"
    assert (working_days.is_working(date(2027, 1, 1)), working_days.for_calls(date(2027, 1, 4))) == (None, "unknown")
    assert not working_days.after(date(2026, 12, 30), 3).known


@pytest.mark.django_db(databases=["default", "vault"])
@pytest.mark.parametrize(("day", "said"), [("2026-09-01", False), ("2026-11-26", True), ("2027-02-01", True)])
def test_the_words_stand_on_the_desk_from_ninety_days_before(day, said):
    with time_machine.travel(f"{day}T04:00:00Z", tick=False):
        home = house.build(at=timezone.now())
        page = enter(home.chen).get("/requests/", headers={"accept-language": "en"}).content.decode()
    assert ("every day of it counts as a working day, which is the stricter clock" in page) is said
