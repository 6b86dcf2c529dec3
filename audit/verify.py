"""Checks a bundle, or the live table, and says with one word what is wrong."""

import csv
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from audit import bundle, fsck, leaf, trail
from audit.models import Entry
from audit.trail import System

_MANIFEST_LIMIT = 1024 * 1024
_FETCH = 2000


class Broken(Exception):
    """What does not hold; `word` is one of: bundle, manifest, files, canonical, duplicate, count, chain,
    csv, hash, columns, or a word of `fsck.TreeBroken`. `place` counts entries from 1, 0 where it concerns the whole."""

    def __init__(self, word: str, place: int = 0) -> None:
        """Keep the word and the place, never the content."""
        super().__init__(f"{word} ({place})" if place else word)
        self.word = word
        self.place = place


@dataclass(frozen=True)
class Verified:
    """How many entries were checked and found whole."""

    count: int


def bundle_file(path: Path) -> Verified:
    """Check an exported zip from its manifest down to each leaf. Raises Broken."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sorted(archive.namelist()) != sorted((bundle.ENTRIES, bundle.SHEET, bundle.MANIFEST)):
                raise Broken("files")
            return _check(archive)
    except csv.Error as error:
        raise Broken("csv") from error
    # What zipfile raises on damaged input is spread over all of these.
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError, KeyError) as error:
        raise Broken("bundle") from error


def live() -> Verified:
    """Check every row of the trail, and the tree over them. Raises Broken with the number of the row or place."""
    found = rows()
    try:
        fsck.check()
    except fsck.TreeBroken as broken:
        raise Broken(broken.word, broken.place) from None
    return found


def rows() -> Verified:
    """Check every row of the trail: canonical bytes, right hash, columns that say what the leaf says.

    Raises Broken with the number of the row.
    """
    count = 0
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=_FETCH):
        count += 1
        body = _body(entry.content, count)
        if bytes(entry.leaf_hash) != leaf.leaf_hash(entry.content):
            raise Broken("hash", count)
        if _told(body) != _columns(entry):
            raise Broken("columns", count)
    return Verified(count)


def _told(body: dict[str, object]) -> tuple[object, ...]:
    """What the columns of an entry must say, told by its leaf."""
    who, subject = str(body["actor"]), str(body["subj"])[2:]
    actor = trail.actor_id(System(who[4:])) if who.startswith("sys:") else UUID(who[2:])
    about = UUID(subject) if subject else None
    return (UUID(str(body["id"])), body["t"], body["act"], body["out"], body["reason"], actor, about)


def _columns(entry: Entry) -> tuple[object, ...]:
    return (entry.eid, entry.at_us, entry.act, entry.outcome, entry.reason, entry.actor, entry.subject)


def _check(archive: zipfile.ZipFile) -> Verified:
    manifest = _manifest(archive)
    for name in (bundle.ENTRIES, bundle.SHEET):
        if manifest["files"][name]["sha256"] != _sha256(archive, name):
            raise Broken("files")
    tally = bundle.Tally()
    with archive.open(bundle.ENTRIES) as entries, archive.open(bundle.SHEET) as sheet:
        _compare(entries, sheet, tally)
    if manifest["count"] != tally.count:
        raise Broken("count")
    told = (manifest["leaf_hashes_sha256"], manifest["first"], manifest["last"])
    if told != (tally.chain.hexdigest(), tally.first, tally.last):
        raise Broken("chain")
    return Verified(tally.count)


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    with archive.open(bundle.MANIFEST) as file:
        try:
            told: dict[str, Any] = json.loads(file.read(_MANIFEST_LIMIT))
            complete = told["format"] == bundle.FORMAT and {"count", "first", "last"} <= told.keys()
            complete = complete and isinstance(told["leaf_hashes_sha256"], str)
            for name in (bundle.ENTRIES, bundle.SHEET):
                complete = complete and isinstance(told["files"][name]["sha256"], str)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Broken("manifest") from None
    if not complete:
        raise Broken("manifest")
    return told


def _sha256(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _compare(entries: IO[bytes], sheet: IO[bytes], tally: bundle.Tally) -> None:
    """Every line a leaf, none twice, and beside it the row of the sheet that says the same."""
    rows = csv.reader(io.TextIOWrapper(sheet, encoding="utf-8-sig", newline=""))
    if tuple(next(rows, ())) != bundle.HEADER:
        raise Broken("csv")
    seen: set[int] = set()
    for place, line in enumerate(_lines(entries), start=1):
        body = _body(line, place)
        key = UUID(str(body["id"])).int
        if key in seen:
            raise Broken("duplicate", place)
        seen.add(key)
        if next(rows, [])[2:] != bundle.codes(body):
            raise Broken("csv", place)
        tally.add(str(body["id"]), leaf.leaf_hash(line))
    if next(rows, None) is not None:
        raise Broken("csv")


def _lines(entries: IO[bytes]) -> Iterator[bytes]:
    """Lines of at most a leaf's length, so that no file of one endless line fills the memory."""
    place = 0
    while line := entries.readline(leaf.MAX_BYTES + 1):
        place += 1
        if not line.endswith(b"\n"):
            raise Broken("canonical", place)
        yield line[:-1]


def _body(content: bytes, place: int) -> dict[str, object]:
    try:
        return leaf.read(content)
    except leaf.LeafRefused:
        raise Broken("canonical", place) from None
