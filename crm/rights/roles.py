"""Three roles in PostgreSQL: the owner migrates, the app serves, the sealer seals; and whether it is so (audit.md §5.1).

The app may add to the trail and never change it; the sealer may write the tree and reads no person. Both are refused
everything else by the server itself, so that whoever takes over the web process cannot rewrite what it did.
"""

import re

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from crm.rights.triggers import EXPECTED, GROWING

TREE = ("audit_leaf", "audit_tile", "audit_checkpoint", "audit_key", "audit_pending", "audit_pruning")
SEALERS = {
    "audit_entry": "SELECT, INSERT",
    "audit_pending": "SELECT, DELETE",
    "audit_leaf": "SELECT, INSERT",
    "audit_tile": "SELECT, INSERT",
    "audit_checkpoint": "SELECT, INSERT",
    "audit_key": "SELECT, INSERT",
    "audit_anchor": "SELECT, INSERT",
    "audit_pruning": "SELECT",
    "audit_redaction": "SELECT",
    "audit_watch": "SELECT, INSERT, UPDATE",
    "django_migrations": "SELECT",
}
WRITTEN = "leaf, leaf_hash, eid, at_us, act, outcome, reason, actor, subject"  # of an entry; the database numbers it itself
# A table of one's own, of the same name, would be asked instead of ours; the path of every guard ends there too.
_NO_TABLES_OF_ONES_OWN = (
    "DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM {app}, {sealer}, PUBLIC', current_database()); END $$"
)
_PLAIN = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class RoleRefused(Exception):
    """A name that is none for a role."""


def statements(alias: str, *, app: str, sealer: str) -> list[str]:
    """What the owner runs after every migration, in this database; may be run again (idempotent)."""
    if not (_PLAIN.fullmatch(app) and _PLAIN.fullmatch(sealer)) or app == sealer:
        raise RoleRefused("names of roles are lower-case letters, digits and _, and two different ones")
    there = "SELECT 1 FROM pg_roles WHERE rolname"
    made = [
        f"DO $$ BEGIN IF NOT EXISTS ({there} = '{role}') THEN CREATE ROLE {role} LOGIN; END IF; END $$"
        for role in (app, sealer)
    ]
    granted = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {app}, {sealer}, PUBLIC",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        _NO_TABLES_OF_ONES_OWN.format(app=app, sealer=sealer),
        f"GRANT USAGE ON SCHEMA public TO {app}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}",
        f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {app}",  # or a guard to come would seem to stand already
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}",
    ]
    if alias == "default":
        granted += [f"REVOKE UPDATE, DELETE ON {table} FROM {app}" for table in GROWING]
        granted += [f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {app}" for table in TREE]
        granted += [f"GRANT USAGE ON SCHEMA public TO {sealer}"]
        granted += [f"GRANT {rights} ON {table} TO {sealer}" for table, rights in SEALERS.items()]
        granted += [f"GRANT USAGE ON SEQUENCE audit_entry_seq_seq, audit_anchor_id_seq TO {sealer}"]
        granted += [f"REVOKE INSERT ON audit_entry FROM {app}, {sealer}"]
        granted += [f"GRANT INSERT ({WRITTEN}) ON audit_entry TO {app}, {sealer}"]
    return made + granted


def drift() -> list[str]:
    """What is not as it must be in the databases this process is connected to, each with what mends it.

    Nothing on SQLite, which has no roles: there only anchors outside protect the trail (docs/not-protected.md).
    """
    found = []
    for alias in ("default", "vault"):
        if connections[alias].vendor == "postgresql":
            found += _who(connections[alias]) + _shadows(connections[alias])
    if connections["default"].vendor == "postgresql":
        found += _rights(connections["default"]) + _triggers(connections["default"])
    return found


def refuse_drift() -> None:
    """In production nothing starts while a role may what it must not, or a trigger sleeps; raises SystemExit."""
    if settings.PRODUCTION and (found := drift()):
        raise SystemExit("\n".join(found))


def _who(connection: BaseDatabaseWrapper) -> list[str]:
    sql = "SELECT rolname, rolsuper, rolbypassrls, pg_has_role(current_user, d.datdba, 'USAGE') FROM pg_roles, pg_database d "
    sql += "WHERE rolname = current_user AND d.datname = current_database()"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        name, superuser, bypass, owner = cursor.fetchone()
    if superuser or bypass or owner:
        return [f"{name} may do anything in {connection.settings_dict['NAME']}: serve as another role (manage.py roles)"]
    return []


def _shadows(connection: BaseDatabaseWrapper) -> list[str]:
    """Whether a table of this role's own could stand before ours, and every guard that would be asked about it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_database_privilege(current_user, current_database(), 'TEMPORARY')")
        own = ["this role may make temporary tables: run manage.py roles as the owner"] if cursor.fetchone()[0] else []
        cursor.execute(
            "SELECT DISTINCT p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal "
            "AND NOT EXISTS (SELECT 1 FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%%, pg_temp') ORDER BY 1"
        )
        return own + [f"{name}() may be asked about a table of somebody's own: migrate as the owner" for (name,) in cursor]


def _rights(connection: BaseDatabaseWrapper) -> list[str]:
    """Every right on a table that only grows which the serving role must not have."""
    forbidden = [(table, right) for table in GROWING for right in ("UPDATE", "DELETE", "TRUNCATE")]
    forbidden += [(table, right) for table in TREE for right in ("UPDATE", "DELETE", "TRUNCATE", "INSERT")]
    forbidden += [("django_migrations", right) for right in ("UPDATE", "DELETE", "TRUNCATE", "INSERT")]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t, r FROM unnest(%s::text[], %s::text[]) AS f(t, r) WHERE has_table_privilege(current_user, t, r)",
            [[table for table, _right in forbidden], [right for _table, right in forbidden]],
        )
        found = cursor.fetchall()
        cursor.execute(
            "SELECT 'audit_entry', 'say the ' || c || ' of an entry in' FROM unnest(ARRAY['seq', 'xid']) AS columns(c) "
            "WHERE has_column_privilege(current_user, 'audit_entry', c, 'INSERT')"
        )
        found += cursor.fetchall()
        return [f"this role may {right} {table}: run manage.py roles as the owner" for table, right in found]


def _triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Every trigger that is not there or does not fire always."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgenabled = 'A'"
        )
        awake = set(cursor.fetchall())
    return [
        f"the trigger {name} on {table} sleeps or is gone: ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}, and ask who"
        for table, name in sorted(EXPECTED - awake)
    ]
