"""Nights of the office: the sweep of a day is due at two in the morning, office time, whatever zone the machine is in."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OFFICE = ZoneInfo("Asia/Shanghai")
TWO = time(2)


def latest(at: datetime) -> date:
    """The office's date of the last two o'clock that has passed at `at` (UTC)."""
    return (at.astimezone(OFFICE) - timedelta(hours=TWO.hour)).date()


def leaving(due: datetime, *, at: datetime) -> datetime:
    """The sweep that takes somebody whose time ends at `due`, as seen at `at` (UTC): the first one still to come (J1).

    Their use ends at `due`; they are here until the night. Whoever is overdue leaves with the next one.
    """
    return coming(max(due - timedelta(microseconds=1), at))


def coming(at: datetime, *, nights: int = 1) -> datetime:
    """The moment `nights` sweeps from now: the next two o'clock is one night away."""
    return datetime.combine(latest(at) + timedelta(days=nights), TWO, OFFICE)
