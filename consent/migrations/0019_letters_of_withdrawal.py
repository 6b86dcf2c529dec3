"""A letter that stops something is kept as paper is, bound to what it proves (D1)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """One column, and one more kind of proof."""

    dependencies = [("consent", "0018_a_yes_shows_its_evidence")]

    operations = [
        migrations.AddField(
            model_name="paperpage",
            name="letter",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="consent.evidence",
            ),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="kind",
            field=models.CharField(
                choices=[
                    ("otp", "own tick, number confirmed by a one-time code"),
                    ("assertion", "typed in by staff"),
                    ("mark", "mark on a sign-in sheet"),
                    ("spoken", "spoken to staff"),
                    ("link", "button in a link"),
                    ("signature", "signed by hand on a screen"),
                    ("paper", "signed paper, looked at by compliance"),
                    ("speech", "recorded speech, listened to by compliance"),
                    ("letter", "letter of withdrawal"),
                ],
                max_length=12,
            ),
        ),
    ]
