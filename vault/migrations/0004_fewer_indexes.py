"""One index on the tags instead of two, and none on when a key was made: each of them was paid for at every number."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The unique constraint takes the order in which a tag is looked up."""

    dependencies = [("vault", "0003_restoration")]

    operations = [
        migrations.RemoveConstraint("blindindex", "one_tag_per_row"),
        migrations.RemoveIndex("blindindex", "tag_lookup"),
        migrations.AlterField("personkey", "created_at", models.DateTimeField()),
        migrations.AddConstraint(
            "blindindex",
            models.UniqueConstraint(fields=["kind", "generation", "tag", "scope", "row"], name="one_tag_per_row"),
        ),
    ]
