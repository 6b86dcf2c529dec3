"""Cipher suites by their one-byte number: AES-256-GCM, SM4-GCM with SM3, AES-256-GCM-SIV (vault.md §4.2).

A value names its suite, so a table may hold all three; YUNNUO_SUITE says which one new keys use.
Algorithms only: no certified module, and no SM2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SHA256, SM3, HashAlgorithm
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from vault.errors import Tampered

NONCE = 12
TAG = 16


class Aead(Protocol):
    """What seals and opens under one key; keep it while the key is in use."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Ciphertext followed by the tag."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """The plaintext; raises InvalidTag."""


class Sm4Gcm:
    """SM4 in Galois counter mode (RFC 8998); the library has no one-call form of it."""

    def __init__(self, key: bytes) -> None:
        """Schedule the key."""
        self._algorithm = SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Ciphertext followed by the tag."""
        sealing = Cipher(self._algorithm, GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(associated_data or b"")
        return sealing.update(data) + sealing.finalize() + sealing.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """The plaintext, released only after the tag has been found right."""
        opening = Cipher(self._algorithm, GCM(nonce)).decryptor()
        opening.authenticate_additional_data(associated_data or b"")
        plain = opening.update(data[:-TAG])
        return plain + opening.finalize_with_tag(data[-TAG:])


@dataclass(frozen=True, eq=False)
class Suite:
    """One suite: its number, its name in the settings, the length of its keys in bytes, its algorithms."""

    number: int
    code: str
    key_length: int
    aead: Callable[[bytes], Aead]
    digest: HashAlgorithm

    def cipher(self, key: bytes) -> Aead:
        """A cipher object for this key; keep it while the key is in use."""
        return self.aead(key)

    def encrypt(self, cipher: Aead, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
        """Ciphertext followed by the tag."""
        return cipher.encrypt(nonce, plain, aad)

    def decrypt(self, cipher: Aead, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        """The plaintext; raises Tampered when the tag does not match."""
        try:
            return cipher.decrypt(nonce, sealed, aad)
        except InvalidTag:
            raise Tampered("tag") from None

    def derive(self, key: bytes, *, salt: bytes, info: bytes, length: int = 32) -> bytes:
        """HKDF below an index key (RFC 5869)."""
        return HKDF(algorithm=self.digest, length=length, salt=salt, info=info).derive(key)

    def mac(self, key: bytes, message: bytes) -> bytes:
        """The keyed hash of this suite (RFC 2104)."""
        keyed = HMAC(key, self.digest)
        keyed.update(message)
        return keyed.finalize()


SUITES: dict[int, Suite] = {
    0x01: Suite(0x01, "aes-256-gcm", 32, AESGCM, SHA256()),
    0x02: Suite(0x02, "sm4-gcm", 16, Sm4Gcm, SM3()),
    0x03: Suite(0x03, "aes-256-gcm-siv", 32, AESGCMSIV, SHA256()),
}


def chosen() -> Suite:
    """The suite of the setting YUNNUO_SUITE, under which new keys are made."""
    return next(suite for suite in SUITES.values() if suite.code == settings.SUITE)
