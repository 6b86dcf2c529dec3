"""Seals the trail: gives each entry its place in the tree and signs the root (audit.md §5.5).

Duty is the queue, which the database fills with every entry; how often this runs changes only the minute.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from audit import ids, leaf, memory, note, stored, tree
from audit.memory import Remembered
from audit.models import Entry, Pending, Seal, SealingKey, Tile, TreeLeaf
from vault.signing import Signer

BATCH = 5000
_CHUNK = 500
_LOCK = 0x59756E6E756F  # one sealer at a time; the number is this house's own


class SealRefused(Exception):
    """Why the sealer will not sign, in one word: signature, origin, frontier, memory, rollback,
    fork, tile, hash or queue.

    `place` is the `seq` of the entry that is wrong, 0 where it concerns the whole.
    """

    def __init__(self, word: str, place: int = 0) -> None:
        """Keep the word and the place, never the content."""
        super().__init__(f"{word} ({place})" if place else word)
        self.word = word
        self.place = place


@dataclass(frozen=True)
class Sealer:
    """Who seals: the signing key, the trail's name, and the file in which it remembers what it signed."""

    signer: Signer
    origin: str
    file: Path


def seal(sealer: Sealer, *, at: datetime, adopt: bool = False, succeeds: str = "") -> int:
    """Seal every entry that waits, in batches of one transaction each; returns how many.

    `at` is aware, UTC; a checkpoint's time never runs backwards. Another sealer at work means nothing
    to do. `adopt` lets a sealer without memory take the database's newest checkpoint for its own: say it
    only after comparing that checkpoint with one that left the house. `succeeds` names the trail that ended with
    a restore and that this one goes on from (audit/recovering.py). Raises SealRefused.
    """
    total = 0
    while count := _batch(sealer, at=at, adopt=adopt, succeeds=succeeds):
        total, succeeds = total + count, ""
        if count < BATCH:
            break
    return total


def examine(sealer: Sealer) -> None:
    """Would it sign? Raises SealRefused with the word why not; changes nothing."""
    with transaction.atomic():
        _compare(_edge(stored.newest(), sealer.signer, sealer.origin), _memory(sealer), adopt=False)


def _batch(sealer: Sealer, *, at: datetime, adopt: bool, succeeds: str) -> int:
    """One transaction; a crash before its end leaves nothing, a crash after it is caught up by the next."""
    with transaction.atomic():
        if not _alone():
            return 0
        newest = stored.newest()
        edge = _edge(newest, sealer.signer, succeeds or sealer.origin)
        if not succeeds:
            _compare(edge, _memory(sealer), adopt=adopt)
        entries = _waiting()
        if entries:
            newest = _grow(edge, entries, newest, sealer, at=at)
    if newest is not None:
        memory.write(sealer.file, Remembered(sealer.origin, newest.size, bytes(newest.root)))
    return len(entries)


def _alone() -> bool:
    """Whether this is the only sealer; SQLite's transaction has let nobody else in already."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _edge(newest: Seal | None, signer: Signer, origin: str) -> tree.Frontier:
    """The right edge of the tree so far, after checking that our own key signed exactly this."""
    if newest is None:
        return tree.Frontier()
    try:
        said = note.verify(newest.note, signer.verifier, origin=origin)
        edge = tree.Frontier.unpack(newest.size, bytes(newest.frontier))
    except note.NoteRefused as refused:
        raise SealRefused("origin" if refused.word == "origin" else "signature") from None
    except ValueError:
        raise SealRefused("frontier") from None
    if (said.size, said.root) != (newest.size, edge.root()):
        raise SealRefused("frontier")
    return edge


def _memory(sealer: Sealer) -> Remembered | None:
    try:
        return memory.read(sealer.file)
    except ValueError:
        raise SealRefused("memory") from None


def _compare(edge: tree.Frontier, remembered: Remembered | None, *, adopt: bool) -> None:
    """The database against the memory outside it: never smaller, never another history."""
    if remembered is None:
        if edge.size and not adopt:
            raise SealRefused("memory")
        return
    if edge.size < remembered.size:
        raise SealRefused("rollback")
    if _root_at(remembered.size, edge) != remembered.root:
        raise SealRefused("fork")


def _root_at(size: int, edge: tree.Frontier) -> bytes:
    """The root the database gives for an earlier size of its tree."""
    if size == edge.size:
        return edge.root()
    try:
        return tree.root_between(0, size, stored.Stored().hash_of)
    except stored.TileMissing:
        raise SealRefused("tile") from None


def _waiting() -> list[Entry]:
    """The entries that wait, lowest `seq` first; one that was committed late simply gets a later place."""
    queue = Pending.objects.order_by("seq").values("seq")[:BATCH]
    return list(Entry.objects.filter(seq__in=queue).only("seq", "leaf", "leaf_hash").order_by("seq"))


def _grow(edge: tree.Frontier, entries: list[Entry], newest: Seal | None, sealer: Sealer, *, at: datetime) -> Seal:
    """Append these entries and sign the new root."""
    old = edge.size
    for entry in entries:
        if bytes(entry.leaf_hash) != leaf.leaf_hash(entry.content):
            raise SealRefused("hash", entry.seq)
        edge.append(bytes(entry.leaf_hash))
    TreeLeaf.objects.bulk_create(
        [TreeLeaf(idx=old + place, seq=entry.seq) for place, entry in enumerate(entries)], batch_size=_CHUNK
    )
    _take_from_queue([entry.seq for entry in entries])
    _tiles(old, edge.size)
    checkpoint = note.Checkpoint(sealer.origin, edge.size, edge.root())
    moment = max(ids.microseconds(at), newest.at_us + 1 if newest else 0)
    _introduce(sealer, from_size=old)
    return Seal.objects.create(
        size=edge.size,
        root=checkpoint.root,
        frontier=edge.pack(),
        note=note.sign(checkpoint, sealer.signer),
        at_us=moment,
    )


def _take_from_queue(seqs: list[int]) -> None:
    gone = 0
    for start in range(0, len(seqs), _CHUNK):
        gone += Pending.objects.filter(seq__in=seqs[start : start + _CHUNK]).delete()[0]
    if gone != len(seqs):
        raise SealRefused("queue")


def _tiles(old: int, new: int) -> None:
    """Keep every tile that has become full, row by row upwards."""
    row, reader = 0, stored.Stored()
    while new // stored.WIDTH:
        fresh = range(old // stored.WIDTH, new // stored.WIDTH)
        Tile.objects.bulk_create([_tile(row, n, _full(reader, row, n)) for n in fresh], batch_size=_CHUNK)
        old, new, row = old // stored.WIDTH, new // stored.WIDTH, row + 1


def _tile(row: int, n: int, hashes: list[bytes]) -> Tile:
    return Tile(level=row, n=n, hashes=b"".join(hashes), root=tree.root_of(hashes))


def _full(reader: stored.Stored, row: int, n: int) -> list[bytes]:
    first = n * stored.WIDTH
    if row == 0:
        return stored.leaf_hashes(first, first + stored.WIDTH)
    return [reader.hash_of(stored.HEIGHT * row, place) for place in range(first, first + stored.WIDTH)]


def _introduce(sealer: Sealer, *, from_size: int) -> None:
    """Write down under which key the trail is signed from here on, when it is a new one."""
    verifier = sealer.signer.verifier
    if not SealingKey.objects.filter(kid=verifier.hash).exists():
        SealingKey.objects.create(kid=verifier.hash, vkey=verifier.line(), from_size=from_size)
