"""No guard of PostgreSQL is asked about a temporary table that bears the name of ours; those made from now on are born so."""

from django.db import migrations

from audit import schema


class Migration(migrations.Migration):
    """The path of every guard that stands, whichever floor it is of, ends with the tables of a session's own."""

    dependencies = [
        ("contacts", "0028_guarded_by_the_batch"),
        ("consent", "0030_asked_only_of_a_yes"),
        ("team", "0002_guards"),
    ]
    operations = [
        migrations.RunPython(schema.step(postgresql=(schema.FIX_EVERY_PATH,), sqlite=()), migrations.RunPython.noop),
    ]
