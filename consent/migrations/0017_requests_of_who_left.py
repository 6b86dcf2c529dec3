"""A request whose person has left ends unanswered, and says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One more word; what erasure closed before keeps the word it had."""

    dependencies = [("consent", "0016_strangers_complaints")]

    operations = [
        migrations.AlterField(
            model_name="rightsrequest",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "waiting for an answer"),
                    ("answered", "done"),
                    ("refused", "refused"),
                    ("gone", "ended unanswered: the person has left"),
                ],
                default="open",
                max_length=10,
            ),
        ),
    ]
