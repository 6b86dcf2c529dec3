"""The deeds on the keyring, each with its entry in the trail; the rules stand in vault.rotation."""

import time
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from audit.trail import Actor
from contacts.keys import reindexing, resealing
from vault import keyring, rewrapping, rotation
from vault.keys import Key

Step = tuple[str, int]  # what was done to how many people


def add(purpose: str, *, by: Actor, at: datetime) -> Key:
    """Add a key that waits; raises DeedRefused."""
    with transaction.atomic():
        key = rotation.add(purpose, at=at)
        record("key.added", key.kid, by=by, at=at)
    return key


def promote(kid: bytes, *, by: Actor, at: datetime) -> Key:
    """Put a waiting key into use; raises DeedRefused."""
    return _recorded("key.promoted", lambda: rotation.promote(kid, at=at), kid, by=by, at=at)


def retire(kid: bytes, *, by: Actor, at: datetime) -> Key:
    """Take a waiting key off the way; raises DeedRefused."""
    return _recorded("key.retired", lambda: rotation.retire(kid, at=at), kid, by=by, at=at)


def destroy(kid: bytes, *, gone: Collection[str], by: Actor, at: datetime) -> Key:
    """Destroy a retired key; raises DeedRefused. Serves J1."""
    return _recorded("key.destroyed", lambda: rotation.destroy(kid, gone=gone, at=at), kid, by=by, at=at)


def waiting() -> int:
    """How many steps `rewrap` has before it, people under each heading counted once."""
    return rewrapping.waiting() + rewrapping.of_other_suites() + reindexing.waiting()


def rewrap(*, by: Actor, at: datetime, rate: int = 0) -> Iterator[Step]:
    """Move everybody under the keys in use: wrapped keys, search tags, and values of another suite.

    Gives a word and a number after each batch; may be stopped at any of them and begun again.
    `rate` is the most people a second, 0 without limit. Serves J1.
    """
    active = keyring.current().active
    for moved in _paced(rewrapping.batches(), rate):
        _note("key.rewrapped", active("kek").kid, moved, by=by, at=at)
        yield "rewrapped", moved
    for moved in _paced(reindexing.batches(), rate):
        _note("key.reindexed", active("index").kid, moved, by=by, at=at)
        yield "reindexed", moved
    for moved in _paced(resealing.batches(by=by, at=at), rate):
        yield "resealed", moved


def record(act: str, kid: bytes, *, by: Actor, at: datetime, numbers: Collection[int] = ()) -> None:
    """One entry about a key, which goes by a uuid that ends in its kid; inside a transaction."""
    trail.record(act, by=by, at=at, subject=UUID(bytes=bytes(12) + kid), numbers=list(numbers))


def _recorded(act: str, deed: Callable[[], Key], kid: bytes, *, by: Actor, at: datetime) -> Key:
    """The entry first; it goes with the deed that was refused."""
    with transaction.atomic():
        record(act, kid, by=by, at=at)
        return deed()


def _note(act: str, kid: bytes, count: int, *, by: Actor, at: datetime) -> None:
    if count:
        with transaction.atomic():
            record(act, kid, by=by, at=at, numbers=[count])


def _paced(batches: Iterator[int], rate: int) -> Iterator[int]:
    """Sleep after each batch, so that no more than `rate` people a second are moved."""
    for moved in batches:
        yield moved
        if rate:
            time.sleep(moved / rate)
