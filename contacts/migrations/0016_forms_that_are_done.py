"""When a visitor's form was confirmed, or replaced by another: its code counts for nothing more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Forms of before have no such day; they stop waiting after a fortnight as all do."""

    dependencies = [("contacts", "0015_canaries")]

    operations = [
        migrations.AddField(model_name="submission", name="done_at", field=models.DateTimeField(null=True)),
    ]
