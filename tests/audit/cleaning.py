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


_first_rows: dict[str, dict[str, list[tuple[object, ...]]]] = {}  # SQLite: by database and table
_KEPT = "kept_by_the_tests"  # PostgreSQL: a schema of copies, which no query of ours looks into
_django_setup = TransactionTestCase._fixture_setup.__func__  # type: ignore[attr-defined]


def install() -> None:
    """Let every transactional test end with `clean_database` instead of `flush`."""
    TransactionTestCase._fixture_setup = classmethod(_setup)  # type: ignore[assignment,method-assign]
    TransactionTestCase._fixture_teardown = _teardown  # type: ignore[method-assign]


def clean_database(connection: BaseDatabaseWrapper) -> None:
    """Empty every table but the list of migrations, the trail's included, and put back migrated rows."""
    with lifted(connection), transaction.atomic(using=connection.alias):
        _empty(connection)
        _put_back(connection)
    ContentType.objects.clear_cache()


def lifted(connection: BaseDatabaseWrapper) -> AbstractContextManager[None]:
    """All triggers off inside, as only the owner of the database can have them; as they were afterwards."""
    return _postgresql_lifted(connection) if connection.vendor == "postgresql" else _sqlite_lifted(connection)


def _setup(cls: type[TransactionTestCase]) -> None:
    """Before the first transactional test of all, keep what the migrations put in."""
    for alias in cls._databases_names(include_mirrors=False):
        if alias not in _first_rows:
            _keep(connections[alias])
            clean_database(connections[alias])  # the first test starts as all later ones do
    _django_setup(cls)


def _teardown(case: TransactionTestCase) -> None:
    for alias in case._databases_names(include_mirrors=False):
        clean_database(connections[alias])


def _tables(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    return [connection.ops.quote_name(name) for name in names if name != "django_migrations"]


def _keep(connection: BaseDatabaseWrapper) -> None:
    """Remember every row of every table that the migrations filled, but for the trail's own."""
    rows = _first_rows[connection.alias] = {}
    managed = {connection.ops.quote_name(name) for name in connection.introspection.django_table_names(include_views=False)}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP SCHEMA IF EXISTS {_KEPT} CASCADE; CREATE SCHEMA {_KEPT}")
        for table in [table for table in _tables(connection) if table in managed]:
            cursor.execute(f"SELECT * FROM {table}")
            if found := cursor.fetchall():
                rows[table] = found
                if connection.vendor == "postgresql":
                    cursor.execute(f"CREATE TABLE {_KEPT}.{table} AS SELECT * FROM {table}")


def _put_back(connection: BaseDatabaseWrapper) -> None:
    """Row by row as they were: the serializer of Django's would ask each model anew, a hundred times slower."""
    with connection.cursor() as cursor:
        for table, rows in _first_rows[connection.alias].items():
            if connection.vendor == "postgresql":
                cursor.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {_KEPT}.{table}")
            else:
                cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(rows[0]))})", rows)


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
