"""Reads the date of a signature as people write it, and never guesses one. Knows no framework."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

OFFICE = ZoneInfo("Asia/Shanghai")
EARLIEST = date(2000, 1, 1)
SERIAL_ZERO = date(1899, 12, 30)
DIGITS = {char: str(value) for value, char in enumerate("〇一二三四五六七八九")} | {"零": "0", "元": "1"}
HAN = "〇零元一二三四五六七八九十"
TIME = r"(?:[T ]\s*(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
YEAR_FIRST = re.compile(r"(?P<y>\d{4})(?:-(?P<m>\d{1,2})-|/(?P<m2>\d{1,2})/|\.(?P<m3>\d{1,2})\.)(?P<d>\d{1,2})" + TIME, re.I)
HAN_FORM = re.compile(rf"(?P<roc>民国)?(?P<y>[\d{HAN}]+)年(?P<m>[\d{HAN}]+)月(?P<d>[\d{HAN}]+)[日号]?")
COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})")
YEAR_LAST = re.compile(r"(?P<a>\d{1,2})([-/.])(?P<b>\d{1,2})\2(?P<y>\d{4})" + TIME, re.I)
YEARLESS = re.compile(rf"(?P<m>[\d{HAN}]{{1,3}})(?:月|[-/.])(?P<d>[\d{HAN}]{{1,3}})[日号]?")
SHORT_YEAR = re.compile(r"\d{1,2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
SERIAL = re.compile(r"[2-9]\d{4}")


@dataclass(frozen=True)
class Habits:
    """What a person said about the dates of this file, once: the order of day and month, and two conversions."""

    order: str = ""
    year: int = 0
    roc: bool = False
    serials: bool = False


class DateRefused(ValueError):
    """Not a date that can be taken; `code` names why."""

    def __init__(self, code: str) -> None:
        """Keep the code only."""
        super().__init__(code)
        self.code = code


def read(text: str, habits: Habits) -> date | None:
    """The day meant, or None for an empty cell. Raises DateRefused (rows 83 to 91)."""
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    if not plain:
        return None
    if found := YEAR_FIRST.fullmatch(plain):
        return _moment(found["y"], found["m"] or found["m2"] or found["m3"], found["d"], found["time"], found["zone"])
    if found := COMPACT.fullmatch(plain):
        return _day(int(found["y"]), int(found["m"]), int(found["d"]))
    if found := HAN_FORM.fullmatch(plain.replace(" ", "")):
        return _han(found, habits)
    return _doubtful(plain, habits)


def _doubtful(plain: str, habits: Habits) -> date:
    """Ways of writing that only the person who knows the file can settle."""
    if found := YEAR_LAST.fullmatch(plain):
        if habits.order not in ("dmy", "mdy"):
            raise DateRefused("order")
        day, month = (found["a"], found["b"]) if habits.order == "dmy" else (found["b"], found["a"])
        return _moment(found["y"], month, day, found["time"], found["zone"])
    if habits.serials and SERIAL.fullmatch(plain):
        return SERIAL_ZERO + timedelta(days=int(plain))
    if SHORT_YEAR.fullmatch(plain):
        raise DateRefused("short_year")
    if found := YEARLESS.fullmatch(plain.replace(" ", "")):
        if not habits.year:
            raise DateRefused("year")
        return _day(habits.year, _han_number(found["m"]), _han_number(found["d"]))
    raise DateRefused("format")


def _moment(year: str, month: str, day: str, time: str | None, zone: str | None) -> date:
    """A day with an optional time; a time with a zone counts by the office's calendar."""
    found = _day(int(year), int(month), int(day))
    if time is None:
        return found
    try:
        moment = datetime.fromisoformat(f"{found.isoformat()}T{time.zfill(5) if len(time) < 6 else time}{zone or ''}")
    except ValueError:
        raise DateRefused("format") from None
    return moment.astimezone(OFFICE).date() if moment.tzinfo else moment.date()


def _han(found: "re.Match[str]", habits: Habits) -> date:
    year = _han_number(found["y"])
    if found["roc"]:
        if not habits.roc:
            raise DateRefused("roc")
        year += 1911
    elif len(found["y"]) < 4:
        raise DateRefused("short_year")
    return _day(year, _han_number(found["m"]), _han_number(found["d"]))


def _han_number(text: str) -> int:
    """Arabic digits, digits in Chinese one by one, or a number up to 39 with its ten written out."""
    if text.isascii():
        return int(text)
    tens, ten, ones = text.partition("十")
    if ten:
        parts = [tens or "1", ones or "0"]
        text = "".join(parts) if len(tens) < 2 and len(ones) < 2 else "x"
    figures = "".join(DIGITS.get(char, char) for char in text)
    if not (figures.isascii() and figures.isdecimal()):
        raise DateRefused("format")
    return int(figures)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise DateRefused("none") from None


def check(day: date, *, today: date, notice_from: date | None) -> None:
    """Refuse a signature from the future, from before 2000, or before its notice was published (row 79)."""
    if day > today:
        raise DateRefused("future")
    if day < EARLIEST:
        raise DateRefused("early")
    if notice_from is not None and day < notice_from:
        raise DateRefused("notice")
