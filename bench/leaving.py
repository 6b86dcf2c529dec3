"""The sweep of everybody, against raw DELETEs of the same number of rows in copies of the same tables."""

from datetime import timedelta
from types import SimpleNamespace

from django.db import connection, connections, transaction
from django.utils import timezone

from audit.trail import System
from bench import clock
from contacts import sweep
from contacts.models import CallAttempt, Contact, Phone, Submission
from vault.models import BlindIndex, PersonKey

TABLES = ((BlindIndex, "vault", "owner"), (PersonKey, "vault", "owner"), (CallAttempt, "default", "subject_id"))
TABLES += ((Submission, "default", "subject_id"), (Phone, "default", "contact_id"), (Contact, "default", "subject_id"))
LATER = timedelta(days=4000)


def rows(office: SimpleNamespace) -> list[clock.Row]:
    """Everybody leaves, years from now; afterwards nobody and no key is left."""
    for model, alias, key in TABLES:
        _copy(model._meta.db_table, alias, key)
    people = Contact.objects.values_list("pk", flat=True)
    ids = [str(pk) if connection.vendor == "postgresql" else pk.hex for pk in people]
    row = clock.once(f"expiry and sweep of {len(ids)}", _leave, lambda: _delete(ids), goal=2)
    left = Contact.objects.count(), Phone.objects.count(), PersonKey.objects.count(), BlindIndex.objects.count()
    if any(left):
        raise SystemExit(f"bench: somebody has not left {left}")
    return [row]


def _leave() -> None:
    sweep.run(by=System("sweep"), at=timezone.now() + LATER)


def _delete(ids: list[str]) -> None:
    """The same batches, children before parents."""
    for start in range(0, len(ids), sweep.BATCH):
        batch = ids[start : start + sweep.BATCH]
        with transaction.atomic(using="vault"), transaction.atomic():
            for model, alias, key in TABLES:
                with connections[alias].cursor() as cursor:
                    marks = ", ".join(["%s"] * len(batch))
                    cursor.execute(f"DELETE FROM plain_{model._meta.db_table} WHERE {key} IN ({marks})", batch)


def _copy(table: str, alias: str, key: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"CREATE TABLE plain_{table} AS SELECT * FROM {table}")
        cursor.execute(f"CREATE INDEX plain_{table}_key ON plain_{table} ({key})")
