"""Deadlines in working days of the mainland: holidays, weekends that are worked, and years nobody has announced (K3)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consent import working_days

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
