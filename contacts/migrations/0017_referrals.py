"""Links to pass on: one open for each person, each with an end; ended stays ended, and a hold keeps them (C9, J2)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit import guard, schema

TABLE = "contacts_referral"
HELD = "EXISTS (SELECT 1 FROM contacts_legalhold h WHERE h.subject_id = OLD.referrer_id AND h.lifted_at IS NULL)"
OTHER = (
    "OLD.referrer_id <> NEW.referrer_id OR OLD.code <> NEW.code OR OLD.event_id <> NEW.event_id OR OLD.ends_at <> NEW.ends_at"
)
STAYS = f"OLD.ended_at IS NOT NULL OR {OTHER}"
RULES = (
    ("hold", "DELETE", HELD, "a legal hold stands"),
    ("stays", "UPDATE", STAYS, "a link is whose it was, and ended for good"),
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
          RETURN {"NEW" if deed == "UPDATE" else "OLD"};
        END $$
        """,
        f"CREATE TRIGGER {TABLE}_{name} BEFORE {deed} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_{name}()",
        f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_{name}",
    )
)


class Migration(migrations.Migration):
    """One table with its triggers, and by which link a form came."""

    dependencies = [
        ("audit", "0001_initial"),
        ("consent", "0017_requests_of_who_left"),
        ("contacts", "0016_forms_that_are_done"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.SlugField(max_length=20, unique=True)),
                ("created_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("named_at", models.DateTimeField(null=True)),
                (
                    "event",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contacts.event"),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "referrer",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.subject"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("ends_at__gt", models.F("created_at"))), name="referral_ends"),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)), fields=("referrer",), name="one_open_referral"
                    ),
                ],
            },
        ),
        migrations.AddField(
            "submission",
            "referral",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contacts.referral"),
        ),
        migrations.AlterField(
            "contact",
            "source",
            models.CharField(
                choices=[
                    ("visitor", "own phone at an event"),
                    ("quick", "noted by an advisor"),
                    ("sheet", "sign-in sheet"),
                    ("referral", "a referral"),
                ],
                max_length=10,
            ),
        ),
        *guard.guard_operations(TABLE, "referrer_id"),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
