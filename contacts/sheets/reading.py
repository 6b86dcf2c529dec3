"""Opens a sheet whatever it is written in: xlsx, xls, or text in any of the encodings people use."""

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from python_calamine import CalamineWorkbook

ENCODINGS = ("utf-8-sig", "gb18030", "utf-16")
DELIMITERS = (",", ";", "\t")
MAX_ROWS = 100_000
MAX_CELL = 2_000
MAX_UNPACKED = 50 * 1024 * 1024
MAX_RATIO = 100


class SheetRefused(Exception):
    """The file cannot be read as a sheet; the code names why."""


@dataclass(frozen=True)
class Row:
    """One data row with the number the user sees beside it in their own program."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A sheet as text: its header, its rows, and how it was read."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str = ""
    delimiter: str = ""


def read(data: bytes, name: str, *, encoding: str = "", delimiter: str = "") -> Table:
    """Read a file by its content, which must agree with its ending. Raises SheetRefused."""
    if not data.strip():
        raise SheetRefused("empty")
    ending = name.rsplit(".", 1)[-1].lower()
    if data[:4] == b"PK\x03\x04" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if ending not in ("xlsx", "xls"):
            raise SheetRefused("ending")
        return _book(data)
    if ending not in ("csv", "txt", "tsv") or data[:5] == b"%PDF-":
        raise SheetRefused("ending")
    return _text(data, encoding, delimiter)


def _book(data: bytes) -> Table:
    if data[:2] == b"PK":
        _check_archive(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        raw = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except Exception as bad:
        raise SheetRefused("unreadable") from bad
    return _table([_cell(value) for value in row] for row in raw)


def _check_archive(data: bytes) -> None:
    """Refuse bombs, macros and stray members before anything is unpacked (rows 70 to 73)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        raise SheetRefused("unreadable") from None
    whole = sum(member.file_size for member in members)
    if whole > MAX_UNPACKED or whole > MAX_RATIO * max(len(data), 1):
        raise SheetRefused("bomb")
    names = [member.filename for member in members]
    if any(".." in name or name.startswith("/") for name in names) or any(m.flag_bits & 1 for m in members):
        raise SheetRefused("unreadable")
    if any("vbaProject" in name or "externalLinks" in name for name in names):
        raise SheetRefused("macros")
    if not any(name.startswith("xl/") for name in names):
        raise SheetRefused("ending")


def _cell(value: object) -> str:
    """A cell as the user sees it: whole numbers without a point, days as days."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _text(data: bytes, encoding: str, delimiter: str) -> Table:
    chosen, text = _decode(data, encoding)
    lines = text.splitlines()
    if lines and lines[0].lower().startswith("sep="):
        delimiter, text = lines[0][4:5], "\n".join(lines[1:])
    mark = delimiter or max(DELIMITERS, key=lambda d: text[:4000].count(d))
    csv.field_size_limit(MAX_UNPACKED)
    try:
        raw = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as bad:
        raise SheetRefused("unreadable") from bad
    return _table(raw, encoding=chosen, delimiter=mark)


def _decode(data: bytes, wanted: str) -> tuple[str, str]:
    """The first encoding that fits strictly; a byte order mark or zero bytes say UTF-16 (rows 58 to 60)."""
    order: tuple[str, ...] = (wanted,) if wanted in ENCODINGS else ENCODINGS
    if not wanted and (data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:400].count(0) > 20):
        order = ("utf-16", "utf-16-le")
    for encoding in order:
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetRefused("encoding")


def _table(raw: Iterable[Iterable[str]], *, encoding: str = "", delimiter: str = "") -> Table:
    rows = [Row(n, tuple(c.strip() for c in cells)) for n, cells in enumerate(raw, start=1)]
    filled = [row for row in rows if any(row.cells)]
    if not filled:
        raise SheetRefused("empty")
    header = next((row for row in filled[:15] if sum(bool(c) for c in row.cells) >= 2), filled[0])
    names = [name for name in header.cells if name]
    if len(set(names)) != len(names):
        raise SheetRefused("duplicate_header")
    data = tuple(row for row in filled if row.number > header.number)
    if not data:
        raise SheetRefused("no_rows")
    if len(data) > MAX_ROWS:
        raise SheetRefused("too_many")
    return Table(header.cells, data, encoding, delimiter)
