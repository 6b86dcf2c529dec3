"""How long somebody stays who put their decision off: a line of its own in the office's table (law.md §4.1)."""

from django.db import migrations


def rule(apps, schema_editor):
    """A fortnight, so that the day they chose is followed by some to answer in."""
    table = apps.get_model("contacts", "RetentionRule")
    table.objects.get_or_create(code="deferred", defaults={"days": 14, "order": 22})


class Migration(migrations.Migration):
    """One row."""

    dependencies = [
        ("contacts", "0011_recordings_under_a_hold"),
    ]

    operations = [
        migrations.RunPython(rule, migrations.RunPython.noop),
    ]
