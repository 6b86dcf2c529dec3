"""What can go wrong with a sealed value; each names a key, a field or a row, never a value."""


class VaultError(Exception):
    """Base of all refusals of the vault."""


class KeyringRefused(VaultError):
    """The keyring is missing, malformed or not this database's; the site must not start."""


class KeyMissing(VaultError):
    """No keyring key carries the kid that a sealed value names, or a person has no key."""


class Shredded(VaultError):
    """The person's key was destroyed: the value is gone for ever, as intended."""


class Tampered(VaultError):
    """The bytes do not open under the key, field, row and person they claim."""


class Malformed(VaultError):
    """The bytes are not a sealed value at all; never accepted as data."""
