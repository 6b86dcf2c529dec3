"""From which of our numbers a message went, in which words, and what became of it (H7)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Four columns that may be empty: rows from before know nothing of them."""

    dependencies = [
        ("consent", "0006_requests"),
    ]

    operations = [
        migrations.AddField(
            model_name="smsmessage",
            name="delivered_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="smsmessage",
            name="reference",
            field=models.CharField(max_length=64, null=True),
        ),
        migrations.AddField(
            model_name="smsmessage",
            name="sender",
            field=models.CharField(max_length=20, null=True),
        ),
        migrations.AddField(
            model_name="smsmessage",
            name="words_hash",
            field=models.CharField(max_length=64, null=True),
        ),
    ]
