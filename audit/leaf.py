"""The canonical bytes of one entry (leaf version 1): what is hashed, signed and handed to strangers.

A leaf is ASCII JSON with fixed key order, no spaces, ints and strings only, at most 4096 bytes. No
free text and no value can enter it: every string is a uuid, a code from a closed list or a short
pattern. See docs/adr/0004-audit-leaf.md. Serves the trail rules of law.md (who, when, what, why).
"""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from audit import verbs

VERSION = 1
MAX_BYTES = 4096
REDACTED = b"{}"  # what stands where two people took the content out; no entry ever is this
OUTCOMES = ("ok", "denied", "error")
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ID = re.compile(_UUID)
_CODE = r"[a-z][a-z_]*(?:[.-][a-z_]+)*"
_ACTOR = re.compile(rf"[us]:{_UUID}|sys:(?=.{{1,30}}$){_CODE}")
_SUBJECT = re.compile(rf"(?:[cuneipk]:{_UUID})?")
_BASIS = re.compile(rf"(?:consent:{_UUID}|hold:{_UUID}|policy:[1-9][0-9]{{0,5}})?")
_TRACE = re.compile(r"[0-9a-f]{32}")
_PURPOSE = re.compile(r"[a-z][a-z0-9_.-]{0,39}")
_CHANNEL = re.compile(r"[a-z][a-z_]{0,19}")
_RULE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,19}")
# Nine digits count people and bytes; a mobile number has eleven.
_NUMBER_LIMIT = 1_000_000_000
_NUMBERS = 16
_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True)


class LeafRefused(ValueError):
    """An entry that may not be written; names the key at fault, never its value."""


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """The content of one entry, in the words of the leaf; times in µs since 1970 UTC.

    `actor` is "u:<uuid>", "s:<uuid>" (the person themself) or "sys:<job>"; `subject` is "" or a
    letter for what it is about (audit.words.Verb) and a uuid; the last six may be left out.
    """

    eid: UUID
    at_us: int
    act: str
    actor: str
    subject: str
    outcome: str
    fields: tuple[str, ...]
    basis: str
    reason: str
    request: str
    purpose: str = ""
    channel: str = ""
    decision: UUID | None = None
    rule: str = ""
    numbers: tuple[int, ...] = ()
    previous: UUID | None = None


def encode(leaf: Leaf) -> bytes:
    """The one byte string of this entry. Raises LeafRefused for anything outside the closed lists."""
    _check(leaf)
    body: dict[str, object] = {
        "v": VERSION,
        "id": str(leaf.eid),
        "t": leaf.at_us,
        "act": leaf.act,
        "actor": leaf.actor,
        "subj": leaf.subject,
        "out": leaf.outcome,
        "fields": list(leaf.fields),
        "basis": leaf.basis,
        "reason": leaf.reason,
        "req": leaf.request,
    }
    return _bytes(body | _optional(leaf))


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00‖leaf), the Merkle leaf hash of RFC 6962."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def read(leaf: bytes) -> dict[str, object]:
    """The keys of a stored leaf. Raises LeafRefused when the bytes are not canonical JSON of version 1.

    Codes are not looked up: an old entry may use a word that has been retired since.
    """
    try:
        body = json.loads(leaf) if len(leaf) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        raise LeafRefused("canonical") from None
    if not isinstance(body, dict) or _bytes(body) != leaf:
        raise LeafRefused("canonical")
    if tuple(body)[: len(_KEYS)] != _KEYS or not _in_order(tuple(body)[len(_KEYS) :]):
        raise LeafRefused("canonical")
    if not _shaped(body):
        raise LeafRefused("canonical")
    return body


def read_or_none(leaf: bytes) -> dict[str, object] | None:
    """The keys of a stored leaf, or None when somebody has damaged it."""
    try:
        return read(leaf)
    except LeafRefused:
        return None


_KEYS = ("v", "id", "t", "act", "actor", "subj", "out", "fields", "basis", "reason", "req")
_OPTIONAL = ("purp", "chan", "dec", "rule", "n", "prev")


def _in_order(keys: tuple[str, ...]) -> bool:
    return keys == tuple(key for key in _OPTIONAL if key in keys)


