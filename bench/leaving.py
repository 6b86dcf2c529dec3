"""The sweep of everybody, against deletions of the same rows in copies of the same tables: by raw SQL, and by Django."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, connections, models, transaction
from django.utils import timezone

from audit.models import Entry
from audit.trail import System
from bench import clock
from consent.models import Challenge, Consent, ConsentEvent, Evidence, SmsMessage, StopLink, Subject
from contacts import sweep
from contacts.models import CallAttempt, Contact, Phone, Submission
from vault.models import BlindIndex, PersonKey

# Children before parents: what is kept of a person, its side, and the column by which it is theirs.
OWN: tuple[tuple[type[models.Model], str, str], ...] = (
    (BlindIndex, "vault", "owner"),
    (PersonKey, "vault", "owner"),
    (Entry, "default", "subject"),
    (CallAttempt, "default", "subject_id"),
    (Submission, "default", "subject_id"),
    (Phone, "default", "contact_id"),
    (Contact, "default", "subject_id"),
    (StopLink, "default", "subject_id"),
    (Challenge, "default", "subject_id"),
    (SmsMessage, "default", "subject_id"),
    (ConsentEvent, "default", "consent_id"),
    (Consent, "default", "subject_id"),
    (Evidence, "default", "subject_id"),
    (Subject, "default", "id"),
)
COPIED = {model._meta.db_table for model, _side, _key in OWN}
BY = System("sweep")
LATER = timedelta(days=4000)
INSTALLED = "contacts"  # Django follows keys between models of installed apps only


def rows(office: SimpleNamespace) -> list[clock.Row]:
    """Everybody leaves, years from now; afterwards nobody and no key is left, here and in the copies."""
    _copy("raw")
    _copy("orm")
    ids = list(Contact.objects.order_by("pk").values_list("pk", flat=True))
    at = timezone.now() + LATER
    began = clock.cpu()
    sweep.expire(by=BY, at=at)  # a day's work of the ledger, which a DELETE has not
    expired = f"(expiry before: {(clock.cpu() - began) * 1000:.0f} ms)"
    subjects, _people, _numbers, keys = _left("raw")
    ours = clock.once(f"sweep of {len(ids)} {expired}", lambda: sweep.run(by=BY, at=at), _batches(ids, _delete), goal=2)
    django = clock.once("the same, Django's delete() unaudited", lambda: None, _batches(ids, _orm(_models())), goal=4 / 3)
    if any((Contact.objects.count(), Phone.objects.count(), PersonKey.objects.count(), BlindIndex.objects.count())):
        raise SystemExit("bench: somebody has not left")
    gone = (subjects - len(ids), 0, 0, keys - len(ids))
    if _left("raw") != gone or _left("orm") != gone:
        raise SystemExit(f"bench: the copies were not emptied {gone, _left('raw'), _left('orm')}")
    return [ours, clock.Row(django.name, ours.ours, django.floor, ours.wall, django.wall_floor, django.goal)]


def _batches(ids: list[UUID], deed: Callable[[list[UUID]], None]) -> clock.Deed:
    """The batches of the sweep, each in a transaction of both sides."""

    def work() -> None:
        for start in range(0, len(ids), sweep.BATCH):
            with transaction.atomic(using="vault"), transaction.atomic():
                deed(ids[start : start + sweep.BATCH])

    return work


def _delete(batch: list[UUID]) -> None:
    people = [pk if connection.vendor == "postgresql" else pk.hex for pk in batch]
    marks = ", ".join(["%s"] * len(people))
    for model, alias, key in OWN:
        table, whose = f"raw_{model._meta.db_table}", f"IN ({marks})"
        if model is ConsentEvent:
            whose = f"IN (SELECT id FROM raw_{Consent._meta.db_table} WHERE subject_id {whose})"
        with connections[alias].cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE {key} {whose}", people)


def _orm(copies: dict[str, Any]) -> Callable[[list[UUID]], None]:
    """What a Django project would write: the people's rows by cascade, and what hangs on no foreign key beside them."""

    def work(batch: list[UUID]) -> None:
        copies["BlindIndex"].objects.using("vault").filter(owner__in=batch).delete()
        copies["PersonKey"].objects.using("vault").filter(owner__in=batch).delete()
        copies["Entry"].objects.filter(subject__in=batch).delete()
        copies["Subject"].objects.filter(pk__in=batch).delete()

    return work


