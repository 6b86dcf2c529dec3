"""Who answers for the do-not-contact list; and an entry of that list stays what it is, without an end (H8)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit import guard

LEAD, LIST = "consent_listlead", "consent_suppression"
OTHER = (
    "OLD.id <> NEW.id OR OLD.fingerprint <> NEW.fingerprint OR OLD.source <> NEW.source OR OLD.since <> NEW.since "
    "OR OLD.lifted_at IS NOT NULL AND (NEW.lifted_at IS NULL OR OLD.lifted_at <> NEW.lifted_at)"
)
RULES = (
    ("same", "UPDATE", OTHER, "a refusal stays what it is"),
    ("stays", "DELETE", "1 = 1", "a refusal stays"),
)


class Migration(migrations.Migration):
    """One table that only grows, and two guards of the list."""

    dependencies = [
        ("audit", "0001_initial"),
        ("consent", "0032_decided_for_every_record"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ListLead",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("named_at", models.DateTimeField()),
                (
                    "named_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-named_at", "pk"],
                "constraints": [
                    models.CheckConstraint(condition=~models.Q(person=models.F("named_by")), name="list_lead_named_by_another")
                ],
            },
        ),
        *guard.guard_operations(LEAD, "person_id"),
        *guard.append_only_operations(LEAD),
        *guard.refusing_operations(LIST, RULES),
    ]
