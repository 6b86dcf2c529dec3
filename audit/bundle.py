"""The shape of an export: its rows, its withheld lines, and what the manifest says of them."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from audit import ids, tree, verbs
from audit.offline import contents, entries
from audit.offline.contents import CHECKPOINT, CHECKPOINTS, ENTRIES, MANIFEST, SHEET, VKEY
from audit.offline.entries import HEADER

__all__ = ["BOM", "CHECKPOINT", "CHECKPOINTS", "ENTRIES", "HEADER", "MANIFEST", "SHEET", "VKEY"]
BOM = b"\xef\xbb\xbf"


def row(body: dict[str, object] | None) -> list[str]:
    """One leaf as cells of the sheet, each safe from being taken for a formula; None is a damaged one."""
    if body is None:
        return ["", "damaged", *[""] * len(entries.COLUMNS)]
    moment = ids.moment(int(str(body["t"]))).isoformat(timespec="microseconds")
    told = [moment, str(verbs.verb_label(str(body["act"])))]
    return [entries.safe(text) for text in told] + entries.cells_of(body)


def sheet_line(values: Sequence[str]) -> bytes:
    """One line of the sheet, as RFC 4180 has it, in UTF-8."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(values)
    return out.getvalue().encode()


def withheld(leaf_hash: bytes) -> bytes:
    """The line that keeps the place of an entry that is not shown."""
    return b'{"h":"%s"}' % leaf_hash.hex().encode()


def waymarks(notes: Sequence[str]) -> bytes:
    """Earlier checkpoints, one on each line."""
    return "".join(json.dumps({"note": text}, ensure_ascii=True) + "\n" for text in notes).encode()


def sides(first: int, end: int, size: int, hash_of: tree.HashOf) -> dict[str, list[str]]:
    """The hashes left and right of the places first … end-1, from which their root can be computed."""
    return {
        side: [hash_of(level, n).hex() for level, n in tree.pieces(low, high)]
        for side, (low, high) in {"left": (0, first), "right": (end, size)}.items()
    }


def manifest(
    *,
    origin: str,
    places: tuple[int, int, int],
    count: int,
    waiting: int,
    pruned: int,
    redacted: Sequence[int],
    sides: Mapping[str, list[str]],
    criteria: Mapping[str, str],
    hashes: Mapping[str, str],
    at: datetime,
) -> bytes:
    """The manifest: which trail, which places of it, how many entries are shown, and the hash of every other file.

    `places` are the first, the end (excluded) and the size of the trail; `pruned` is how many at its beginning lie in
    archives, `redacted` the places, from 1, whose content was taken out; `at` when it was made, UTC.
    """
    first, end, size = places
    body: dict[str, Any] = {
        "format": contents.FORMAT,
        "origin": origin,
        "size": size,
        "first": first,
        "end": end,
        "count": count,
        "withheld": end - first - count,
        "complete": first == 0 and end == size == count,
        "waiting": waiting,
        "pruned_below": pruned,
        "redacted": redacted,
        "criteria": criteria,
        "files": {name: {"sha256": digest} for name, digest in hashes.items()},
        "generated_at": at.isoformat(),
        **sides,
    }
    return (json.dumps(body, ensure_ascii=True, indent=2) + "\n").encode()
