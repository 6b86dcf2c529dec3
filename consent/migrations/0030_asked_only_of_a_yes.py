"""PostgreSQL calls the guards of a yes only for a yes: a batch that ends thousands of consents asks none of them.

The functions stay as they are; what stands in WHEN follows from what each of them refuses. SQLite's triggers have
their whole condition there already.
"""

from django.db import migrations

from audit import guard, schema

YES, CLAIM, SIGNED = (
    "NEW.after IN ('given', 'renewed')",
    "NEW.after IN ('asserted', 'given', 'renewed')",
    "NEW.form = 'written'",
)
AGED = "NEW.age IS NOT NULL OR NEW.age_at IS NOT NULL"
# Table, name, deed, and where it has anything to say.
GUARDS = (
    ("consent_consentevent", "consent_consentevent_written", "INSERT", SIGNED),
    ("consent_consentevent", "consent_consentevent_evidence", "INSERT", YES),
    ("consent_consentevent", "consent_consentevent_apart", "INSERT", YES),
    ("consent_consentevent", "consent_consentevent_no", "INSERT", CLAIM),
    ("consent_consent", "consent_consent_written_insert", "INSERT", SIGNED),
    ("consent_consent", "consent_consent_written_update", "UPDATE", SIGNED),
    ("consent_subject", "consent_subject_age_insert", "INSERT", AGED),
    ("consent_subject", "consent_subject_age_update", "UPDATE", AGED),
)


def again(when):
    """Each trigger made anew, called where `when` says, and awake in every session."""
    return tuple(
        statement
        for table, name, deed, asked in GUARDS
        for statement in (
            f"DROP TRIGGER {name} ON {table}",
            f"CREATE TRIGGER {name} BEFORE {deed} ON {table} FOR EACH ROW {when(asked)} EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        )
    )


class Migration(migrations.Migration):
    """The same triggers, called for fewer rows; the guard of the heads asks once for a batch."""

    dependencies = [("audit", "0006_a_new_entry_is_not_asked"), ("consent", "0029_recalls")]
    operations = [
        migrations.RunPython(
            schema.step(postgresql=again(lambda asked: f"WHEN ({asked})"), sqlite=()),
            schema.step(postgresql=again(lambda _asked: ""), sqlite=()),
        ),
        *guard.guard_batch_operations("consent_consent", "subject_id"),
    ]
