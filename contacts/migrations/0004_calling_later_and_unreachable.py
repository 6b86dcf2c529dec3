"""A day for "call me later", and the rule by which a person nobody can reach leaves (J6)."""

from django.db import migrations, models


def rule(apps, schema_editor):
    """Thirty days after the third call in a row that reached nobody."""
    table = apps.get_model("contacts", "RetentionRule")
    table.objects.get_or_create(code="unreachable", defaults={"days": 30, "order": 9})


class Migration(migrations.Migration):
    """One nullable column, which SQLite adds without rebuilding the table, and one row."""

    dependencies = [("contacts", "0003_guards")]
    operations = [
        migrations.AddField("callattempt", "later_on", models.DateField(null=True)),
        migrations.RunPython(rule, migrations.RunPython.noop),
    ]
