"""Devices for events without a network, and what they handed in (C7, ADR 0027)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import vault.fields


class Migration(migrations.Migration):
    """Two tables."""

    dependencies = [
        ("consent", "0013_deferrals"),
        ("contacts", "0013_lent_screens"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OfflineDevice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("verifier", models.CharField(max_length=88, unique=True)),
                ("box", models.CharField(max_length=88)),
                (
                    "private",
                    vault.fields.SealedField(field_id="contacts.offline.private", layout="text", null=True, owner="id"),
                ),
                ("registered_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("skew", models.IntegerField(default=0)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contacts.event"),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.noticeversion"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OfflineRecord",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.UUIDField()),
                ("counter", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField(null=True)),
                ("skew", models.IntegerField(default=0)),
                ("received_at", models.DateTimeField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("taken", "taken"),
                            ("overtaken", "a refusal came after it"),
                            ("signature", "the device's signature is wrong"),
                            ("seal", "the seal does not open"),
                            ("revoked", "the device was revoked"),
                            ("over", "the device's time is over"),
                            ("time", "the time it names cannot be"),
                            ("counter", "another record bears this number"),
                            ("content", "what it holds is no form of this event"),
                        ],
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField(null=True)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="records", to="contacts.offlinedevice"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.subject"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="offlinedevice",
            index=models.Index(condition=models.Q(("private__isnull", False)), fields=["ends_at"], name="device_over"),
        ),
        migrations.AddConstraint(
            model_name="offlinedevice",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("registered_at"))), name="device_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="offlinedevice",
            constraint=models.CheckConstraint(
                condition=models.Q(("revoked_at__isnull", True), ("private__isnull", True), _connector="OR"),
                name="revoked_device_opens_nothing",
            ),
        ),
        migrations.AddIndex(
            model_name="offlinerecord",
            index=models.Index(
                condition=models.Q(("asked_at__isnull", True), ("outcome", "taken")),
                fields=["received_at"],
                name="offline_to_ask",
            ),
        ),
        migrations.AddConstraint(
            model_name="offlinerecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome__in", ["taken", "overtaken"])),
                fields=("device", "name"),
                name="one_record_of_a_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="offlinerecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome__in", ["taken", "overtaken"])),
                fields=("device", "counter"),
                name="one_record_of_a_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="offlinerecord",
            constraint=models.UniqueConstraint(fields=("device", "digest", "outcome"), name="one_record_of_its_bytes"),
        ),
        migrations.AddConstraint(
            model_name="offlinerecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("made_at__isnull", False), ("outcome", "taken"), ("subject__isnull", False)),
                    models.Q(
                        models.Q(("outcome", "taken"), _negated=True), ("asked_at__isnull", True), ("subject__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="taken_record_has_a_person",
            ),
        ),
    ]
