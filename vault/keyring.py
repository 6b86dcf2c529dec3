"""The keyring: key-encryption, index and suppression keys, each known by a kid derived from itself."""

import json
import os
import stat
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from vault.errors import KeyMissing, KeyringRefused
from vault.suite import DEFAULT, SUITES, Suite

PURPOSES = ("kek", "index", "suppress")
STATES = ("pre-active", "active", "retired", "destroyed")
FIELDS = {"kid", "purpose", "suite", "state", "created", "material"}
VARIABLE = "YUNNUO_KEYRING"


@dataclass(frozen=True)
class Key:
    """One key of the ring; its material never appears in its repr."""

    kid: bytes
    purpose: str
    suite: Suite
    state: str
    created: str
    material: bytes

    def __repr__(self) -> str:
        """Name the kid, never the bytes."""
        return f"<Key {self.kid.hex()} {self.purpose} {self.state}>"


class Keyring:
    """All keys this process may use; exactly one active key per purpose."""

    def __init__(self, keys: list[Key]) -> None:
        """Refuse duplicates and a purpose without exactly one active key."""
        if len({key.kid for key in keys}) != len(keys):
            raise KeyringRefused("two keys share a kid")
        self._keys = {key.kid: key for key in keys}
        for purpose in PURPOSES:
            active = [key for key in keys if key.purpose == purpose and key.state == "active"]
            if len(active) != 1:
                raise KeyringRefused(f"{purpose}: {len(active)} active keys, exactly one is needed")
        self.ciphers = {key.kid: key.suite.cipher(key.material) for key in keys if key.purpose == "kek"}

    def active(self, purpose: str) -> Key:
        """The one active key of a purpose."""
        return next(k for k in self._keys.values() if k.purpose == purpose and k.state == "active")

    def get(self, kid: bytes) -> Key:
        """The key with this kid; raises KeyMissing naming the kid."""
        try:
            return self._keys[bytes(kid)]
        except KeyError:
            raise KeyMissing(f"key {bytes(kid).hex()} is not in the keyring") from None

    def __iter__(self) -> Any:
        """All keys of the ring."""
        return iter(self._keys.values())


def derive_kid(material: bytes, purpose: str, suite: Suite) -> bytes:
    """A key's own name: four bytes of a keyed hash, so that a mislabelled key cannot pass (vault.md §4.1)."""
    return suite.mac(material, b"crm.kid.v1\0" + purpose.encode() + bytes([suite.number]))[:4]


def parse(text: str) -> Keyring:
    """Read a keyring; anything unknown, missing, misnamed or of the wrong length refuses."""
    try:
        document = json.loads(text)
        if set(document) != {"version", "root", "keys"} or document["version"] != 1:
            raise KeyringRefused("the keyring has unknown or missing fields")
        return Keyring([_key(entry) for entry in document["keys"]])
    except (ValueError, TypeError, KeyError) as bad:
        raise KeyringRefused("the keyring is not readable as version 1") from bad


def _key(entry: dict[str, Any]) -> Key:
    if set(entry) != FIELDS or entry["purpose"] not in PURPOSES or entry["state"] not in STATES:
        raise KeyringRefused("a key has unknown or missing fields")
    suite, material = SUITES[entry["suite"]], b64decode(entry["material"], validate=True)
    kid = bytes.fromhex(entry["kid"])
    if len(material) != suite.key_length:
        raise KeyringRefused(f"key {kid.hex()} has the wrong length")
    if derive_kid(material, entry["purpose"], suite) != kid:
        raise KeyringRefused(f"key {kid.hex()} is not the key it says it is")
    return Key(kid, entry["purpose"], suite, entry["state"], entry["created"], material)


def generate(created: datetime) -> str:
    """A new keyring as text, one active key per purpose; `created` is UTC."""
    keys = []
    for purpose in PURPOSES:
        material = os.urandom(DEFAULT.key_length)
        keys.append(
            {
                "kid": derive_kid(material, purpose, DEFAULT).hex(),
                "purpose": purpose,
                "suite": DEFAULT.number,
                "state": "active",
                "created": created.isoformat(),
                "material": b64encode(material).decode(),
            }
        )
    return json.dumps({"version": 1, "root": "file", "keys": keys}, indent=1)


def load() -> Keyring:
    """The keyring of this process: the environment's, else the file's (owner only, 0600 or 0400)."""
    if text := os.environ.get(VARIABLE):
        return parse(text)
    path = Path(settings.KEYRING_FILE)
    try:
        facts = path.stat()
    except FileNotFoundError:
        raise KeyringRefused(f"no keyring: set {VARIABLE} or create the keyring file") from None
    if stat.S_IMODE(facts.st_mode) not in (0o600, 0o400) or facts.st_uid != os.getuid():
        raise KeyringRefused("the keyring file must belong to this user and be 0600 or 0400")
    return parse(path.read_text())


@lru_cache(maxsize=1)
def current() -> Keyring:
    """The keyring, read once per process."""
    return load()


def ensure_development() -> bool:
    """Create a keyring file for development when there is none; never in production. True when created."""
    path = Path(settings.KEYRING_FILE)
    if settings.PRODUCTION or os.environ.get(VARIABLE) or path.exists():
        return False
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(generate(datetime.now(UTC)))
    current.cache_clear()
    return True
