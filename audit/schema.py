"""The trail's tables and triggers in each database's own words; called by the first migration only.

A later table comes with a module and a migration of its own; what stands here has been run.
"""

from collections.abc import Callable

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

Step = Callable[[Apps, BaseDatabaseSchemaEditor], None]

_INDEXES = (
    "CREATE INDEX audit_entry_actor ON audit_entry (actor, seq DESC)",
    "CREATE INDEX audit_entry_subject ON audit_entry (subject, seq DESC)",
    "CREATE INDEX audit_entry_act ON audit_entry (act, seq DESC)",
    "CREATE INDEX audit_entry_at ON audit_entry (at_us)",
    "CREATE INDEX audit_entry_outcome ON audit_entry (outcome, seq DESC) WHERE outcome <> 'ok'",
    "CREATE INDEX audit_entry_reason ON audit_entry (reason, seq DESC) WHERE reason <> ''",
)

POSTGRESQL = (
    """
    CREATE TABLE audit_entry (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        leaf bytea NOT NULL CHECK (octet_length(leaf) BETWEEN 2 AND 4096),
        leaf_hash bytea NOT NULL,
        eid uuid NOT NULL UNIQUE,
        at_us bigint NOT NULL,
        act varchar(40) NOT NULL,
        outcome varchar(6) NOT NULL,
        reason varchar(40) NOT NULL,
        actor uuid NOT NULL,
        subject uuid,
        xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        CONSTRAINT audit_entry_hash CHECK (leaf_hash = sha256('\\x00'::bytea || leaf))
    )
    """,
    "CREATE TABLE audit_pending (seq bigint PRIMARY KEY)",
    *_INDEXES,
    """
    CREATE FUNCTION crm_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% on % is refused: the table only grows', TG_OP, TG_TABLE_NAME
            USING ERRCODE = '42501';
    END $$
    """,
    """
    CREATE FUNCTION crm_audit_enqueue() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT AS $$
    BEGIN
        INSERT INTO audit_pending (seq) SELECT seq FROM fresh;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER audit_entry_keep BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION crm_audit_refuse()
    """,
    """
    CREATE TRIGGER audit_entry_keep_all BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION crm_audit_refuse()
    """,
    """
    CREATE TRIGGER audit_entry_enqueue AFTER INSERT ON audit_entry REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION crm_audit_enqueue()
    """,
    "ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_keep",
    "ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_keep_all",
    "ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_enqueue",
)

SQLITE = (
    """
    CREATE TABLE audit_entry (
        seq integer PRIMARY KEY AUTOINCREMENT,
        leaf blob NOT NULL CHECK (typeof(leaf) = 'blob' AND length(leaf) BETWEEN 2 AND 4096),
        leaf_hash blob NOT NULL,
        eid char(32) NOT NULL UNIQUE,
        at_us bigint NOT NULL,
        act varchar(40) NOT NULL,
        outcome varchar(6) NOT NULL,
        reason varchar(40) NOT NULL,
        actor char(32) NOT NULL,
        subject char(32),
        txn text NOT NULL DEFAULT (crm_audit_txn())
    )
    """,
    "CREATE TABLE audit_pending (seq integer PRIMARY KEY)",
    *_INDEXES,
    """
    CREATE TRIGGER audit_entry_fresh BEFORE INSERT ON audit_entry
    WHEN EXISTS (SELECT 1 FROM audit_entry WHERE seq = NEW.seq OR eid = NEW.eid)
    BEGIN SELECT RAISE(ABORT, 'INSERT on audit_entry is refused: the table only grows'); END
    """,
    """
    CREATE TRIGGER audit_entry_hash BEFORE INSERT ON audit_entry
    WHEN NEW.leaf_hash IS NOT crm_leaf_hash(NEW.leaf)
    BEGIN SELECT RAISE(ABORT, 'INSERT on audit_entry is refused: wrong hash'); END
    """,
    """
    CREATE TRIGGER audit_entry_enqueue AFTER INSERT ON audit_entry
    BEGIN INSERT INTO audit_pending (seq) VALUES (NEW.seq); END
    """,
    """
    CREATE TRIGGER audit_entry_keep_update BEFORE UPDATE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'UPDATE on audit_entry is refused: the table only grows'); END
    """,
    """
    CREATE TRIGGER audit_entry_keep_delete BEFORE DELETE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'DELETE on audit_entry is refused: the table only grows'); END
    """,
)

# PostgreSQL looks for a table among a session's temporary ones first, unless these are named as the last place to look: a
# guard that keeps the path of its making (SET search_path FROM CURRENT) is asked about our tables and nobody else's.
NO_SHADOW = "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)"
FIX_EVERY_PATH = """
    DO $$
    DECLARE
        guard regprocedure;
    BEGIN
        FOR guard IN
            SELECT oid FROM pg_proc WHERE prorettype = 'trigger'::regtype AND pronamespace = current_schema()::regnamespace
        LOOP
            EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
        END LOOP;
    END $$
"""

_DROP = ("DROP TABLE audit_pending", "DROP TABLE audit_entry")
_DROP_FUNCTIONS = ("DROP FUNCTION crm_audit_enqueue()", "DROP FUNCTION crm_audit_refuse()")


def step(*, postgresql: tuple[str, ...], sqlite: tuple[str, ...]) -> Step:
    """A migration step that runs each database's own statements."""

    def run(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        """Run the statements of this connection's database, one by one, without parameters."""
        statements = {"postgresql": (NO_SHADOW, *postgresql), "sqlite": sqlite}[schema_editor.connection.vendor]
        for statement in statements:
            schema_editor.execute(statement, None)

    return run


create = step(postgresql=POSTGRESQL, sqlite=SQLITE)
drop = step(postgresql=_DROP + _DROP_FUNCTIONS, sqlite=_DROP)
