"""A proof stays what it was: whose, of which kind, over which bytes, since when; only its sealed detail goes (D4, O1)."""

from django.db import migrations

from audit import schema

NAME, TABLE, WHY = "consent_evidence_same", "consent_evidence", "a proof stays what it is"
OTHER = " OR ".join(f"OLD.{column} <> NEW.{column}" for column in ("id", "subject_id", "kind", "digest", "created_at"))
SQLITE = (f"CREATE TRIGGER {NAME} BEFORE UPDATE ON {TABLE} WHEN {OTHER} BEGIN SELECT RAISE(ABORT, '{WHY}'); END",)
POSTGRESQL = (
    f"""
    CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN RAISE EXCEPTION '{WHY}' USING ERRCODE = '23000'; END $$
    """,
    f"CREATE TRIGGER {NAME} BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN ({OTHER}) EXECUTE FUNCTION {NAME}()",
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {NAME}",
)


class Migration(migrations.Migration):
    """One trigger."""

    dependencies = [("audit", "0001_initial"), ("consent", "0025_recordings_of_a_no")]

    operations = [migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop)]
