"""Screens that a colleague hands to a person to sign on (C7)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """One small table."""

    dependencies = [
        ("consent", "0013_deferrals"),
        ("contacts", "0012_putting_off"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LentScreen",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("lent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("back_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.subject"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["expires_at"], name="lent_screen_over")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("expires_at__gt", models.F("lent_at"))), name="lent_screen_ends")
                ],
            },
        ),
    ]
