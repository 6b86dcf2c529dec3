"""Who is not known here may also ask us to explain our rules (B9)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One more topic."""

    dependencies = [
        ("consent", "0022_one_word_after_a_refusal"),
    ]

    operations = [
        migrations.AlterField(
            model_name="strangerscomplaint",
            name="topic",
            field=models.CharField(
                choices=[
                    ("contacted", "I was called or written to, and had not agreed"),
                    ("source", "I want to know where you have my number from"),
                    ("handling", "how personal information is handled here"),
                    ("staff", "how somebody who works here behaved"),
                    ("rules", "please explain your rules to me"),
                    ("other", "something else"),
                ],
                max_length=10,
            ),
        ),
    ]
