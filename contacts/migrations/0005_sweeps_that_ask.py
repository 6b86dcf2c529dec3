"""Sweeps that ask people first, holds that two people decide, a few days more for one person (J2, J7).

SQLite rebuilds the table of holds; what stands on it and what mentions it is taken down here and put up
again, with more, by 0006.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F

MENTIONS = (
    "contacts_contact_hold",
    "contacts_phone_hold",
    "contacts_legalhold_audit_insert",
    "contacts_legalhold_audit_update",
    "contacts_legalhold_audit_delete",
)


def take_down(apps, schema_editor):
    """SQLite alone: a trigger that mentions a table forbids to rename it."""
    if schema_editor.connection.vendor == "sqlite":
        for name in MENTIONS:
            schema_editor.execute(f"DROP TRIGGER {name}")


def one_person_lifted(apps, schema_editor):
    """Until now one person lifted a hold: that person asked, and nobody was the second."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    if postgresql:
        schema_editor.execute("ALTER TABLE contacts_legalhold DISABLE TRIGGER contacts_legalhold_audit")
    lifted = apps.get_model("contacts", "LegalHold").objects.filter(lifted_at__isnull=False)
    lifted.update(lift_asked_by=F("lifted_by"), lift_asked_at=F("lifted_at"), lifted_by=None)
    if postgresql:
        schema_editor.execute("ALTER TABLE contacts_legalhold ENABLE ALWAYS TRIGGER contacts_legalhold_audit")


class Migration(migrations.Migration):
    """New columns of holds and sweeps, and three small tables."""

    dependencies = [
        ("consent", "0004_ticks_of_a_published_notice_stay"),
        ("contacts", "0004_calling_later_and_unreachable"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(take_down, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Postponement",
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
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("identity", "is it the right person? being checked"),
                            ("request", "the person's own request is still open"),
                            ("hold", "a legal hold is being prepared"),
                        ],
                        max_length=12,
                    ),
                ),
                ("days", models.PositiveSmallIntegerField()),
                ("until", models.DateTimeField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SweepAlarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("word", models.CharField(max_length=12)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SweepApproval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("planned", models.PositiveIntegerField()),
            ],
            options={
                "ordering": ["at"],
            },
        ),
        migrations.AddField(
            model_name="legalhold",
            name="approved_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="approved_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="lift_asked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="lift_asked_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="scope",
            field=models.CharField(
                choices=[
                    ("all", "everything held about the person"),
                    ("identity", "name and numbers only"),
                    ("dealings", "consents, calls and messages"),
                ],
                default="all",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="sweeprun",
            name="needs",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="sweeprun",
            name="paused_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="sweeprun",
            name="period",
            field=models.DateField(null=True, unique=True),
        ),
        migrations.AddField(
            model_name="sweeprun",
            name="why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", ""),
                    ("many", "unusually many people would leave at once"),
                    ("jump", "the last sweep is longer ago than two nights"),
                    ("grown", "more people are due than were approved"),
                    ("ahead", "looked at ahead of its night"),
                ],
                default="",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="sweeprun",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "waits for approval"),
                    ("planned", "planned"),
                    ("running", "running"),
                    ("paused", "paused"),
                    ("done", "done"),
                    ("dropped", "not approved in time"),
                    ("failed", "failed"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="sweeprun",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "planned", "running", "paused"])),
                fields=["cutoff"],
                name="sweep_unfinished",
            ),
        ),
        migrations.RunPython(one_person_lifted, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("placed_by")), _negated=True),
                    _connector="OR",
                ),
                name="hold_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lifted_by__isnull", True),
                    models.Q(
                        ("lift_asked_by__isnull", False), models.Q(("lifted_by", models.F("lift_asked_by")), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="hold_lifted_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="sweeprun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "waiting"), _negated=True),
                    models.Q(("needs__gte", 1), ("needs__lte", 2)),
                    _connector="OR",
                ),
                name="waiting_sweep_needs_people",
            ),
        ),
        migrations.AddField(
            model_name="postponement",
            name="by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name="sweepalarm",
            constraint=models.UniqueConstraint(fields=("day", "word"), name="one_alarm_a_day"),
        ),
        migrations.AddField(
            model_name="sweepapproval",
            name="by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="sweepapproval",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to="contacts.sweeprun"
            ),
        ),
        migrations.AddConstraint(
            model_name="postponement",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__gte", 1), ("days__lte", 15), ("until__gt", models.F("at"))),
                name="postponed_fifteen_days_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="sweepapproval",
            constraint=models.UniqueConstraint(fields=("run", "by", "planned"), name="one_voice_a_sweep"),
        ),
    ]