def _shaped(body: dict[str, object]) -> bool:
    """Whether every value has the shape that readers rely on; codes are not looked up."""
    strings = ("act", "out", "basis", "reason", *(key for key in ("purp", "chan", "rule") if key in body))
    uuids = ("id", *(key for key in ("dec", "prev") if key in body))
    names, moment = body["fields"], body["t"]
    return (
        type(body["v"]) is int
        and body["v"] == VERSION
        and all(type(body[key]) is str for key in strings)
        and all(_matches(_ID, body[key]) for key in uuids)
        and type(moment) is int
        and 0 <= moment < 1 << 57
        and _matches(_ACTOR, body["actor"])
        and _matches(_SUBJECT, body["subj"])
        and _matches(_TRACE, body["req"])
        and isinstance(names, list)
        and all(type(name) is str for name in names)
        and ("n" not in body or (isinstance(body["n"], list) and _are_numbers(tuple(body["n"]))))
    )


def _bytes(body: dict[str, object]) -> bytes:
    encoded = _JSON.encode(body).encode("ascii")
    if len(encoded) > MAX_BYTES:
        raise LeafRefused("size")
    return encoded


def _optional(leaf: Leaf) -> dict[str, object]:
    given = {
        "purp": leaf.purpose,
        "chan": leaf.channel,
        "dec": str(leaf.decision or ""),
        "rule": leaf.rule,
        "n": list(leaf.numbers),
        "prev": str(leaf.previous or ""),
    }
    return {key: value for key, value in given.items() if value}


def _check(leaf: Leaf) -> None:
    _check_words(leaf)
    fault = next((key for key, holds in _shapes(leaf) if not holds), None)
    if fault is not None:
        raise LeafRefused(fault)


def _shapes(leaf: Leaf) -> tuple[tuple[str, bool], ...]:
    """Each key with whether its value has the one shape it may have."""
    return (
        ("id", type(leaf.eid) is UUID),
        ("t", type(leaf.at_us) is int and 0 <= leaf.at_us < 1 << 57),
        ("actor", _common(_ACTOR, leaf.actor)),
        ("subj", _matches(_SUBJECT, leaf.subject)),
        ("out", leaf.outcome in OUTCOMES),
        ("basis", leaf.basis == "" or _matches(_BASIS, leaf.basis)),
        ("req", _common(_TRACE, leaf.request)),
        ("purp", leaf.purpose == "" or _common(_PURPOSE, leaf.purpose, digits=3)),
        ("chan", leaf.channel == "" or _common(_CHANNEL, leaf.channel)),
        ("dec", leaf.decision is None or type(leaf.decision) is UUID),
        # Eight digits are a date; a phone number has more.
        ("rule", leaf.rule == "" or _common(_RULE, leaf.rule, digits=8)),
        ("n", _are_numbers(leaf.numbers)),
        ("prev", leaf.previous is None or type(leaf.previous) is UUID),
    )


def _check_words(leaf: Leaf) -> None:
    if type(leaf.act) is not str:
        raise LeafRefused("act")
    if type(leaf.fields) is not tuple or any(type(name) is not str for name in leaf.fields):
        raise LeafRefused("fields")
    if type(leaf.reason) is not str:
        raise LeafRefused("reason")
    try:
        about = verbs.may_be_said(leaf.act, leaf.fields, leaf.reason)
    except verbs.UnknownWord as refused:
        raise LeafRefused(str(refused)) from None
    if leaf.subject and leaf.subject[:2] != f"{about}:":
        raise LeafRefused("subj")


def _matches(pattern: re.Pattern[str], value: object, *, digits: int | None = None) -> bool:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        return False
    return digits is None or sum(character.isdigit() for character in value) <= digits


@lru_cache(maxsize=1024)
def _known(pattern: re.Pattern[str], value: str, digits: int | None = None) -> bool:
    """The same of what a whole batch has in common: who acts, the trace, purposes, channels, rules."""
    return _matches(pattern, value, digits=digits)


def _common(pattern: re.Pattern[str], value: object, *, digits: int | None = None) -> bool:
    return type(value) is str and _known(pattern, value, digits)


def _are_numbers(numbers: object) -> bool:
    if type(numbers) is not tuple or len(numbers) > _NUMBERS:
        return False
    return all(type(number) is int and 0 <= number < _NUMBER_LIMIT for number in numbers)
