"""Guards for the tables of the floors above: no change without an entry, and tables that only grow.

Each function returns operations for a migration of the floor that owns the table; that migration
must depend on ("audit", "0001_initial"). On SQLite a later migration that rebuilds the table drops
its triggers: add the guard again after it. `installed` tells what stands, for a check at start.
"""

import re

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.special import RunPython

from audit import schema

_NAME = re.compile(r"[a-z][a-z0-9_]{0,45}")
_DEEDS = ("insert", "update", "delete")
# A function for each table: reading the column through jsonb or EXECUTE would cost every row of a batch.
_POSTGRESQL_GUARD = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
    told boolean := true;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        told := EXISTS (
            SELECT 1 FROM audit_entry WHERE subject = OLD.{column} AND xid = pg_current_xact_id()
        );
    END IF;
    IF told AND TG_OP <> 'DELETE' THEN
        told := EXISTS (
            SELECT 1 FROM audit_entry WHERE subject = NEW.{column} AND xid = pg_current_xact_id()
        );
    END IF;
    IF NOT told THEN
        RAISE EXCEPTION '% on % is refused: no entry in the trail', TG_OP, TG_TABLE_NAME
            USING ERRCODE = '23000';
    END IF;
    RETURN NULL;
END $$
"""


def guard_operations(table: str, subject_column: str, *, on: str = "insert update delete") -> list[Operation]:
    """Refuse every change of `table` that has no entry for its person in the same transaction.

    `subject_column` holds the person's uuid. PostgreSQL looks at COMMIT, so order does not matter
    there; SQLite looks at once, so write the entry first. Both raise IntegrityError. TRUNCATE is
    refused always (PostgreSQL; ProgrammingError).
    """
    _names(table, subject_column)
    deeds = tuple(on.split())
    if not deeds or any(deed not in _DEEDS for deed in deeds):
        raise ValueError("on names insert, update or delete")
    name = f"{table}_audit"
    events = " OR ".join(deed.upper() for deed in deeds)
    postgresql = (
        _POSTGRESQL_GUARD.format(name=name, column=subject_column),
        f"CREATE CONSTRAINT TRIGGER {name} AFTER {events} ON {table} DEFERRABLE INITIALLY DEFERRED "
        f"FOR EACH ROW EXECUTE FUNCTION {name}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        *_no_truncate(table, name),
    )
    sqlite = tuple(_sqlite_guard(table, subject_column, deed) for deed in deeds)
    undo = (*_drops(name, f"{name}_truncate", table=table), f"DROP FUNCTION {name}()")
    return [_operation(postgresql, undo, sqlite, _drops(*(f"{name}_{deed}" for deed in deeds)))]


def append_only_operations(table: str, *, key: str = "id") -> list[Operation]:
    """Refuse UPDATE, DELETE, TRUNCATE and INSERT OR REPLACE on `table`; `key` names its primary key's columns.

    SQLite raises IntegrityError, PostgreSQL ProgrammingError (SQLSTATE 42501): both DatabaseError.
    """
    columns = key.split()
    _names(table, *columns)
    name, same = f"{table}_grows", " AND ".join(f"{column} = NEW.{column}" for column in columns)
    postgresql = (*_refusing(table, name, ""), *_no_truncate(table, name))
    sqlite = (
        _sqlite_refusal(table, name, "update", "", "the table only grows"),
        _sqlite_refusal(table, name, "delete", "", "the table only grows"),
        _sqlite_refusal(
            table,
            name,
            "insert",
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})",
            "the row exists",
        ),
    )
    undo = _drops(name, f"{name}_truncate", table=table)
    return [_operation(postgresql, undo, sqlite, _drops(*(f"{name}_{deed}" for deed in _DEEDS)))]


def immutable_when_operations(table: str, condition_sql_old: str) -> list[Operation]:
    """Refuse UPDATE and DELETE of rows for which the condition holds, and TRUNCATE.

    `condition_sql_old` is SQL over OLD that both databases read alike, written in the migration and
    never by a user: "OLD.published_at IS NOT NULL". Raises as `append_only_operations` does.
    """
    _names(table)
    name = f"{table}_fixed"
    when = f"WHEN ({condition_sql_old})"
    postgresql = (*_refusing(table, name, when), *_no_truncate(table, name))
    sqlite = (
        _sqlite_refusal(table, name, "update", when, "the row is final"),
        _sqlite_refusal(table, name, "delete", when, "the row is final"),
    )
    undo = _drops(name, f"{name}_truncate", table=table)
    return [_operation(postgresql, undo, sqlite, _drops(f"{name}_update", f"{name}_delete"))]


def installed(connection: BaseDatabaseWrapper) -> set[str]:
    """Names of all triggers of this database that would fire now (PostgreSQL: ENABLE ALWAYS)."""
    if connection.vendor == "postgresql":
        sql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
    else:
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {row[0] for row in cursor.fetchall()}


def _names(*names: str) -> None:
    """Names go into SQL as they stand, so only plain ones pass."""
    if not all(_NAME.fullmatch(name) for name in names):
        raise ValueError("not a plain lower-case name")


def _operation(
    postgresql: tuple[str, ...], undo: tuple[str, ...], sqlite: tuple[str, ...], sqlite_undo: tuple[str, ...]
) -> Operation:
    return RunPython(
        schema.step(postgresql=postgresql, sqlite=sqlite),
        schema.step(postgresql=undo, sqlite=sqlite_undo),
        elidable=False,
    )


def _drops(*names: str, table: str = "") -> tuple[str, ...]:
    """Statements that drop these triggers; PostgreSQL wants the table named, SQLite does not."""
    return tuple(f"DROP TRIGGER {name}" + (f" ON {table}" if table else "") for name in names)


def _no_truncate(table: str, name: str) -> tuple[str, str]:
    return (
        f"CREATE TRIGGER {name}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION crm_audit_refuse()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_truncate",
    )


def _refusing(table: str, name: str, when: str) -> tuple[str, str]:
    return (
        f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {when} EXECUTE FUNCTION crm_audit_refuse()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    )


def _sqlite_guard(table: str, column: str, deed: str) -> str:
    rows = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}[deed]
    missing = " OR ".join(
        f"NOT EXISTS (SELECT 1 FROM audit_entry WHERE subject = {row}.{column} AND txn = crm_audit_txn())" for row in rows
    )
    return _sqlite_refusal(table, f"{table}_audit", deed, f"WHEN {missing}", "no entry in the trail")


def _sqlite_refusal(table: str, name: str, deed: str, when: str, why: str) -> str:
    return (
        f"CREATE TRIGGER {name}_{deed} BEFORE {deed.upper()} ON {table} {when} "
        f"BEGIN SELECT RAISE(ABORT, '{deed.upper()} on {table} is refused: {why}'); END"
    )
