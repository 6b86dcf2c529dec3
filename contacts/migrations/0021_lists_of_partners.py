"""A sheet names the partner it comes from, once; a row of it becomes a person only with a proof of its own (A7, E1)."""

import django.db.models.deletion
from django.db import migrations, models

from audit import schema

SHEET, ROW = "contacts_sheetimport", "contacts_sheetrow"
WHOSE = "COALESCE(CAST(OLD.partner_id AS text), '') <> COALESCE(CAST(NEW.partner_id AS text), '')"
OF_PARTNER = f"EXISTS (SELECT 1 FROM {SHEET} s WHERE s.id = NEW.sheet_id AND s.provenance = 'partner')"
# The day an agreement lapses is looked at by who brings in; here stands what needs no clock.
STANDS = (
    f"EXISTS (SELECT 1 FROM {SHEET} s JOIN consent_partner p ON p.id = s.partner_id "
    "WHERE s.id = NEW.sheet_id AND p.gives AND p.approved_at IS NOT NULL AND p.ended_at IS NULL)"
)
RULES = (
    (SHEET, "from", "INSERT", "NEW.partner_id IS NOT NULL AND NEW.provenance <> 'partner'", "whose list it is is said"),
    (SHEET, "whose", "UPDATE", WHOSE, "whose list it is is said once"),
    (ROW, "proof", "INSERT", f"NEW.made AND {OF_PARTNER}", "a row is judged before it is a person"),
    (
        ROW,
        "proven",
        "UPDATE",
        f"NEW.made AND {OF_PARTNER} AND (NEW.proof IS NULL OR NOT OLD.made AND NOT {STANDS})",
        "nobody of a partner without a proof of their own",
    ),
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
    """Two columns that rebuild nothing, one partial index, and four triggers."""

    dependencies = [
        ("audit", "0001_initial"),
        ("consent", "0024_partners"),
        ("contacts", "0020_debts_after_a_refusal"),
    ]

    operations = [
        migrations.AddField(
            "sheetimport",
            "partner",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.partner"),
        ),
        migrations.AddField("sheetrow", "proof", models.CharField(max_length=64, null=True)),
        migrations.AlterField(
            "contact",
            "source",
            models.CharField(
                choices=[
                    ("visitor", "own phone at an event"),
                    ("quick", "noted by an advisor"),
                    ("sheet", "sign-in sheet"),
                    ("referral", "a referral"),
                    ("partner", "passed on by a partner"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            "sheetimport",
            "provenance",
            models.CharField(
                choices=[
                    ("own", "people met at the event"),
                    ("paid", "bought, exchanged, or given for something"),
                    ("partner", "passed on by a partner"),
                ],
                default="own",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            "sheetrow",
            models.UniqueConstraint(
                condition=models.Q(made=True, proof__isnull=False), fields=["proof"], name="one_person_per_proof"
            ),
        ),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
