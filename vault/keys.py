"""Keys and the ring they hang on: what each is for, where it stands, and a name derived from itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from vault.errors import KeyDestroyed, KeyMissing, KeyringRefused
from vault.suite import Aead, Suite

PURPOSES = ("kek", "index", "suppress")
STATES = ("pre-active", "active", "retired", "destroyed")


@dataclass(frozen=True)
class Key:
    """One key of the ring; its material never appears in its repr, and a destroyed one has none.

    `since` is when it came into its state; `generation` counts index keys and is 1 for all others.
    """

    kid: bytes
    purpose: str
    suite: Suite
    state: str
    created: datetime
    since: datetime
    material: bytes
    generation: int = 1

    def __repr__(self) -> str:
        """Name the kid, never the bytes."""
        return f"<Key {self.kid.hex()} {self.purpose} {self.state}>"


class Keyring:
    """All keys this process may use and the names of those it may not any more; one active key per purpose."""

    def __init__(self, keys: Iterable[Key]) -> None:
        """Refuse duplicates and a purpose without exactly one active key."""
        self.keys = tuple(keys)
        self._by_kid = {key.kid: key for key in self.keys}
        if len(self._by_kid) != len(self.keys):
            raise KeyringRefused("two keys share a kid")
        if len({(key.purpose, key.generation) for key in self.keys if key.purpose == "index"}) != len(self.of("index")):
            raise KeyringRefused("two index keys share a generation")
        self._active = {purpose: self._one_active(purpose) for purpose in PURPOSES}
        self.ciphers: dict[bytes, Aead] = {key.kid: key.suite.cipher(key.material) for key in self.living("kek")}

    def _one_active(self, purpose: str) -> Key:
        active = [key for key in self.of(purpose) if key.state == "active"]
        if len(active) != 1:
            raise KeyringRefused(f"{purpose}: {len(active)} active keys, exactly one is needed")
        return active[0]

    def of(self, purpose: str) -> list[Key]:
        """Every key of a purpose, tombstones too."""
        return [key for key in self.keys if key.purpose == purpose]

    def living(self, purpose: str = "") -> list[Key]:
        """The keys that still are keys; of one purpose, or all."""
        return [key for key in self.keys if key.state != "destroyed" and purpose in ("", key.purpose)]

    def active(self, purpose: str) -> Key:
        """The one active key of a purpose."""
        return self._active[purpose]

    def get(self, kid: bytes) -> Key:
        """The key with this kid; raises KeyMissing or KeyDestroyed, naming the kid."""
        key = self._by_kid.get(bytes(kid))
        if key is None:
            raise KeyMissing(f"key {bytes(kid).hex()} is not in the keyring")
        if key.state == "destroyed":
            raise KeyDestroyed(f"key {key.kid.hex()} was destroyed on {key.since:%Y-%m-%d}")
        return key

    def __iter__(self) -> Iterator[Key]:
        """All keys of the ring, in the order of the file."""
        return iter(self.keys)


def derive_kid(material: bytes, purpose: str, suite: Suite) -> bytes:
    """A key's own name: four bytes of a keyed hash, so that a mislabelled key cannot pass (vault.md §4.1)."""
    return suite.mac(material, b"crm.kid.v1\0" + purpose.encode() + bytes([suite.number]))[:4]