def _models() -> dict[str, Any]:
    """The copies as models: their own columns, and cascading keys where the tables have them."""
    made: dict[str, Any] = {}
    for model, _side, _key in reversed(OWN):
        fields: dict[str, Any] = {"__module__": __name__, "objects": models.Manager()}
        for field in model._meta.local_fields:
            fields[field.name] = _field(field, made)
        fields["Meta"] = type("Meta", (), {"app_label": INSTALLED, "db_table": f"orm_{model._meta.db_table}", "managed": False})
        made[model.__name__] = type(f"Orm{model.__name__}", (models.Model,), fields)
    apps.clear_cache()
    return made


def _field(field: Any, made: dict[str, Any]) -> Any:
    target = field.related_model
    if target is None:
        return models.BinaryField(null=field.null) if isinstance(field, models.BinaryField) else field.clone()
    column, key = field.column, field.primary_key
    if target.__name__ not in made:
        return models.UUIDField(null=True, db_column=column, primary_key=key) if not key else field.clone()
    kind = models.OneToOneField if key else models.ForeignKey
    return kind(made[target.__name__], models.CASCADE, db_column=column, null=field.null, primary_key=key, related_name="+")


def _copy(prefix: str) -> None:
    """Copies of all tables, filled, with their indexes and checks, and on PostgreSQL with the keys between them."""
    for model, alias, _key in OWN:
        table = model._meta.db_table
        with connections[alias].cursor() as cursor:
            if connections[alias].vendor == "postgresql":
                cursor.execute(f"CREATE TABLE {prefix}_{table} (LIKE {table} INCLUDING ALL)")
                names = ", ".join(f'"{field.column}"' for field in model._meta.local_fields)
                override = "OVERRIDING SYSTEM VALUE" if model is Entry else ""
                cursor.execute(f"INSERT INTO {prefix}_{table} ({names}) {override} SELECT {names} FROM {table}")
                continue
            cursor.execute(f"CREATE TABLE {prefix}_{table} AS SELECT * FROM {table}")
            columns: list[Any] = list(model._meta.local_fields)
            for field in columns:
                if field.primary_key or field.db_index or field.column == _key:
                    cursor.execute(f'CREATE INDEX {prefix}_{table}_{field.column} ON {prefix}_{table} ("{field.column}")')
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for statement in _keys(prefix):
                cursor.execute(statement)
            cursor.execute("ANALYZE")


def _keys(prefix: str) -> Iterator[str]:
    """The foreign keys between the copies, as the tables have them."""
    for model, _side, _key in OWN:
        for field in model._meta.local_fields:
            target = field.related_model
            if target is None or target._meta.db_table not in COPIED:
                continue
            there = f"{prefix}_{target._meta.db_table} ({target._meta.pk.column})"
            here = f"ALTER TABLE {prefix}_{model._meta.db_table} ADD FOREIGN KEY ({field.column})"
            yield f"{here} REFERENCES {there} DEFERRABLE INITIALLY DEFERRED"


def _left(prefix: str) -> tuple[int, ...]:
    """People, cards, numbers and keys in these copies."""
    found = []
    for model, alias in ((Subject, "default"), (Contact, "default"), (Phone, "default"), (PersonKey, "vault")):
        with connections[alias].cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM {prefix}_{model._meta.db_table}")
            found.append(cursor.fetchone()[0])
    return tuple(found)
