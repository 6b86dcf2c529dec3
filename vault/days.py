"""The strict reader of days: takes what people write in China, never guesses an order or a century.

The rows of the bad-input list (83 to 91) are cited by number. Nothing returned repeats what was typed.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MAX_LENGTH = 40
YEARS = range(1900, 3000)
REPUBLIC = 1911  # year 1 of the Republic of China is 1912
NUMERALS = {char: n for n, char in enumerate("〇一二三四五六七八九")} | {"零": 0}

WRITTEN = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]?)")
REPUBLICAN = re.compile(r"民国(\d{1,3}|元)年(\d{1,2})月(\d{1,2})[日号]?")
SPELT = re.compile(r"([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]?")
YEAR_LAST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{1,2}|\d{2}年\d{1,2}月\d{1,2}[日号]?")

PROBLEMS: dict[str, Promise] = {
    "format": _("Please write the date as year-month-day, for example 2026-03-02."),
    "order": _("Day and month could be mixed up here. Please write year-month-day, for example 2026-03-02."),
    "year": _("Please write the year with four digits, for example 2026-03-02."),
    "none": _("There is no such day in the calendar."),
    "confirm": _("Did you mean the date that now stands in the field? If so, please send it again."),
}


@dataclass(frozen=True)
class Reading:
    """The day that was read, or the code of the problem; `proposal` is a day somebody should look at first."""

    day: date | None = None
    problem: str | None = None
    proposal: date | None = None

    @property
    def sentence(self) -> Promise | str:
        """The problem as a sentence for people; empty when there is none."""
        return PROBLEMS[self.problem] if self.problem else ""


def read(text: str) -> Reading:
    """Read one day; never raises. A spreadsheet's serial number is none (row 89)."""
    folded = unicodedata.normalize("NFKC", text[: MAX_LENGTH + 1])
    plain = "".join(c for c in folded if not c.isspace() and unicodedata.category(c) != "Cf")
    if len(text) > MAX_LENGTH:
        return Reading(problem="format")
    if found := WRITTEN.fullmatch(plain):
        year, _mark, month, day, han_month, han_day = found.groups()
        return _day(int(year), int(month or han_month), int(day or han_day))
    if found := REPUBLICAN.fullmatch(plain):
        year = 1 if found[1] == "元" else int(found[1])
        return _proposed(_day(REPUBLIC + year, int(found[2]), int(found[3])))
    if found := SPELT.fullmatch(plain):
        year = int("".join(str(NUMERALS[char]) for char in found[1]))
        return _proposed(_day(year, _spelt(found[2]), _spelt(found[3])))
    if YEAR_LAST.fullmatch(plain):
        return Reading(problem="order")
    return Reading(problem="year" if SHORT_YEAR.fullmatch(plain) else "format")


def _day(year: int, month: int, day: int) -> Reading:
    try:
        return Reading(date(year, month, day)) if year in YEARS else Reading(problem="none")
    except ValueError:
        return Reading(problem="none")


def _proposed(reading: Reading) -> Reading:
    """Converted from another way of counting, so somebody should look before it counts (rows 86, 87)."""
    return reading if reading.problem else Reading(problem="confirm", proposal=reading.day)


def _spelt(text: str) -> int:
    """一 to 九十九; 0, which is no month and no day, for anything spelt oddly."""
    tens, ten, ones = text.rpartition("十")
    if len(tens) > 1 or len(ones) > 1:
        return 0
    return (NUMERALS.get(tens, 1) * 10 if ten else 0) + NUMERALS.get(ones, 0)
