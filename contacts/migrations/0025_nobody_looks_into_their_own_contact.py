"""A debt is of a contact that there was, is born open, and nobody takes one of a contact of their own (D9)."""

from django.db import migrations

from audit import schema

DEBT = "contacts_refusaldebt"
REACHED = (
    "EXISTS (SELECT 1 FROM contacts_callattempt a WHERE a.id = NEW.attempt AND a.subject_id = NEW.subject_id) "
    "OR EXISTS (SELECT 1 FROM consent_smsmessage m WHERE m.id = NEW.attempt AND m.subject_id = NEW.subject_id)"
)
OWN = "EXISTS (SELECT 1 FROM contacts_callattempt a WHERE a.id = NEW.attempt AND a.user_id = NEW.owner_id)"
RULES = (
    (DEBT, "born", "INSERT", f"NEW.owner_id IS NOT NULL OR NOT ({REACHED})", "a debt is of a contact that there was"),
    (DEBT, "own", "UPDATE", f"NEW.owner_id IS NOT NULL AND {OWN}", "nobody looks into a contact of their own"),
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
          RETURN NEW;
        END $$
        """,
        f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_{name}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}",
    )
)


class Migration(migrations.Migration):
    """Two triggers."""

    dependencies = [("audit", "0001_initial"), ("contacts", "0024_paid_without_an_event")]

    operations = [migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop)]
