"""Exports with a second person; what was asked for is fixed in the database."""

import uuid

from django.db import migrations, models

from audit import schema

FIXED = ("query", "query_hash", "size", "count", "purpose", "case_ref", "asked_by", "asked_at")
ASKED = " OR ".join(f"OLD.{column} <> NEW.{column}" for column in FIXED)
CHANGED = f"{ASKED} OR (OLD.decided_by IS NOT NULL AND OLD.decided_by <> NEW.decided_by)"
REFUSE = "EXECUTE FUNCTION crm_audit_refuse()"
NAME = "audit_export_fixed"
SQLITE = (
    f"CREATE TRIGGER {NAME}_update BEFORE UPDATE ON audit_export WHEN {CHANGED} "
    "BEGIN SELECT RAISE(ABORT, 'UPDATE on audit_export is refused: what was asked for is fixed'); END",
    f"CREATE TRIGGER {NAME}_delete BEFORE DELETE ON audit_export "
    "BEGIN SELECT RAISE(ABORT, 'DELETE on audit_export is refused: what was asked for is fixed'); END",
)
POSTGRESQL = (
    f"CREATE TRIGGER {NAME}_update BEFORE UPDATE ON audit_export FOR EACH ROW WHEN ({CHANGED}) {REFUSE}",
    f"CREATE TRIGGER {NAME}_delete BEFORE DELETE ON audit_export FOR EACH ROW {REFUSE}",
    f"ALTER TABLE audit_export ENABLE ALWAYS TRIGGER {NAME}_update",
    f"ALTER TABLE audit_export ENABLE ALWAYS TRIGGER {NAME}_delete",
)


class Migration(migrations.Migration):
    """One table and its triggers."""

    dependencies = [
        ("audit", "0002_tree"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExportJob",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("query", models.TextField()),
                ("query_hash", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("count", models.BigIntegerField()),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("audit", "compliance audit"),
                            ("regulator", "request of an authority"),
                            ("incident", "an incident being looked into"),
                            ("person", "a person's own request"),
                            ("dispute", "dispute or lawsuit"),
                        ],
                        max_length=12,
                    ),
                ),
                ("case_ref", models.CharField(blank=True, max_length=40)),
                ("asked_by", models.UUIDField()),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "waits for a second person"),
                            ("refused", "refused"),
                            ("approved", "approved"),
                            ("running", "being written"),
                            ("ready", "ready"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                            ("expired", "run out"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("heartbeat", models.DateTimeField(null=True)),
                ("file_bytes", models.BigIntegerField(default=0)),
                ("file_sha256", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "db_table": "audit_export",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "approved", "running", "ready"])),
                        fields=["expires_at"],
                        name="audit_export_open",
                    ),
                    models.Index(fields=["-asked_at"], name="audit_export_newest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="export_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["asked", "cancelled", "expired"]), ("decided_by__isnull", False), _connector="OR"
                        ),
                        name="export_runs_once_decided",
                    ),
                ],
            },
        ),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
