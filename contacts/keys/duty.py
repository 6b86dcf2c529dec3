"""What is due on the keyring, found by asking it; the hourly task is only the bell (design, rule 4)."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings

from audit.trail import Actor
from contacts.keys import rotating
from vault import keyring
from vault.errors import VaultError
from vault.keys import Key

ROTATED = ("kek", "index")  # the key of refusals cannot be: whoever has left could not be found again
REST = timedelta(hours=1)  # between retiring a key and destroying it
Step = Callable[[], object]
logger = logging.getLogger(__name__)


def next_change(key: Key) -> datetime:
    """When an active key is due for its successor."""
    return key.since + timedelta(days=settings.EPOCH_DAYS)


def due(*, at: datetime) -> list[str]:
    """Purposes whose active key is older than an epoch."""
    ring = keyring.current()
    return [purpose for purpose in ROTATED if next_change(ring.active(purpose)) <= at]


def turn(*, by: Actor, at: datetime) -> list[str]:
    """Take each step that can be taken: promote what waits, add what is due, move people, destroy what nobody needs.

    A step that is refused is told and waits for the next hour. Where copies of the keyring are
    registered, destroying waits for a person who has destroyed those. Gives the sentences of the refusals.
    """
    refused = []
    for steps in (_promote, _add, _move, _destroy):
        for step in steps(by, at):
            try:
                step()
            except VaultError as sentence:
                refused.append(str(sentence))
                logger.warning("keyring: %s", sentence)
    return refused


def _promote(by: Actor, at: datetime) -> list[Step]:
    waiting = [key.kid for key in keyring.current().living() if key.state == "pre-active"]
    return [partial(rotating.promote, kid, by=by, at=at) for kid in waiting]


def _add(by: Actor, at: datetime) -> list[Step]:
    waiting = {key.purpose for key in keyring.current().living() if key.state == "pre-active"}
    return [partial(rotating.add, purpose, by=by, at=at) for purpose in due(at=at) if purpose not in waiting]


def _move(by: Actor, at: datetime) -> list[Step]:
    return [lambda: sum(count for _word, count in rotating.rewrap(by=by, at=at))]


def _destroy(by: Actor, at: datetime) -> list[Step]:
    if settings.KEYRING_COPIES:
        return []
    ready = [
        key.kid
        for key in keyring.current().living()
        if key.state == "retired" and key.purpose in ROTATED and key.since <= at - REST
    ]
    return [partial(rotating.destroy, kid, gone=(), by=by, at=at) for kid in ready]
