"""A spoken no is kept with the withdrawal it proves, and what proves a no never proves a yes (D1, D4)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import vault.fields
from audit import schema

STEP = (
    "NEW.after IN ('asserted', 'given', 'renewed') AND EXISTS "
    "(SELECT 1 FROM consent_evidence e WHERE e.id = NEW.evidence_id AND e.kind IN ('letter', 'refusal'))"
)
NAME, TABLE, WHY = "consent_consentevent_no", "consent_consentevent", "what proves a no proves no yes"
SQLITE = (f"CREATE TRIGGER {NAME} BEFORE INSERT ON {TABLE} WHEN {STEP} BEGIN SELECT RAISE(ABORT, '{WHY}'); END",)
POSTGRESQL = (
    f"""
    CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      IF {STEP} THEN RAISE EXCEPTION '{WHY}' USING ERRCODE = '23000'; END IF;
      RETURN NEW;
    END $$
    """,
    f"CREATE TRIGGER {NAME} BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {NAME}()",
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {NAME}",
)


class Migration(migrations.Migration):
    """One table, one more kind of proof, one trigger; the floor above guards the table against its holds."""

    dependencies = [
        ("audit", "0001_initial"),
        ("consent", "0024_partners"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="evidence",
            name="kind",
            field=models.CharField(
                choices=[
                    ("otp", "own tick, number confirmed by a one-time code"),
                    ("assertion", "typed in by staff"),
                    ("mark", "mark on a sign-in sheet"),
                    ("partner", "consent that a partner took, by its number"),
                    ("spoken", "spoken to staff"),
                    ("link", "button in a link"),
                    ("signature", "signed by hand on a screen"),
                    ("paper", "signed paper, looked at by compliance"),
                    ("speech", "recorded speech, listened to by compliance"),
                    ("letter", "letter of withdrawal"),
                    ("refusal", "recording of a spoken refusal"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="RefusalRecording",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "file_key",
                    vault.fields.SealedField(field_id="consent.refusal.file", layout="bytes", null=True, owner="subject_id"),
                ),
                ("digest", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("seconds", models.PositiveSmallIntegerField()),
                ("sound", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "proof",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.evidence"),
                ),
                (
                    "subject",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.subject"),
                ),
            ],
            options={
                "ordering": ["created_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("seconds__gte", 1), ("seconds__lte", 600)), name="refusal_recording_has_a_length"
                    ),
                    models.UniqueConstraint(fields=("subject", "sound"), name="one_refusal_recording_once"),
                ],
            },
        ),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
