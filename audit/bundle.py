"""The shape of an export: which files, which columns, what the manifest says."""

import csv
import hashlib
import io
import json
from datetime import datetime
from typing import Any

from audit import cells, ids, verbs

ENTRIES, SHEET, MANIFEST = "entries.jsonl", "entries.csv", "manifest.json"
FORMAT = "yunnuo-trail/1"
NOTE = (
    "These hashes show that the files belong together. They are not signed yet: "
    "a signed checkpoint (sealing) comes in a later version."
)
COLUMNS = (
    ("id", "id"),
    ("act", "act"),
    ("actor", "actor"),
    ("subject", "subj"),
    ("outcome", "out"),
    ("fields", "fields"),
    ("basis", "basis"),
    ("reason", "reason"),
    ("purpose", "purp"),
    ("channel", "chan"),
    ("decision", "dec"),
    ("rule", "rule"),
    ("numbers", "n"),
    ("previous", "prev"),
    ("request", "req"),
)
HEADER = ("time_utc", "sentence", *(title for title, _key in COLUMNS))
BOM = b"\xef\xbb\xbf"


def row(body: dict[str, object] | None) -> list[str]:
    """One leaf as cells of the sheet, each safe from being taken for a formula; None is a damaged one."""
    if body is None:
        return ["", "damaged", *[""] * len(COLUMNS)]
    moment = ids.moment(int(str(body["t"]))).isoformat(timespec="microseconds")
    told = [moment, str(verbs.verb_label(str(body["act"])))]
    return [cells.safe(text) for text in told] + codes(body)


def codes(body: dict[str, object]) -> list[str]:
    """The cells that depend on the leaf alone and on no language; what a verifier compares."""
    return [cells.safe(_text(body.get(key, ""))) for _title, key in COLUMNS]


def sheet_line(values: list[str] | tuple[str, ...]) -> bytes:
    """One line of the sheet, as RFC 4180 has it, in UTF-8."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(values)
    return out.getvalue().encode()


def manifest(*, since: datetime | None, until: datetime | None, at: datetime, hashes: dict[str, str], tally: "Tally") -> bytes:
    """The manifest: what was asked for, how many came, and the hash of each file."""
    body: dict[str, Any] = {
        "format": FORMAT,
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "count": tally.count,
        "first": tally.first,
        "last": tally.last,
        "leaf_hashes_sha256": tally.chain.hexdigest(),
        "files": {name: {"sha256": digest} for name, digest in hashes.items()},
        "generated_at": at.isoformat(),
        "sealed": False,
        "note": NOTE,
    }
    return (json.dumps(body, ensure_ascii=True, indent=2) + "\n").encode()


class Tally:
    """Counts leaves and chains their hashes while they pass."""

    def __init__(self) -> None:
        """Start before the first leaf."""
        self.count = 0
        self.first = self.last = ""
        self.chain = hashlib.sha256()

    def add(self, eid: str, leaf_hash: bytes) -> None:
        """Take one more leaf."""
        self.first = self.first or eid
        self.last = eid
        self.count += 1
        self.chain.update(leaf_hash)


def _text(value: object) -> str:
    return " ".join(str(part) for part in value) if isinstance(value, list) else str(value)
