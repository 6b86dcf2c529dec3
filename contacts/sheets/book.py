"""Reads workbooks, old and new, after looking at what they are made of. Knows no framework."""

import io
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from contacts.sheets import headings
from contacts.sheets.table import Row, SheetRefused
from contacts.sheets.text import bounded

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_UNPACKED = 50 * 1024 * 1024
MAX_RATIO = 100
FOREIGN = ("vbaproject", "externallinks", "embeddings", "activex", "xl/connections", "macrosheets", "customui")
HIDDEN = re.compile(rb"<(?:\w+:)?col\b[^>]*\bhidden=\"(?:1|true)\"[^>]*>")
EDGE = re.compile(rb"\b(min|max)=\"(\d+)\"")


@dataclass(frozen=True)
class Book:
    """One worksheet of a workbook, and the names of all that are visible."""

    sheets: tuple[str, ...]
    sheet: str
    hidden: tuple[int, ...]
    serials: bool
    rows: Iterator[Row]


def is_book(data: bytes) -> bool:
    """Whether the first bytes are those of a workbook of either kind."""
    return data.startswith((ZIP, OLE))


def open_book(data: bytes, ending: str, sheet: str) -> Book:
    """Look at the container first, then open one worksheet. Raises SheetRefused."""
    wanted = "xlsx" if data.startswith(ZIP) else "xls"
    if ending in ("xlsm", "xltm", "xlam"):
        raise SheetRefused("macros")
    if data.startswith(OLE):
        _check_compound(data)
    if ending != wanted:
        raise SheetRefused("ending")
    parts = _check_archive(data) if wanted == "xlsx" else {}
    return _worksheet(data, sheet, parts)


def _check_compound(data: bytes) -> None:
    """An old workbook, or a new one locked with a password inside an old container."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise SheetRefused("encrypted")
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise SheetRefused("macros")


def _check_archive(data: bytes) -> dict[str, bytes]:
    """Refuse bombs, locks, macros and stray members before anything is unpacked (rows 70 to 73)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_members(members, len(data))
            return {name: archive.read(name) for name in ("xl/workbook.xml", *_first_sheet(members))}
    except (zipfile.BadZipFile, KeyError, NotImplementedError, EOFError, RuntimeError, ValueError):
        raise SheetRefused("unreadable") from None


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    whole, names = sum(member.file_size for member in members), [member.filename.lower() for member in members]
    if whole > MAX_UNPACKED or whole > MAX_RATIO * size:
        raise SheetRefused("bomb")
    if any(member.flag_bits & 1 for member in members):
        raise SheetRefused("encrypted")
    links = any(stat.S_ISLNK(member.external_attr >> 16) for member in members)
    if links or len(set(names)) != len(names) or any(".." in name or name.startswith(("/", "\\")) for name in names):
        raise SheetRefused("unreadable")
    if any(part in name for name in names for part in FOREIGN):
        raise SheetRefused("macros")
    if "xl/workbook.xml" not in names:
        raise SheetRefused("ending")


def _first_sheet(members: list[zipfile.ZipInfo]) -> list[str]:
    return sorted(m.filename for m in members if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", m.filename))[:1]


def _worksheet(data: bytes, wanted: str, parts: dict[str, bytes]) -> Book:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [
            meta.name
            for meta in book.sheets_metadata
            if meta.visible == SheetVisibleEnum.Visible and meta.typ == SheetTypeEnum.WorkSheet
        ]
        if not names:
            raise SheetRefused("empty")
        chosen = int(wanted) if wanted.isdecimal() and int(wanted) < len(names) else _likeliest(book, names)
        sheet = book.get_sheet_by_name(names[chosen])
        raw = sheet.to_python(skip_empty_area=False)
    except SheetRefused:
        raise
    except MemoryError:
        raise SheetRefused("heavy") from None
    except Exception as bad:
        raise SheetRefused("encrypted" if "assword" in str(bad) else "unreadable") from None
    serials = not _from_1904(data, parts)
    hidden = _hidden(parts) if len(book.sheet_names) == 1 else ()
    return Book(tuple(names), str(chosen), hidden, serials, _rows(raw, _covered(sheet)))


def _from_1904(data: bytes, parts: dict[str, bytes]) -> bool:
    """Whether days may be counted from 1904: then a bare number is no date that could be told."""
    new = re.search(rb"date1904=.(?:1|true)", parts.get("xl/workbook.xml", b""))
    return bool(new) or (not parts and b"\x22\x00\x02\x00\x01\x00" in data)


def _likeliest(book: Any, names: list[str]) -> int:
    """The first worksheet that names people and their numbers; else the first with more than one row."""
    tops = [book.get_sheet_by_name(name) for name in names]
    for number, sheet in enumerate(tops):
        if any(headings.is_header([cell(value) for value in row]) for row in sheet.to_python(False, 15)):
            return number
    return next((number for number, sheet in enumerate(tops) if sheet.height > 1), 0)


def _hidden(parts: dict[str, bytes]) -> tuple[int, ...]:
    """Columns hidden in the (only) worksheet: shown as hidden, and never guessed."""
    columns: set[int] = set()
    for name, xml in parts.items():
        if name != "xl/workbook.xml":
            for tag in HIDDEN.findall(xml[:65_536]):
                edges = {key: int(value) for key, value in EDGE.findall(tag)}
                columns.update(range(edges.get(b"min", 1) - 1, min(edges.get(b"max", 0), 500)))
    return tuple(sorted(columns))


def _covered(sheet: Any) -> frozenset[int]:
    """Rows that a merged cell of an earlier row covers: their own value is not there."""
    ranges = getattr(sheet, "merged_cell_ranges", None) or []
    return frozenset(row for (top, _left), (bottom, _right) in ranges for row in range(top + 1, bottom + 1))


def _rows(raw: list[list[Any]], covered: frozenset[int]) -> Iterator[Row]:
    for index, values in enumerate(raw):
        row = bounded(index + 1, [cell(value) for value in values])
        yield Row(row.number, row.cells, row.problem or "merged") if index in covered else row


def cell(value: object) -> str:
    """A cell as the user sees it: whole numbers without a point, days as days."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return "" if value is None else str(value)
