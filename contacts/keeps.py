"""What the law makes an office keep: the statutes as data, and pure arithmetic over one person's dates (law.md §4.2).

A keep concerns who became a client, and only the kinds of data it names; a lead has none. Two clocks run: the promise
ends the use, the keep ends the storage; between them lies storage only (PIPL 47). Serves J2, D7, L9.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OFFICE = ZoneInfo("Asia/Shanghai")
LASTING = datetime(2999, 12, 31, tzinfo=UTC)  # while the relationship lasts its keep has no end yet
IDENTITY = ("name", "mobile", "landline")
REST = ("company", "title", "wechat", "email", "note")
PROFILES = ("unlicensed", "bank", "securities", "fund", "insurance_short", "insurance_long")


@dataclass(frozen=True)
class Keep:
    """One keep: whom it binds, how many years after the relationship, and its key in the register of statutes."""

    code: str
    profiles: tuple[str, ...]
    years: int
    statute: str


KEEPS = (
    Keep("keep_aml", ("bank", "securities", "fund", "insurance_short", "insurance_long"), 10, "aml.34"),
    Keep("keep_securities", ("securities",), 20, "securities.137"),
    Keep("keep_insurance", ("insurance_short",), 5, "insurance.87"),
    Keep("keep_insurance", ("insurance_long",), 10, "insurance.87"),
)


@dataclass(frozen=True)
class Kept:
    """Until when name and numbers are kept, and by which statute."""

    on: datetime
    rule: str


def binding(profile: str) -> tuple[Keep, ...]:
    """The statutes that bind an office of this profile; an unknown profile is bound by none, the shortest."""
    return tuple(keep for keep in KEEPS if profile in keep.profiles)


def until(profile: str, *, client_since: date | None, client_until: date | None) -> Kept | None:
    """The longest keep that concerns this person; None for a lead, or where no statute binds the office.

    Days are the office's; a year from 29 February ends on 1 March, as a keep is never shorter than its years.
    """
    keeps = binding(profile)
    if client_since is None or not keeps:
        return None
    longest = max(keeps, key=lambda keep: keep.years)
    if client_until is None:
        return Kept(LASTING, longest.code)
    return Kept(_midnight(_years_after(client_until, longest.years)), longest.code)


def after_day(day: date) -> datetime:
    """The office's midnight after this day."""
    return _midnight(day + timedelta(days=1))


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, OFFICE).astimezone(UTC)
