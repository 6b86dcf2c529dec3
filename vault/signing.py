"""Signatures of the house (Ed25519): the key that seals the trail and signs certificates, and its public half.

The key file is the C2SP note signer's line, `PRIVATE+KEY+<name>+<hash>+<base64>`; only the sealer's own
operating-system user can read it. What everybody may know is the verifier's line, `<name>+<hash>+<base64>`.
"""

import hashlib
import os
import stat
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from vault.errors import KeyringRefused

ED25519 = b"\x01"
_PREFIX = "PRIVATE+KEY+"


def key_hash(name: str, public: bytes) -> bytes:
    """Four bytes by which a signature names its key: of the name and the key together (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


class Verifier:
    """The public half of a key, under its name."""

    def __init__(self, name: str, public: bytes) -> None:
        """Raises ValueError when the bytes are no key."""
        self.name, self.public, self.hash = name, public, key_hash(name, public)
        self._key = Ed25519PublicKey.from_public_bytes(public)

    @classmethod
    def read(cls, line: str) -> "Verifier":
        """Read `<name>+<hash>+<base64>`; raises ValueError when it is not one, or names another key."""
        name, told, packed = line.strip().split("+", 2)
        raw = b64decode(packed, validate=True)
        if raw[:1] != ED25519 or not name:
            raise ValueError("not an Ed25519 verifier")
        verifier = cls(name, raw[1:])
        if verifier.hash.hex() != told:
            raise ValueError("the verifier names another key")
        return verifier

    def line(self) -> str:
        """The line that everybody may know."""
        return f"{self.name}+{self.hash.hex()}+{b64encode(ED25519 + self.public).decode()}"

    def holds(self, message: bytes, signature: bytes) -> bool:
        """Whether this key signed exactly these bytes."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Signer:
    """The private half; its seed appears in no repr and in no error."""

    def __init__(self, name: str, seed: bytes) -> None:
        """Take the key of this name from its 32 bytes of seed."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, self._key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """64 bytes that only this key can make for these bytes."""
        return self._key.sign(message)


def parse(line: str) -> Signer:
    """Read a signer's line; raises KeyringRefused, which never repeats it."""
    try:
        if not line.startswith(_PREFIX):
            raise ValueError
        name, told, packed = line.removeprefix(_PREFIX).strip().split("+", 2)
        raw = b64decode(packed, validate=True)
        if raw[:1] != ED25519 or not name:
            raise ValueError
        signer = Signer(name, raw[1:])
    except ValueError:
        raise KeyringRefused("the sealing key is not readable as an Ed25519 signer's line") from None
    if signer.verifier.hash.hex() != told:
        raise KeyringRefused("the sealing key is not the key it says it is")
    return signer


def generate(name: str) -> str:
    """A new signer's line."""
    seed = os.urandom(32)
    return f"{_PREFIX}{name}+{Signer(name, seed).verifier.hash.hex()}+{b64encode(ED25519 + seed).decode()}\n"


def load() -> Signer:
    """The sealing key of this house; raises KeyringRefused when it is missing or others could read it."""
    return _read(
        Path(settings.SEALER_KEY_FILE),
        "no sealing key: set YUNNUO_SEALER_KEY_FILE, or make one with manage.py seal --new-key",
    )


def receipts() -> Signer:
    """The key that signs receipts, which the serving process holds; raises KeyringRefused as `load` does."""
    return _read(
        Path(settings.RECEIPT_KEY_FILE),
        "no key for receipts: set YUNNUO_RECEIPT_KEY_FILE, or make one with manage.py receipts --new-key",
    )


def _read(path: Path, missing: str) -> Signer:
    try:
        facts = path.stat()
    except FileNotFoundError:
        raise KeyringRefused(missing) from None
    if stat.S_IMODE(facts.st_mode) not in (0o600, 0o400) or facts.st_uid != os.getuid():
        raise KeyringRefused("a signing key must belong to this user and be 0600 or 0400")
    return parse(path.read_text(encoding="ascii"))


def create(path: Path, name: str) -> Signer:
    """Make a key and its file, readable by this user alone; raises FileExistsError rather than replace one."""
    line = generate(name)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(line)
    return parse(line)


def ensure_development() -> bool:
    """Create the signing keys for development where there are none; never in production. True when one was created."""
    made = False
    for path, name in ((settings.SEALER_KEY_FILE, settings.TRAIL_ORIGIN), (settings.RECEIPT_KEY_FILE, receipts_name())):
        if not settings.PRODUCTION and not Path(path).exists():
            create(Path(path), name)
            made = True
    return made


def receipts_name() -> str:
    """What the receipts' key is called: the house's name, as the trail has it, and what the key is for."""
    return f"{str(settings.TRAIL_ORIGIN).split('/', 1)[0]}/receipts"
