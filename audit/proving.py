"""Proofs for people outside: that the trail still begins with what they saw, and that one entry stands in it."""

from base64 import b64encode
from dataclasses import dataclass

from audit import stored, tree
from audit.models import Entry, Seal, TreeLeaf


class NoProof(Exception):
    """There is nothing sealed, or not as many entries as somebody says they saw."""


def growth(*, old: int) -> str:
    """That the newest checkpoint continues the trail of `old` entries, as a witness asks for it (C2SP add-checkpoint).

    A line with the old size, the hashes of the consistency proof (RFC 6962), an empty line, the signed note.
    """
    seal = stored.newest()
    if seal is None or not 0 <= old <= seal.size:
        raise NoProof
    hashes = tree.consistency(old, seal.size, stored.Stored(seal.size).hash_of) if old else []
    return "\n".join([f"old {old}", *(b64encode(one).decode() for one in hashes), "", seal.note])


@dataclass(frozen=True)
class Inclusion:
    """One entry, its place from 0, the hashes that lead from it to the root, and the checkpoint over that root."""

    entry: Entry
    index: int
    hashes: tuple[bytes, ...]
    seal: Seal

    def text(self) -> str:
        """As a file for a stranger (C2SP tlog-proof): the entry's bytes, its place, the hashes, the signed note."""
        lines = [b64encode(one).decode() for one in self.hashes]
        extra = b64encode(self.entry.content).decode()
        return "\n".join(["c2sp.org/tlog-proof@v1", f"extra {extra}", f"index {self.index}", *lines, "", self.seal.note])


def inclusion(entry: Entry) -> Inclusion | None:
    """The proof that this entry stands in the trail; None while it waits for its seal."""
    seal = stored.newest()
    index = TreeLeaf.objects.filter(seq=entry.seq).values_list("idx", flat=True).first()
    if seal is None or index is None:
        return None
    hashes = tree.inclusion(index, seal.size, stored.Stored(seal.size).hash_of)
    return Inclusion(entry, index, tuple(hashes), seal)
