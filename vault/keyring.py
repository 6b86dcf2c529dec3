"""Where the keyring lies: read once per process, from the environment or a file that is this user's alone."""

import fcntl
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vault import ring_text, roots
from vault.errors import DeedRefused, KeyringRefused
from vault.keys import PURPOSES, Key, Keyring, derive_kid
from vault.suite import chosen

VARIABLE = "YUNNUO_KEYRING"
IN_ENVIRONMENT = gettext_lazy(
    "The keyring comes from YUNNUO_KEYRING, which no command can change. Write it into a file of mode 0600, name the file in "
    "YUNNUO_KEYRING_FILE, unset YUNNUO_KEYRING, and repeat; then put the new text back where it came from."
)


def make(purpose: str, *, state: str, at: datetime, generation: int = 1) -> Key:
    """A new random key of the chosen suite."""
    suite = chosen()
    material = os.urandom(suite.key_length)
    return Key(derive_kid(material, purpose, suite), purpose, suite, state, at, at, material, generation)


def generate(at: datetime) -> str:
    """A new keyring as text, one active key per purpose, under the chosen root."""
    return ring_text.render([make(purpose, state="active", at=at) for purpose in PURPOSES], roots.named(settings.ROOT))


def read() -> str:
    """The text of the keyring: the environment's, else the file's (owner only, 0600 or 0400)."""
    if text := os.environ.get(VARIABLE):
        return text
    path = Path(settings.KEYRING_FILE)
    try:
        facts = path.stat()
    except FileNotFoundError:
        raise KeyringRefused(f"no keyring: set {VARIABLE} or create the keyring file") from None
    if stat.S_IMODE(facts.st_mode) not in (0o600, 0o400) or facts.st_uid != os.getuid():
        raise KeyringRefused("the keyring file must belong to this user and be 0600 or 0400")
    return path.read_text()


def fingerprint() -> str:
    """A short name of the text as it lies there now; changes with every change."""
    return hashlib.sha256(read().encode()).hexdigest()[:16]


@lru_cache(maxsize=1)
def current() -> Keyring:
    """The keyring, read once per process."""
    return ring_text.parse(read())


def replace(keys: Iterable[Key]) -> None:
    """Write the keyring anew, whole or not at all, and use it from now on; under the chosen root.

    Raises DeedRefused where it cannot be written, before anything has changed.
    """
    path, root = Path(settings.KEYRING_FILE), roots.named(settings.ROOT)
    if root.field != "wrapped" and roots.named(ring_text.root_of(read())).field == "wrapped":
        raise DeedRefused(
            _("The keyring is wrapped, and YUNNUO_ROOT would write it in the open. Set it as the site has it, and repeat.")
        )
    text = ring_text.render(keys, root)
    ring_text.parse(text)  # what cannot be read back is not written
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.unlink(missing_ok=True)
        _put(fresh, text, mode)
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except OSError as refused:
        raise DeedRefused(_("The keyring file cannot be written (%s). Nothing was changed.") % refused.strerror) from None
    current.cache_clear()


def _put(path: Path, text: str, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)


@contextmanager
def changing() -> Iterator[Keyring]:
    """The keyring as it lies there, while nobody else of this machine changes it."""
    if os.environ.get(VARIABLE):
        raise DeedRefused(str(IN_ENVIRONMENT))
    path = Path(settings.KEYRING_FILE)
    lock = os.open(path.with_name(path.name + ".lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        current.cache_clear()
        yield ring_text.parse(read())
    finally:
        os.close(lock)


def first(*, at: datetime) -> None:
    """Make the keyring file where there is none; raises DeedRefused where there is."""
    path = Path(settings.KEYRING_FILE)
    if os.environ.get(VARIABLE) or path.exists():
        raise DeedRefused(_("There is a keyring already. Nothing was changed. See: keyring show."))
    _put(path, generate(at), 0o600)
    current.cache_clear()


def ensure_development() -> bool:
    """Create a keyring file for development when there is none; never in production. True when created."""
    if settings.PRODUCTION or os.environ.get(VARIABLE) or Path(settings.KEYRING_FILE).exists():
        return False
    first(at=datetime.now(UTC))
    return True
