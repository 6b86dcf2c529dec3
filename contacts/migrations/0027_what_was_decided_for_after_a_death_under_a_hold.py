"""A hold keeps whom somebody named for after their death (J2, K5)."""

from django.db import migrations

from audit import schema

TABLE = "consent_priorarrangement"
HELD = "EXISTS (SELECT 1 FROM contacts_legalhold h WHERE h.subject_id = OLD.subject_id AND h.lifted_at IS NULL)"
GOES = "OLD.who IS NOT NULL AND NEW.who IS NULL"
SQLITE = (
    f"CREATE TRIGGER {TABLE}_hold BEFORE UPDATE ON {TABLE} WHEN {GOES} AND {HELD} "
    "BEGIN SELECT RAISE(ABORT, 'a legal hold stands'); END",
)
POSTGRESQL = (
    f"""
    CREATE FUNCTION {TABLE}_hold() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      IF {GOES} AND {HELD} THEN RAISE EXCEPTION 'a legal hold stands' USING ERRCODE = '23000'; END IF;
      RETURN NEW;
    END $$
    """,
    f"CREATE TRIGGER {TABLE}_hold BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_hold()",
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_hold",
)


class Migration(migrations.Migration):
    """A trigger on a table of the floor below, which knows no holds."""

    dependencies = [
        ("contacts", "0026_a_proof_that_was_used_stays_used"),
        ("consent", "0027_after_a_death"),
        ("audit", "0001_initial"),
    ]
    operations = [migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop)]
