"""The trail's tables, triggers and guard function."""

from django.db import migrations, models

from audit import schema


class Migration(migrations.Migration):
    """Makes audit_entry and audit_pending in the words of the database at hand."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("seq", models.BigAutoField(primary_key=True, serialize=False)),
                ("leaf", models.BinaryField()),
                ("leaf_hash", models.BinaryField(max_length=32)),
                ("eid", models.UUIDField(unique=True)),
                ("at_us", models.BigIntegerField()),
                ("act", models.CharField(max_length=40)),
                ("outcome", models.CharField(max_length=6)),
                ("reason", models.CharField(max_length=40)),
                ("actor", models.UUIDField()),
                ("subject", models.UUIDField(null=True)),
            ],
            options={"db_table": "audit_entry", "managed": False},
        ),
        migrations.CreateModel(
            name="Pending",
            fields=[("seq", models.BigIntegerField(primary_key=True, serialize=False))],
            options={"db_table": "audit_pending", "managed": False},
        ),
        migrations.RunPython(schema.create, schema.drop, elidable=False),
    ]
