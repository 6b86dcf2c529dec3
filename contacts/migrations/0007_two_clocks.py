"""Two clocks for each person, and rules that one proposes and another decides (J2, L9)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit import guard


class Migration(migrations.Migration):
    """Nullable columns of people, and the table of changes, final once decided."""

    dependencies = [
        ("consent", "0004_ticks_of_a_published_notice_stay"),
        ("contacts", "0006_no_road_past_a_hold"),
        ("team", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleChange",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=30)),
                ("value", models.CharField(max_length=20)),
                ("before", models.CharField(max_length=20)),
                ("version", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "waits for a second person"),
                            ("approved", "applies"),
                            ("refused", "not accepted"),
                        ],
                        default="proposed",
                        max_length=8,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-proposed_at"],
            },
        ),
        migrations.AddField(
            model_name="contact",
            name="client_since",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="client_until",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="narrow_on",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="narrow_rule",
            field=models.CharField(max_length=30, null=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="narrowed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("narrow_on__isnull", False), ("narrowed_at__isnull", True)),
                fields=["narrow_on"],
                name="contact_narrowing",
            ),
        ),
        migrations.AddField(
            model_name="rulechange",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="rulechange",
            name="proposed_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name="rulechange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by__isnull", True), ("state", "proposed")),
                    models.Q(("decided_by__isnull", False), models.Q(("decided_by", models.F("proposed_by")), _negated=True)),
                    _connector="OR",
                ),
                name="rule_decided_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="rulechange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")), fields=("code",), name="one_change_waits"
            ),
        ),
        migrations.AddConstraint(
            model_name="rulechange",
            constraint=models.UniqueConstraint(fields=("code", "version"), name="versions_of_a_rule"),
        ),
        *guard.immutable_when_operations("contacts_rulechange", "OLD.decided_by_id IS NOT NULL"),
    ]
