"""Looks at the list of minors: one asks, another decides, once and for ever (C12)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit import guard


class Migration(migrations.Migration):
    """One table, final once decided."""

    dependencies = [
        ("contacts", "0018_paid_lists"),
        ("audit", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MinorsLook",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("reason", models.CharField(max_length=40)),
                ("asked_at", models.DateTimeField()),
                ("agreed", models.BooleanField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at"],
                "indexes": [models.Index(fields=["asked_by", "-decided_at"], name="minors_look_of_whom")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed__isnull", True), ("decided_at__isnull", True), ("decided_by__isnull", True)),
                            models.Q(
                                ("agreed__isnull", False),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="minors_look_decided_by_another",
                    )
                ],
            },
        ),
        *guard.immutable_when_operations("contacts_minorslook", "OLD.decided_by_id IS NOT NULL"),
    ]
