"""Checkpoints as signed notes (C2SP tlog-checkpoint, signed-note): how large the trail was, and its root.

Three lines that anybody can print, mail, and check years later with nothing but the verifier's line.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass

from vault.signing import Signer, Verifier

_DASH = "\u2014 "
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
_ORIGIN = re.compile(r"[\x21-\x2a\x2c-\x7e]{1,200}")
_LIMIT = 100_000  # characters; a note is three lines and a few signatures


class NoteRefused(Exception):
    """What is wrong with a note, in one word: format, origin or signature."""

    def __init__(self, word: str) -> None:
        """Keep the word."""
        super().__init__(word)
        self.word = word


@dataclass(frozen=True)
class Checkpoint:
    """The trail of `origin` had `size` entries, and this was the root over them."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """The bytes that are signed, as text."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def sign(checkpoint: Checkpoint, signer: Signer) -> str:
    """The checkpoint and its signature, as a signed note."""
    body = checkpoint.body()
    return f"{body}\n{signature_line(body, signer)}"


def signature_line(body: str, signer: Signer) -> str:
    """One signature over a note's body: `— <name> <base64 of key hash and signature>`."""
    packed = b64encode(signer.verifier.hash + signer.sign(body.encode())).decode()
    return f"{_DASH}{signer.verifier.name} {packed}\n"


def parse(text: str) -> Checkpoint:
    """The checkpoint a note speaks of, unchecked; raises NoteRefused("format")."""
    origin, size, packed, *_extensions = _split(text)[0].split("\n")[:-1] + [""] * 3
    if not _ORIGIN.fullmatch(origin) or not _SIZE.fullmatch(size):
        raise NoteRefused("format")
    root = _bytes(packed)
    if len(root) != 32:
        raise NoteRefused("format")
    return Checkpoint(origin, int(size), root)


def verify(text: str, verifier: Verifier, *, origin: str) -> Checkpoint:
    """The checkpoint of a note that this key signed for this origin; raises NoteRefused with the word why not."""
    checkpoint = parse(text)
    if checkpoint.origin != origin:
        raise NoteRefused("origin")
    body, signatures = _split(text)
    for name, packed in signatures:
        if name == verifier.name and packed[:4] == verifier.hash and verifier.holds(body.encode(), packed[4:]):
            return checkpoint
    raise NoteRefused("signature")


def _split(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The signed body, and each signature with the name of its key."""
    body, gap, signed = text.rpartition("\n\n")
    if not gap or len(text) > _LIMIT or not signed.endswith("\n"):
        raise NoteRefused("format")
    lines = signed.splitlines()
    if not lines or not all(line.startswith(_DASH) and line.count(" ") == 2 for line in lines):
        raise NoteRefused("format")
    pairs = [line.removeprefix(_DASH).split(" ") for line in lines]
    return body + "\n", [(name, _bytes(packed)) for name, packed in pairs]


def _bytes(packed: str) -> bytes:
    try:
        return b64decode(packed, validate=True)
    except ValueError:
        raise NoteRefused("format") from None
