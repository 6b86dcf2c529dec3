"""What somebody decided for after their death counts for every record of their numbers, also one that came in later (K5)."""

from importlib import import_module

from django.db import migrations

from audit import schema

before = import_module("consent.migrations.0027_after_a_death")
NAME, WHY = f"{before.CLAIM}_arranged", "the person decided otherwise while alive"
SAME = (
    "a.subject_id IN (SELECT NEW.subject_id UNION ALL SELECT o.subject_id FROM consent_handle m "
    "JOIN consent_handle o ON o.fingerprint = m.fingerprint JOIN consent_subject s ON s.id = o.subject_id "
    "WHERE m.subject_id = NEW.subject_id AND s.erased_at IS NULL)"
)


def narrowed(vendor):
    """Whether a decision for any record of these numbers, which stood on the day of death, does not allow this claim."""
    return before.narrowed(vendor).replace("a.subject_id = NEW.subject_id", SAME)


def sqlite(condition):
    """The trigger made anew with this condition."""
    return (
        f"DROP TRIGGER {NAME}",
        f"CREATE TRIGGER {NAME} BEFORE INSERT ON {before.CLAIM} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{WHY}'); END",
    )


def postgresql(condition):
    """The function with this condition; its trigger stands as it stood."""
    return (
        f"""
        CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          IF {condition} THEN RAISE EXCEPTION '{WHY}' USING ERRCODE = '23000'; END IF;
          RETURN NEW;
        END $$
        """,
    )


def step(narrowing):
    """Both databases' statements for one reading of the condition."""
    return schema.step(postgresql=postgresql(narrowing("postgresql")), sqlite=sqlite(narrowing("sqlite")))


class Migration(migrations.Migration):
    """One trigger asks further."""

    dependencies = [("audit", "0006_a_new_entry_is_not_asked"), ("consent", "0031_partner_hooks")]
    operations = [migrations.RunPython(step(narrowed), step(before.narrowed))]
