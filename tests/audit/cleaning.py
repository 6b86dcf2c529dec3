"""Empties a test database whose triggers refuse to be emptied; the triggers stand again afterwards.

Django's own way, `flush`, is refused by BEFORE TRUNCATE and leaves unmanaged tables full. What the
migrations had put in is put back, so that every test starts from the same rows.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.contrib.contenttypes.models import ContentType
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

_STATES = {"O": "ENABLE TRIGGER", "A": "ENABLE ALWAYS TRIGGER", "R": "ENABLE REPLICA TRIGGER"}


_first_state: dict[str, str] = {}
_django_setup = TransactionTestCase._fixture_setup.__func__  # type: ignore[attr-defined]


def install() -> None:
    """Let every transactional test end with `clean_database` instead of `flush`."""
    TransactionTestCase._fixture_setup = classmethod(_setup)  # type: ignore[assignment,method-assign]
    TransactionTestCase._fixture_teardown = _teardown  # type: ignore[method-assign]


def clean_database(connection: BaseDatabaseWrapper) -> None:
    """Empty every table but the list of migrations, the trail's included, and put back migrated rows."""
    with lifted(connection):
        with transaction.atomic(using=connection.alias):
            _empty(connection)
        connection.creation.deserialize_db_from_string(_first_state[connection.alias])
    ContentType.objects.clear_cache()


def lifted(connection: BaseDatabaseWrapper) -> AbstractContextManager[None]:
    """All triggers off inside, as only the owner of the database can have them; as they were afterwards."""
    return _postgresql_lifted(connection) if connection.vendor == "postgresql" else _sqlite_lifted(connection)


def _setup(cls: type[TransactionTestCase]) -> None:
    """Before the first transactional test of all, keep what the migrations put in."""
    for alias in cls._databases_names(include_mirrors=False):
        if alias not in _first_state:
            _first_state[alias] = connections[alias].creation.serialize_db_to_string()
            clean_database(connections[alias])  # the first test starts as all later ones do
    _django_setup(cls)


def _teardown(case: TransactionTestCase) -> None:
    for alias in case._databases_names(include_mirrors=False):
        clean_database(connections[alias])


def _tables(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    return [connection.ops.quote_name(name) for name in names if name != "django_migrations"]


def _empty(connection: BaseDatabaseWrapper) -> None:
    tables = _tables(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)}")
            return
        cursor.execute("PRAGMA defer_foreign_keys = ON")
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")


@contextmanager
def _sqlite_lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        try:
            yield
        finally:
            for _name, sql in triggers:
                cursor.execute(sql)


@contextmanager
def _postgresql_lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, quote_ident(tgname), tgenabled FROM pg_trigger "
            "WHERE NOT tgisinternal AND tgenabled <> 'D'"
        )
        triggers = cursor.fetchall()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table with a check still to come may be altered
        for table, name, _state in triggers:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        try:
            yield
        finally:
            for table, name, state in triggers:
                cursor.execute(f"ALTER TABLE {table} {_STATES[state]} {name}")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
