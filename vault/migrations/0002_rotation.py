"""Two keys beside each other for a person on the move, tombstones of destroyed keys, and who holds which keyring."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns and tables of rotation."""

    dependencies = [
        ("vault", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("kid", models.BinaryField(max_length=4, primary_key=True, serialize=False)),
                ("purpose", models.CharField(max_length=8)),
                ("made_at", models.DateTimeField()),
                ("destroyed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Worker",
            fields=[
                ("name", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("holds", models.JSONField(default=dict)),
                ("seen_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AddField(
            model_name="personkey",
            name="moved_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="personkey",
            name="previous",
            field=models.BinaryField(max_length=68, null=True),
        ),
        migrations.AddField(
            model_name="personkey",
            name="previous_kid",
            field=models.BinaryField(max_length=4, null=True),
        ),
        migrations.AddIndex(
            model_name="personkey",
            index=models.Index(fields=["kid", "owner"], name="wrapped_under"),
        ),
        migrations.AddIndex(
            model_name="personkey",
            index=models.Index(condition=models.Q(("previous__isnull", False)), fields=["owner"], name="moving"),
        ),
    ]
