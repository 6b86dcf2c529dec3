"""Each tile keeps the root over its hashes, so that a proof reads six rows and not a hundred."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Tiles of before keep none: the table only grows, and their root is computed where it is asked for."""

    dependencies = [("audit", "0004_leaving")]

    operations = [
        migrations.AddField(model_name="tile", name="root", field=models.BinaryField(max_length=32, null=True)),
    ]
