"""Partners: approved by another than who entered them, then fixed but for their end; no row ever goes (A7, E1, E5)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit import guard, schema

TABLE = "consent_partner"
SAID = (
    "name",
    "contact",
    "gives",
    "takes",
    "purposes",
    "categories",
    "method",
    "names_us",
    "agreement",
    "agreed_on",
    "assessed_on",
    "valid_until",
    "entered_by_id",
    "entered_at",
)
OTHER = " OR ".join(f"OLD.{column} <> NEW.{column}" for column in SAID)
# Approved once, and not what ended without it; nothing else that was said of a partner ever changes.
APPROVAL = " OR ".join(
    f"COALESCE(CAST(OLD.{column} AS text), '') <> COALESCE(CAST(NEW.{column} AS text), '')"
    for column in ("approved_at", "approved_by_id")
)
AGAIN = f"(OLD.approved_at IS NOT NULL OR NEW.ended_at IS NOT NULL) AND ({APPROVAL})"
RULES = (
    ("born", "INSERT", "NEW.approved_at IS NOT NULL OR NEW.ended_at IS NOT NULL", "a partner is entered before anything else"),
    ("stays", "UPDATE", f"{OTHER} OR {AGAIN}", "what was said of a partner stays; enter it anew"),
    ("kept", "DELETE", "OLD.ended_at IS NULL", "a partner stays on record"),
)
SQLITE = tuple(
    f"CREATE TRIGGER {TABLE}_{name} BEFORE {deed} ON {TABLE} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END"
    for name, deed, condition, words in RULES
)
POSTGRESQL = tuple(
    statement
    for name, deed, condition, words in RULES
    for statement in (
        f"""
        CREATE FUNCTION {TABLE}_{name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          IF {condition} THEN RAISE EXCEPTION '{words}' USING ERRCODE = '23000'; END IF;
          RETURN {"OLD" if deed == "DELETE" else "NEW"};
        END $$
        """,
        f"CREATE TRIGGER {TABLE}_{name} BEFORE {deed} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_{name}()",
        f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_{name}",
    )
)


class Migration(migrations.Migration):
    """One table with its guards, and one more kind of evidence."""

    dependencies = [
        ("audit", "0001_initial"),
        ("consent", "0023_questions_of_strangers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            "evidence",
            "kind",
            models.CharField(
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
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Partner",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("contact", models.CharField(max_length=120)),
                ("gives", models.BooleanField(default=False)),
                ("takes", models.BooleanField(default=False)),
                ("purposes", models.JSONField()),
                ("categories", models.JSONField()),
                ("method", models.CharField(max_length=120)),
                ("names_us", models.CharField(blank=True, max_length=120)),
                ("agreement", models.CharField(max_length=40)),
                ("agreed_on", models.DateField()),
                ("assessed_on", models.DateField()),
                ("valid_until", models.DateField()),
                ("entered_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-entered_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(approved_by__isnull=True, approved_at__isnull=True)
                        | models.Q(approved_by__isnull=False, approved_at__isnull=False)
                        & ~models.Q(approved_by=models.F("entered_by")),
                        name="partner_approved_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(ended_by__isnull=True, ended_at__isnull=True)
                        | models.Q(ended_by__isnull=False, ended_at__isnull=False),
                        name="partner_ended_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(name="") & ~models.Q(contact="") & ~models.Q(method="") & ~models.Q(agreement=""),
                        name="partner_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(gives=True) & ~models.Q(names_us="") | models.Q(gives=False, takes=True),
                        name="partner_gives_or_takes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(valid_until__gt=models.F("agreed_on")), name="partner_has_an_end"
                    ),
                    models.UniqueConstraint(
                        fields=["agreement"],
                        condition=models.Q(ended_at__isnull=True),
                        name="one_open_partner_agreement",
                    ),
                ],
            },
        ),
        *guard.guard_operations(TABLE, "id"),
        *guard.immutable_when_operations(TABLE, "OLD.ended_at IS NOT NULL"),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
