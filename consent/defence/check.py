#!/usr/bin/env python3
"""Checks a consent defence file: python3 -I check.py [--vkey LINE] [--rkey LINE] [FILE]

Whoever made a false file could have put a false program into it: take this one from elsewhere, or read it.
FILE is the zip, or the folder it was unpacked to; without it, the folder that this program lies in.

Needs Python 3.11 and nothing else. Prints OK with the counts, or FAILED and one word:

  files     a file is missing or cannot be read
  ledger    a step of the ledger is not what its hash says
  chain     a step does not follow on the one before it
  evidence  a step names a proof that evidence.json does not have
  stamp     a step is not in the list that was time-stamped, or the token beside it is over another list
  notice    the words of a notice are not those that the ledger names
  content   a paper or a recording is not what was closed on the day it came in
  trail     the entries about this person do not verify; the word after it is explained in verify.py
  changed   the file named is not as it was when this was made, is not listed, or the list is not signed with this key
  person    evidence.json speaks of another person than the list of files

The keys: compare their lines with ones that you have from elsewhere (a printed page, a mail): --vkey is the trail's,
--rkey the one of the office's receipts.
"""

# Nothing is imported from the folder that is checked, whatever lies there: it is taken from the path before anything else.
import sys

sys.path[:] = [place for place in sys.path if place not in ("", ".", __file__.replace("\\", "/").rpartition("/")[0])]

import argparse
import hashlib
import json
import tempfile
import types
import zipfile
import zlib
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LIST, SIGNATURE = "manifest.json", "manifest.sig"
LARGEST = 4 << 30  # bytes that a zip may unpack to; what is larger is unpacked by whoever wants that, and checked as a folder
# The programs it is made of, word for word: the one that checks the trail, and the one that opens closed files.
VERIFY = ""
AES = ""


def program(words: str, name: str) -> Any:
    """One of the programs above, ready for use."""
    made = types.ModuleType(name)
    sys.modules[name] = made
    exec(compile(words, name, "exec"), made.__dict__)
    return made


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


def stamps(folder: Path, lines: list[dict[str, Any]], told: dict[str, Any]) -> int:
    """How many steps stand with their proof in a list whose digest a token is over; exits with the word otherwise."""
    digests, steps = {row["id"]: row["digest"] for row in told["evidence"]}, {line["facts"]["id"]: line for line in lines}
    for row in told.get("stamps", []):
        step, name = steps[row["event"]], row["stamp"].replace("/", "").replace("\\", "")
        listed, token = ((folder / "stamps" / f"{name}.{kind}").read_bytes() for kind in ("txt", "tsr"))
        proof = digests[step["facts"]["evidence"]] if step["facts"]["evidence"] else ""
        one = hashlib.sha256(f"{step['hash']}:{proof}".encode()).hexdigest().encode()
        if one not in listed.split(b"\n") or hashlib.sha256(listed).digest() not in token:
            sys.exit("FAILED: stamp")
    return len(told.get("stamps", []))


def contents(folder: Path, told: dict[str, Any]) -> int:
    """How many papers and recordings are here and are what was closed; exits with the word otherwise."""
    digests, checked, aes = {row["id"]: row["digest"] for row in told["files"]}, 0, program(AES, "aes")
    for name, row in told.get("contents", {}).items():
        if row["state"] != "here":
            continue
        closed = (folder / "files" / f"{name}.closed").read_bytes()
        same = hashlib.sha256(closed).hexdigest() == digests[name]
        if not same or aes.opened(closed, bytes.fromhex(row["key"])) != (folder / row["name"]).read_bytes():
            sys.exit("FAILED: content")
        checked += 1
    return checked


