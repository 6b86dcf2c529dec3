"""A hold keeps the recording of a no too: neither its key nor its row goes while one stands (J2, D4)."""

from django.db import migrations

from audit import schema

HELD = "EXISTS (SELECT 1 FROM contacts_legalhold h WHERE h.subject_id = OLD.subject_id AND h.lifted_at IS NULL)"
TABLE = "consent_refusalrecording"
DEEDS = {"delete": HELD, "update": f"OLD.file_key IS NOT NULL AND NEW.file_key IS NULL AND {HELD}"}
NAMES = {"delete": f"{TABLE}_hold", "update": f"{TABLE}_hold_update"}
SQLITE = tuple(
    f"CREATE TRIGGER {NAMES[deed]} BEFORE {deed.upper()} ON {TABLE} WHEN {condition} "
    "BEGIN SELECT RAISE(ABORT, 'a legal hold stands'); END"
    for deed, condition in DEEDS.items()
)
POSTGRESQL = tuple(
    statement
    for deed, condition in DEEDS.items()
    for statement in (
        f"""
        CREATE FUNCTION {NAMES[deed]}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          IF {condition} THEN RAISE EXCEPTION 'a legal hold stands' USING ERRCODE = '23000'; END IF;
          RETURN {"NEW" if deed == "update" else "OLD"};
        END $$
        """,
        f"CREATE TRIGGER {NAMES[deed]} BEFORE {deed.upper()} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {NAMES[deed]}()",
        f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {NAMES[deed]}",
    )
)


class Migration(migrations.Migration):
    """Two triggers on a table of the floor below, which knows no holds."""

    dependencies = [
        ("contacts", "0021_lists_of_partners"),
        ("consent", "0025_recordings_of_a_no"),
        ("audit", "0001_initial"),
    ]
    operations = [migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop)]
