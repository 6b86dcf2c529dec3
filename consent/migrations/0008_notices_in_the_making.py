"""Notices that one person proposes and another publishes, with what was shown, and whom a change reached (B1 to B5)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit import guard, schema

TABLE = "consent_noticeversion"
# What a program drafted (the first notice) a program may publish; what a person drafted takes two people.
ALONE = (
    "NEW.published_at IS NOT NULL AND (NEW.created_by_id IS NOT NULL OR NEW.published_by_id IS NOT NULL) AND "
    "(NEW.published_by_id IS NULL OR NEW.proposed_by_id IS NULL OR NEW.proposed_by_id = NEW.published_by_id)"
)
WHY = "refused: a second person publishes a notice"
SQLITE = tuple(
    f"CREATE TRIGGER {TABLE}_{name} BEFORE {deed} ON {TABLE} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    for name, deed, condition in (("two", "UPDATE", ALONE), ("born", "INSERT", "NEW.published_at IS NOT NULL"))
)
POSTGRESQL = (
    f"""
    CREATE FUNCTION {TABLE}_two() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      IF (TG_OP = 'INSERT' AND NEW.published_at IS NOT NULL) OR (TG_OP = 'UPDATE' AND {ALONE}) THEN
        RAISE EXCEPTION '{WHY}' USING ERRCODE = '23000';
      END IF;
      RETURN NEW;
    END $$
    """,
    f"CREATE TRIGGER {TABLE}_two BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_two()",
    f"CREATE TRIGGER {TABLE}_born BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_two()",
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_two",
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_born",
)


class Migration(migrations.Migration):
    """Columns that may be empty, since versions from before were published without them; a table; a trigger."""

    dependencies = [
        ("audit", "0001_initial"),
        ("consent", "0007_messages_tracked"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="noticeversion",
            name="address",
            field=models.CharField(max_length=200, null=True),
        ),
        migrations.AddField(
            model_name="noticeversion",
            name="materiality",
            field=models.CharField(
                choices=[
                    ("editorial", "editorial: the meaning is the same"),
                    ("notify", "to be told to the people concerned"),
                    ("reconsent", "to be agreed to anew"),
                ],
                max_length=10,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="noticeversion",
            name="materiality_reason",
            field=models.CharField(max_length=200, null=True),
        ),
        migrations.AddField(
            model_name="noticeversion",
            name="measured",
            field=models.CharField(
                choices=[
                    ("editorial", "editorial: the meaning is the same"),
                    ("notify", "to be told to the people concerned"),
                    ("reconsent", "to be agreed to anew"),
                ],
                max_length=10,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="noticeversion",
            name="proposed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="noticeversion",
            name="proposed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="noticeversion",
            name="readability",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="NoticeDelivery",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("tried_at", models.DateTimeField(null=True)),
                (
                    "subject",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.subject"),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="consent.noticeversion"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("sent_at__isnull", True)), fields=["id"], name="delivery_unsent")],
                "constraints": [models.UniqueConstraint(fields=("version", "subject"), name="one_delivery_per_person")],
            },
        ),
        migrations.CreateModel(
            name="NoticeCopy",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("language", models.CharField(max_length=2)),
                ("page", models.BinaryField()),
                ("form", models.BinaryField()),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="copies", to="consent.noticeversion"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("version", "language"), name="one_copy_per_language")]},
        ),
        *guard.append_only_operations("consent_noticecopy"),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
