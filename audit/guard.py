"""Guards for the tables of the floors above: no change without an entry, and tables that only grow.

Each function returns operations for a migration of the floor that owns the table; that migration
must depend on ("audit", "0001_initial"). On SQLite a later migration that rebuilds the table drops
its triggers: add the guard again after it. `installed` tells what stands, for a check at start.
"""

import re
from collections.abc import Sequence

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
    IF told AND (TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND NEW.{column} IS DISTINCT FROM OLD.{column}) THEN
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

# The same of a whole statement: each person of a batch is asked about once, by the index. OFFSET 0 and the setting keep the
# planner from reading all of audit_entry instead, by a plan made when the table was small.
_POSTGRESQL_STATEMENT = """
CREATE FUNCTION {name}_rows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT SET enable_seqscan = off AS $$
DECLARE
    told boolean;
BEGIN
    IF TG_OP = 'INSERT' THEN
        told := {told_of_fresh};
    ELSIF TG_OP = 'DELETE' THEN
        told := {told_of_was};
    ELSE
        told := {told_of_both};
    END IF;
    IF NOT told THEN
        RAISE EXCEPTION '% on % is refused: no entry in the trail', TG_OP, TG_TABLE_NAME
            USING ERRCODE = '23000';
    END IF;
    RETURN NULL;
END $$
"""
_TOLD = """NOT EXISTS (SELECT 1 FROM ({people}) AS people(person) WHERE NOT EXISTS (
            SELECT 1 FROM audit_entry WHERE subject = person AND xid = pg_current_xact_id() OFFSET 0))"""
_PEOPLE = {
    "fresh": "SELECT DISTINCT {column} FROM fresh",
    "was": "SELECT DISTINCT {column} FROM was",
    "both": "SELECT {column} FROM was UNION SELECT {column} FROM fresh",
}
_ROWS = {"insert": "NEW TABLE AS fresh", "update": "OLD TABLE AS was NEW TABLE AS fresh", "delete": "OLD TABLE AS was"}


def guard_operations(table: str, subject_column: str, *, on: str = "insert update delete") -> list[Operation]:
    """Refuse every change of `table` that has no entry for its person in the same transaction.

    `subject_column` holds the person's uuid. PostgreSQL looks at COMMIT, or once the statement is done where
    `guard_batch_operations` says so; SQLite looks at once. So write the entry first. Both raise IntegrityError. TRUNCATE is
    refused always (PostgreSQL; ProgrammingError).
    """
    _names(table, subject_column)
    deeds = tuple(on.split())
    if not deeds or any(deed not in _DEEDS for deed in deeds):
        raise ValueError("on names insert, update or delete")
    name = f"{table}_audit"
    postgresql = (*_deferred(table, subject_column, deeds), *_no_truncate(table, name))
    sqlite = tuple(_sqlite_guard(table, subject_column, deed) for deed in deeds)
    undo = (*_drops(name, f"{name}_truncate", table=table), f"DROP FUNCTION {name}()")
    return [_operation(postgresql, undo, sqlite, _drops(*(f"{name}_{deed}" for deed in deeds)))]


def guard_batch_operations(table: str, subject_column: str) -> list[Operation]:
    """From now on PostgreSQL asks the guard of `table` once for each statement, at its end; SQLite's stands as it stands.

    For tables that leave in batches of hundreds. Write the entry first, as on SQLite. Raises as `guard_operations` does,
    which must have guarded the table before.
    """
    _names(table, subject_column)
    name = f"{table}_audit"
    asked = {f"told_of_{rows}": _TOLD.format(people=who.format(column=subject_column)) for rows, who in _PEOPLE.items()}
    made = [_POSTGRESQL_STATEMENT.format(name=name, **asked)]
    for deed in _DEEDS:
        made.append(
            f"CREATE TRIGGER {name}_{deed} AFTER {deed.upper()} ON {table} REFERENCING {_ROWS[deed]} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_rows()"
        )
        made.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_{deed}")
    old = (f"DROP TRIGGER {name} ON {table}", f"DROP FUNCTION {name}()")
    drops = (*_drops(*(f"{name}_{deed}" for deed in _DEEDS), table=table), f"DROP FUNCTION {name}_rows()")
    undo = (*drops, *_deferred(table, subject_column, _DEEDS))
    return [_operation((*old, *made), undo, (), ())]


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


def refusing_operations(table: str, rules: Sequence[tuple[str, str, str, str]]) -> list[Operation]:
    """Refuse single rows of `table` by rules of its own, whoever writes: IntegrityError on both databases.

    A rule is a name, a deed, a condition over OLD and NEW that both databases read alike, and the words of the refusal,
    all written in the migration and never by a user.
    """
    _names(table, *(name for name, *_rest in rules))
    sqlite, postgresql, names = list[str](), list[str](), [f"{table}_{name}" for name, *_rest in rules]
    for name, (_rule, deed, condition, words) in zip(names, rules, strict=True):
        sqlite.append(
            f"CREATE TRIGGER {name} BEFORE {deed} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
        row = "OLD" if deed == "DELETE" else "NEW"
        postgresql += (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{words}' USING ERRCODE = '23000'; END IF; RETURN {row}; END $$",
            f"CREATE TRIGGER {name} BEFORE {deed} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        )
    undo = _drops(*names, table=table) + tuple(f"DROP FUNCTION {name}()" for name in names)
    return [_operation(tuple(postgresql), undo, tuple(sqlite), _drops(*names))]


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


def _deferred(table: str, column: str, deeds: tuple[str, ...]) -> tuple[str, ...]:
    """PostgreSQL's guard of a table that changes row by row: asked at COMMIT."""
    name, events = f"{table}_audit", " OR ".join(deed.upper() for deed in deeds)
    return (
        _POSTGRESQL_GUARD.format(name=name, column=column),
        f"CREATE CONSTRAINT TRIGGER {name} AFTER {events} ON {table} DEFERRABLE INITIALLY DEFERRED "
        f"FOR EACH ROW EXECUTE FUNCTION {name}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    )


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
