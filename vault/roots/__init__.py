"""Roots: what protects the keys of the keyring where it lies; asked at start-up and at changes only.

A root is two functions and two words. A cloud's key service is one more class beside these.
"""

from typing import Protocol

from vault.errors import KeyringRefused
from vault.roots.clear import Clear
from vault.roots.transit import Transit


class Root(Protocol):
    """Turns key material into what may be written down, and back; raises RootRefused when it cannot.

    `name` is the word in the keyring; `field` is "wrapped" where what is written down opens nothing
    without the root, "material" where the place itself is the protection.
    """

    @property
    def name(self) -> str:
        """The word in the keyring."""

    @property
    def field(self) -> str:
        """Under which word an entry carries what `wrap` gave."""

    def wrap(self, material: bytes) -> str:
        """What is written down for this key."""

    def unwrap(self, written: str) -> bytes:
        """The key again."""


def named(name: str) -> Root:
    """The root of this name; raises KeyringRefused for another word."""
    if name in ("file", "env"):
        return Clear(name)
    if name == "vault-transit":
        return Transit()
    raise KeyringRefused("the keyring names an unknown root")
