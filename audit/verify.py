"""Checks the live trail row by row and as a tree, or an exported bundle, and says with one word what is wrong."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings

from audit import fsck, leaf, stored, trail
from audit.models import Anchor, Entry, Seal
from audit.offline import verify as stranger
from audit.offline.signature import Failed
from audit.trail import System
from vault import timestamping

_FETCH = 2000


class Broken(Exception):
    """What does not hold. For a row: canonical, hash or columns; for the tree a word of `fsck.TreeBroken`; stamp; for a
    bundle a word of the verifier that goes with it. `place` counts from 1, 0 where it concerns the whole."""

    def __init__(self, word: str, place: int = 0) -> None:
        """Keep the word and the place, never the content."""
        super().__init__(f"{word} ({place})" if place else word)
        self.word = word
        self.place = place


@dataclass(frozen=True)
class Verified:
    """How many entries were checked and found whole."""

    count: int


def bundle_file(path: Path, *, vkey: str = "", earlier: tuple[str, ...] = ()) -> Verified:
    """Check an exported zip or folder as a stranger would, with everything the verifier can look at. Raises Broken."""
    try:
        found = stranger.verify(path, vkey=vkey, earlier=earlier, sheet=True, strict=True)
    except Failed as failed:
        raise Broken(failed.word, failed.line) from None
    return Verified(found.shown)


def live() -> Verified:
    """Check every row of the trail, and the tree over them. Raises Broken with the number of the row or place."""
    found = rows()
    try:
        fsck.check()
    except fsck.TreeBroken as broken:
        raise Broken(broken.word, broken.place) from None
    stamps()
    return found


def stamps() -> int:
    """Check every time-stamp token again, offline, where the office names its authority's root; returns how many.

    Raises Broken("stamp") with the size of the checkpoint.
    """
    if not settings.TSA_ROOT:
        return 0
    kept = list(Anchor.objects.filter(kind="rfc3161").order_by("size"))
    notes = dict(Seal.objects.filter(size__in={anchor.size for anchor in kept}).values_list("size", "note"))
    for anchor in kept:
        try:
            timestamping.verified(bytes(anchor.blob), notes.get(anchor.size, "").encode())
        except timestamping.StampRefused:
            raise Broken("stamp", anchor.size) from None
    return len(kept)


def rows() -> Verified:
    """Check every row of the trail: canonical bytes, right hash, columns that say what the leaf says.

    What two people took out has no bytes to check; its hash stands in the tree. Raises Broken with the number of the row.
    """
    count, gone = 0, stored.taken_out()
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=_FETCH):
        count += 1
        if entry.seq in gone and entry.content == leaf.REDACTED:
            continue
        body = _body(entry.content, count)
        if bytes(entry.leaf_hash) != leaf.leaf_hash(entry.content):
            raise Broken("hash", count)
        if _told(body) != _columns(entry):
            raise Broken("columns", count)
    return Verified(count)


def _body(content: bytes, place: int) -> dict[str, object]:
    try:
        return leaf.read(content)
    except leaf.LeafRefused:
        raise Broken("canonical", place) from None


def _told(body: dict[str, object]) -> tuple[object, ...]:
    """What the columns of an entry must say, told by its leaf."""
    who, subject = str(body["actor"]), str(body["subj"])[2:]
    actor = trail.actor_id(System(who[4:])) if who.startswith("sys:") else UUID(who[2:])
    about = UUID(subject) if subject else None
    return (UUID(str(body["id"])), body["t"], body["act"], body["out"], body["reason"], actor, about)


def _columns(entry: Entry) -> tuple[object, ...]:
    return (entry.eid, entry.at_us, entry.act, entry.outcome, entry.reason, entry.actor, entry.subject)
