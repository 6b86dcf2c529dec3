"""Proofs for whoever keeps an eye on the trail from outside: that it still begins with what they saw before."""

from base64 import b64encode

from audit import stored, tree


class NoProof(Exception):
    """There is nothing sealed, or not as many entries as somebody says they saw."""


def growth(*, old: int) -> str:
    """That the newest checkpoint continues the trail of `old` entries, as a witness asks for it (C2SP add-checkpoint).

    A line with the old size, the hashes of the consistency proof (RFC 6962), an empty line, the signed note.
    """
    seal = stored.newest()
    if seal is None or not 0 <= old <= seal.size:
        raise NoProof
    hashes = tree.consistency(old, seal.size, stored.Stored().hash_of) if old else []
    return "\n".join([f"old {old}", *(b64encode(one).decode() for one in hashes), "", seal.note])
