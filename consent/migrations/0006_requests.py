"""People's requests about their own data: no change without an entry, and what was decided stays decided."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import vault.fields
from audit import guard, schema

TABLE = "consent_rightsrequest"
FIXED = ("subject_id", "kind", "road", "state", "ground", "received_at", "due_on", "due_known", "decided_at", "decided_by_id")
WHY = "what was decided stays decided"


def moved(differs):
    """The condition under which a decided row would say something else; sealed words may only be sealed anew, or go."""
    return "OLD.state <> 'open' AND (" + " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in FIXED) + ")"


SQLITE = (
    f"CREATE TRIGGER {TABLE}_decided BEFORE UPDATE ON {TABLE} WHEN {moved('IS NOT')} BEGIN SELECT RAISE(ABORT, '{WHY}'); END",
    f"CREATE TRIGGER {TABLE}_stays BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, 'requests stay'); END",
)
POSTGRESQL = (
    f"""
    CREATE FUNCTION {TABLE}_decided() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'requests stay' USING ERRCODE = '23000'; END IF;
      IF {moved("IS DISTINCT FROM")} THEN RAISE EXCEPTION '{WHY}' USING ERRCODE = '23000'; END IF;
      RETURN NEW;
    END $$
    """,
    f"CREATE TRIGGER {TABLE}_decided BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_decided()",
    f"CREATE TRIGGER {TABLE}_stays BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_decided()",
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_decided",
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_stays",
)


class Migration(migrations.Migration):
    """One table and its guards."""

    dependencies = [
        ("consent", "0005_papers"),
        ("audit", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RightsRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("access", "see or copy my data"),
                            ("correction", "correct something"),
                            ("supplement", "add something"),
                            ("erasure", "delete my data"),
                            ("portability", "move my data elsewhere"),
                            ("restriction", "keep my data, but use it for nothing"),
                            ("explanation", "explain your rules"),
                            ("objection", "no scoring and no profile of me"),
                            ("complaint", "complain"),
                            ("relative", "for a relative who has died"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "road",
                    models.CharField(
                        choices=[
                            ("own_page", "on the person's own page"),
                            ("spoken", "said to staff"),
                            ("letter", "letter or e-mail"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "waiting for an answer"), ("answered", "done"), ("refused", "refused")],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "none"),
                            ("statute", "a statute requires us to keep it"),
                            ("not_held", "we do not hold this"),
                            ("identity", "it is not certain that it is the right person"),
                            ("others", "it would harm the rights of somebody else"),
                            ("unfounded", "what is to be corrected is right"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "words",
                    vault.fields.SealedField(field_id="consent.request.words", layout="text", null=True, owner="subject_id"),
                ),
                (
                    "answer",
                    vault.fields.SealedField(field_id="consent.request.answer", layout="text", null=True, owner="subject_id"),
                ),
                ("received_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("due_known", models.BooleanField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.subject"),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "open")), fields=["due_on"], name="request_open_due"),
                    models.Index(fields=["subject", "-received_at"], name="request_by_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="decided_request_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_by__isnull", False), ("state", "refused"), models.Q(("ground", ""), _negated=True)
                            ),
                            models.Q(models.Q(("state", "refused"), _negated=True), ("ground", "")),
                            _connector="OR",
                        ),
                        name="refused_request_has_a_ground",
                    ),
                ],
            },
        ),
        *guard.guard_operations(TABLE, "subject_id"),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
