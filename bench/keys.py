"""A new key for everybody, against an UPDATE of the same rows; and eight writers of the trail, against one."""

import time
from functools import partial
from threading import Thread
from types import SimpleNamespace

from django.db import connection, connections, transaction
from django.utils import timezone

from audit import trail
from audit.models import Entry
from audit.trail import System
from bench import clock
from vault import keyring, rewrapping, rotation
from vault.models import PersonKey

BY = System("bench")
ACTS, WORK = 100, 0.005  # acts of each writer, and seconds of work inside each transaction


def rows(office: SimpleNamespace) -> list[clock.Row]:
    """Everybody's key is wrapped anew and opens; every act of every writer is there."""
    count = PersonKey.objects.count()
    with connections["vault"].cursor() as cursor:
        cursor.execute("CREATE TABLE plain_keys AS SELECT * FROM vault_personkey")
        cursor.execute("CREATE UNIQUE INDEX plain_keys_owner ON plain_keys (owner)")
    fresh = rotation.add("kek", at=timezone.now())
    rotation.promote(fresh.kid, at=timezone.now())
    keyring.current.cache_clear()
    wrapped = clock.once(f"wrap {count} keys anew", _rewrap, _update, goal=2)
    if rewrapping.waiting() or PersonKey.objects.filter(kid=fresh.kid).count() != count:
        raise SystemExit("bench: not every key was wrapped anew")
    before = Entry.objects.count()
    written = clock.once(
        "8 writers with 5 ms of work each, of 1",
        partial(_write, 8),
        partial(_write, 1),
        goal=2 if connection.vendor == "postgresql" else None,
        by_clock=True,
    )
    if Entry.objects.count() != before + 9 * ACTS:
        raise SystemExit("bench: entries are missing")
    return [wrapped, written]


def _rewrap() -> None:
    for _moved in rewrapping.batches():
        pass


def _update() -> None:
    """The same rows in the same batches, changed in one column."""
    owners = [row.hex if connection.vendor == "sqlite" else str(row) for row in PersonKey.objects.values_list("pk", flat=True)]
    for start in range(0, len(owners), rewrapping.BATCH):
        batch = owners[start : start + rewrapping.BATCH]
        with transaction.atomic(using="vault"), connections["vault"].cursor() as cursor:
            cursor.executemany("UPDATE plain_keys SET wrapped = %s WHERE owner = %s", [(b"x" * 68, owner) for owner in batch])


def _write(writers: int) -> None:
    threads = [Thread(target=_acts) for _n in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _acts() -> None:
    try:
        for _n in range(ACTS):
            with transaction.atomic():
                if connection.vendor == "postgresql":  # SQLite lets one writer in at a time, whatever they do
                    time.sleep(WORK)
                trail.record("audit.heartbeat", by=BY, at=timezone.now())
    finally:
        connections.close_all()
