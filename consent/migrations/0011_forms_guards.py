"""The database says no first: no written consent without paper, no child without a guardian (C4, C12)."""

from django.db import migrations

from audit import schema

PAPER = "EXISTS (SELECT 1 FROM consent_evidence e WHERE e.id = NEW.evidence_id AND e.kind = 'paper' AND e.subject_id = {of})"
SIGNER = "(SELECT c.subject_id FROM consent_consent c WHERE c.id = NEW.consent_id)"
# A yes that rested stands again by the signature it had; any other written yes shows its own.
STEP = f"NEW.form = 'written' AND NEW.before <> 'suspended' AND NOT {PAPER.format(of=SIGNER)}"
HEAD = (
    "NEW.form = 'written' AND NEW.state IN ('given', 'renewed') AND NOT EXISTS "
    "(SELECT 1 FROM consent_evidence e WHERE e.subject_id = NEW.subject_id AND e.kind = 'paper')"
)
AGREED = "EXISTS (SELECT 1 FROM consent_guardian g WHERE g.subject_id = NEW.id AND g.valid_until > NEW.age_at)"
AGE = (
    "(NEW.age IS NULL) <> (NEW.age_at IS NULL) OR NEW.age NOT IN ('adult', 'youth', 'child') "
    f"OR (NEW.age = 'child' AND NOT {AGREED})"
)
FIXED = ("id", "subject_id", "relation", "evidence_id", "reviewed_by_id", "reviewed_at", "valid_until")
MOVED = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in FIXED)
SIGNED = "a written consent shows its signed paper"
# Table, name, deed, condition, why.
GUARDS = (
    ("consent_consentevent", "consent_consentevent_written", "insert", STEP, SIGNED),
    ("consent_consent", "consent_consent_written_insert", "insert", HEAD, SIGNED),
    ("consent_consent", "consent_consent_written_update", "update", HEAD, SIGNED),
    ("consent_subject", "consent_subject_age_insert", "insert", AGE, "nobody under 14 is kept without a guardian"),
    ("consent_subject", "consent_subject_age_update", "update", AGE, "nobody under 14 is kept without a guardian"),
    (
        "consent_guardian",
        "consent_guardian_paper",
        "insert",
        f"NOT {PAPER.format(of='NEW.subject_id')}",
        "a guardian agrees on paper",
    ),
    ("consent_guardian", "consent_guardian_fixed", "update", MOVED, "what a guardian signed stays"),
    ("consent_guardian", "consent_guardian_stays", "delete", "OLD.id IS NOT NULL", "what a guardian signed stays"),
)
SQLITE = tuple(
    f"CREATE TRIGGER {name} BEFORE {deed.upper()} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{why}'); END"
    for table, name, deed, condition, why in GUARDS
)
POSTGRESQL = tuple(
    statement
    for table, name, deed, condition, why in GUARDS
    for statement in (
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          IF {condition} THEN RAISE EXCEPTION '{why}' USING ERRCODE = '23000'; END IF;
          RETURN {"OLD" if deed == "delete" else "NEW"};
        END $$
        """,
        f"CREATE TRIGGER {name} BEFORE {deed.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    )
)


class Migration(migrations.Migration):
    """Triggers on four tables."""

    dependencies = [("consent", "0010_forms"), ("audit", "0001_initial")]
    operations = [migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop)]
