"""Complaints of people who are not known here: a road, and what such a complaint has beside its request (K7)."""

import django.db.models.deletion
from django.db import migrations, models

import vault.fields
from audit import guard


class Migration(migrations.Migration):
    """One table and its guard; the choices of a column."""

    dependencies = [("audit", "0001_initial"), ("consent", "0015_kept_receipts")]

    operations = [
        migrations.AlterField(
            model_name="rightsrequest",
            name="road",
            field=models.CharField(
                choices=[
                    ("own_page", "on the person's own page"),
                    ("spoken", "said to staff"),
                    ("letter", "letter or e-mail"),
                    ("public", "on the public page, by a stranger"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="StrangersComplaint",
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
                    "topic",
                    models.CharField(
                        choices=[
                            ("contacted", "I was called or written to, and had not agreed"),
                            ("source", "I want to know where you have my number from"),
                            ("handling", "how personal information is handled here"),
                            ("staff", "how somebody who works here behaved"),
                            ("other", "something else"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "reply",
                    models.CharField(
                        choices=[
                            ("page", "I read it on this site, by a code"),
                            ("letter", "write to me as well, to the address below"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "reply_to",
                    vault.fields.SealedField(
                        field_id="consent.complaint.reply_to", layout="text", null=True, owner="subject_id"
                    ),
                ),
                ("code_hash", models.CharField(max_length=64, unique=True)),
                ("leaves_at", models.DateTimeField()),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stranger", to="consent.rightsrequest"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["leaves_at"], name="complaint_leaves")]},
        ),
        *guard.guard_operations("consent_strangerscomplaint", "subject_id"),
    ]
