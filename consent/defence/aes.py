"""Opens a closed file of evidence: AES-256 in counter mode (FIPS 197, SP 800-38D), for check.py, with nothing but Python.

The mark that would show a changed file is not looked at: the digest of the closed file is compared before it is opened.
"""

import struct

MARK = b"YNF1"
NONCE, TAG, KEY = 12, 16, 32
Words = tuple[int, ...]


def _doubled(byte: int) -> int:
    return (byte << 1) ^ (0x11B if byte & 0x80 else 0)


def _box() -> bytes:
    """The substitution of FIPS 197, from its definition."""
    box, p, q = bytearray(256), 1, 1
    while True:
        p ^= _doubled(p)
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 0xFF
        q ^= 0x09 if q & 0x80 else 0
        turned = q | q << 8
        box[p] = (q ^ turned >> 7 ^ turned >> 6 ^ turned >> 5 ^ turned >> 4) & 0xFF ^ 0x63
        if p == 1:
            box[0] = 0x63
            return bytes(box)


BOX = _box()
# What one byte of a column becomes in a round, for each of its four places.
TABLE = [(_doubled(s) << 24 | s << 16 | s << 8 | (_doubled(s) ^ s)) for s in BOX]
T = [[(word >> turn | word << (32 - turn)) & 0xFFFFFFFF for word in TABLE] for turn in (0, 8, 16, 24)]


def _substituted(word: int) -> int:
    return BOX[word >> 24] << 24 | BOX[word >> 16 & 255] << 16 | BOX[word >> 8 & 255] << 8 | BOX[word & 255]


def rounds_of(key: bytes) -> list[Words]:
    """The sixty words of a key of 32 bytes, four for each round."""
    words, constant = list(struct.unpack(">8I", key)), 1
    for at in range(8, 60):
        word = words[-1]
        if at % 8 == 0:
            word = _substituted((word << 8 | word >> 24) & 0xFFFFFFFF) ^ constant << 24
            constant = _doubled(constant)
        elif at % 8 == 4:
            word = _substituted(word)
        words.append(words[at - 8] ^ word)
    return [tuple(words[at : at + 4]) for at in range(0, 60, 4)]


def stream(rounds: list[Words], nonce: bytes, blocks: int) -> bytes:
    """So many blocks of sixteen bytes under which the content was closed."""
    t0, t1, t2, t3 = T
    (first, second, third, fourth), *middle, (l0, l1, l2, l3) = rounds
    n0, n1, n2 = struct.unpack(">3I", nonce)
    s0, s1, s2 = n0 ^ first, n1 ^ second, n2 ^ third
    told = bytearray()
    for counter in range(2, blocks + 2):
        a, b, c, d = s0, s1, s2, counter ^ fourth
        for k0, k1, k2, k3 in middle:
            a, b, c, d = (
                t0[a >> 24] ^ t1[b >> 16 & 255] ^ t2[c >> 8 & 255] ^ t3[d & 255] ^ k0,
                t0[b >> 24] ^ t1[c >> 16 & 255] ^ t2[d >> 8 & 255] ^ t3[a & 255] ^ k1,
                t0[c >> 24] ^ t1[d >> 16 & 255] ^ t2[a >> 8 & 255] ^ t3[b & 255] ^ k2,
                t0[d >> 24] ^ t1[a >> 16 & 255] ^ t2[b >> 8 & 255] ^ t3[c & 255] ^ k3,
            )
        told += struct.pack(
            ">4I",
            (BOX[a >> 24] << 24 | BOX[b >> 16 & 255] << 16 | BOX[c >> 8 & 255] << 8 | BOX[d & 255]) ^ l0,
            (BOX[b >> 24] << 24 | BOX[c >> 16 & 255] << 16 | BOX[d >> 8 & 255] << 8 | BOX[a & 255]) ^ l1,
            (BOX[c >> 24] << 24 | BOX[d >> 16 & 255] << 16 | BOX[a >> 8 & 255] << 8 | BOX[b & 255]) ^ l2,
            (BOX[d >> 24] << 24 | BOX[a >> 16 & 255] << 16 | BOX[b >> 8 & 255] << 8 | BOX[c & 255]) ^ l3,
        )
    return bytes(told)


def opened(closed: bytes, key: bytes) -> bytes:
    """The content of a closed file. Raises ValueError for what is none, or for no key of one."""
    start = len(MARK) + NONCE
    if closed[: len(MARK)] != MARK or len(closed) < start + TAG or len(key) != KEY:
        raise ValueError("not a closed file")
    content = closed[start:-TAG]
    under = stream(rounds_of(key), closed[len(MARK) : start], -(-len(content) // 16))[: len(content)]
    return (int.from_bytes(content, "big") ^ int.from_bytes(under, "big")).to_bytes(len(content), "big")
