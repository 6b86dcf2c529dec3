"""Whoever was passed on and says no, or leaves: the database opens the word that the recipient is owed, and keeps it (D10).

Nobody is passed on but under a yes that stands, to a partner whom two people approved and nobody ended, and the decision names
it. When that consent closes, by whatever road, one duty is opened for each such partner, in the transaction of the no itself,
under the id of the newest passing on: what closes twice (withdrawn, then erased) is owed once, and a new passing on anew.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit import guard, schema

RECALL, ATTEMPT, DECISION, HEAD = "consent_recall", "consent_recallattempt", "consent_decision", "consent_consent"
ENDS = "('withdrawn', 'refused', 'invalidated', 'revoked', 'tombstone')"
CLOSES = f"NEW.state IN {ENDS} AND OLD.state <> NEW.state"
OPENS = (
    f"INSERT INTO {RECALL} (passing_id, subject_id, partner_id, why, opened_at, tries, next_at, way) "
    "SELECT d.id, d.subject_id, d.partner_id, NEW.state, NEW.changed_at, 0, NEW.changed_at, '' "
    f"FROM {DECISION} d WHERE d.consent_id = NEW.id AND d.partner_id IS NOT NULL AND d.allowed "
    f"AND NOT EXISTS (SELECT 1 FROM {DECISION} n WHERE n.consent_id = NEW.id AND n.partner_id = d.partner_id AND n.allowed "
    "AND (n.decided_at, n.id) > (d.decided_at, d.id)) ON CONFLICT DO NOTHING"
)
PASSES = "NEW.allowed AND NEW.action = 'share'"
YES = (
    f"EXISTS (SELECT 1 FROM {HEAD} c WHERE c.id = NEW.consent_id AND c.subject_id = NEW.subject_id "
    "AND c.state IN ('given', 'renewed'))"
)
STANDS = (
    "EXISTS (SELECT 1 FROM consent_partner p WHERE p.id = NEW.partner_id AND p.takes "
    "AND p.approved_at IS NOT NULL AND p.ended_at IS NULL)"
)
PASSED = (
    f"EXISTS (SELECT 1 FROM {DECISION} d WHERE d.id = NEW.passing_id AND d.allowed AND d.subject_id = NEW.subject_id "
    "AND d.partner_id = NEW.partner_id)"
)
FRESH = (
    "NEW.tries = 0 AND NEW.told_at IS NULL AND NEW.acknowledged_at IS NULL AND NEW.way = '' AND NEW.noted_by_id IS NULL "
    f"AND NEW.why IN {ENDS}"
)
OTHER = (
    "OLD.passing_id <> NEW.passing_id OR OLD.subject_id <> NEW.subject_id OR OLD.partner_id <> NEW.partner_id "
    "OR OLD.why <> NEW.why OR OLD.opened_at <> NEW.opened_at OR NEW.tries < OLD.tries "
    "OR OLD.told_at IS NOT NULL AND (NEW.told_at IS NULL OR OLD.told_at <> NEW.told_at)"
)
OTHER_TRY = (
    "OLD.outcome <> 'going' OR OLD.id <> NEW.id OR OLD.recall_id <> NEW.recall_id OR OLD.via <> NEW.via OR OLD.at <> NEW.at "
    "OR OLD.code_hash <> NEW.code_hash"
)
OVER = (
    f"NEW.outcome <> 'going' OR EXISTS (SELECT 1 FROM {RECALL} r WHERE r.passing_id = NEW.recall_id "
    "AND (r.told_at IS NOT NULL OR r.acknowledged_at IS NOT NULL))"
)
RULES = (
    (
        DECISION,
        "passing",
        "INSERT",
        f"{PASSES} AND NOT ({YES} AND {STANDS})",
        "nobody is passed on but to a partner, under a yes",
    ),
    (RECALL, "born", "INSERT", f"NOT ({FRESH} AND {PASSED})", "a word is owed to whom somebody was passed on"),
    (RECALL, "same", "UPDATE", OTHER, "a word that is owed stays what it is"),
    (RECALL, "stays", "DELETE", "1 = 1", "a word that is owed stays what it is"),
    (ATTEMPT, "once", "INSERT", OVER, "a recipient is told once"),
    (ATTEMPT, "same", "UPDATE", OTHER_TRY, "a try stays what it was"),
    (ATTEMPT, "stays", "DELETE", "1 = 1", "a try stays what it was"),
)
SQLITE = (
    f"CREATE TRIGGER {HEAD}_recall AFTER UPDATE ON {HEAD} WHEN {CLOSES} BEGIN {OPENS}; END",
    *(
        f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END"
        for table, name, deed, condition, words in RULES
    ),
)
POSTGRESQL = (
    f"""
    CREATE FUNCTION {HEAD}_recall() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    BEGIN {OPENS}; RETURN NULL; END $$
    """,
    f"CREATE TRIGGER {HEAD}_recall AFTER UPDATE ON {HEAD} FOR EACH ROW WHEN ({CLOSES}) EXECUTE FUNCTION {HEAD}_recall()",
    f"ALTER TABLE {HEAD} ENABLE ALWAYS TRIGGER {HEAD}_recall",
    *(
        statement
        for table, name, deed, condition, words in RULES
        for statement in (
            f"""
            CREATE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
            BEGIN
              IF {condition} THEN RAISE EXCEPTION '{words}' USING ERRCODE = '23000'; END IF;
              RETURN {"OLD" if deed == "DELETE" else "NEW"};
            END $$
            """,
            f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_{name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}",
        )
    ),
)


class Migration(migrations.Migration):
    """Two tables with their guards, whom a decision passes on to, and the trigger that opens what is owed."""

    dependencies = [
        ("audit", "0001_initial"),
        ("consent", "0028_exceptions_from_notice"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Recall",
            fields=[
                (
                    "passing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="consent.decision",
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("requested", "requested"),
                            ("deferred", "deferred"),
                            ("asserted", "asserted by staff"),
                            ("given", "given"),
                            ("renewed", "renewed"),
                            ("refused", "refused"),
                            ("withdrawn", "withdrawn"),
                            ("expired", "expired"),
                            ("superseded", "superseded"),
                            ("invalidated", "invalidated"),
                            ("revoked", "revoked"),
                            ("suspended", "suspended"),
                            ("tombstone", "erased"),
                        ],
                        max_length=12,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField()),
                ("next_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("answer", "by the signed answer of its system"),
                            ("link", "by the link in our message"),
                            ("mail", "by e-mail"),
                            ("letter", "by letter"),
                            ("telephone", "by telephone"),
                            ("person", "in person"),
                        ],
                        max_length=10,
                    ),
                ),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("said_on", models.DateField(null=True)),
            ],
            options={
                "ordering": ["opened_at", "passing"],
            },
        ),
        migrations.CreateModel(
            name="RecallAttempt",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "via",
                    models.CharField(
                        choices=[("mail", "e-mail"), ("nowhere", "no address that a program can reach")], max_length=8
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[("going", "on its way"), ("told", "handed over"), ("failed", "not taken")], max_length=8
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("code_hash", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="decision",
            name="partner",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.partner"
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("partner__isnull", False)), fields=["consent_id", "partner"], name="decision_passed_on"
            ),
        ),
        migrations.AddField(
            model_name="recall",
            name="noted_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="recall",
            name="partner",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="recalls", to="consent.partner"),
        ),
        migrations.AddField(
            model_name="recall",
            name="subject",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.subject"),
        ),
        migrations.AddField(
            model_name="recallattempt",
            name="recall",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="consent.recall"),
        ),
        migrations.AddIndex(
            model_name="recall",
            index=models.Index(condition=models.Q(("acknowledged_at__isnull", True)), fields=["opened_at"], name="recall_open"),
        ),
        migrations.AddIndex(
            model_name="recall",
            index=models.Index(
                condition=models.Q(("acknowledged_at__isnull", True), ("told_at__isnull", True)),
                fields=["next_at"],
                name="recall_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="recall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("acknowledged_at__isnull", True), ("noted_by__isnull", True), ("said_on__isnull", True), ("way", "")
                    ),
                    models.Q(
                        ("acknowledged_at__isnull", False),
                        ("noted_by__isnull", True),
                        ("said_on__isnull", True),
                        ("way__in", ["answer", "link"]),
                    ),
                    models.Q(
                        ("acknowledged_at__isnull", False),
                        ("noted_by__isnull", False),
                        ("said_on__isnull", False),
                        ("way__in", ["mail", "letter", "telephone", "person"]),
                    ),
                    _connector="OR",
                ),
                name="recall_acknowledged_somehow",
            ),
        ),
        migrations.AddConstraint(
            model_name="recallattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("outcome", "going")),
                    models.Q(("ended_at__isnull", False), ("outcome__in", ["told", "failed"])),
                    _connector="OR",
                ),
                name="attempt_ends_with_an_outcome",
            ),
        ),
        *guard.guard_operations(RECALL, "subject_id", on="update"),
        *guard.immutable_when_operations(RECALL, "OLD.acknowledged_at IS NOT NULL"),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
