"""Checkpoints as signed notes (C2SP), and Ed25519 (RFC 8032) without a library."""

import base64
import hashlib


class Failed(Exception):
    """One word for what does not hold, and the line (from 1) it concerns; 0 where it is the whole.

    `last` is given where the line is known only as one of `line` to `last`; `name` where it is one file.
    """

    def __init__(self, word: str, line: int = 0, last: int = 0, *, name: str = "") -> None:
        """Keep word, lines and file."""
        place = f" (lines {line} to {last})" if last > line else f" (line {line})" if line else f" ({name})" if name else ""
        super().__init__(word + place)
        self.word, self.line, self.last = word, line, max(line, last)


def checkpoint_of(text: str) -> tuple[str, int, bytes, bytes, list[tuple[str, bytes]]]:
    """Origin, size, root, body and signatures of a signed note."""
    try:
        body, signed = text.rsplit("\n\n", 1)
        origin, size, root = (body + "\n").split("\n")[:3]
        packed = [line.split(" ") for line in signed.rstrip("\n").split("\n")]
        found = [(name, base64.b64decode(blob, validate=True)) for dash, name, blob in packed if dash == "\u2014"]
        return origin, int(size), base64.b64decode(root, validate=True), (body + "\n").encode(), found
    except ValueError:
        raise Failed("signature") from None


def verified(text: str, vkey: tuple[str, bytes, bytes], origin: str | None) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint that this key signed for this trail."""
    name, key_hash, public = vkey
    told, size, root, body, signatures = checkpoint_of(text)
    good = (one for signer, one in signatures if signer == name and one[:4] == key_hash)
    if not any(ed25519(public, body, one[4:]) for one in good):
        raise Failed("signature")
    if origin and told != origin:
        raise Failed("origin")
    return told, size, root


def vkey_of(line: str) -> tuple[str, bytes, bytes]:
    """Name, hash and public key of a verifier's line: <name>+<hash>+<base64>."""
    try:
        name, told, packed = line.strip().split("+", 2)
        raw = base64.b64decode(packed, validate=True)
        key_hash = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    except ValueError:
        raise Failed("vkey") from None
    if raw[:1] != b"\x01" or len(raw) != 33 or key_hash.hex() != told:
        raise Failed("vkey")
    return name, key_hash, raw[1:]


Point = tuple[int, int, int, int]  # extended coordinates
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P


def x_of(y: int, sign: int) -> int | None:
    """The x of a point with this y and sign, or None."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def plus(a: Point, b: Point) -> Point:
    """The sum of two points in extended coordinates."""
    s, t = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    u, v = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = t - s, v - u, v + u, t + s
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n: int, point: Point) -> Point:
    """n times a point."""
    found = (0, 1, 1, 0)
    while n:
        if n & 1:
            found = plus(found, point)
        point, n = plus(point, point), n >> 1
    return found


def point_of(raw: bytes) -> Point | None:
    """The point of 32 bytes, or None."""
    y = int.from_bytes(raw, "little") & (1 << 255) - 1
    x = x_of(y, raw[31] >> 7) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


BASE = point_of(BASE_Y.to_bytes(32, "little")) or (0, 1, 1, 0)


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature over the message is this key's."""
    if len(signature) != 64:
        return False
    key, point, s = point_of(public), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or point is None or s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % Q
    left, right = times(s, BASE), plus(point, times(h, key))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)
