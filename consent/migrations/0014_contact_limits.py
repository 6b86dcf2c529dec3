"""How often and when people may be reached: promised in a tick, and chosen by the person themself (C5, H3, H4)."""

import importlib
import uuid

import django.db.models.deletion
from django.db import migrations, models

from audit import guard, schema

TABLE = "consent_contactwindow"
HOURS = models.Q(hour_from=None, hour_to=None) | models.Q(
    hour_from__isnull=False, hour_to__isnull=False, hour_from__gte=9, hour_to__lte=21, hour_from__lt=models.F("hour_to")
)
SOME = (
    (models.Q(per_day=None) | models.Q(per_day__gte=1))
    & (models.Q(per_week=None) | models.Q(per_week__gte=1))
    & (models.Q(per_month=None) | models.Q(per_month__gte=1))
)
NUMBERS = ("per_day", "per_week", "per_month", "hour_from", "hour_to")
# SQLite builds a table anew for a constraint, and its triggers are gone with the old one.
FIXED = importlib.import_module("consent.migrations.0004_ticks_of_a_published_notice_stay").SQLITE


class Migration(migrations.Migration):
    """Columns that are NULL in what was published before, since nobody promised it there; a table that only grows."""

    dependencies = [
        ("audit", "0001_initial"),
        ("consent", "0013_deferrals"),
    ]

    operations = [
        migrations.AddField("noticepurpose", "type_zh", models.CharField(max_length=60, null=True)),
        migrations.AddField("noticepurpose", "type_en", models.CharField(max_length=120, null=True)),
        *(migrations.AddField("noticepurpose", name, models.PositiveSmallIntegerField(null=True)) for name in NUMBERS),
        migrations.AddConstraint("noticepurpose", models.CheckConstraint(condition=HOURS, name="tick_hours_from_nine_to_nine")),
        migrations.AddConstraint("noticepurpose", models.CheckConstraint(condition=SOME, name="tick_promises_at_least_one")),
        migrations.RunPython(schema.step(postgresql=(), sqlite=FIXED), migrations.RunPython.noop),
        migrations.CreateModel(
            name="ContactWindow",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("hour_from", models.PositiveSmallIntegerField(null=True)),
                ("hour_to", models.PositiveSmallIntegerField(null=True)),
                ("midday", models.BooleanField()),
                ("every_day", models.BooleanField()),
                ("chosen_at", models.DateTimeField()),
                (
                    "subject",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.subject"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["subject", "number"], name="one_window_number"),
                    models.CheckConstraint(condition=HOURS, name="window_from_nine_to_nine"),
                ]
            },
        ),
        *guard.guard_operations(TABLE, "subject_id"),
        *guard.append_only_operations(TABLE),
    ]
