#!/usr/bin/env python3
"""Checks a consent defence file: python3 check.py [--vkey LINE]    (in the folder it was unpacked to)

Needs Python 3.11 and nothing else. Prints OK with the counts, or FAILED and one word:

  files     a file is missing or cannot be read
  ledger    a step of the ledger is not what its hash says
  chain     a step does not follow on the one before it
  evidence  a step names a proof that evidence.json does not have
  notice    the words of a notice are not those that the ledger names
  trail     the entries about this person do not verify; the word after it is explained in verify.py

The key: compare its line with one that you have from elsewhere (a printed page, a mail).
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def canonical(body: object) -> bytes:
    """The one byte string of a body: keys sorted, no spaces."""
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def ledger(lines: list[dict[str, Any]]) -> tuple[int, set[str]]:
    """How many steps hold together, and the digests of the notices they name; exits with the word otherwise."""
    last: dict[str, str] = {}
    named = set()
    for line in lines:
        facts, told = line["facts"], line["hash"]
        if hashlib.sha256(canonical(facts)).hexdigest() != told:
            sys.exit("FAILED: ledger")
        if facts["previous"] != last.get(facts["consent"], ""):
            sys.exit("FAILED: chain")
        last[facts["consent"]] = told
        named.add(line["notice_hash"])
    return len(lines), named


def evidence(lines: list[dict[str, Any]], told: dict[str, Any]) -> int:
    """How many proofs there are, those that the steps name among them; exits with the word otherwise."""
    known = {row["id"] for row in told["evidence"] if len(row["digest"]) == 64}
    if not {line["facts"]["evidence"] for line in lines} - {""} <= known:
        sys.exit("FAILED: evidence")
    return len(known)


def notices(folder: Path, named: set[str]) -> int:
    """How many notices are there and are the ones named; exits with the word otherwise."""
    found = set()
    for file in sorted(folder.glob("*.json")):
        words = json.loads(file.read_text(encoding="utf-8"))
        packed = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        found.add(hashlib.sha256(packed).hexdigest())
    if not named <= found or found - named:
        sys.exit("FAILED: notice")
    return len(found)


def trail(folder: Path, vkey: str) -> int:
    """How many entries about this person stand in the sealed trail; exits with the word otherwise."""
    sys.path.insert(0, str(HERE))
    import verify  # type: ignore[import-not-found]  # the program beside this one

    try:
        return int(verify.verify(folder / "trail.zip", vkey=vkey, sheet=True, strict=True).shown)
    except verify.Failed as failed:
        sys.exit(f"FAILED: trail {failed}")


def main() -> None:
    """Ask the command line, print one line."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--vkey", default="", help="the verifier's line of the trail's key")
    told = asked.parse_args()
    try:
        lines = [json.loads(line) for line in (HERE / "ledger.jsonl").read_text(encoding="utf-8").splitlines()]
        steps, named = ledger(lines)
        evidence(lines, json.loads((HERE / "evidence.json").read_text(encoding="utf-8")))
        words = notices(HERE / "notices", named)
        entries = trail(HERE, told.vkey)
    except (OSError, ValueError, KeyError, TypeError):
        sys.exit("FAILED: files")
    sys.stdout.write(f"OK: {steps} steps, {words} notices, {entries} entries of the trail.\n")


if __name__ == "__main__":
    main()
