"""What compliance decided of consents, a table that only grows; and which notice a paper was printed from (C6, C7)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit import guard


class Migration(migrations.Migration):
    """A table, a column that may be empty, and a guard."""

    dependencies = [
        ("audit", "0001_initial"),
        ("consent", "0008_notices_in_the_making"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="paperpage",
            name="version",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.noticeversion"
            ),
        ),
        migrations.AddField("paperpage", "ticks", models.JSONField(null=True)),
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
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="ConsentReview",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("paper", "signed paper"), ("sample", "sample of the week")], max_length=6)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("accepted", "accepted"),
                            ("returned", "returned to the advisor"),
                            ("invalidated", "declared invalid"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "none"),
                            ("unsigned", "it is not signed, or the box is not ticked"),
                            ("unreadable", "the picture cannot be read"),
                            ("other_form", "it is not our form, or its code is missing"),
                            ("other_person", "it is somebody else's"),
                            ("pressed", "the person was pressed, or did not know what they agreed to"),
                            ("minor", "the person is under age"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="consent.consent"
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.consentevent"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["consent", "-at"], name="review_by_consent")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), ("verdict", "accepted")),
                            models.Q(models.Q(("verdict", "accepted"), _negated=True), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="review_that_refuses_says_why",
                    )
                ],
            },
        ),
        *guard.append_only_operations("consent_consentreview"),
    ]
