"""Whether this house can do its work: each check names in one word what is missing."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db import transaction

from audit import trail, watch
from consent import erasure_ledger
from consent.stores import chosen
from contacts import alarm, sweep
from contacts.models import SweepRun
from crm.rights import roles
from team.models import Throttle
from vault import canary, restoration
from vault.models import Canary

SILENCE = timedelta(hours=26)  # a sweep a night, and two hours of patience
NOBODY = b"\0\0\0\0"  # no key has this name
BY = trail.System("readyz")


class NotReady(Exception):
    """A check that failed; its word says which."""


class _TakeBack(Exception):
    """Ends a transaction that must leave nothing behind."""


def missing(*, at: datetime) -> list[str]:
    """The words of everything that is missing, in the order in which to mend it; empty when all is well."""
    words = []
    for word, check in CHECKS.items():
        try:
            check(at)
        except Exception:  # whatever a check stumbles over, it is not ready; the word says where
            words.append(word)
    return words


def _restored(at: datetime) -> None:
    """No backup was brought back whose replay is not proven."""
    if restoration.look():
        raise NotReady


def _ledger(at: datetime) -> None:
    """The erasure ledger can be written, and ends in a line of ours."""
    erasure_ledger.head()


def _database(at: datetime) -> None:
    with suppress(_TakeBack), transaction.atomic():
        Throttle.objects.create(bucket="readyz", window=at, count=0)
        raise _TakeBack


def _vault(at: datetime) -> None:
    with suppress(_TakeBack), transaction.atomic(using="vault"):
        Canary.objects.create(kid=NOBODY, proof=b"", created_at=at)
        raise _TakeBack


def _keyring(at: datetime) -> None:
    canary.prove(at=at)


def _trail(at: datetime) -> None:
    """An entry can be written; it is taken back, so that asking leaves no entry."""
    with suppress(_TakeBack), transaction.atomic():
        trail.record("sweep.started", by=BY, at=at, numbers=[0])
        raise _TakeBack


def _roles(at: datetime) -> None:
    """In production: no role may more than it must, and no trigger sleeps (audit.md §5.1)."""
    if settings.PRODUCTION and roles.drift():
        raise NotReady


def _sealed(at: datetime) -> None:
    """No watcher of the trail has anything to say, and none has fallen silent."""
    if watch.alarms(at=at):
        raise NotReady


def _swept(at: datetime) -> None:
    if not SweepRun.objects.filter(state=SweepRun.State.DONE, finished_at__gt=at - SILENCE).exists():
        raise NotReady


def _nobody_overdue(at: datetime) -> None:
    if sweep.due_now(at - alarm.OVERDUE).exists():
        raise NotReady


def _evidence(at: datetime) -> None:
    """The store of evidence takes, gives and deletes a file; a bucket is private, ours, and keeps no versions."""
    chosen.store().prove()


def _queue(at: datetime) -> None:
    """Redis answers; or the folder that stands in for it can be written."""
    if settings.CELERY_BROKER_URL.startswith("filesystem"):
        if not os.access(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]), os.W_OK | os.X_OK):
            raise NotReady
        return
    with current_app.connection_for_write() as queue:
        queue.ensure_connection(max_retries=1, timeout=2)


CHECKS: dict[str, Callable[[datetime], None]] = {
    "database": _database,
    "vault": _vault,
    "restore": _restored,
    "ledger": _ledger,
    "keyring": _keyring,
    "trail": _trail,
    "roles": _roles,
    "seal": _sealed,
    "sweep": _swept,
    "overdue": _nobody_overdue,
    "queue": _queue,
    "evidence": _evidence,
}
