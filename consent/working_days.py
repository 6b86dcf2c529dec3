"""Working days of the mainland, with its holidays and the weekends worked instead (K3, H3).

The State Council announces each year's days off late in the year before. A year nobody has announced is counted as
if it had no day off at all: a deadline that may be too early harms nobody, one that is too late does.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

FRIDAY = 4


@dataclass(frozen=True)
class Deadline:
    """The day by which something must be done; `known` tells whether every day up to it is in the calendar."""

    on: date
    known: bool


def after(day: date, count: int) -> Deadline:
    """The last of `count` working days after this one, which does not count itself (office dates)."""
    known = True
    while count:
        day += timedelta(days=1)
        working = is_working(day)
        known = known and working is not None
        count -= working is not False
    return Deadline(day, known)


def left(today: date, until: date) -> int:
    """How many working days are left after today up to and with that day; below 0 when it has passed."""
    if until < today:
        return -left(until, today)
    days = (today + timedelta(days=n + 1) for n in range((until - today).days))
    return sum(is_working(day) is not False for day in days)


def is_working(day: date) -> bool | None:
    """Whether the mainland works on this day; None where no calendar tells."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def known_until(today: date) -> date:
    """The last day that the calendar of days off knows, from today on; the day before today where it knows none."""
    year = today.year
    while is_working(date(year, 12, 31)) is not None:
        year += 1
    return date(year - 1, 12, 31) if year > today.year else today - timedelta(days=1)


def for_calls(day: date) -> str:
    """What this day is to somebody who calls: working, off, or unknown where no calendar tells (H3).

    A weekend is off also where the State Council has it worked in exchange for a holiday: whoever lost a day of rest is
    the last to want a call. So no calendar is needed to know a weekend.
    """
    if day.weekday() > FRIDAY:
        return "off"
    return {True: "working", False: "off", None: "unknown"}[is_working(day)]
