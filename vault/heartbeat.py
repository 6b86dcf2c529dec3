"""Every worker says each half minute which keyring it holds, and takes up a changed one (vault.md §4.7).

No new key is used before all hold it; no old one is destroyed while somebody still makes keys under it.
"""

import logging
import os
import socket
import threading
import time
from datetime import datetime, timedelta

from django.db import connections
from django.utils import timezone

from vault import canary, keyring, known_answers, restoration, ring_text
from vault.errors import VaultError
from vault.models import Worker
from vault.router import ALIAS
from vault.suite import chosen

EVERY = 30  # seconds between two beats
LIVE = timedelta(seconds=120)  # a worker that has been silent for longer is gone
KEPT = timedelta(days=1)
logger = logging.getLogger(__name__)


def prove() -> None:
    """Whether suites compute, and the keyring is sound and this database's; raises VaultError, and then nothing may start."""
    ring = keyring.current()
    known_answers.prove([chosen(), *{key.suite.number: key.suite for key in ring.living()}.values()])
    canary.prove(at=timezone.now())


def start() -> None:
    """Prove, then beat for as long as the process lives; a worker forked from it (`gunicorn --preload`) beats too."""
    prove()
    restoration.look()
    _begin()
    os.register_at_fork(after_in_child=_begin)


def _begin() -> None:
    threading.Thread(target=_live, args=(keyring.fingerprint(),), name="keyring heartbeat", daemon=True).start()


def beat(*, at: datetime) -> None:
    """Say that this process is alive and where each of its keys stands."""
    holds = {key.kid.hex(): key.state for key in keyring.current()}
    Worker.objects.update_or_create(name=_name(), defaults={"holds": holds, "seen_at": at})
    Worker.objects.filter(seen_at__lt=at - KEPT).delete()


def take_up(seen: str, *, at: datetime) -> str:
    """Take up the keyring if it changed since it had this fingerprint; a bad one is refused and the old one kept."""
    now = keyring.fingerprint()
    if now != seen:
        canary.prove(at=at, ring=ring_text.parse(keyring.read()))
        keyring.current.cache_clear()
    return now


def live(*, at: datetime) -> list[Worker]:
    """Workers that were heard of lately."""
    return list(Worker.objects.filter(seen_at__gt=at - LIVE).order_by("name"))


def lacking(kid: bytes, *, at: datetime) -> list[str]:
    """Names of live workers that do not hold this key."""
    return [worker.name for worker in live(at=at) if kid.hex() not in worker.holds]


def still_using(kid: bytes, *, at: datetime) -> list[str]:
    """Names of live workers for whom this key is still the active one."""
    return [worker.name for worker in live(at=at) if worker.holds.get(kid.hex()) == "active"]


def _name() -> str:
    return f"{socket.gethostname()[:90]}:{os.getpid()}"


def _live(seen: str) -> None:
    """The thread: never ends, never raises; a database that is away is asked again."""
    while True:
        try:
            seen = take_up(seen, at=timezone.now())
            beat(at=timezone.now())
            restoration.look()
        except VaultError as refused:
            logger.error("the changed keyring is not taken up: %s", refused)
        except Exception:
            logger.exception("a heartbeat was lost")
        finally:
            connections[ALIAS].close()
        time.sleep(EVERY)
