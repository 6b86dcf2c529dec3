"""Writes the trail, or a span of it, into one zip that somebody outside can check; never capped."""

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any

from django.db import connection, transaction

from audit import bundle, leaf, search
from audit.models import Entry

_FETCH = 2000
_CHUNK = 64 * 1024
_SPOOL = 4 * 1024 * 1024


def stream(*, since: datetime | None, until: datetime | None, at: datetime) -> Iterator[bytes]:
    """The bytes of the zip, piece by piece: entries with since ≤ time < until (aware), in the order written.

    All entries come from one snapshot, fetched by a cursor, so that memory stays flat. Record the
    export in the trail before you start it. An entry that somebody damaged goes out as it stands:
    verification then names it.
    """
    outlet = _Outlet()
    tally, hashes = bundle.Tally(), {}
    with (
        tempfile.SpooledTemporaryFile(max_size=_SPOOL) as sheet,
        zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        with archive.open(bundle.ENTRIES, "w", force_zip64=True) as target:
            digest = hashlib.sha256()
            for line in _entries(sheet, tally, since=since, until=until):
                digest.update(line)
                target.write(line)
                yield from outlet.drain()
            hashes[bundle.ENTRIES] = digest.hexdigest()
        with archive.open(bundle.SHEET, "w", force_zip64=True) as target:
            hashes[bundle.SHEET] = _copy(sheet, target)
        yield from outlet.drain()
        archive.writestr(
            bundle.MANIFEST,
            bundle.manifest(since=since, until=until, at=at, hashes=hashes, tally=tally),
        )
    yield from outlet.drain(everything=True)


def write(target: IO[bytes], *, since: datetime | None, until: datetime | None, at: datetime) -> None:
    """The same zip into an open file."""
    for piece in stream(since=since, until=until, at=at):
        target.write(piece)


def _entries(sheet: IO[bytes], tally: bundle.Tally, *, since: datetime | None, until: datetime | None) -> Iterator[bytes]:
    sheet.write(bundle.BOM + bundle.sheet_line(bundle.HEADER))
    found = search.matching(search.Criteria(since=since, until=until)).order_by("seq")
    with _snapshot():
        entry: Entry
        for entry in found.only("seq", "leaf").iterator(chunk_size=_FETCH):
            body = leaf.read_or_none(entry.content)
            tally.add(str(body["id"]) if body else "", leaf.leaf_hash(entry.content))
            sheet.write(bundle.sheet_line(bundle.row(body)))
            yield entry.content + b"\n"


@contextmanager
def _snapshot() -> Iterator[None]:
    """One unmoving view of the database; SQLite's single SELECT is one already and must not lock writers."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    source.seek(0)
    while piece := source.read(_CHUNK):
        digest.update(piece)
        target.write(piece)
    return digest.hexdigest()


class _Outlet(io.RawIOBase):
    """Where the zip writes to; hands its bytes on as soon as there are enough of them."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: Any, /) -> int:
        self._held += data
        return len(data)

    def drain(self, *, everything: bool = False) -> Iterator[bytes]:
        if len(self._held) >= _CHUNK or (everything and self._held):
            piece = bytes(self._held)
            self._held.clear()
            yield piece
