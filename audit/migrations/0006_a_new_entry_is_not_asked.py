"""PostgreSQL asks a new entry nothing but whether it is blank; what keeps old ones is called for old ones only.

A call of a function for every row cost a batch of thousands of entries more than its hashes did.
"""

from django.db import migrations

from audit import schema

FUNCTION = "FOR EACH ROW {when}EXECUTE FUNCTION crm_audit_keep_entry()"
WAKE = "ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER {name}"
POSTGRESQL = (
    "DROP TRIGGER audit_entry_keep ON audit_entry",
    f"CREATE TRIGGER audit_entry_keep BEFORE UPDATE OR DELETE ON audit_entry {FUNCTION.format(when='')}",
    "CREATE TRIGGER audit_entry_keep_insert BEFORE INSERT ON audit_entry "
    + FUNCTION.format(when="WHEN (NEW.leaf = '{}'::bytea) "),
    WAKE.format(name="audit_entry_keep"),
    WAKE.format(name="audit_entry_keep_insert"),
)
UNDO = (
    "DROP TRIGGER audit_entry_keep_insert ON audit_entry",
    "DROP TRIGGER audit_entry_keep ON audit_entry",
    f"CREATE TRIGGER audit_entry_keep BEFORE INSERT OR UPDATE OR DELETE ON audit_entry {FUNCTION.format(when='')}",
    WAKE.format(name="audit_entry_keep"),
)


class Migration(migrations.Migration):
    """One trigger becomes two."""

    dependencies = [("audit", "0005_roots_of_tiles")]
    operations = [migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=()), schema.step(postgresql=UNDO, sqlite=()))]
