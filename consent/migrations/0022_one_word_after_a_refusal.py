"""After a refusal one neutral word is sent, and never a second (D12)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One partial index; nothing is rebuilt."""

    dependencies = [("consent", "0021_four_things_apart")]

    operations = [
        migrations.AddConstraint(
            "smsmessage",
            models.UniqueConstraint(
                fields=["subject"], condition=models.Q(template="refusal_ack"), name="one_word_after_a_refusal"
            ),
        )
    ]
