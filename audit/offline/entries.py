"""One entry of a bundle: the only bytes that say it, its id, and the cells of the sheet that depend on nothing else."""

import json
import re
from typing import Any

from audit.offline.signature import Failed

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
KEYS = ("v", "id", "t", "act", "actor", "subj", "out", "fields", "basis", "reason", "req")
MORE = ("purp", "chan", "dec", "rule", "n", "prev")
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ONE = rb'(?:"[ !#-\[\]-~]*"|0|-?[1-9][0-9]{0,30})'
_SOME = rb"(?:%b|\[(?:%b(?:,%b)*)?\])" % (_ONE, _ONE, _ONE)
_REST = rb",".join(rb'"%b":%b' % (key.encode(), _SOME) for key in KEYS[2:])
_MORE = rb"".join(rb'(?:,"%b":%b)?' % (key.encode(), _SOME) for key in MORE)
PLAIN = re.compile(rb'\{"v":%b,"id":"(%b)",%b%b\}' % (_SOME, UUID.pattern.encode(), _REST, _MORE))


def body_of(line: bytes, number: int) -> dict[str, Any]:
    """The keys of an entry whose bytes are the only ones that say it."""
    try:
        body: dict[str, Any] = json.loads(line)
    except (ValueError, RecursionError):
        raise Failed("canonical", number) from None
    keys = tuple(body) if isinstance(body, dict) else ()
    same = json.dumps(body, separators=(",", ":"), ensure_ascii=True).encode() == line
    if not same or keys[: len(KEYS)] != KEYS or keys[len(KEYS) :] != tuple(key for key in MORE if key in keys):
        raise Failed("canonical", number)
    if not isinstance(body["id"], str) or not UUID.fullmatch(body["id"]):
        raise Failed("canonical", number)
    return body


def id_of(line: bytes, number: int) -> bytes:
    """The id of an entry that has the one form an entry may have; raises Failed("canonical").

    What is written without a single escape, as nearly every entry is, is told by its form alone; the rest is read and
    written anew.
    """
    plain = PLAIN.fullmatch(line)
    named = plain[1].decode() if plain else str(body_of(line, number)["id"])
    return bytes.fromhex(named.replace("-", ""))


def safe(cell: object) -> str:
    """The text of a cell, with ' before it where a spreadsheet would otherwise calculate."""
    text = str(cell)
    return f"'{text}" if text.lstrip(" \u00a0\u3000").startswith(RISKY) or text.startswith(RISKY) else text


def cells_of(body: dict[str, Any]) -> list[str]:
    """The cells of an entry that depend on nothing but its bytes."""
    values = (body.get(key, "") for _title, key in COLUMNS)
    return [safe(" ".join(map(str, one)) if isinstance(one, list) else one) for one in values]
