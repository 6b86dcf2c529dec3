"""Whatever reaches somebody after their no is a debt that the database opens by itself, as the contact is written down (D9).

A call or a look at a number: where its number stands on the list of refusals, or the very purpose and channel of its decision
was refused or withdrawn; but for a call under a contract, which stands on no consent (A8), only the list counts. A message:
the same for messages, and for an invitation for calls too; a wish to be asked later that is newer than the no is heard. Codes,
the word after a refusal and what changed in a notice are no debt: who gets them asked, or must be told.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit import guard, schema

TABLE = "contacts_refusaldebt"
CALLS, TEXTS = "contacts_callattempt", "consent_smsmessage"
OWED_TO_NOBODY = "('otp', 'own_page', 'refusal_ack', 'changed')"
NOES = "c.subject_id = NEW.subject_id AND c.state IN ('refused', 'withdrawn')"
LISTED = (
    "SELECT s.since AS said_at FROM consent_handle h JOIN consent_suppression s ON s.fingerprint = h.fingerprint "
    "WHERE h.subject_id = NEW.subject_id AND s.lifted_at IS NULL"
)
SAID_OF_CALLS = (
    "SELECT c.changed_at FROM consent_decision d JOIN consent_consent c ON c.purpose_id = d.purpose AND c.channel = d.channel "
    f"WHERE d.id = NEW.decision_id AND d.action <> 'service_call' AND {NOES}"
)
SAID_OF_TEXTS = (
    f"SELECT c.changed_at FROM consent_consent c WHERE {NOES} "
    "AND (c.purpose_id = 'sms_info' AND c.channel = 'sms' "
    "OR NEW.template = 'invite' AND c.purpose_id = 'phone_contact' AND c.channel = 'call') "
    "AND NOT (NEW.template = 'later' AND EXISTS (SELECT 1 FROM consent_deferral w "
    "WHERE w.subject_id = NEW.subject_id AND w.chosen_at > c.changed_at))"
)


def opened(kind, at, said, unless=""):
    """The statement that opens one debt, since the oldest no that stands; nothing where none does."""
    return (
        f"INSERT INTO {TABLE} (attempt, kind, subject_id, refused_at, at, finding) "
        f"SELECT NEW.id, {kind}, NEW.subject_id, MIN(n.said_at), NEW.{at}, '' FROM ({LISTED} UNION ALL {said}) n "
        f"WHERE n.said_at IS NOT NULL{unless} GROUP BY n.said_at IS NULL ON CONFLICT DO NOTHING"
    )


OPENS = (
    (CALLS, opened("NEW.kind", "at", SAID_OF_CALLS)),
    (TEXTS, opened("'sms'", "sent_at", SAID_OF_TEXTS, f" AND NEW.template NOT IN {OWED_TO_NOBODY}")),
)
OTHER = (
    "OLD.attempt <> NEW.attempt OR OLD.kind <> NEW.kind OR OLD.subject_id <> NEW.subject_id "
    "OR OLD.refused_at <> NEW.refused_at OR OLD.at <> NEW.at OR OLD.owner_id IS NOT NULL AND NEW.owner_id IS NULL"
)
WHY = "a debt stays what it is"
SQLITE = (
    *(f"CREATE TRIGGER {table}_debt AFTER INSERT ON {table} BEGIN {deed}; END" for table, deed in OPENS),
    f"CREATE TRIGGER {TABLE}_same BEFORE UPDATE ON {TABLE} WHEN {OTHER} BEGIN SELECT RAISE(ABORT, '{WHY}'); END",
    f"CREATE TRIGGER {TABLE}_stays BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{WHY}'); END",
)


def _function(name, deed):
    """A trigger's function; as its owner, who may write a debt whatever the app may."""
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ "
        f"BEGIN {deed} END $$"
    )


POSTGRESQL = (
    *(
        statement
        for table, deed in OPENS
        for statement in (
            _function(f"{table}_debt", f"{deed}; RETURN NULL;"),
            f"CREATE TRIGGER {table}_debt AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_debt()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_debt",
        )
    ),
    _function(f"{TABLE}_refuse", f"RAISE EXCEPTION '{WHY}' USING ERRCODE = '23000';"),
    *(
        statement
        for name, deed, when in (("same", "UPDATE", f" WHEN ({OTHER})"), ("stays", "DELETE", ""))
        for statement in (
            f"CREATE TRIGGER {TABLE}_{name} BEFORE {deed} ON {TABLE} FOR EACH ROW{when} EXECUTE FUNCTION {TABLE}_refuse()",
            f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_{name}",
        )
    ),
)


class Migration(migrations.Migration):
    """One table with its guards, and two triggers that fill it, one of them on a table of the floor below."""

    dependencies = [
        ("audit", "0001_initial"),
        ("consent", "0022_one_word_after_a_refusal"),
        ("contacts", "0019_minors_list_by_two"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RefusalDebt",
            fields=[
                ("attempt", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("dial", "call without seeing"), ("reveal", "number shown"), ("sms", "text message")],
                        max_length=6,
                    ),
                ),
                ("refused_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "finding",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("fault", "a fault of the house: it is mended"),
                            ("colleague", "a colleague's doing: spoken with, and on record"),
                            ("wished", "the person had wished for it after their no"),
                            ("unreached", "it did not reach the person"),
                            ("reported", "passed on to whoever must decide outside this office"),
                        ],
                        max_length=10,
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.subject"),
                ),
            ],
            options={
                "ordering": ["at", "attempt"],
                "indexes": [
                    models.Index(condition=models.Q(("closed_at__isnull", True)), fields=["at", "attempt"], name="debt_open"),
                    models.Index(fields=["-closed_at"], name="debt_closed"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("owner__isnull", True), ("taken_at__isnull", True)),
                            models.Q(("owner__isnull", False), ("taken_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="debt_taken_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("finding", "")),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("owner__isnull", False),
                                models.Q(("finding", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="debt_closed_by_its_owner",
                    ),
                ],
            },
        ),
        *guard.guard_operations(TABLE, "subject_id", on="update"),
        *guard.immutable_when_operations(TABLE, "OLD.closed_at IS NOT NULL"),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
