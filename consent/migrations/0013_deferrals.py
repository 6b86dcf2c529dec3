"""Who decides later, and whether they want to be asked once more (C11; law.md §3)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """One small table."""

    dependencies = [
        ("consent", "0012_recordings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Deferral",
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
                ("chosen_at", models.DateTimeField()),
                ("ask_on", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ask_on__isnull", False), ("asked_at__isnull", True)),
                        fields=["ask_on"],
                        name="ask_again_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("asked_at__isnull", True),
                            models.Q(("ask_on__isnull", False), ("asked_at__gte", models.F("ask_on"))),
                            _connector="OR",
                        ),
                        name="asked_again_as_wished",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ask_on__isnull", True), ("ask_on__gt", models.F("chosen_at")), _connector="OR"),
                        name="asked_again_later",
                    ),
                ],
            },
        ),
    ]
