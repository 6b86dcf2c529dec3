"""Pledges and changes of the matrix only grow (A10, L2, I5)."""

from django.db import migrations

from audit import guard


class Migration(migrations.Migration):
    """Triggers of the team floor."""

    dependencies = [("team", "0001_initial"), ("audit", "0001_initial")]
    operations = [
        *guard.append_only_operations("team_pledge"),
        *guard.append_only_operations("team_levelchange"),
    ]
