"""Two narrow doors in a table that only grows: blank what two people named, and move away what an archive holds."""

import uuid

from django.db import migrations, models

from audit import schema
from audit.guard import append_only_operations

FIXED = ("seq", "place", "why", "asked_by", "asked_at")
ASKED = " OR ".join(f"OLD.{column} <> NEW.{column}" for column in FIXED)
CHANGED = f"{ASKED} OR (OLD.decided_by IS NOT NULL AND OLD.decided_by <> NEW.decided_by) OR OLD.state IN ('refused', 'done')"
NAME = "audit_redaction_fixed"
SAME = ("seq", "leaf_hash", "eid", "at_us", "act", "outcome", "reason", "actor", "subject")
REDACTED = "EXISTS (SELECT 1 FROM audit_redaction r WHERE r.seq = OLD.seq AND r.state = 'approved')"
PRUNED = (
    "EXISTS (SELECT 1 FROM audit_leaf l JOIN audit_pruning p ON p.size > l.idx AND p.before_us > OLD.at_us "
    "WHERE l.seq = OLD.seq)"
)
POSTGRESQL = (
    "ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_hash",
    "ALTER TABLE audit_entry ADD CONSTRAINT audit_entry_hash "
    "CHECK (leaf = '{}'::bytea OR leaf_hash = sha256('\\x00'::bytea || leaf))",
    f"""
    CREATE FUNCTION crm_audit_keep_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF NEW.leaf = '{{}}'::bytea AND {" AND ".join(f"NEW.{c} IS NOT DISTINCT FROM OLD.{c}" for c in (*SAME, "xid"))}
                AND {REDACTED} THEN
                RETURN NEW;
            END IF;
        ELSIF TG_OP = 'DELETE' THEN
            IF {PRUNED} THEN
                RETURN OLD;
            END IF;
        ELSIF NEW.leaf <> '{{}}'::bytea THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '% on % is refused: the table only grows', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
    END $$
    """,
    "DROP TRIGGER audit_entry_keep ON audit_entry",
    "CREATE TRIGGER audit_entry_keep BEFORE INSERT OR UPDATE OR DELETE ON audit_entry "
    "FOR EACH ROW EXECUTE FUNCTION crm_audit_keep_entry()",
    "ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_keep",
    f"CREATE TRIGGER {NAME}_update BEFORE UPDATE ON audit_redaction FOR EACH ROW WHEN ({CHANGED}) "
    "EXECUTE FUNCTION crm_audit_refuse()",
    f"CREATE TRIGGER {NAME}_delete BEFORE DELETE ON audit_redaction FOR EACH ROW EXECUTE FUNCTION crm_audit_refuse()",
    f"ALTER TABLE audit_redaction ENABLE ALWAYS TRIGGER {NAME}_update",
    f"ALTER TABLE audit_redaction ENABLE ALWAYS TRIGGER {NAME}_delete",
)
SAYS = "is refused: the table only grows"
SQLITE = (
    "DROP TRIGGER audit_entry_keep_update",
    "DROP TRIGGER audit_entry_keep_delete",
    "CREATE TRIGGER audit_entry_keep_update BEFORE UPDATE ON audit_entry "
    f"WHEN NOT (NEW.leaf = CAST('{{}}' AS blob) AND {' AND '.join(f'NEW.{c} IS OLD.{c}' for c in (*SAME, 'txn'))} "
    f"AND {REDACTED}) BEGIN SELECT RAISE(ABORT, 'UPDATE on audit_entry {SAYS}'); END",
    f"CREATE TRIGGER audit_entry_keep_delete BEFORE DELETE ON audit_entry WHEN NOT {PRUNED} "
    f"BEGIN SELECT RAISE(ABORT, 'DELETE on audit_entry {SAYS}'); END",
    "CREATE TRIGGER audit_entry_keep_insert BEFORE INSERT ON audit_entry WHEN NEW.leaf = CAST('{}' AS blob) "
    "BEGIN SELECT RAISE(ABORT, 'INSERT on audit_entry is refused: no entry'); END",
    f"CREATE TRIGGER {NAME}_update BEFORE UPDATE ON audit_redaction WHEN {CHANGED} "
    "BEGIN SELECT RAISE(ABORT, 'UPDATE on audit_redaction is refused: what was asked for is fixed'); END",
    f"CREATE TRIGGER {NAME}_delete BEFORE DELETE ON audit_redaction "
    "BEGIN SELECT RAISE(ABORT, 'DELETE on audit_redaction is refused: what was asked for is fixed'); END",
)


class Migration(migrations.Migration):
    """Two tables, and triggers that ask them."""

    dependencies = [("audit", "0003_export_jobs")]
    operations = [
        migrations.CreateModel(
            name="Pruning",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("first", models.BigIntegerField()),
                ("before_us", models.BigIntegerField()),
                ("root", models.BinaryField(max_length=32)),
                ("file_sha256", models.CharField(max_length=64)),
                ("at_us", models.BigIntegerField()),
            ],
            options={
                "db_table": "audit_pruning",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gt", models.F("first"))), name="pruning_goes_forward"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "before_us__lte",
                                models.expressions.CombinedExpression(models.F("at_us"), "-", models.Value(15811200000000)),
                            )
                        ),
                        name="pruning_leaves_six_months",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Redaction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField()),
                ("place", models.BigIntegerField()),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("value", "something slipped in that may not stand there"),
                            ("order", "order of a court or an authority"),
                        ],
                        max_length=8,
                    ),
                ),
                ("asked_by", models.UUIDField()),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "waits for a second person"),
                            ("refused", "refused"),
                            ("approved", "approved"),
                            ("done", "taken out"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
            ],
            options={
                "db_table": "audit_redaction",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="redaction_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "asked"), ("decided_by__isnull", False), _connector="OR"),
                        name="redaction_runs_once_decided",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "refused"), _negated=True),
                        fields=("seq",),
                        name="redaction_once_for_an_entry",
                    ),
                ],
            },
        ),
        *append_only_operations("audit_pruning", key="size"),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
