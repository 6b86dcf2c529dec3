"""Cipher suites by their one-byte number; today 0x01, AES-256-GCM with HKDF and HMAC-SHA-256."""

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vault.errors import Tampered

NONCE = 12
TAG = 16


@dataclass(frozen=True)
class Suite:
    """One suite: its number and the length of its keys in bytes."""

    number: int
    key_length: int

    def cipher(self, key: bytes) -> AESGCM:
        """A cipher object for this key; keep it while the key is in use."""
        return AESGCM(key)

    def encrypt(self, cipher: AESGCM, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
        """Ciphertext followed by the tag."""
        return cipher.encrypt(nonce, plain, aad)

    def decrypt(self, cipher: AESGCM, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        """The plaintext; raises Tampered when the tag does not match."""
        try:
            return cipher.decrypt(nonce, sealed, aad)
        except InvalidTag:
            raise Tampered("tag") from None

    def derive(self, key: bytes, *, salt: bytes, info: bytes, length: int = 32) -> bytes:
        """HKDF below an index key (RFC 5869)."""
        return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(key)

    def mac(self, key: bytes, message: bytes) -> bytes:
        """The keyed hash of this suite."""
        return hmac.digest(key, message, hashlib.sha256)


SUITES: dict[int, Suite] = {0x01: Suite(number=0x01, key_length=32)}
DEFAULT = SUITES[0x01]
