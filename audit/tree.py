"""The Merkle tree over the trail (RFC 6962): roots, proofs, and their checks; bytes in, bytes out.

Knows no database. Whoever proves something hands over `hash_of(level, n)`: the hash of the n-th
complete subtree of 2**level leaves, counted from the left.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from audit.offline.merkle import consistent, included, node

__all__ = ["consistent", "included", "node"]

HashOf = Callable[[int, int], bytes]
EMPTY = hashlib.sha256(b"").digest()


class Frontier:
    """The right edge of a growing tree: the roots of its complete subtrees, largest first.

    All that is needed to go on appending and to tell the root; 32 bytes for each bit set in the size.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Take up a tree of `size` leaves; raises ValueError when the hashes cannot belong to it."""
        if size < 0 or len(hashes) != size.bit_count() or any(len(one) != 32 for one in hashes):
            raise ValueError("a frontier has one hash for each bit of its size")
        self.size, self._hashes = size, list(hashes)

    def append(self, leaf_hash: bytes) -> None:
        """Grow by one leaf."""
        self._hashes.append(leaf_hash)
        self.size += 1
        full = self.size
        while full & 1 == 0:
            right = self._hashes.pop()
            self._hashes.append(node(self._hashes.pop(), right))
            full >>= 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return fold(self._hashes)

    def pack(self) -> bytes:
        """The hashes, one after the other."""
        return b"".join(self._hashes)

    @classmethod
    def unpack(cls, size: int, packed: bytes) -> "Frontier":
        """What `pack` gave; raises ValueError when it cannot belong to this size."""
        return cls(size, [packed[start : start + 32] for start in range(0, len(packed), 32)])


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root of neighbouring complete subtrees, largest first."""
    if not hashes:
        return EMPTY
    *rest, root = hashes
    for left in reversed(rest):
        root = node(left, root)
    return root


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root over these leaves."""
    edge = Frontier()
    for one in leaf_hashes:
        edge.append(one)
    return edge.root()


def pieces(low: int, high: int) -> list[tuple[int, int]]:
    """The complete subtrees, as (level, n), that together cover the leaves low … high-1, left to right."""
    found = []
    while low < high:
        level = (high - low).bit_length() - 1
        if low:
            level = min(level, (low & -low).bit_length() - 1)
        found.append((level, low >> level))
        low += 1 << level
    return found


def root_between(low: int, high: int, hash_of: HashOf) -> bytes:
    """The root over the leaves low … high-1, a range as the tree splits it (low is a multiple of its half)."""
    return fold([hash_of(level, n) for level, n in pieces(low, high)])


def _half(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def inclusion(index: int, size: int, hash_of: HashOf) -> list[bytes]:
    """The proof that leaf `index` stands in the tree of `size` leaves (RFC 9162, 2.1.3.1); nearest first."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    low, high, proof = 0, size, []
    while high - low > 1:
        middle = low + _half(high - low)
        if index < middle:
            proof.append(root_between(middle, high, hash_of))
            high = middle
        else:
            proof.append(root_between(low, middle, hash_of))
            low = middle
    return proof[::-1]


def consistency(old: int, new: int, hash_of: HashOf) -> list[bytes]:
    """The proof that the tree of `new` leaves begins with the tree of `old` leaves (RFC 9162, 2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError("a proof leads from a tree with leaves to one no smaller")
    low, high, whole, proof = 0, new, True, []
    while old != high:
        middle = low + _half(high - low)
        if old <= middle:
            proof.append(root_between(middle, high, hash_of))
            high = middle
        else:
            proof.append(root_between(low, middle, hash_of))
            low, whole = middle, False
    if not whole:
        proof.append(root_between(low, high, hash_of))
    return proof[::-1]
