"""A list that was paid for stops whether or not its event was named; every other sheet names one (E3)."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "contacts_sheetimport"
MENTIONED = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE %s ORDER BY name"
taken_off: list[str] = []


def take_off(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite makes the table anew: its triggers, and those that look into it, are taken off and kept."""
    if schema_editor.connection.vendor != "sqlite":
        return
    taken_off.clear()
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(MENTIONED, [f"%{TABLE}%"])
        found = cursor.fetchall()
    for name, sql in found:
        taken_off.append(sql)
        schema_editor.execute(f"DROP TRIGGER {name}", None)


def put_back(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Every trigger stands as it stood before, word for word."""
    while taken_off:
        schema_editor.execute(taken_off.pop(), None)


class Migration(migrations.Migration):
    """One column may be empty, for one kind of row."""

    dependencies = [("contacts", "0023_whether_a_number_is_still_theirs")]

    operations = [
        migrations.RunPython(take_off, migrations.RunPython.noop),
        migrations.AlterField(
            "sheetimport",
            "event",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contacts.event"),
        ),
        migrations.AddConstraint(
            "sheetimport",
            models.CheckConstraint(
                condition=models.Q(event__isnull=False) | models.Q(provenance="paid"), name="sheet_comes_from_an_event"
            ),
        ),
        migrations.RunPython(put_back, migrations.RunPython.noop),
    ]
