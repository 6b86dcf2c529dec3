#!/usr/bin/env python3
"""A second witness: keeps, on another machine, what it last saw of a trail, and believes only what continues it.

    manage.py audit proof --old "$(python3 witness.py --state trail.state --size)" |
        python3 witness.py --state trail.state --vkey LINE

Reads a proof of growth (C2SP add-checkpoint) from its input: `old <size>`, the hashes of the consistency
proof (RFC 6962), an empty line, the signed checkpoint. When the checkpoint is signed by this key and provably
begins with what was seen before, it is remembered and OK is printed. Otherwise one word and exit 1: format,
vkey, signature, origin, rollback, fork, or stale when the proof starts elsewhere than at what was seen.

Lies beside verify.py, needs Python 3.11 and nothing else.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
from pathlib import Path

from audit.offline.merkle import consistent
from audit.offline.signature import Failed, verified, vkey_of


def read(state: Path) -> tuple[str, int, bytes]:
    """Origin, size and root that were seen last; nothing of any trail at first."""
    if not state.exists():
        return "", 0, b""
    told = json.loads(state.read_text(encoding="ascii"))
    return told["origin"], told["size"], base64.b64decode(told["root"])


def write(state: Path, origin: str, size: int, root: bytes) -> None:
    """Remember this, whole or not at all."""
    fresh = state.with_name(state.name + ".new")
    told = {"origin": origin, "size": size, "root": base64.b64encode(root).decode()}
    with fresh.open("w", encoding="ascii") as file:
        json.dump(told, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(state)


def witness(text: str, state: Path, vkey: str) -> tuple[str, int]:
    """Believe a proof of growth or raise Failed; returns the trail's name and its size now."""
    head, gap, note = text.partition("\n\n")
    first, *packed = head.split("\n")
    try:
        old = int(first.removeprefix("old "))
        proof = [base64.b64decode(one, validate=True) for one in packed]
    except ValueError:
        raise Failed("format") from None
    if not gap or not first.startswith("old "):
        raise Failed("format")
    known, seen, root_then = read(state)
    origin, size, root = verified(note, vkey_of(vkey), known or None)
    if size < seen:
        raise Failed("rollback")
    if old != seen:
        raise Failed("stale")
    if seen and not consistent(seen, root_then, size, root, proof):
        raise Failed("fork")
    write(state, origin, size, root)
    return origin, size


def main() -> None:
    """Ask the command line, read the input, print one line."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--state", type=Path, required=True, help="the file in which it remembers")
    asked.add_argument("--vkey", default="", help="the verifier's line")
    asked.add_argument("--size", action="store_true", help="print how many entries were seen, and stop")
    told = asked.parse_args()
    if told.size:
        sys.stdout.write(f"{read(told.state)[1]}\n")
        return
    try:
        origin, size = witness(sys.stdin.read(), told.state, told.vkey)
    except Failed as failed:
        sys.exit(f"FAILED: {failed}")
    sys.stdout.write(f"OK: {origin} has {size} entries and continues what was seen before.\n")


if __name__ == "__main__":
    main()
