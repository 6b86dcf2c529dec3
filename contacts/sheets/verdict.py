"""One verdict for every row: ready, held or refused, and why; none lost, none silently changed."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contacts.sheets.reading import MAX_CELL, Row, Table
from vault import names, phone
from vault.phone import Number

YES = frozenset(["是", "同意", "y", "yes", "√", "✓", "✔", "☑", "1", "true", "对", "ok", "v", "有", "agree", "agreed"])

REASONS: dict[str, Promise] = {
    "": _("ready"),
    "proof": _("held until there is proof of a consent"),
    "cell": _("a cell is too long or has characters that cannot be stored"),
    "name": _("the name is missing or cannot be read"),
    "duplicate_row": _("the number stands in an earlier row already"),
    "duplicate": _("this person is already in your book"),
    "guess": _("too many rows differ only in the middle digits of the number; a real sheet does not look like this"),
} | {f"number.{code}": sentence for code, sentence in phone.PROBLEMS.items()}


@dataclass
class RowVerdict:
    """What becomes of one row, with its cleaned values in memory only."""

    number: int
    status: str
    reason: str = ""
    name: str = ""
    numbers: tuple[Number, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    channels: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Row and verdict, no values."""
        return f"<RowVerdict {self.number} {self.status} {self.reason}>"


def mark(text: str) -> bool:
    """Whether a cell says yes; anything unclear is no (row 78)."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return plain in YES


def judge(table: Table, mapping: Mapping[str, int]) -> Iterator[RowVerdict]:
    """A verdict for every data row, in order: read = ready + held + refused."""
    seen: set[str] = set()
    for row in table.rows:
        verdict = _judge(row, mapping)
        if verdict.status != "refused":
            digits = verdict.numbers[0].digits
            if digits in seen:
                verdict = RowVerdict(row.number, "refused", "duplicate_row")
            seen.add(digits)
        yield verdict


def _judge(row: Row, mapping: Mapping[str, int]) -> RowVerdict:
    cells = {role: row.cells[column] if column < len(row.cells) else "" for role, column in mapping.items()}
    if any(len(cell) > MAX_CELL or "\0" in cell for cell in row.cells):
        return RowVerdict(row.number, "refused", "cell")
    try:
        name = names.clean_name(cells["name"])
        texts = {role: names.clean_line(cells.get(role, ""), 200) for role in ("company", "title", "wechat", "email", "note")}
    except names.TextRefused as refused:
        return RowVerdict(row.number, "refused", "name" if refused.code in ("empty", "long") else "cell")
    reading = phone.read(cells["mobile"])
    if reading.problem == "empty" and cells.get("landline"):
        reading = phone.read(cells["landline"])
    if reading.problem is not None:
        return RowVerdict(row.number, "refused", f"number.{reading.problem}")
    return _verdict(row.number, name, reading.numbers + _landline(cells), texts, _channels(cells))


def _landline(cells: Mapping[str, str]) -> tuple[Number, ...]:
    """A second number if it can be read; an unreadable landline does not cost the row its mobile."""
    return phone.read(cells.get("landline", "")).numbers[:1] if cells["mobile"] else ()


def _channels(cells: Mapping[str, str]) -> tuple[str, ...]:
    general = mark(cells.get("consent", ""))
    marks = {
        "call": mark(cells.get("consent_call", "")) or general,
        "sms": mark(cells.get("consent_sms", "")),
    }
    return tuple(channel for channel, yes in marks.items() if yes)


def _verdict(
    number: int, name: str, numbers: tuple[Number, ...], texts: dict[str, str], channels: tuple[str, ...]
) -> RowVerdict:
    unique = tuple({n.digits: n for n in numbers}.values())
    status, reason = ("ready", "") if channels else ("held", "proof")
    return RowVerdict(number, status, reason, name, unique, texts, channels)
