"""What a visitor said of their age waits with the form; a hold keeps a guardian's name too (C12, J2)."""

from django.db import migrations, models

from audit import schema

TABLE = "consent_guardian"
HELD = "EXISTS (SELECT 1 FROM contacts_legalhold h WHERE h.subject_id = OLD.subject_id AND h.lifted_at IS NULL)"
GOES = "OLD.name IS NOT NULL AND NEW.name IS NULL"
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
    """A column that may be empty, and a trigger on a table of the floor below, which knows no holds."""

    dependencies = [("contacts", "0009_own_visits"), ("consent", "0010_forms"), ("audit", "0001_initial")]

    operations = [
        migrations.AddField("submission", "age", models.CharField(max_length=8, null=True)),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
