"""Only a row that is ready becomes a person, and whoever became one keeps its proof (A7, E1)."""

from django.db import migrations

from audit import schema

ROW, SHEET = "contacts_sheetrow", "contacts_sheetimport"
OF_PARTNER = f"EXISTS (SELECT 1 FROM {SHEET} s WHERE s.id = NEW.sheet_id AND s.provenance = 'partner')"
# Taken back, its person is gone first; then the consent may speak again.
LIVES = "EXISTS (SELECT 1 FROM contacts_contact c WHERE c.subject_id = OLD.id)"
KEPT = f"(NEW.made AND OLD.proof <> COALESCE(NEW.proof, '') OR NOT NEW.made AND {LIVES})"
RULES = (
    (ROW, "judged", "UPDATE", f"NEW.made AND NOT OLD.made AND NEW.status <> 'ready' AND {OF_PARTNER}", "who waits waits"),
    (ROW, "spent", "UPDATE", f"OLD.made AND OLD.proof IS NOT NULL AND {KEPT}", "a consent brings in one person"),
    (ROW, "rests", "DELETE", "OLD.made AND OLD.proof IS NOT NULL", "a consent brings in one person"),
)
SQLITE = tuple(
    f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END"
    for table, name, deed, condition, words in RULES
)
POSTGRESQL = tuple(
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
)


class Migration(migrations.Migration):
    """Three triggers."""

    dependencies = [("audit", "0001_initial"), ("contacts", "0025_nobody_looks_into_their_own_contact")]

    operations = [migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop)]
