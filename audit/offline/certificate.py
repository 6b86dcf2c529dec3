#!/usr/bin/env python3
"""Checks a certificate of deletion: python3 certificate.py FILE.txt --vkey LINE

Needs Python 3.11 and nothing else. The file (C2SP tlog-proof) holds one entry of the trail, its place, the hashes that
lead from it to a root, and the signed checkpoint over that root. Prints what the entry says and OK, or FAILED with one
word: format, vkey, signature, origin, or root when the entry does not stand where the file says.

The key: its line is printed on the office's checkpoints (/audit/checkpoint/); take it from a print, not from the server.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from audit.offline.merkle import included
from audit.offline.signature import Failed, verified, vkey_of


def check(text: str, vkey: str, origin: str = "") -> tuple[dict[str, Any], int, int]:
    """What the entry says, its place counted from 1, and how many entries the trail had. Raises Failed."""
    head, gap, note = text.partition("\n\n")
    try:
        kind, extra, index, *packed = head.split("\n")
        leaf = base64.b64decode(extra.removeprefix("extra "), validate=True)
        place = int(index.removeprefix("index "))
        hashes = [base64.b64decode(one, validate=True) for one in packed]
        said: dict[str, Any] = json.loads(leaf)
    except ValueError:
        raise Failed("format") from None
    if not gap or kind != "c2sp.org/tlog-proof@v1" or not extra.startswith("extra ") or not index.startswith("index "):
        raise Failed("format")
    _origin, size, root = verified(note, vkey_of(vkey), origin or None)
    if not included(hashlib.sha256(b"\x00" + leaf).digest(), place, size, hashes, root):
        raise Failed("root")
    return said, place + 1, size


def main() -> None:
    """Ask the command line, print what the entry says."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("file", type=Path)
    asked.add_argument("--vkey", required=True, help="the verifier's line")
    asked.add_argument("--origin", default="", help="the trail it must belong to")
    told = asked.parse_args()
    try:
        said, place, size = check(told.file.read_text(encoding="utf-8"), told.vkey, told.origin)
    except Failed as failed:
        sys.exit(f"FAILED: {failed}")
    when = datetime.datetime.fromtimestamp(said["t"] / 1_000_000, datetime.UTC).isoformat(timespec="seconds")
    sys.stdout.write(f"OK: {said['act']} at {when}, reason {said['reason'] or '-'}, entry {place} of {size}.\n")


if __name__ == "__main__":
    main()
