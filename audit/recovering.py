"""After a genuine restore the trail goes on under a new name, and says where the old one ended (audit.md §5.8).

The sealer rightly refuses a database that is shorter than its memory. Somebody who knows why lets it go on: the
first entry of the new trail names size and root of the last checkpoint of the old one, so that nobody can pretend
that the missing part never was. Old checkpoints and bundles stay valid under the old name.
"""

import re
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from audit import memory, note, sealing, stored, trail
from audit.sealing import Sealer, SealRefused

BY = trail.System("sealer")
_PART = 3  # bytes of the root in each number of the entry: too short to be taken for a phone number
_LOST = frozenset({"rollback", "fork"})


class RecoverRefused(Exception):
    """Nothing to recover from, or something else is wrong; `word` is the sealer's, or whole, or memory."""

    def __init__(self, word: str) -> None:
        """Keep the word."""
        super().__init__(word)
        self.word = word


def recover(sealer: Sealer, *, at: datetime) -> Sealer:
    """Write where the old trail ended, and seal under the next name; returns the sealer that goes on from here.

    Raises RecoverRefused unless the sealer refuses for `rollback` or `fork`, the marks of a database that was restored.
    """
    try:
        remembered = memory.read(sealer.file)
    except ValueError:
        remembered = None
    if remembered is None:
        raise RecoverRefused("memory")
    newest = stored.newest()  # which bears an earlier name when a second backup is older than the first restore
    name = note.parse(newest.note).origin if newest else remembered.origin
    try:
        sealing.examine(replace(sealer, origin=name))
    except SealRefused as refused:
        if refused.word not in _LOST:
            raise RecoverRefused(refused.word) from None
    else:
        raise RecoverRefused("whole")
    with transaction.atomic():
        trail.record("audit.recovered", by=BY, at=at, numbers=[remembered.size, *parts(remembered.root)])
    following = replace(sealer, origin=following_name(remembered.origin))
    sealing.seal(following, at=at, succeeds=name)
    return following


def following_name(origin: str) -> str:
    """The next name of a trail: `…/1` is followed by `…/2`."""
    stem, number = re.fullmatch(r"(.*?)(?:/(\d{1,4}))?", origin).groups()  # type: ignore[union-attr]
    return f"{stem}/{int(number or 1) + 1}"


def parts(root: bytes) -> list[int]:
    """A root as numbers of an entry."""
    padded = root.rjust(-(-len(root) // _PART) * _PART, b"\0")
    return [int.from_bytes(padded[start : start + _PART]) for start in range(0, len(padded), _PART)]
