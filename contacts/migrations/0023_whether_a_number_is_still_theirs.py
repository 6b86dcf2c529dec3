"""When a number was last seen to be its person's, and when a call found it out of service (A5)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two columns that rebuild nothing; what was confirmed before counts by that."""

    dependencies = [("contacts", "0022_recordings_of_a_no_under_a_hold")]

    operations = [
        migrations.AddField("phone", "verified_at", models.DateTimeField(null=True)),
        migrations.AddField("phone", "failed_at", models.DateTimeField(null=True)),
    ]
