"""Recorded speech as closed files, and the words by which it is looked at (C6)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import vault.fields


class Migration(migrations.Migration):
    """A table, and three lists of words; the floor above guards the table against its holds."""

    dependencies = [
        ("consent", "0011_forms_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="consentreview",
            name="kind",
            field=models.CharField(
                choices=[("paper", "signed paper"), ("speech", "recorded speech"), ("sample", "sample of the week")],
                max_length=6,
            ),
        ),
        migrations.AlterField(
            model_name="consentreview",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "none"),
                    ("unsigned", "it is not signed, or the box is not ticked"),
                    ("unreadable", "the picture cannot be read"),
                    ("other_form", "it is not our form, or its code is missing"),
                    ("unspoken", "the words are not read out, or no yes is heard"),
                    ("other_person", "it is somebody else's"),
                    ("pressed", "the person was pressed, or did not know what they agreed to"),
                    ("minor", "the person is under age"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="kind",
            field=models.CharField(
                choices=[
                    ("otp", "own tick, number confirmed by a one-time code"),
                    ("assertion", "typed in by staff"),
                    ("mark", "mark on a sign-in sheet"),
                    ("spoken", "spoken to staff"),
                    ("link", "button in a link"),
                    ("signature", "signed by hand on a screen"),
                    ("paper", "signed paper, looked at by compliance"),
                    ("speech", "recorded speech, listened to by compliance"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Recording",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "file_key",
                    vault.fields.SealedField(field_id="consent.recording.file", layout="bytes", null=True, owner="subject_id"),
                ),
                ("digest", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("seconds", models.PositiveSmallIntegerField()),
                ("sound", models.CharField(max_length=64)),
                ("language", models.CharField(max_length=2)),
                ("spoken_at", models.DateTimeField()),
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
                ("ticks", models.ManyToManyField(related_name="+", to="consent.noticepurpose")),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.noticeversion"
                    ),
                ),
            ],
            options={
                "ordering": ["created_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("seconds__gte", 1), ("seconds__lte", 600)), name="recording_has_a_length"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("spoken_at__lte", models.F("created_at"))), name="recording_was_made_before_it_came"
                    ),
                    models.UniqueConstraint(fields=("subject", "sound"), name="one_recording_once"),
                ],
            },
        ),
    ]
