"""What a published notice promises stays with it: its ticks are neither changed, taken away nor added to (B5, B11)."""

from django.db import migrations

from audit import schema

TABLE, NAME = "consent_noticepurpose", "consent_noticepurpose_fixed"
PUBLISHED = "EXISTS (SELECT 1 FROM consent_noticeversion v WHERE v.id = {row}.version_id AND v.published_at IS NOT NULL)"
ROWS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}


def published(deed):
    """The condition in SQL: a row of this deed belongs to a published version."""
    return " OR ".join(PUBLISHED.format(row=row) for row in ROWS[deed])


SQLITE = tuple(
    f"CREATE TRIGGER {NAME}_{deed} BEFORE {deed.upper()} ON {TABLE} WHEN {published(deed)} "
    f"BEGIN SELECT RAISE(ABORT, '{deed.upper()} on {TABLE} is refused: the notice is published'); END"
    for deed in ROWS
)
# OLD and NEW stand where the deed knows them, so each deed asks its own question.
POSTGRESQL = (
    f"""
    CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
        fixed boolean := false;
    BEGIN
        IF TG_OP <> 'INSERT' THEN fixed := {PUBLISHED.format(row="OLD")}; END IF;
        IF NOT fixed AND TG_OP <> 'DELETE' THEN fixed := {PUBLISHED.format(row="NEW")}; END IF;
        IF fixed THEN
            RAISE EXCEPTION '% on % is refused: the notice is published', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$
    """,
    f"CREATE TRIGGER {NAME} BEFORE INSERT OR UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {NAME}()",
    f"CREATE TRIGGER {NAME}_truncate BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION crm_audit_refuse()",
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {NAME}",
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {NAME}_truncate",
)
UNDO = (f"DROP TRIGGER {NAME} ON {TABLE}", f"DROP TRIGGER {NAME}_truncate ON {TABLE}", f"DROP FUNCTION {NAME}()")
SQLITE_UNDO = tuple(f"DROP TRIGGER {NAME}_{deed}" for deed in ROWS)


class Migration(migrations.Migration):
    """Triggers on the ticks of notices."""

    dependencies = [("consent", "0003_guards")]
    operations = [
        migrations.RunPython(
            schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), schema.step(postgresql=UNDO, sqlite=SQLITE_UNDO)
        ),
    ]
