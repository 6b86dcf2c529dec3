"""The sealer's tables: the tree, its checkpoints, their anchors and keys, and what the watchers saw."""

from django.db import migrations, models

from audit.guard import append_only_operations


class Migration(migrations.Migration):
    """All but the watchers' table only grow."""

    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="TreeLeaf",
            fields=[
                ("idx", models.BigIntegerField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(unique=True)),
            ],
            options={"db_table": "audit_leaf"},
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                ("pk", models.CompositePrimaryKey("level", "n", blank=True, editable=False, primary_key=True, serialize=False)),
                ("level", models.PositiveSmallIntegerField()),
                ("n", models.BigIntegerField()),
                ("hashes", models.BinaryField(max_length=8192)),
            ],
            options={"db_table": "audit_tile"},
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.BinaryField(max_length=32)),
                ("frontier", models.BinaryField(max_length=2048)),
                ("note", models.TextField()),
                ("at_us", models.BigIntegerField()),
            ],
            options={"db_table": "audit_checkpoint"},
        ),
        migrations.CreateModel(
            name="Anchor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.BigIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("at_us", models.BigIntegerField()),
                ("blob", models.BinaryField()),
            ],
            options={
                "db_table": "audit_anchor",
                "indexes": [models.Index(fields=["size"], name="audit_anchor_size")],
            },
        ),
        migrations.CreateModel(
            name="SealingKey",
            fields=[
                ("kid", models.BinaryField(max_length=4, primary_key=True, serialize=False)),
                ("vkey", models.TextField()),
                ("from_size", models.BigIntegerField()),
            ],
            options={"db_table": "audit_key"},
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("at_us", models.BigIntegerField()),
                ("word", models.CharField(blank=True, max_length=20)),
                ("place", models.BigIntegerField(default=0)),
            ],
            options={"db_table": "audit_watch"},
        ),
        *append_only_operations("audit_leaf", key="idx"),
        *append_only_operations("audit_tile", key="level n"),
        *append_only_operations("audit_checkpoint", key="size"),
        *append_only_operations("audit_anchor", key="id"),
        *append_only_operations("audit_key", key="kid"),
    ]
