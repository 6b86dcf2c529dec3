"""Recomputes the whole tree from its leaves: every place, every tile, every root, every signature (audit.md §5.5)."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import cast

from django.db import connection

from audit import note, stored, tree
from audit.models import Pruning, Seal, SealingKey, Tile
from vault.signing import Verifier

_FETCH = 5000


class TreeBroken(Exception):
    """What does not hold, in one word: place, entry, tile, root, signature, truncated or queue.

    `place` is the entry's place in the tree counted from 1; for `queue` its `seq`.
    """

    def __init__(self, word: str, place: int = 0) -> None:
        """Keep the word and the place, never the content."""
        super().__init__(f"{word} ({place})" if place else word)
        self.word = word
        self.place = place


@dataclass(frozen=True)
class Checked:
    """How many entries stand in the tree, and how many wait to be sealed."""

    sealed: int
    waiting: int


def check(*verifiers: Verifier) -> Checked:
    """Rebuild the tree and compare it with everything that was written about it.

    Without `verifiers` the keys that the database names are believed: that finds accidents, not a thief
    of the database; give the verifier's line that was kept outside. Raises TreeBroken.
    """
    known = verifiers or tuple(Verifier.read(line) for line in SealingKey.objects.values_list("vkey", flat=True))
    found = cast("Generator[Seal]", Seal.objects.order_by("size").iterator(chunk_size=_FETCH))
    with closing(found) as seals:  # an unread cursor would keep the table in use
        sealed = _rebuild(seals, known)
    return Checked(sealed, _waiting())


def _rebuild(seals: Iterator[Seal], known: tuple[Verifier, ...]) -> int:
    """Grow the tree again leaf by leaf, meeting every tile and checkpoint on the way; returns its size."""
    edge, rows, last = tree.Frontier(), [_Row(0)], 0
    seal = next(seals, None)
    pruned = dict(Pruning.objects.values_list("size", "root"))
    for idx, leaf_hash in _leaves(max(pruned, default=0)):
        if idx != edge.size:
            raise TreeBroken("place", edge.size + 1)
        if leaf_hash is None:
            raise TreeBroken("entry", idx + 1)
        edge.append(leaf_hash)
        _climb(rows, leaf_hash, edge.size)
        if edge.size in pruned and bytes(pruned[edge.size]) != edge.root():
            raise TreeBroken("root", edge.size)
        if seal is not None and seal.size == edge.size:
            _sealed(seal, edge, known)
            last, seal = seal.size, next(seals, None)
    if seal is not None or last != edge.size:
        raise TreeBroken("truncated", edge.size)
    if Tile.objects.count() != sum(row.full for row in rows):
        raise TreeBroken("tile")
    return edge.size


def _leaves(pruned: int) -> Iterator[tuple[int, bytes | None]]:
    """Place and leaf hash of every leaf, a few thousand at a time; of what moved to an archive as its tiles say."""
    for n in range(pruned // stored.WIDTH):
        packed = Tile.objects.filter(level=0, n=n).values_list("hashes", flat=True).first()
        if packed is None:
            raise TreeBroken("tile", n * stored.WIDTH + 1)
        yield from enumerate(stored.split(bytes(packed)), n * stored.WIDTH)
    after = pruned - 1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT l.idx, e.leaf_hash FROM audit_leaf l LEFT JOIN audit_entry e ON e.seq = l.seq "
                "WHERE l.idx > %s ORDER BY l.idx LIMIT %s",
                [after, _FETCH],
            )
            page = cursor.fetchall()
        for idx, leaf_hash in page:
            yield idx, None if leaf_hash is None else bytes(leaf_hash)
        if len(page) < _FETCH:
            return
        after = page[-1][0]


class _Row:
    """One row of tiles while it fills again."""

    def __init__(self, level: int) -> None:
        self.level, self.full, self.hashes = level, 0, list[bytes]()


def _climb(rows: list[_Row], one: bytes, size: int) -> None:
    """Put a hash on the lowest row; whatever becomes full is compared and rises as one hash."""
    for row in rows:
        row.hashes.append(one)
        if len(row.hashes) < stored.WIDTH:
            return
        kept = Tile.objects.filter(level=row.level, n=row.full).first()
        one = tree.root_of(row.hashes)
        if kept is None or bytes(kept.hashes) != b"".join(row.hashes) or bytes(kept.root or one) != one:
            raise TreeBroken("tile", size)
        row.full, row.hashes = row.full + 1, []
    rows.append(_Row(len(rows)))
    rows[-1].hashes.append(one)


def _sealed(seal: Seal, edge: tree.Frontier, known: tuple[Verifier, ...]) -> None:
    """A checkpoint must say what the leaves say, in all its columns, under a known key."""
    if (bytes(seal.root), bytes(seal.frontier)) != (edge.root(), edge.pack()):
        raise TreeBroken("root", seal.size)
    for verifier in known:
        try:
            said = note.verify(seal.note, verifier, origin=note.parse(seal.note).origin)
        except note.NoteRefused:
            continue
        if (said.size, said.root) != (seal.size, edge.root()):
            raise TreeBroken("root", seal.size)
        return
    raise TreeBroken("signature", seal.size)


def _waiting() -> int:
    """How many entries wait; one that neither waits nor stands in the tree was taken out of the queue."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(CASE WHEN p.seq IS NULL THEN e.seq END) FROM audit_entry e "
            "LEFT JOIN audit_leaf l ON l.seq = e.seq LEFT JOIN audit_pending p ON p.seq = e.seq WHERE l.seq IS NULL"
        )
        waiting, starved = cursor.fetchone()
    if starved is not None:
        raise TreeBroken("queue", starved)
    return int(waiting)
