"""The database says no first: nobody's row changes without an entry, and no delete passes a hold."""

from django.db import migrations

from audit import guard

HELD = "EXISTS (SELECT 1 FROM contacts_legalhold h WHERE h.subject_id = OLD.{column} AND h.lifted_at IS NULL)"
SQLITE = (
    "CREATE TRIGGER {table}_hold BEFORE DELETE ON {table} WHEN " + HELD + " "
    "BEGIN SELECT RAISE(ABORT, 'a legal hold stands'); END"
)
POSTGRES = (
    """
CREATE FUNCTION {table}_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF """
    + HELD
    + """ THEN RAISE EXCEPTION 'a legal hold stands' USING ERRCODE = '23000'; END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER {table}_hold BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_hold();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_hold;
"""
)
TABLES = (("contacts_contact", "subject_id"), ("contacts_phone", "contact_id"))


def install(apps, schema_editor):
    """Put the hold triggers on the tables people leave from."""
    sql = POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE
    with schema_editor.connection.cursor() as cursor:
        for table, column in TABLES:
            cursor.execute(sql.format(table=table, column=column))


def rules(apps, schema_editor):
    """Fill the retention table with the defaults of law.md §4.1."""
    days = {
        "withdrawn": 0,
        "refused": 0,
        "wrong_number": 0,
        "expired": 0,
        "unconfirmed": 7,
        "asserted": 7,
        "event_lead": 180,
        "contacted": 365,
        "promise": 0,
    }
    rule = apps.get_model("contacts", "RetentionRule")
    rule.objects.bulk_create([rule(code=c, days=d, order=n) for n, (c, d) in enumerate(days.items())])


class Migration(migrations.Migration):
    """Triggers of the contacts floor, and the retention table."""

    dependencies = [("contacts", "0002_initial"), ("audit", "0001_initial")]
    operations = [
        migrations.RunPython(rules, migrations.RunPython.noop),
        *guard.guard_operations("contacts_contact", "subject_id"),
        *guard.guard_operations("contacts_phone", "contact_id"),
        *guard.guard_operations("contacts_legalhold", "subject_id"),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
