"""Signs a receipt, and says of any document whether this house signed exactly it (C13, O1).

What is signed are the bytes of the document without its proof, as RFC 8785 writes them: our documents hold text, whole
numbers, yes and no, so sorted keys without spaces are that form. Nothing that somebody shows us here is kept.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from consent.receipts import iso27560, kantara
from consent.receipts.record import Receipt
from vault import signing
from vault.signing import Signer, Verifier

LONGEST = 256 * 1024  # bytes of a document that somebody shows us
KIND = "Ed25519"
LINE = re.compile(r"[\w.:/-]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{43,44}={0,2}", re.ASCII)  # a key's public line, wherever it stands
FORMS = {"iso": iso27560.write, "kantara": kantara.write}


@dataclass(frozen=True)
class Checked:
    """What a document is: genuine, changed, another house's, or no receipt; what a genuine one tells, and what is wrong."""

    word: str
    receipt: Receipt | None = None
    member: str = field(default="", compare=False)  # the one that is missing or wrong, where one is
    key: str = field(default="", compare=False)  # the line of the key that it names


def document(receipt: Receipt, form: str) -> bytes:
    """The receipt in a form, signed, as a file. Raises KeyringRefused where this house has no key for it."""
    return _pretty(sign(FORMS[form](receipt), signing.receipts()))


def sign(body: dict[str, Any], signer: Signer) -> dict[str, Any]:
    """The same document with the proof that this key signed it."""
    value = b64encode(signer.sign(canonical(body))).decode()
    return body | {"proof": {"type": KIND, "key": signer.verifier.line(), "value": value}}


def canonical(body: dict[str, Any]) -> bytes:
    """The one byte string that says this (RFC 8785, for documents without fractions)."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check(shown: bytes) -> Checked:
    """Whether this is a receipt of this house, unchanged; never raises for what somebody shows. One word:

    genuine, changed (signed by nobody, or no longer as it was), elsewhere (another house's key), none (no receipt).
    """
    return verify(shown, trusted=lambda line: line == signing.receipts().verifier.line())


def verify(shown: bytes, *, trusted: Callable[[str], bool]) -> Checked:
    """The same under any key whose public line is `trusted`; never raises for what somebody shows."""
    try:
        body = parsed(shown)
        proof = body.pop("proof")
        verifier = Verifier.read(str(proof["key"]))
        signature, told = b64decode(str(proof["value"]), validate=True), canonical(body)
        kind = proof.get("type")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _unread(shown, trusted)
    key = verifier.line()
    if not trusted(key):
        return Checked("elsewhere", member="proof.key", key=key)
    if kind != KIND or not verifier.holds(told, signature):
        return Checked("changed", member="proof.value", key=key)
    try:
        read = kantara.read if body.get("version") == kantara.VERSION else iso27560.read
        return Checked("genuine", read(body), key=key)
    except iso27560.FormRefused as refused:
        return Checked("none", member=str(refused), key=key)


def _unread(shown: bytes, trusted: Callable[[str], bool]) -> Checked:
    """One byte may spoil a receipt so that nobody can read it: while it names a key that is trusted, it was changed."""
    lines = LINE.findall(shown.decode(errors="replace")) if len(shown) <= LONGEST else []
    key = next((line for line in lines if trusted(line)), "")
    return Checked("changed" if key else "none", member="proof", key=key)


def parsed(shown: bytes) -> dict[str, Any]:
    """The document that these bytes are. Raises ValueError, TypeError or RecursionError for what is none."""
    body = json.loads(shown.decode("utf-8-sig"), object_pairs_hook=_once) if len(shown) <= LONGEST else None
    if not isinstance(body, dict):
        raise TypeError("no document")
    return body


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A member that stands there twice would be read by some programs one way and by others another."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands there twice")
    return found


def _pretty(body: dict[str, Any]) -> bytes:
    return (json.dumps(body, ensure_ascii=False, indent=2) + "\n").encode()
