"""No refusal is lifted and nobody counts as gone without an entry; by which numbers people are found again only grows (D8, H8).

One statement would otherwise hide a no, or a person from the gate, from what was refused, and from their own page.
"""

from django.db import migrations

from audit import guard, schema

LIST, PEOPLE = "consent_suppression", "consent_subject"
LIFTED, GONE = f"{LIST}_lifted", f"{PEOPLE}_gone"
UNLIFTED, HERE = "a refusal is lifted on record only", "nobody is gone without an entry in the trail"
LIFTS, LEAVES = (f"OLD.{column} IS NULL AND NEW.{column} IS NOT NULL" for column in ("lifted_at", "erased_at"))
SAID = "EXISTS (SELECT 1 FROM audit_entry WHERE act = 'suppression.lifted' AND {now})"
SQLITE = tuple(
    f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN {moves} AND NOT {told} BEGIN SELECT RAISE(ABORT, '{why}'); END"
    for name, table, moves, told, why in (
        (LIFTED, LIST, LIFTS, SAID.format(now="txn = crm_audit_txn()"), UNLIFTED),
        (
            GONE,
            PEOPLE,
            LEAVES,
            "EXISTS (SELECT 1 FROM audit_entry WHERE subject = NEW.id AND txn = crm_audit_txn())",
            HERE,
        ),
    )
)
POSTGRESQL = (
    f"""
    CREATE FUNCTION {LIFTED}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    BEGIN
      IF NOT {SAID.format(now="xid = pg_current_xact_id()")} THEN RAISE EXCEPTION '{UNLIFTED}' USING ERRCODE = '23000'; END IF;
      RETURN NEW;
    END $$
    """,
    f"CREATE TRIGGER {LIFTED} BEFORE UPDATE ON {LIST} FOR EACH ROW WHEN ({LIFTS}) EXECUTE FUNCTION {LIFTED}()",
    f"ALTER TABLE {LIST} ENABLE ALWAYS TRIGGER {LIFTED}",
    # People leave in batches of hundreds: asked once for a statement, about each of them by the index (ADR 38).
    f"""
    CREATE FUNCTION {GONE}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT SET enable_seqscan = off AS $$
    BEGIN
      IF EXISTS (
        SELECT 1 FROM was JOIN fresh ON fresh.id = was.id WHERE was.erased_at IS NULL AND fresh.erased_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM audit_entry WHERE subject = fresh.id AND xid = pg_current_xact_id() OFFSET 0)
      ) THEN RAISE EXCEPTION '{HERE}' USING ERRCODE = '23000'; END IF;
      RETURN NULL;
    END $$
    """,
    f"CREATE TRIGGER {GONE} AFTER UPDATE ON {PEOPLE} REFERENCING OLD TABLE AS was NEW TABLE AS fresh "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {GONE}()",
    f"ALTER TABLE {PEOPLE} ENABLE ALWAYS TRIGGER {GONE}",
)


class Migration(migrations.Migration):
    """Triggers on three tables."""

    dependencies = [("audit", "0006_a_new_entry_is_not_asked"), ("consent", "0034_evidence_stamps")]
    operations = [
        *guard.append_only_operations("consent_handle"),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
