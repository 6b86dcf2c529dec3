"""Reads one sheet in a process of its own: no secrets, no framework, bounded time and memory.

Request and file come through standard input, rows leave through standard output as lines of JSON;
nothing touches the disk, and whatever goes wrong here goes wrong here alone.
"""

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

from contacts.sheets import book, headings, text
from contacts.sheets.table import MAX_ROWS, Ask, Head, Row, SheetRefused
from vault import bounded

CPU_SECONDS = 30
MEMORY = 1024 * 1024 * 1024
LOOK = 15  # a header stands within the first filled rows
DATE = r"\d{1,2}[-/.]\d{1,2}"
QUESTIONS = {
    "two": ("mobile", re.compile(r"\d{7,}.*[/、;;,,|\s].*\d{7,}")),
    "order": ("signed_on", re.compile(rf"^{DATE}[-/.]\d{{4}}")),
    "year": ("signed_on", re.compile(rf"^(?:\d{{1,2}}\s*月\s*\d{{1,2}}\s*[日号]?|{DATE})$")),
    "roc": ("signed_on", re.compile(r"^民国")),
}


def main() -> None:
    """Bound this process, read the request and the file, and write the rows."""
    limit()
    request = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    try:
        for line in lines(data, request["ending"], Ask(**request["ask"])):
            sys.stdout.write(json.dumps(line, ensure_ascii=True) + "\n")
    except SheetRefused as refused:
        sys.stdout.write(json.dumps({"refused": str(refused), "row": refused.row}) + "\n")
    except MemoryError:
        sys.stdout.write('{"refused": "heavy", "row": 0}\n')


def limit() -> None:
    """No more time and memory than a sheet needs; no file is written, no core is left."""
    bounded.limit(cpu_seconds=CPU_SECONDS, memory=MEMORY)


def lines(data: bytes, ending: str, ask: Ask) -> Iterator[Any]:
    """The head, every row that holds anything, and at the end how many there were and what is to be asked."""
    head, rows = _open(data, ending, ask)
    first, waiting = _header(rows)
    head = Head(**vars(head) | {"header": first.cells})
    yield vars(head)
    watch = ask.watch if ask.watch is not None else headings.guess(head.header, head.hidden)
    count, questions = 0, set[str]()
    for row in _after(first, waiting, rows):
        if not any(row.cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise SheetRefused("too_many")
        fitted = _fitted(row, len(head.header), head.kind)
        questions |= _questions(fitted, watch, questions)
        yield [fitted.number, fitted.cells, fitted.problem]
    if not count:
        raise SheetRefused("no_rows")
    yield {"end": count, "questions": sorted(questions)}


def _open(data: bytes, ending: str, ask: Ask) -> tuple[Head, Iterator[Row]]:
    if not data.strip(b" \t\r\n\0"):
        raise SheetRefused("empty")
    if book.is_book(data):
        found = book.open_book(data, ending, ask.sheet)
        head = Head((), "book", sheets=found.sheets, sheet=found.sheet, hidden=found.hidden, serials=found.serials)
        return head, found.rows
    if ending not in ("csv", "txt", "tsv"):
        raise SheetRefused("ending")
    encoding, decoded = text.decode(data, ask.encoding)
    delimiter, rows = text.rows(decoded, ask)
    return Head((), "text", encoding, delimiter), rows


def _header(rows: Iterator[Row]) -> tuple[Row, list[Row]]:
    """The header among the first filled rows, and the rows read on the way: titles may stand above it."""
    seen: list[Row] = []
    for row in rows:
        if any(row.cells):
            seen.append(row)
        if headings.is_header(row.cells) or len(seen) == LOOK:
            break
    if not seen:
        raise SheetRefused("empty")
    likely = (row for row in seen if headings.is_header(row.cells))
    header = next(likely, None) or next((row for row in seen if sum(map(bool, row.cells)) >= 2), seen[0])
    _check_header(header)
    return header, seen


def _check_header(header: Row) -> None:
    if headings.holds_a_number(header.cells):
        raise SheetRefused("no_header", header.number)
    names = [headings.plain(name) for name in header.cells if name]
    if len(set(names)) != len(names):
        raise SheetRefused("duplicate_header", header.number)
    if header.problem in ("cell", "quotes"):
        raise SheetRefused("no_header", header.number)


def _after(header: Row, waiting: list[Row], rows: Iterator[Row]) -> Iterator[Row]:
    yield from (row for row in waiting if row.number > header.number)
    yield from rows


def _fitted(row: Row, width: int, kind: str) -> Row:
    """As wide as the header: empty cells beyond it do not count, anything else is an error of this row (66)."""
    cells, beyond = row.cells[:width], row.cells[width:]
    if kind == "text" and (len(cells) < width or any(beyond)):
        return Row(row.number, cells, row.problem or "width")
    return Row(row.number, cells + ("",) * (width - len(cells)), row.problem or ("width" if any(beyond) else ""))


def _questions(row: Row, watch: dict[str, int], known: set[str]) -> set[str]:
    """What only a person can answer about this file: two numbers in a cell, the order of day and month, the year."""
    found = set[str]()
    for question, (role, pattern) in QUESTIONS.items():
        column = watch.get(role, -1)
        if question not in known and 0 <= column < len(row.cells) and pattern.search(headings.plain(row.cells[column])):
            found.add(question)
    return found


if __name__ == "__main__":
    main()
