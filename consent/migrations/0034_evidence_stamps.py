"""Which time stamp of an authority speaks for which step of the ledger; both tables only grow (O3)."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from audit import guard


class Migration(migrations.Migration):
    """Two tables that only grow."""

    dependencies = [("audit", "0001_initial"), ("consent", "0033_who_answers_for_the_list")]

    operations = [
        migrations.CreateModel(
            name="EvidenceStamp",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("token", models.BinaryField()),
            ],
            options={"ordering": ["-at", "pk"]},
        ),
        migrations.CreateModel(
            name="StampedEvent",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="consent.consentevent",
                    ),
                ),
                (
                    "stamp",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.evidencestamp"
                    ),
                ),
                ("place", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["stamp", "place"], name="one_step_for_a_place_of_a_stamp")]
            },
        ),
        *guard.append_only_operations("consent_evidencestamp"),
        *guard.append_only_operations("consent_stampedevent", key="event_id"),
    ]
