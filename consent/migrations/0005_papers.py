"""Signed paper as closed files, and the outbox by which they leave the disk."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import vault.fields


class Migration(migrations.Migration):
    """Two tables; the floor above guards the first against its holds."""

    dependencies = [
        ("consent", "0004_ticks_of_a_published_notice_stay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FileOutbox",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PaperPage",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("paper", models.UUIDField()),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "file_key",
                    vault.fields.SealedField(field_id="consent.paper.file", layout="bytes", null=True, owner="subject_id"),
                ),
                ("digest", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                (
                    "added_by",
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
                "ordering": ["created_at", "number"],
                "constraints": [models.UniqueConstraint(fields=("paper", "number"), name="one_page_number")],
            },
        ),
    ]
