"""The database says no first: four things are never one tick among others (C3, PIPL 23, 25, 29, 39)."""

from django.db import migrations, models

from audit import schema

CHANNELS = [("call", "phone call"), ("sms", "text message"), ("share", "passing on"), ("publish", "publication")]
HANDED, SHOWN = "pass_on", "publish"
# What is not sensitive; any other category is, one that nobody declared included (F1).
ORDINARY = ("name", "mobile", "age", "company", "title", "wechat", "email", "note")
QUOTED = ", ".join(f"'{category}'" for category in ORDINARY)
CATEGORIES = {
    "sqlite": "SELECT 1 FROM json_each(NEW.categories) WHERE value",
    "postgresql": "SELECT 1 FROM jsonb_array_elements_text(NEW.categories) AS listed(value) WHERE value",
}
PURPOSE = (
    "NEW.form = 'general' AND (CAST(NEW.operations AS text) LIKE '%\"{handed}\"%' OR CAST(NEW.operations AS text) LIKE "
    "'%\"{shown}\"%' OR EXISTS ({categories} NOT IN ({ordinary})))"
)
# Whoever is named as a recipient, here or abroad, receives by a step of its own.
TICK = "NEW.recipient <> '' AND (SELECT p.form FROM consent_purpose p WHERE p.code = NEW.purpose_id) = 'general'"
# A yes that rested stands again as it was.
STEP = (
    "NEW.after IN ('given', 'renewed') AND NEW.before <> 'suspended' AND COALESCE(NEW.form, 'general') = 'general' AND "
    "(SELECT p.form FROM consent_consent c JOIN consent_purpose p ON p.code = c.purpose_id WHERE c.id = NEW.consent_id) "
    "<> 'general'"
)
WHY = "this is agreed to in a step of its own"


def guards(vendor):
    """Table, name, deed and condition of each, in the words of this database."""
    purpose = PURPOSE.format(handed=HANDED, shown=SHOWN, categories=CATEGORIES[vendor], ordinary=QUOTED)
    return (
        ("consent_purpose", "consent_purpose_apart_insert", "insert", purpose),
        ("consent_purpose", "consent_purpose_apart_update", "update", purpose),
        ("consent_noticepurpose", "consent_noticepurpose_apart_insert", "insert", TICK),
        ("consent_noticepurpose", "consent_noticepurpose_apart_update", "update", TICK),
        ("consent_consentevent", "consent_consentevent_apart", "insert", STEP),
    )


SQLITE = tuple(
    f"CREATE TRIGGER {name} BEFORE {deed.upper()} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    for table, name, deed, condition in guards("sqlite")
)
POSTGRESQL = tuple(
    statement
    for table, name, deed, condition in guards("postgresql")
    for statement in (
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          IF {condition} THEN RAISE EXCEPTION '{WHY}' USING ERRCODE = '23000'; END IF;
          RETURN NEW;
        END $$
        """,
        f"CREATE TRIGGER {name} BEFORE {deed.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    )
)


def ask_apart(apps, schema_editor):
    """A purpose that was one tick among others, and may not be, asks for a step of its own from now on."""
    for purpose in apps.get_model("consent", "Purpose").objects.filter(form="general"):
        if {HANDED, SHOWN} & set(purpose.operations) or set(purpose.categories) - set(ORDINARY):
            purpose.form = "separate"
            purpose.save(update_fields=["form"])


class Migration(migrations.Migration):
    """One channel more, and triggers on three tables."""

    dependencies = [("audit", "0001_initial"), ("consent", "0020_the_register_is_closed")]

    operations = [
        *(
            migrations.AlterField(model, "channel", models.CharField(choices=CHANNELS, max_length=10))
            for model in ("consent", "decision", "noticepurpose")
        ),
        migrations.RunPython(ask_apart, migrations.RunPython.noop),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
