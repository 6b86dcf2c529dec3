"""Checkpoints on the way: where a root does not come out, they tell between which lines it went wrong."""

import json

from audit.offline.merkle import Edge
from audit.offline.signature import Failed, checkpoint_of, verified


class Waymarks:
    """The earlier checkpoints that go with a bundle, met one by one while the tree grows.

    One that agrees needs no look at its signature: the last checkpoint covers what it covers. One that does not is
    believed only once its signature holds.
    """

    def __init__(self, lines: bytes, first: int, key: tuple[str, bytes, bytes], origin: str) -> None:
        """`lines` holds a note on each line, as JSON; `first` is the place of the first entry, from 0."""
        try:
            notes = [str(json.loads(line)["note"]) for line in lines.splitlines()]
            told = [(checkpoint_of(text)[1:3], text) for text in notes]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Failed("manifest") from None
        self.ahead = sorted(((size, root, text) for (size, root), text in told if size > first), reverse=True)
        self.first, self.key, self.origin = first, key, origin
        self.good, self.bad = first, 0
        self.next = self.ahead[-1][0] if self.ahead else -1

    def meet(self, edge: Edge) -> None:
        """Compare with the checkpoints of exactly this size; the first that disagrees is kept."""
        while self.ahead and self.ahead[-1][0] == edge.size:
            _size, root, text = self.ahead.pop()
            if self.bad:
                continue
            if root == edge.root():
                self.good = edge.size
            else:
                verified(text, self.key, self.origin)
                self.bad = edge.size
        self.next = self.ahead[-1][0] if self.ahead else -1

    def between(self, end: int) -> tuple[int, int]:
        """The lines, from 1, between which it went wrong: behind the last good checkpoint, up to the first bad or the end."""
        return self.good - self.first + 1, (self.bad or end) - self.first
