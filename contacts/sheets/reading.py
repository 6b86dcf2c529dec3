"""Has a sheet read by a process of its own, and takes the rows from it as they come."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contacts.sheets.table import Ask, Head, Row, SheetRefused, Table

HOUSE = Path(__file__).resolve().parent.parent.parent
SECONDS = 60  # by the clock on the wall; the child bounds its own processor time


def read(data: bytes, name: str, ask: Ask | None = None, *, keep: int | None = None) -> Table:
    """Read the whole file by its content, which must agree with its ending; keep all rows or the first few.

    Raises SheetRefused. Serves rows 58 to 77 of the bad-input list.
    """
    with opened(data, name, ask) as sheet:
        kept = [row for number, row in enumerate(sheet.rows()) if keep is None or number < keep]
    return Table(sheet.head.header, tuple(kept), sheet.head, sheet.count, sheet.questions)


class Sheet:
    """A sheet that is being read: its head now, its rows as they are asked for, the rest at the end."""

    def __init__(self, lines: Iterator[Any]) -> None:
        """Take the head from the first line."""
        self._lines, self.count, self.questions = lines, 0, frozenset[str]()
        first = next(lines)
        facts: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in first.items()}
        self.head = Head(**facts)

    def rows(self) -> Iterator[Row]:
        """The rows in order; when they end, `count` and `questions` are known. Raises SheetRefused."""
        for line in self._lines:
            if isinstance(line, dict):
                self.count, self.questions = line["end"], frozenset(line["questions"])
                return
            number, cells, problem = line
            yield Row(number, tuple(cells), problem)


@contextmanager
def opened(data: bytes, name: str, ask: Ask | None = None) -> Iterator[Sheet]:
    """A sheet to be read row by row; the process that reads it ends with the block. Raises SheetRefused."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    request = json.dumps({"ending": ending, "ask": vars(ask or Ask())}).encode() + b"\n"
    child = subprocess.Popen(
        [sys.executable, "-m", "contacts.sheets.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # whatever a reader complains about may quote the sheet
        cwd=HOUSE,
        env={"PYTHONPATH": str(HOUSE), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath},  # none of our secrets
    )
    clock = threading.Timer(SECONDS, child.kill)
    clock.start()
    try:
        threading.Thread(target=_feed, args=(child, request, data), daemon=True).start()
        yield Sheet(_lines(child))
    finally:
        clock.cancel()
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


def _feed(child: "subprocess.Popen[bytes]", request: bytes, data: bytes) -> None:
    try:
        with child.stdin as pipe:  # type: ignore[union-attr]
            pipe.write(request)
            pipe.write(data)
    except OSError:
        return  # the child has ended; what it said, or did not, tells why


def _lines(child: "subprocess.Popen[bytes]") -> Iterator[Any]:
    """Every line of the child; a refusal is raised, and so is an end without its closing line."""
    for raw in child.stdout or ():
        if not raw.endswith(b"\n"):
            break  # cut off in the middle of a line
        line = json.loads(raw)
        if isinstance(line, dict) and "refused" in line:
            raise SheetRefused(line["refused"], line["row"])
        yield line
        if isinstance(line, dict) and "end" in line:
            return
    raise SheetRefused("heavy")
