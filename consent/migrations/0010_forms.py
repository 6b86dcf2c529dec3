"""The form a purpose asks for and an act had; how old somebody says they are; guardians who agreed (C2, C4, C12)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import vault.fields
from audit import guard

FORMS = [("general", "own tick"), ("separate", "a step of its own"), ("written", "in writing, signed by hand")]


def forms(apps, schema_editor):
    """What was to be agreed to separately is so still."""
    apps.get_model("consent", "Purpose").objects.filter(separate=True).update(form="separate")


def separates(apps, schema_editor):
    """Back to a mark; what asked for a signature asks for a step of its own, which is the most the mark can say."""
    apps.get_model("consent", "Purpose").objects.exclude(form="general").update(separate=True)


class Migration(migrations.Migration):
    """Columns that may be empty, since those who are in the book already were asked nothing; one table and its guard."""

    dependencies = [
        ("audit", "0001_initial"),
        ("consent", "0009_reviews"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("purpose", "form", models.CharField(choices=FORMS, default="general", max_length=8)),
        migrations.RunPython(forms, separates),
        migrations.RemoveField("purpose", "separate"),
        migrations.AddField("consent", "form", models.CharField(choices=FORMS, max_length=8, null=True)),
        migrations.AddField("consentevent", "form", models.CharField(choices=FORMS, max_length=8, null=True)),
        migrations.AddField(
            "subject",
            "age",
            models.CharField(
                choices=[("adult", "18 or older"), ("youth", "14 to 17"), ("child", "under 14")], max_length=8, null=True
            ),
        ),
        migrations.AddField("subject", "age_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="Guardian",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("parent", "parent"),
                            ("relative", "grandparent, or brother or sister of age"),
                            ("appointed", "appointed guardian"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "name",
                    vault.fields.SealedField(field_id="consent.guardian.name", layout="text", null=True, owner="subject_id"),
                ),
                ("reviewed_at", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
                (
                    "evidence",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.evidence"),
                ),
                (
                    "reviewed_by",
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
                "indexes": [models.Index(fields=["subject", "-valid_until"], name="guardian_by_subject")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gt", models.F("reviewed_at"))), name="guardian_consent_has_an_end"
                    )
                ],
            },
        ),
        *guard.guard_operations("consent_guardian", "subject_id"),
    ]