def manifest(folder: Path, rkey: str, verify: Any) -> tuple[dict[str, Any], str]:
    """The list, every file of it as it was when it was signed, and the key; exits with the word and the file otherwise."""
    listed, signed = (folder / LIST).read_bytes(), (folder / SIGNATURE).read_bytes()
    proof = json.loads(signed)
    value = b64decode(proof["value"], validate=True)
    told = {"type": "Ed25519", "key": rkey or proof["key"], "value": b64encode(value).decode()}
    if signed != json.dumps(told, indent=1).encode() + b"\n":
        sys.exit(f"FAILED: changed {SIGNATURE}")
    try:
        public = verify.vkey_of(told["key"])[2]
    except verify.Failed:
        sys.exit(f"FAILED: changed {SIGNATURE}")
    if not verify.ed25519(public, listed, value):
        sys.exit(f"FAILED: changed {LIST}")
    whole: dict[str, Any] = json.loads(listed)
    files, here = whole["files"], {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(here - {LIST, SIGNATURE} | set(files)):
        if name not in here:
            sys.exit("FAILED: files")
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != files.get(name):
            sys.exit(f"FAILED: changed {name}")
    return whole, told["key"]


def notices(folder: Path, named: set[str]) -> int:
    """How many notices are there and are the ones named; exits with the word otherwise."""
    found = set()
    for file in sorted(folder.glob("*-v*.json")):
        words = json.loads(file.read_text(encoding="utf-8"))
        packed = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        found.add(hashlib.sha256(packed).hexdigest())
    if not named <= found or found - named:
        sys.exit("FAILED: notice")
    return len(found)


def trail(folder: Path, vkey: str, verify: Any) -> int:
    """How many entries about this person stand in the sealed trail; exits with the word otherwise."""
    try:
        return int(verify.verify(folder / "trail.zip", vkey=vkey, sheet=True, strict=True).shown)
    except verify.Failed as failed:
        sys.exit(f"FAILED: trail {failed}")


def unpack(file: Path, folder: Path) -> None:
    """Put the zip's files into an empty folder; exits with the word where a name stands twice or leads elsewhere."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = [name.removesuffix("/") for name in archive.namelist()]
            odd = [name for name in names if set(name.split("/")) & {"", ".", ".."} or "\\" in name or ":" in name]
            if odd or len(set(names)) < len(names) or sum(one.file_size for one in archive.infolist()) > LARGEST:
                sys.exit("FAILED: files")
            archive.extractall(folder)
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error):
        sys.exit("FAILED: files")


def main() -> None:
    """Ask the command line what to check, and unpack it where it is a zip."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("file", nargs="?", default=HERE, type=Path, help="the zip, or the folder it was unpacked to")
    asked.add_argument("--vkey", default="", help="the verifier's line of the trail's key")
    asked.add_argument("--rkey", default="", help="the verifier's line of the receipts' key")
    told = asked.parse_args()
    if told.file.is_dir():
        check(told.file, told.vkey, told.rkey)
    elif zipfile.is_zipfile(told.file):
        with tempfile.TemporaryDirectory() as folder:
            unpack(told.file, Path(folder))
            check(Path(folder), told.vkey, told.rkey)
    else:
        sys.exit(f"FAILED: {told.file} is neither the zip nor the folder that it was unpacked to")


def check(folder: Path, vkey: str, rkey: str) -> None:
    """Print what holds and which keys to compare; exits with the word for what does not."""
    verify = program(VERIFY, "verify")
    try:
        lines = [json.loads(line) for line in (folder / "ledger.jsonl").read_text(encoding="utf-8").splitlines()]
        steps, named = ledger(lines)
        proofs = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
        evidence(lines, proofs)
        stamped = stamps(folder, lines, proofs)
        words = notices(folder / "notices", named)
        opened = contents(folder, proofs)
        entries = trail(folder, vkey, verify)
        whole, key = manifest(folder, rkey, verify)
        if whole["subject"] != proofs["subject"]:
            sys.exit("FAILED: person")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sys.exit("FAILED: files")
    sys.stdout.write(f"OK: {steps} steps, {words} notices, {entries} entries of the trail, ")
    sys.stdout.write(f"{opened} papers and recordings, {len(whole['files'])} files as signed.\n")
    sys.stdout.write(f"Person {whole['subject']}, made {whole['made']}\n")
    if stamped:
        sys.stdout.write(
            f"{stamped} steps stand in lists under stamps/; that an authority signed those: openssl ts, see README\n"
        )
    if proofs.get("unsealed"):
        sys.stdout.write(f"{proofs['unsealed']} entries of the trail were not sealed yet then: ask for a newer file.\n")
    if not rkey:
        sys.stdout.write(f"The receipts' key came with the file. Compare it, or anybody may have made this: {key}\n")
    if not vkey:
        sys.stdout.write("The trail's key came with the file, in trail.zip as vkey.txt. Compare it too.\n")


if __name__ == "__main__":
    main()
