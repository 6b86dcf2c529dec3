"""Receipts from elsewhere, kept as proof: a table that only grows, and not without an entry (N1)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit import guard

TABLE = "consent_keptreceipt"


class Migration(migrations.Migration):
    """One table and its guards."""

    dependencies = [
        ("audit", "0001_initial"),
        ("consent", "0014_contact_limits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptReceipt",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("principal", models.UUIDField(db_index=True)),
                ("body", models.JSONField()),
                ("signed_by", models.CharField(max_length=200)),
                ("event_code", models.CharField(max_length=40)),
                ("taken_at", models.DateTimeField()),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        *guard.guard_operations(TABLE, "principal"),
        *guard.append_only_operations(TABLE),
    ]
