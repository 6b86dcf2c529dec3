"""The database says no first: no yes without evidence of the same person (C1)."""

from django.db import migrations

from audit import schema

SIGNER = "(SELECT c.subject_id FROM consent_consent c WHERE c.id = NEW.consent_id)"
SHOWN = f"EXISTS (SELECT 1 FROM consent_evidence e WHERE e.id = NEW.evidence_id AND e.subject_id = {SIGNER})"
# A yes that rested stands again by the evidence it had.
STOOD = (
    "NEW.before = 'suspended' AND NEW.evidence_id IS NULL AND EXISTS (SELECT 1 FROM consent_consentevent o "
    "WHERE o.consent_id = NEW.consent_id AND o.after IN ('given', 'renewed') AND o.evidence_id IS NOT NULL)"
)
STEP = f"NEW.after IN ('given', 'renewed') AND NOT ({SHOWN}) AND NOT ({STOOD})"
NAME, TABLE, WHY = "consent_consentevent_evidence", "consent_consentevent", "a yes shows its evidence"
SQLITE = (f"CREATE TRIGGER {NAME} BEFORE INSERT ON {TABLE} WHEN {STEP} BEGIN SELECT RAISE(ABORT, '{WHY}'); END",)
POSTGRESQL = (
    f"""
    CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      IF {STEP} THEN RAISE EXCEPTION '{WHY}' USING ERRCODE = '23000'; END IF;
      RETURN NEW;
    END $$
    """,
    f"CREATE TRIGGER {NAME} BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {NAME}()",
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {NAME}",
)


class Migration(migrations.Migration):
    """One trigger; events themselves neither change nor go (0003)."""

    dependencies = [("consent", "0017_requests_of_who_left"), ("audit", "0001_initial")]
    operations = [migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop)]
