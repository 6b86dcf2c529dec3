"""Who appears in the stories of the trail, and a table of their own to guard."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.special import RunPython

AT = datetime(2026, 3, 1, 8, 30, 0, 123456, tzinfo=UTC)


@dataclass(frozen=True)
class Colleague:
    """Somebody who works here, as the trail sees them: a uuid, and a name it never writes down."""

    pk: UUID
    name: str
    is_authenticated: bool = True


LI = Colleague(UUID("11111111-1111-4111-8111-111111111111"), "Li")
SUN = Colleague(UUID("55555555-5555-4555-8555-555555555555"), "Sun")
WANG = UUID("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")
ZHOU = UUID("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb")


def stored(key: UUID) -> str:
    """A uuid as Django stores it in this database."""
    return str(key) if connection.features.has_native_uuid_field else key.hex


def run(sql: str, *values: object) -> list[tuple[object, ...]]:
    """Run plain SQL, as somebody would who goes around Django."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def table_with(*operations: Operation) -> Iterator[None]:
    """A table `trial (id, person, name, final)` under these guards, gone again afterwards."""
    kind = "uuid" if connection.vendor == "postgresql" else "char(32)"
    run(f"CREATE TABLE trial (id integer PRIMARY KEY, person {kind}, name varchar(20), final integer)")
    try:
        with connection.schema_editor() as editor:
            for operation in operations:
                assert isinstance(operation, RunPython)
                operation.code(apps, editor)
        yield
    finally:
        run("DROP TABLE trial")


def add(number: int, person: UUID, name: str = "first", final: int = 0) -> None:
    """One row of the trial table."""
    run(
        "INSERT INTO trial (id, person, name, final) VALUES (%s, %s, %s, %s)",
        number,
        stored(person),
        name,
        final,
    )
