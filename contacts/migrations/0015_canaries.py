"""Which of the people are made up, as a trap; nothing of it changes without an entry (I12)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit import guard


class Migration(migrations.Migration):
    """One table and its guard."""

    dependencies = [
        ("audit", "0001_initial"),
        ("consent", "0016_strangers_complaints"),
        ("contacts", "0014_offline_devices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Canary",
            fields=[
                (
                    "subject",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="consent.subject",
                    ),
                ),
                ("planted_at", models.DateTimeField()),
                ("told_us", models.BigIntegerField(default=0)),
                ("seen_us", models.BigIntegerField(default=0)),
                (
                    "planted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        *guard.guard_operations("contacts_canary", "subject_id"),
    ]
