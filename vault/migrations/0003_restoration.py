"""The mark of a restore that is not proven yet."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    """One small table beside the keys."""

    dependencies = [
        ("vault", "0002_rotation"),
    ]

    operations = [
        migrations.CreateModel(
            name="Restoration",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("backup", models.UUIDField()),
                ("from_line", models.PositiveBigIntegerField()),
                ("made_at", models.DateTimeField()),
                ("started_at", models.DateTimeField()),
                ("replayed_at", models.DateTimeField(null=True)),
                ("to_line", models.PositiveBigIntegerField(null=True)),
                ("to_hash", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("replayed_at__isnull", True), ("to_line__isnull", True)),
                            models.Q(("replayed_at__isnull", False), ("to_line__isnull", False)),
                            _connector="OR",
                        ),
                        name="restored_and_proven_up_to",
                    )
                ],
            },
        ),
    ]
