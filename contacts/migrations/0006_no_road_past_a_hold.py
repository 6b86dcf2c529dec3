"""The database says no first: a hold stops every way in which anything of a person goes, and is itself never deleted (J2)."""

from django.db import migrations

from audit import guard, schema

HELD = "EXISTS (SELECT 1 FROM contacts_legalhold h WHERE h.subject_id = OLD.{column} AND h.lifted_at IS NULL)"
GONE = "OLD.{value} IS NOT NULL AND NEW.{value} IS NULL AND "
# Table, the column that names the person, what is done to it, and which value must not vanish.
OLD_ROADS = (("contacts_contact", "subject_id", "delete", ""), ("contacts_phone", "contact_id", "delete", ""))
NEW_ROADS = (
    ("contacts_submission", "subject_id", "delete", ""),
    ("contacts_callattempt", "subject_id", "delete", ""),
    ("consent_evidence", "subject_id", "delete", ""),
    ("consent_evidence", "subject_id", "update", "detail"),
    ("consent_smsmessage", "subject_id", "delete", ""),
    ("consent_smsmessage", "subject_id", "update", "body"),
)
ERASED = "OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND " + HELD.format(column="id")


def _name(table, deed):
    return f"{table}_hold" if deed == "delete" else f"{table}_hold_{deed}"


def _condition(column, value):
    return (GONE.format(value=value) if value else "") + HELD.format(column=column)


def _sqlite(table, deed, condition):
    return (
        f"CREATE TRIGGER {_name(table, deed)} BEFORE {deed.upper()} ON {table} WHEN {condition} "
        "BEGIN SELECT RAISE(ABORT, 'a legal hold stands'); END"
    )


def _postgresql(table, deed, condition):
    name = _name(table, deed)
    return (
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          IF {condition} THEN RAISE EXCEPTION 'a legal hold stands' USING ERRCODE = '23000'; END IF;
          RETURN {"NEW" if deed == "update" else "OLD"};
        END $$
        """,
        f"CREATE TRIGGER {name} BEFORE {deed.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    )


NEW = [(table, deed, _condition(column, value)) for table, column, deed, value in NEW_ROADS]
NEW += [("consent_subject", "update", ERASED), ("contacts_legalhold", "delete", "OLD.id IS NOT NULL")]
OLD = [(table, deed, _condition(column, value)) for table, column, deed, value in OLD_ROADS]
SQLITE = tuple(_sqlite(*road) for road in OLD + NEW)
POSTGRESQL = tuple(statement for road in NEW for statement in _postgresql(*road))


def holds_again(apps, schema_editor):
    """SQLite alone: the guard of the holds, which 0005 took down."""
    if schema_editor.connection.vendor == "sqlite":
        for operation in guard.guard_operations("contacts_legalhold", "subject_id"):
            operation.code(apps, schema_editor)


class Migration(migrations.Migration):
    """Triggers against every road past a hold; an approval and a postponement are never changed."""

    dependencies = [("contacts", "0005_sweeps_that_ask"), ("audit", "0001_initial")]
    operations = [
        migrations.RunPython(holds_again, migrations.RunPython.noop),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
        *guard.append_only_operations("contacts_sweepapproval"),
        *guard.append_only_operations("contacts_postponement", key="subject_id"),
        *guard.guard_operations("contacts_postponement", "subject_id", on="insert"),
    ]
