"""The tree of RFC 6962 as a stranger needs it: its right edge, and which subtrees cover a range."""

import hashlib
from collections.abc import Iterator, Sequence


def node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Edge:
    """The right edge of a growing tree: complete subtrees as (level, hash), largest first."""

    def __init__(self) -> None:
        """An empty tree."""
        self.parts: list[tuple[int, bytes]] = []
        self.size = 0

    def add(self, level: int, one: bytes) -> None:
        """Grow by a complete subtree."""
        self.size += 1 << level
        parts = self.parts
        while parts and parts[-1][0] == level:
            one = node(parts.pop()[1], one)
            level += 1
        parts.append((level, one))

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Grow by leaves, by as large complete subtrees as fit: a pair costs one hash and nothing beside it."""
        at, sha = 0, hashlib.sha256
        while at < len(leaves):
            level = (len(leaves) - at).bit_length() - 1
            if self.size:
                level = min(level, (self.size & -self.size).bit_length() - 1)
            row = leaves[at : at + (1 << level)]
            while len(row) > 1:
                row = [sha(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=True)]
            self.add(level, row[0])
            at += 1 << level

    def root(self) -> bytes:
        """The root over all that was added."""
        if not self.parts:
            return hashlib.sha256(b"").digest()
        root = self.parts[-1][1]
        for _level, left in reversed(self.parts[:-1]):
            root = node(left, root)
        return root


def pieces(low: int, high: int) -> Iterator[int]:
    """The levels of the complete subtrees that cover the leaves low … high-1, left to right."""
    while low < high:
        level = (high - low).bit_length() - 1
        if low:
            level = min(level, (low & -low).bit_length() - 1)
        yield level
        low += 1 << level


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that nothing before `old` was changed (RFC 9162, 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new or not proof:
        return False
    path = list(proof) if old & old - 1 else [old_root, *proof]
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node(step, first), node(step, second)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            second = node(second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def included(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from this leaf to this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, reached = index, size - 1, leaf_hash
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            reached = node(step, reached)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            reached = node(reached, step)
        at, last = at >> 1, last >> 1
    return last == 0 and reached == root
