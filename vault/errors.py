"""What can go wrong with a sealed value; each names a key, a field or a row, never a value."""


class VaultError(Exception):
    """Base of all refusals of the vault."""


class KeyringRefused(VaultError):
    """The keyring is missing, malformed or not this database's; the site must not start."""


class SuiteBroken(VaultError):
    """This machine's library does not compute what the standards publish; the site must not start."""


class RootRefused(VaultError):
    """The root that wraps the keyring did not answer, or refused; nothing was changed."""


class DeedRefused(VaultError):
    """A deed on the keyring came out of order; its sentence says what to do instead."""


class KeyMissing(VaultError):
    """No keyring key carries the kid that a sealed value names, or a person has no key."""


class KeyDestroyed(VaultError):
    """The keyring keeps this key's name and the day it was destroyed, and nothing else: expected of old copies."""


class Shredded(VaultError):
    """The person's key was destroyed: the value is gone for ever, as intended."""


class Tampered(VaultError):
    """The bytes do not open under the key, field, row and person they claim."""


class Malformed(VaultError):
    """The bytes are not a sealed value at all; never accepted as data."""


class VaultInconsistent(VaultError):
    """A person's key is gone and nothing says that they left: data was lost, not erased."""


class EnvelopeRefused(VaultError):
    """A backup that does not open as it was closed, or a key that is none; `code` names why."""

    def __init__(self, code: str) -> None:
        """Keep which it was."""
        super().__init__(code)
        self.code = code


class BoxRefused(VaultError):
    """A record from a device that does not open as it was sealed, or a key that is none."""


class SiteSealed(VaultError):
    """A backup was brought back, and it is not proven yet that nobody came back with it: nothing is opened."""
