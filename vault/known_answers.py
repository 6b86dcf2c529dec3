"""Published vectors of every suite, computed anew before the site starts: a library that errs stops it.

RFC 8998 A.1 (SM4-GCM), GB/T 32905 (SM3), NIST's GCM test case 16, RFC 8452 C.2 (AES-256-GCM-SIV),
RFC 4231 case 2 (HMAC-SHA-256), RFC 5869 A.1 (HKDF).
"""

from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.hashes import SM3, Hash
from django.core import checks

from vault.errors import SuiteBroken
from vault.suite import NONCE, SUITES, Suite, chosen

# By suite: key, nonce, additional data, plaintext, ciphertext with its tag.
AEAD = {
    0x01: (
        "feffe9928665731c6d6a8f9467308308" * 2,
        "cafebabefacedbaddecaf888",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
    0x02: (
        "0123456789abcdeffedcba9876543210",
        "00001234567800000000abcd",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec",
    ),
    0x03: (
        "01" + "00" * 31,
        "03" + "00" * 11,
        "01",
        "0200000000000000",
        "1de22967237a813291213f267e3b452f02d01ae33e4ec854",
    ),
}
SM3_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
HMAC_JEFE = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
HKDF_A1 = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"


def prove(suites: Iterable[Suite]) -> None:
    """Compute the vectors of these suites; raises SuiteBroken naming the suite."""
    for suite in suites:
        if not (_seals(suite) and _hashes(suite)):
            raise SuiteBroken(f"suite {suite.code} does not compute its published vectors on this machine")


def _seals(suite: Suite) -> bool:
    key, nonce, aad, plain, sealed = (bytes.fromhex(part) for part in AEAD[suite.number])
    cipher = suite.cipher(key)
    both = suite.encrypt(cipher, nonce, plain, aad), suite.decrypt(cipher, nonce, sealed, aad)
    return len(nonce) == NONCE and both == (sealed, plain)


def _hashes(suite: Suite) -> bool:
    if isinstance(suite.digest, SM3):
        hashed = Hash(SM3())
        hashed.update(b"abc")
        return hashed.finalize().hex() == SM3_ABC
    salt, info = bytes(range(13)), bytes(range(0xF0, 0xFA))
    derived = suite.derive(b"\x0b" * 22, salt=salt, info=info, length=42)
    return (suite.mac(b"Jefe", b"what do ya want for nothing?").hex(), derived.hex()) == (HMAC_JEFE, HKDF_A1)


@checks.register(checks.Tags.security)
def the_chosen_suite_computes_its_vectors(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse to start with a suite that this machine's library gets wrong, or does not have."""
    try:
        prove({SUITES[0x01], chosen()})
    except Exception as broken:  # an algorithm that is absent raises whatever the library likes
        return [checks.Error(f"YUNNUO_SUITE: {broken}", id="vault.E002")]
    return []
