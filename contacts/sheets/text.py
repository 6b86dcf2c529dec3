"""Reads sheets that are text, in any encoding and with any separator people use. Knows no framework."""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator

from contacts.sheets.table import DELIMITERS, ENCODINGS, MAX_CELL, MAX_LINES, Ask, Row, SheetRefused

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BINARY = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"{\\rtf", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")


def decode(data: bytes, wanted: str) -> tuple[str, str]:
    """Encoding and text: the one asked for, or the first that fits strictly (rows 58 to 60).

    A byte order mark decides; then UTF-8, GB18030, UTF-16. A person confirms it by the eye.
    """
    if data.startswith(BINARY):
        raise SheetRefused("ending")
    for encoding in (wanted,) if wanted in (*ENCODINGS, "utf-32") else _order(data):
        try:
            text = _decoded(data, encoding)
        except UnicodeDecodeError:
            continue
        if not _looks_binary(text):
            return encoding, text.removeprefix("\ufeff")
    raise SheetRefused("encoding")


def _order(data: bytes) -> tuple[str, ...]:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return (encoding,)
    return ("utf-16",) if _wide(data) else ("utf-8", "gb18030", "utf-16")


def _decoded(data: bytes, encoding: str) -> str:
    if encoding == "utf-16" and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode(_wide(data) or "utf-16-le")
    return data.decode(encoding)


def _wide(data: bytes) -> str:
    """UTF-16 without a mark shows by zero bytes that stand on one side only; a stray NUL does not (row 63)."""
    start = data[:4096]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if len(data) % 2 or even + odd < max(4, len(start) // 20):
        return ""
    if even and odd and min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _looks_binary(text: str) -> bool:
    start = text[:4000]
    strange = sum(unicodedata.category(char) in ("Cc", "Cn", "Co") and char not in "\t\r\n\0" for char in start)
    return strange * 50 > max(len(start), 50)


def rows(text: str, ask: Ask) -> tuple[str, Iterator[Row]]:
    """The separator and the rows, numbered as a spreadsheet numbers them."""
    first, _break, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.rstrip("\r")) == 5:
        return first[4], _rows(rest, first[4])  # a spreadsheet shows no row for this line
    delimiter = ask.delimiter if ask.delimiter in DELIMITERS else _delimiter(text)
    return delimiter, _rows(text, delimiter)


def _delimiter(text: str) -> str:
    """The separator that cuts the first lines most often into the same number of columns (row 68)."""
    lines = text[:20_000].splitlines()[:30]
    return max(DELIMITERS, key=lambda mark: _evenness(lines, mark))


def _evenness(lines: list[str], mark: str) -> tuple[int, int]:
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark)]
    except csv.Error:
        return 0, 0
    wide = [width for width in widths if width > 1]
    common = max(wide, key=wide.count, default=1)
    return wide.count(common), common


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(len(text) + 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as bad:
            if "unexpected end" in str(bad):
                raise SheetRefused("quotes", number) from None
            yield Row(number, ("\N{REPLACEMENT CHARACTER}",), "quotes")
            continue
        yield bounded(number, cells)


def bounded(number: int, cells: list[str]) -> Row:
    """A row as it may be passed on: a cell that is too long or cannot be stored costs this row only (62, 63)."""
    bad = [len(cell) > MAX_CELL or "\0" in cell or cell.count("\n") > MAX_LINES for cell in cells]
    kept = tuple("\N{REPLACEMENT CHARACTER}" if off else cell.strip() for cell, off in zip(cells, bad, strict=True))
    return Row(number, kept, "cell" if any(bad) else "")
