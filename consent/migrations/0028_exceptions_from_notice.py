"""Exceptions from notice: decided by another than who entered them, then fixed but for the telling; none ever goes (B10)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from audit import guard, schema

TABLE = "consent_noticeexception"
SAID = ("id", "ground", "statute", "about", "began_on", "due_on", "entered_by_id", "entered_at")


def differs(*columns):
    """Whether one of these columns changes, compared as text so that both databases read an empty one alike."""
    return " OR ".join(
        f"COALESCE(CAST(OLD.{column} AS text), '') <> COALESCE(CAST(NEW.{column} AS text), '')" for column in columns
    )


AGAIN = (
    f"(OLD.decision <> '' AND ({differs('decision', 'decided_by_id', 'decided_at')})) "
    f"OR (OLD.told <> '' AND ({differs('told', 'told_by_id', 'told_at')}))"
)
RULES = (
    ("born", "INSERT", "NEW.decision <> '' OR NEW.told <> ''", "an exception is entered before anything else"),
    ("stays", "UPDATE", f"{differs(*SAID)} OR {AGAIN}", "what was said of an exception stays"),
    ("kept", "DELETE", "OLD.id IS NOT NULL", "an exception stays on record"),
)
SQLITE = tuple(
    f"CREATE TRIGGER {TABLE}_{name} BEFORE {deed} ON {TABLE} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END"
    for name, deed, condition, words in RULES
)
POSTGRESQL = tuple(
    statement
    for name, deed, condition, words in RULES
    for statement in (
        f"""
        CREATE FUNCTION {TABLE}_{name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          IF {condition} THEN RAISE EXCEPTION '{words}' USING ERRCODE = '23000'; END IF;
          RETURN {"OLD" if deed == "DELETE" else "NEW"};
        END $$
        """,
        f"CREATE TRIGGER {TABLE}_{name} BEFORE {deed} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_{name}()",
        f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_{name}",
    )
)


def somebody(**how):
    """A key to whoever acted."""
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, **how)


class Migration(migrations.Migration):
    """One table with its guards."""

    dependencies = [
        ("audit", "0001_initial"),
        ("consent", "0027_after_a_death"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NoticeException",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("secrecy", "a statute asks for secrecy, or says that nobody is told"),
                            ("emergency", "an emergency: life, health or property of somebody"),
                        ],
                        max_length=10,
                    ),
                ),
                ("statute", models.CharField(blank=True, max_length=120)),
                ("about", models.CharField(max_length=200)),
                ("began_on", models.DateField()),
                ("due_on", models.DateField(null=True)),
                ("entered_at", models.DateTimeField()),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("", "waits for a second person"), ("approved", "approved"), ("refused", "refused")],
                        max_length=8,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "told",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "not yet"),
                            ("message", "by a message"),
                            ("call", "in a call"),
                            ("letter", "by letter"),
                            ("public", "by a public notice"),
                        ],
                        max_length=8,
                    ),
                ),
                ("told_at", models.DateTimeField(null=True)),
                ("decided_by", somebody(null=True)),
                ("entered_by", somebody()),
                ("told_by", somebody(null=True)),
            ],
            options={
                "ordering": ["-entered_at"],
                "indexes": [models.Index(fields=["due_on"], condition=Q(told_at=None), name="exception_owed")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(decision="", decided_by=None, decided_at=None)
                        | Q(decision__in=["approved", "refused"], decided_by__isnull=False, decided_at__isnull=False)
                        & ~Q(decided_by=F("entered_by")),
                        name="exception_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=Q(ground="secrecy", due_on=None) & ~Q(statute="")
                        | Q(ground="emergency", statute="", due_on__isnull=False, due_on__gte=F("began_on")),
                        name="exception_has_its_ground",
                    ),
                    models.CheckConstraint(
                        condition=Q(told="", told_by=None, told_at=None)
                        | Q(ground="emergency", told_by__isnull=False, told_at__isnull=False) & ~Q(told=""),
                        name="exception_told_by_somebody",
                    ),
                    models.CheckConstraint(condition=~Q(about=""), name="exception_says_what_it_is_about"),
                ],
            },
        ),
        *guard.guard_operations(TABLE, "id"),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
