"""A box that a device without a network can fill and not open, and the mark by which we know the device (ADR 0027).

Sealing is HPKE (RFC 9180) in base mode: P-256, HKDF-SHA256, AES-256-GCM, which every browser's WebCrypto can make. The
mark is ECDSA over P-256 with SHA-256, by a key that the browser made and gives to nobody. What a record says of itself
in the open is bound to both.
"""

from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vault.errors import BoxRefused

_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_CURVE = ec.SECP256R1()
POINT = 65  # bytes of a public key, uncompressed
MARK = 64  # bytes of a signature as WebCrypto gives it: r and s


def new_pair() -> tuple[str, str]:
    """A box: the public half, which the device gets, and the private half, which is sealed before it is stored."""
    private = ec.generate_private_key(_CURVE)
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return b64encode(point).decode(), f"{private.private_numbers().private_value:064x}"


def open_box(sealed: bytes, *, private: str, said: bytes) -> bytes:
    """What was sealed to this box beside `said`; raises BoxRefused when either was touched, or it is not for us."""
    key = ec.derive_private_key(int(private, 16), _CURVE)
    try:
        return _SUITE.decrypt(sealed, key, said)
    except (InvalidTag, ValueError):
        raise BoxRefused("this was not sealed to us, or not beside these words") from None


def seal(plain: bytes, *, public: str, said: bytes) -> bytes:
    """Seal as a device does; for tests and drills. Raises BoxRefused for what is no public half."""
    return _SUITE.encrypt(plain, _point(public), said)


def is_verifier(public: str) -> bool:
    """Whether this is the public half of a device's key: a point of the curve, in base64."""
    try:
        _point(public)
    except BoxRefused:
        return False
    return True


def holds(public: str, *, message: bytes, mark: bytes) -> bool:
    """Whether the device of this public half signed exactly these bytes. Raises BoxRefused for no public half."""
    if len(mark) != MARK:
        return False
    told = encode_dss_signature(int.from_bytes(mark[:32]), int.from_bytes(mark[32:]))
    try:
        _point(public).verify(told, message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _point(public: str) -> ec.EllipticCurvePublicKey:
    try:
        raw = b64decode(public, validate=True)
        if len(raw) != POINT:
            raise ValueError
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, raw)
    except ValueError:
        raise BoxRefused("this is no point of the curve") from None
