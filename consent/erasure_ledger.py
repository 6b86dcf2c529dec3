"""The erasure ledger: who was erased, who said no, kept outside every backup, so that no backup brings them back.

An append-only file of JSON lines, each holding the hash of the one before; ids are random, marks are keyed
fingerprints, and the day somebody is erased their id points at nobody. A line is on the disk *before* the deed commits:
a crash in between leaves a line for something that was due anyway, never a deed without its line. Put it on another
disk than the databases (`YUNNUO_ERASURE_LEDGER`). Serves J1, D8, audit.md §5.8.
"""

import fcntl
import hashlib
import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings

logger = logging.getLogger(__name__)
KINDS = {
    "erased": {"subject"},
    "closed": {"subject", "purpose", "channel", "state"},
    "suppressed": {"mark", "source"},
    "lifted": {"mark"},
    "minor": {"subject"},
}
START = "0" * 64
_TAIL = 4096  # bytes; no line is longer


class LedgerRefused(Exception):
    """The ledger cannot be written or does not hold together; `line` is the first wrong one, 0 where it is the file."""

    def __init__(self, sentence: str, *, line: int = 0) -> None:
        """Keep where."""
        super().__init__(sentence)
        self.line = line


@dataclass(frozen=True)
class Line:
    """One line: its number, when, what, and about whom."""

    number: int
    at: datetime
    kind: str
    about: dict[str, str]
    hash: str


def write(kind: str, abouts: Iterable[dict[str, str]], *, at: datetime) -> int:
    """Append a line for each and wait for the disk once; returns how many. Raises LedgerRefused.

    `kind` is erased {"subject"}, closed {"subject", "purpose", "channel", "state"}, suppressed {"mark", "source"},
    lifted {"mark"} or minor {"subject"}.
    """
    told = list(abouts)
    if not told:
        return 0
    try:
        with _locked() as file:
            number, last = _end(file)
            lines = []
            for about in told:
                number += 1
                line = _encode({"n": number, "t": at.astimezone(UTC).isoformat(), "kind": kind, **about, "prev": last})
                last = _hash(line)
                lines.append(line)
            file.write(b"".join(lines))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise LedgerRefused(f"the erasure ledger cannot be written: {error.strerror}") from None
    return len(told)


def try_to_write(kind: str, abouts: Iterable[dict[str, str]], *, at: datetime) -> None:
    """As `write`, for a person's no: it counts even while the ledger is away; `catch_up` writes the line later."""
    try:
        write(kind, abouts, at=at)
    except LedgerRefused as refused:
        logger.error("%s", refused)


def head() -> tuple[int, str]:
    """The number and hash of the last line; (0, START) before the first. Raises LedgerRefused."""
    try:
        with _locked() as file:
            return _end(file)
    except OSError as error:
        raise LedgerRefused(f"the erasure ledger cannot be read: {error.strerror}") from None


def lines(*, after: int = 0, until: int | None = None) -> Iterator[Line]:
    """Every line after this one up to `until`, in order, checked from the first on; raises LedgerRefused at a wrong one."""
    try:
        file = path().open("rb")
    except FileNotFoundError:
        return
    last = START
    with file:
        for number, raw in enumerate(file, start=1):
            if until is not None and number > until:
                return
            said = _decode(raw, number, last)
            last = _hash(raw)
            if number > after:
                about = {key: said[key] for key in said.keys() - {"n", "t", "kind", "prev"}}
                yield Line(number, datetime.fromisoformat(said["t"]), said["kind"], about, last)


def check() -> int:
    """Read the whole ledger; returns how many lines it holds, raises LedgerRefused at the first wrong one."""
    number = 0
    for line in lines():
        number = line.number
    return number


def path() -> Path:
    """Where the ledger is."""
    return Path(settings.ERASURE_LEDGER)


@contextmanager
def _locked() -> Iterator[IO[bytes]]:
    """The file, for this process alone until the block ends; made, for its owner only, when it is not there."""
    handle = os.open(path(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _end(file: IO[bytes]) -> tuple[int, str]:
    """Number and hash of the last line; a line cut short by a power failure is taken off, as nothing was done for it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    whole = tail[: tail.rfind(b"\n") + 1]
    if len(whole) < len(tail):
        file.truncate(size - (len(tail) - len(whole)))
        file.seek(0, os.SEEK_END)
    if not whole:
        if size > _TAIL:
            raise LedgerRefused("the erasure ledger does not end in a line of ours")
        return 0, START
    line = whole[whole.rfind(b"\n", 0, len(whole) - 1) + 1 :]
    try:
        return int(json.loads(line)["n"]), _hash(line)
    except (ValueError, KeyError, TypeError):
        raise LedgerRefused("the erasure ledger does not end in a line of ours") from None


def _decode(raw: bytes, number: int, last: str) -> dict[str, Any]:
    try:
        said = json.loads(raw)
        about = said.keys() - {"n", "t", "kind", "prev"}
        whole = raw.endswith(b"\n") and said["n"] == number and said["prev"] == last and about == KINDS[said["kind"]]
        datetime.fromisoformat(said["t"])
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise LedgerRefused(f"line {number} of the erasure ledger is not as it was written", line=number)
    return dict(said)


def _encode(said: dict[str, Any]) -> bytes:
    return json.dumps(said, separators=(",", ":")).encode() + b"\n"


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
