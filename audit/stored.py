"""The tree as the database keeps it: leaf hashes by place, full tiles, and the newest checkpoint."""

from collections import Counter
from collections.abc import Collection
from uuid import UUID

from django.db import connection

from audit import tree
from audit.models import Entry, Pending, Pruning, Redaction, Seal, Tile

WIDTH = 256  # hashes of one tile
HEIGHT = 8  # rows of the tree that one tile spans


def newest() -> Seal | None:
    """The newest checkpoint, if there is one."""
    return Seal.objects.order_by("-size").first()


def leaf_hashes(low: int, high: int) -> list[bytes]:
    """The hashes of the leaves at places low … high-1, as the entries carry them; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.leaf_hash FROM audit_leaf l JOIN audit_entry e ON e.seq = l.seq "
            "WHERE l.idx >= %s AND l.idx < %s ORDER BY l.idx",
            [low, high],
        )
        return [bytes(row[0]) for row in cursor.fetchall()]


def unsealed(subjects: Collection[UUID]) -> Counter[UUID]:
    """How many entries about each of these wait to be sealed, which the sealer does every minute; one query."""
    waiting = Entry.objects.filter(subject__in=subjects, seq__in=Pending.objects.values("seq"))
    return Counter(pk for pk in waiting.values_list("subject", flat=True) if pk)


def pruned() -> int:
    """How many places at the beginning have moved to archives (audit/pruning.py)."""
    return Pruning.objects.order_by("-size").values_list("size", flat=True).first() or 0


def taken_out() -> dict[int, int]:
    """The entries whose content two people took out (audit/redacting.py): `seq` to place, from 0."""
    return dict(Redaction.objects.filter(state=Redaction.State.DONE).values_list("seq", "place"))


def split(packed: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [packed[start : start + 32] for start in range(0, len(packed), 32)]


class TileMissing(Exception):
    """A tile that must be full by now is not there: somebody took it away."""


class Stored:
    """Answers `hash_of` for proofs (audit.tree) with a look at few tiles; remembers them while it lives."""

    def __init__(self, size: int | None = None) -> None:
        """Nothing looked at yet. `size` is how many leaves the tree asked about has, where that stands still."""
        self._size = size
        self._tiles: dict[tuple[int, int], list[bytes]] = {}
        self._loose: dict[tuple[int, int], bytes] = {}

    def hash_of(self, level: int, n: int) -> bytes:
        """The hash of the n-th complete subtree of 2**level leaves."""
        row, within = divmod(level, HEIGHT)
        return tree.root_of(self._hashes(row, n << within, 1 << within))

    def _hashes(self, row: int, first: int, count: int) -> list[bytes]:
        """Neighbouring hashes of one row of tiles; they never cross the edge of a tile."""
        tile = self._tile(row, first // WIDTH) if self._may_be_full(row, first // WIDTH) else None
        if tile is not None:
            return tile[first % WIDTH : first % WIDTH + count]
        if any((row, n) not in self._loose for n in range(first, first + count)):
            self._read_loose(row, first // WIDTH * WIDTH)
        return [self._loose.get((row, n)) or self._missing(row, n) for n in range(first, first + count)]

    def _read_loose(self, row: int, low: int) -> None:
        """The hashes of a tile that is not full yet: leaves as the entries carry them, else the roots of the tiles below."""
        if row == 0:
            found = enumerate(leaf_hashes(low, low + WIDTH), low)
            self._loose.update(((0, n), one) for n, one in found)
            return
        below = Tile.objects.filter(level=row - 1, n__gte=low, n__lt=low + WIDTH)
        for n, root in below.values_list("n", "root"):
            if root is not None:
                self._loose[row, n] = bytes(root)
            elif tile := self._tile(row - 1, n):
                self._loose[row, n] = tree.root_of(tile)

    def _may_be_full(self, row: int, n: int) -> bool:
        return self._size is None or (n + 1) * WIDTH << HEIGHT * row <= self._size

    def _tile(self, row: int, n: int) -> list[bytes] | None:
        """A full tile, or None while its places are not all taken; only what is full is remembered."""
        if (row, n) not in self._tiles:
            packed = Tile.objects.filter(level=row, n=n).values_list("hashes", flat=True).first()
            if packed is None:
                return None
            self._tiles[row, n] = split(bytes(packed))
        return self._tiles[row, n]

    @staticmethod
    def _missing(row: int, n: int) -> bytes:
        raise TileMissing(f"hash {n} of row {row}")
