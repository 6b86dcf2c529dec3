"""The tree of RFC 6962 as a stranger needs it: its right edge, and which subtrees cover a range."""

import hashlib
from collections.abc import Iterator


class Edge:
    """The right edge of a growing tree: complete subtrees as (level, hash), largest first."""

    def __init__(self) -> None:
        """An empty tree."""
        self.parts: list[tuple[int, bytes]] = []
        self.size = 0

    def add(self, level: int, one: bytes) -> None:
        """Grow by a complete subtree."""
        self.size += 1 << level
        parts, sha = self.parts, hashlib.sha256
        while parts and parts[-1][0] == level:
            one = sha(b"\x01" + parts.pop()[1] + one).digest()
            level += 1
        parts.append((level, one))

    def root(self) -> bytes:
        """The root over all that was added."""
        if not self.parts:
            return hashlib.sha256(b"").digest()
        root = self.parts[-1][1]
        for _level, left in reversed(self.parts[:-1]):
            root = hashlib.sha256(b"\x01" + left + root).digest()
        return root


def pieces(low: int, high: int) -> Iterator[int]:
    """The levels of the complete subtrees that cover the leaves low … high-1, left to right."""
    while low < high:
        level = (high - low).bit_length() - 1
        if low:
            level = min(level, (low & -low).bit_length() - 1)
        yield level
        low += 1 << level
