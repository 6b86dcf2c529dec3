"""The first rows of a sheet for the eye: enough to see columns and encoding, no value above the reader's level."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from contacts.sheets.table import Table
from team import fields
from team.fields import Level
from team.models import User
from vault import masks

ROWS = 6
TEXTS = ("contacts.name", "contacts.company", "contacts.wechat", "contacts.email", "contacts.note")
NUMBERS = ("contacts.mobile", "contacts.landline")
# Whatever could be a telephone number in any grouping; a date is none.
DIGITS = re.compile(r"\+?\d(?:[\s\-./()]{0,2}\d){6,}")
DATE = re.compile(r"(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}")


def shown(table: Table, mapping: Mapping[str, int], *, by: User, at: datetime) -> Table:
    """Header and first rows as this reader may see them; numbers are never whole here (I4, rule 1).

    The reader brought the file, but what they may see is decided on the day they look: a sheet is no
    way around the matrix, a lapsed pledge or a reveal. A column nobody has named counts as the most
    protected one; a header in which no column is recognised may be a person, and counts as a row.
    """
    levels, roles = fields.levels_of(by, at=at), {column: role for role, column in mapping.items()}
    pairs = {column: _levels(roles.get(column, ""), levels) for column in range(len(table.header))}
    unknown = _levels("", levels)

    def look(cells: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_cell(cell, *pairs.get(column, unknown)) for column, cell in enumerate(cells))

    header = tuple(_digits(name, unknown[1]) for name in table.header) if mapping else look(table.header)
    rows = tuple(replace(row, cells=look(row.cells)) for row in table.rows[:ROWS])
    return replace(table, header=header, rows=rows)


def _levels(role: str, levels: fields.Levels) -> tuple[Level, Level]:
    """The levels of the texts and of the numbers in a column."""
    code = "contacts.company" if role == "title" else f"contacts.{role}"
    number = min(levels[name] for name in NUMBERS)
    if code in TEXTS:
        return levels[code], number
    if code in NUMBERS:
        return levels[code], levels[code]
    return min(levels[name] for name in TEXTS), number


def _cell(cell: str, text: Level, number: Level) -> str:
    masked = _digits(cell, number)
    if masked != cell:
        return masked if text >= Level.CALL or DIGITS.fullmatch(_narrow(cell)) else _text(masked, text)
    return _text(cell, text)


def _text(value: str, level: Level) -> str:
    if level is Level.HIDDEN:
        return masks.STARS if value.strip() else ""
    return value if level >= Level.CALL else masks.mask_name(value)


def _digits(cell: str, level: Level) -> str:
    narrow = _narrow(cell)
    return DIGITS.sub(lambda found: _number(found.group(), level), narrow) if DIGITS.search(narrow) else cell


def _number(text: str, level: Level) -> str:
    if DATE.fullmatch(text):
        return text
    digits = re.sub(r"\D", "", text)
    if level is Level.HIDDEN:
        return masks.STARS
    return masks.last4_mask(digits) if level is Level.LAST4 else f"{digits[:3]} {masks.STARS} {digits[-4:]}"


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
