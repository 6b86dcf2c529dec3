"""Visits to one's own page; a hold keeps the words of requests too; an invalid consent is no withdrawal (J1, J2, K1)."""

import uuid

from django.db import migrations, models

from audit import schema

TABLE = "consent_rightsrequest"
HELD = "EXISTS (SELECT 1 FROM contacts_legalhold h WHERE h.subject_id = OLD.subject_id AND h.lifted_at IS NULL)"
GOES = "((OLD.words IS NOT NULL AND NEW.words IS NULL) OR (OLD.answer IS NOT NULL AND NEW.answer IS NULL))"
SQLITE = (
    f"CREATE TRIGGER {TABLE}_hold BEFORE UPDATE ON {TABLE} WHEN {GOES} AND {HELD} "
    "BEGIN SELECT RAISE(ABORT, 'a legal hold stands'); END",
)
POSTGRESQL = (
    f"""
    CREATE FUNCTION {TABLE}_hold() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      IF {GOES} AND {HELD} THEN RAISE EXCEPTION 'a legal hold stands' USING ERRCODE = '23000'; END IF;
      RETURN NEW;
    END $$
    """,
    f"CREATE TRIGGER {TABLE}_hold BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_hold()",
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_hold",
)


def rules(apps, schema_editor):
    """Two lines of their own for what was counted as a withdrawal: nobody withdrew (law.md §4.1)."""
    table = apps.get_model("contacts", "RetentionRule")
    for order, code in enumerate(("invalidated", "revoked"), start=20):
        table.objects.get_or_create(code=code, defaults={"days": 0, "order": order})


class Migration(migrations.Migration):
    """A table of minutes, and a trigger on a table of the floor below, which knows no holds."""

    dependencies = [
        ("contacts", "0008_papers_under_a_hold"),
        ("consent", "0006_requests"),
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnVisit",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("fingerprint", models.BinaryField(max_length=16)),
                ("code_hash", models.CharField(max_length=64)),
                ("language", models.CharField(max_length=10)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("sent_at__isnull", True)), fields=["created_at"], name="visit_unsent"),
                    models.Index(fields=["expires_at"], name="visit_over"),
                ],
            },
        ),
        migrations.AddField("submission", "phone_id", models.UUIDField(null=True)),
        migrations.RunPython(rules, migrations.RunPython.noop),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
