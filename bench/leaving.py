"""The sweep of everybody, against raw DELETEs of the same number of rows in copies of the same tables."""

from datetime import timedelta
from types import SimpleNamespace

from django.db import connection, connections, transaction
from django.db.models import Model
from django.utils import timezone

from audit.trail import System
from bench import clock
from contacts import sweep
from contacts.models import CallAttempt, Contact, Phone, Submission
from vault.models import BlindIndex, PersonKey

# Children before parents: the model, its side, and the column of the person.
TABLES: tuple[tuple[type[Model], str, str], ...] = (
    (BlindIndex, "vault", "owner"),
    (PersonKey, "vault", "owner"),
    (CallAttempt, "default", "subject_id"),
    (Submission, "default", "subject_id"),
    (Phone, "default", "contact_id"),
    (Contact, "default", "subject_id"),
)
BY = System("sweep")
LATER = timedelta(days=4000)


def rows(office: SimpleNamespace) -> list[clock.Row]:
    """Everybody leaves, years from now; afterwards nobody and no key is left."""
    for model, alias, key in TABLES:
        _copy(model._meta.db_table, alias, key)
    people = Contact.objects.values_list("pk", flat=True)
    ids = [str(pk) if connection.vendor == "postgresql" else pk.hex for pk in people]
    at = timezone.now() + LATER
    began = clock.cpu()
    sweep.expire(by=BY, at=at)  # a day's work of the ledger, which a DELETE has not
    expired = f"sweep of {len(ids)} (expiry before: {(clock.cpu() - began) * 1000:.0f} ms)"
    row = clock.once(expired, lambda: sweep.run(by=BY, at=at), lambda: _delete(ids), goal=2)
    left = Contact.objects.count(), Phone.objects.count(), PersonKey.objects.count(), BlindIndex.objects.count()
    if any(left):
        raise SystemExit(f"bench: somebody has not left {left}")
    return [row]


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
        if connections[alias].vendor == "postgresql":  # with its indexes and its checks
            cursor.execute(f"CREATE TABLE plain_{table} (LIKE {table} INCLUDING ALL)")
            cursor.execute(f"INSERT INTO plain_{table} SELECT * FROM {table}")
        else:
            cursor.execute(f"CREATE TABLE plain_{table} AS SELECT * FROM {table}")
        cursor.execute(f"CREATE INDEX plain_{table}_key ON plain_{table} ({key})")
