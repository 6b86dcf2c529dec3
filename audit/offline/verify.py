#!/usr/bin/env python3
"""Checks an export of Yunnuo's trail: python3 verify.py [BUNDLE.zip] --vkey LINE

Needs Python 3.11 or later and nothing else; runs without a network and trusts no server. BUNDLE is the
zip, or the folder it was unpacked to; without one it is what this program lies beside, and that is said. The
root over all entries is computed anew from the lines of entries.jsonl and compared with the signed
checkpoint. Prints OK and the counts, or one word for what is wrong with the line it concerns, and then ends with 1:

  bundle            it cannot be opened, or a file is missing or one too many
  manifest          the manifest cannot be read, or claims what cannot be
  files             a file, which is named, is not the one whose hash the manifest gives
  vkey              the key is not an Ed25519 verifier's line
  signature         nobody with this key signed the checkpoint
  origin            the checkpoint belongs to another trail
  truncated         the last line is cut
  count             there are more or fewer lines, or entries, than the manifest says
  root              some entry was changed, added, left out or moved; the lines named are those between the last
                    checkpoint that still agrees and the first that does not
  rollback          an earlier checkpoint covers more entries than this trail has
  history-rewritten an earlier checkpoint tells another history
  canonical         a line is no entry of this format         (--strict)
  duplicate         an entry stands there twice               (--strict)
  csv               the sheet says something else than the entries (--csv)

The key: compare it with one that you have from elsewhere (a printed page, a mail). The one in the
bundle came with the bundle; with it alone you learn that nothing broke, not who made it.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from audit.offline.contents import CHECKPOINT, CHECKPOINTS, ENTRIES, SHEET, VKEY, Bundle, beside, manifest_of, same_files
from audit.offline.entries import HEADER, body_of, cells_of, id_of
from audit.offline.merkle import Edge, pieces
from audit.offline.signature import Failed, verified, vkey_of
from audit.offline.waymarks import Waymarks

LINE_LIMIT = 4096
PIECE = 1 << 18  # bytes read at a time
WITHHELD = re.compile(rb'\{"h":"([0-9a-f]{64})"\}')
Earlier = dict[int, list[bytes]]  # the roots of checkpoints that left the house before, by size


def add_all(edge: Edge, levels: Iterator[int], hashes: list[str]) -> None:
    """Grow by subtrees whose hashes were given; raises Failed when there are not as many."""
    wanted = list(levels)
    if len(wanted) != len(hashes):
        raise Failed("manifest")
    for level, one in zip(wanted, hashes, strict=True):
        edge.add(level, bytes.fromhex(one))


def lines_of(bundle: Bundle) -> Iterator[tuple[int, list[bytes]]]:
    """The lines, many at a time, with the number of the first; none longer than an entry may be."""
    with bundle.open(ENTRIES) as file:
        number, rest = 1, b""
        while piece := file.read(PIECE):
            *lines, rest = (rest + piece).split(b"\n")
            if lines and max(map(len, lines)) > LINE_LIMIT:
                whole = next(n for n, line in enumerate(lines) if len(line) > LINE_LIMIT)
                yield number, lines[:whole]
                raise Failed("truncated", number + whole)
            yield number, lines
            number += len(lines)
            if len(rest) > LINE_LIMIT:
                break
        if rest:
            raise Failed("truncated", number)


def walk(
    bundle: Bundle, told: dict[str, Any], earlier: Earlier, marks: Waymarks, each: Callable[[int, bytes], None] | None
) -> int:
    """Compute the root from the lines; meet earlier checkpoints on the way; returns how many lines are withheld."""
    edge, withheld = Edge(), 0
    add_all(edge, pieces(0, told["first"]), told["left"])
    meet(edge, earlier)
    stop = next_stop(edge.size, told["end"], earlier, marks)
    for number, lines in lines_of(bundle):
        at = 0
        while at < len(lines):
            part = lines[at : at + stop - edge.size]
            withheld += grow(edge, part, number + at, each)
            at += len(part)
            if edge.size < stop:
                continue
            meet(edge, earlier)
            if edge.size == marks.next:
                marks.meet(edge)
            if edge.size > told["end"]:
                raise Failed("count", *marks.between(told["end"]))
            stop = next_stop(edge.size, told["end"], earlier, marks)
    settle(edge, told, marks, withheld)
    meet(edge, earlier)
    return withheld


def grow(edge: Edge, lines: list[bytes], number: int, each: Callable[[int, bytes], None] | None) -> int:
    """Add these lines to the tree, and show those that are entries to `each`; returns how many are withheld."""
    sha = hashlib.sha256
    leaves = [sha(b"\x00" + line).digest() for line in lines]
    kept_back = {}
    for n, line in enumerate(lines):
        if line.startswith(b'{"h":') and (hidden := WITHHELD.fullmatch(line)):
            kept_back[n] = leaves[n] = bytes.fromhex(hidden[1].decode())
        elif each:
            each(number + n, line)
    edge.extend(leaves)
    return len(kept_back)


def next_stop(size: int, end: int, earlier: Earlier, marks: Waymarks) -> int:
    """How large the tree grows before somebody looks at it: to the next checkpoint, or one line too many."""
    return min(known for known in (*earlier, marks.next, max(end, size) + 1) if known > size)


def settle(edge: Edge, told: dict[str, Any], marks: Waymarks, withheld: int) -> None:
    """Behind the last line: the counts, the hashes to the right, and the root."""
    if edge.size != told["end"]:
        raise Failed("count", *marks.between(edge.size))
    if edge.size - told["first"] - withheld != told["count"]:
        raise Failed("count")
    add_all(edge, pieces(told["end"], told["size"]), told["right"])
    if edge.root() != told["root"]:
        raise Failed("root", *marks.between(told["end"]))
    if marks.bad:
        raise Failed("history-rewritten", *marks.between(told["end"]))


def meet(edge: Edge, earlier: Earlier) -> None:
    """Compare with the earlier checkpoints of exactly this size."""
    for root in earlier.pop(edge.size, ()):
        if root != edge.root():
            raise Failed("history-rewritten")


class Found(NamedTuple):
    """What a whole bundle shows: the trail it is of, how large that is, which places, and how many entries of them."""

    origin: str
    size: int
    first: int
    end: int
    shown: int
    unmet: int


class Reader:
    """Reads each entry: its form, whether it is there twice, and what the sheet says beside it."""

    def __init__(self, sheet: IO[bytes] | None) -> None:
        """`sheet` is the open sheet, or None where it is not asked."""
        self.seen = set[bytes]()
        self.rows = csv.reader(io.TextIOWrapper(sheet, encoding="utf-8-sig", newline="")) if sheet else None
        if self.rows and tuple(next(self.rows, ())) != HEADER:
            raise Failed("csv")

    def each(self, number: int, line: bytes) -> None:
        """Read one entry."""
        named = id_of(line, number)
        if named in self.seen:
            raise Failed("duplicate", number)
        self.seen.add(named)
        if self.rows and next(self.rows, [])[2:] != cells_of(body_of(line, number)):
            raise Failed("csv", number)

    def end(self) -> None:
        """No row may be left over."""
        if self.rows and next(self.rows, None) is not None:
            raise Failed("csv")


def verify(path: Path, *, vkey: str = "", earlier: tuple[str, ...] = (), sheet: bool = False, strict: bool = False) -> Found:
    """Check a bundle and tell what it shows.

    `vkey` is a verifier's line; without one the bundle's own is taken. `earlier` are checkpoints, as text, that left the
    house before. Raises Failed.
    """
    bundle = Bundle(path)
    try:
        key = vkey_of(vkey or bundle.read(VKEY).decode())
        told = manifest_of(bundle)
        origin, size, told["root"] = verified(bundle.read(CHECKPOINT).decode(), key, told.get("origin"))
        if size != told["size"]:
            raise Failed("count")
        same_files(bundle, told)
        known: Earlier = {}
        for text in earlier:
            _origin, before, root = verified(text, key, origin)
            if before > size:
                raise Failed("rollback")
            known.setdefault(before, []).append(root)
        marks = Waymarks(bundle.read(CHECKPOINTS) if CHECKPOINTS in bundle.names else b"", told["first"], key, origin)
        with bundle.open(SHEET) as opened:
            reader = Reader(opened if sheet else None) if sheet or strict else None
            walk(bundle, told, known, marks, reader.each if reader else None)
            if reader:
                reader.end()
    except (OSError, zipfile.BadZipFile, EOFError, UnicodeDecodeError, csv.Error, RuntimeError, zlib.error):
        raise Failed("bundle") from None
    return Found(origin, size, told["first"], told["end"], told["count"], unmet=len(known))


def main() -> None:
    """Ask the command line, print one line."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("bundle", type=Path, nargs="?", help="the zip or its folder; else what lies beside this program")
    asked.add_argument("--vkey", default="", help="the verifier's line, or a file that holds it")
    asked.add_argument("--old-checkpoint", type=Path, action="append", default=[], metavar="FILE", help="left the house before")
    asked.add_argument("--csv", action="store_true", help="compare the sheet, row by row")
    words = "read every entry: its form, and that none is there twice; remembers every id, some 100 MB a million"
    asked.add_argument("--strict", action="store_true", help=words)
    told = asked.parse_args()
    vkey = Path(told.vkey).read_text().strip() if told.vkey and Path(told.vkey).is_file() else told.vkey
    earlier = tuple(file.read_text(encoding="utf-8") for file in told.old_checkpoint)
    path = told.bundle or beside(Path(__file__).resolve().parent)
    if path is None:
        sys.exit("FAILED: bundle. None was named, and beside this program lies none, or more than one zip: please name it.")
    if told.bundle is None:
        sys.stdout.write(f"No bundle was named; this is about {path}, beside this program.\n")
    try:
        found = verify(path, vkey=vkey, earlier=earlier, sheet=told.csv, strict=told.strict)
    except Failed as failed:
        sys.exit(f"FAILED: {failed}")
    hidden = found.end - found.first - found.shown
    lines = [
        f"OK: {found.shown} entries shown, {hidden} withheld; "
        f"places {found.first + 1} to {found.end} of {found.size} in {found.origin}."
    ]
    if not vkey:
        lines.append("The key came with the bundle: compare its line with one you have from elsewhere (--vkey).")
    if found.unmet:
        lines.append(f"Earlier checkpoints outside this range, not compared: {found.unmet}.")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
