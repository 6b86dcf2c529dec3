"""The register says of each purpose on which bases it may stand and what may be done with which categories (A2, A9)."""

from django.db import migrations, models

from audit import schema

ACQUAINTANCE = ["name", "mobile", "age", "company", "title", "wechat", "email", "note"]
# What the purposes did until now, and no more; the register of today fills in what is new.
LISTED = {
    "phone_contact": (["call", "reveal", "invite"], ACQUAINTANCE),
    "sms_info": (["message"], ACQUAINTANCE),
    "partner_share": (["pass_on"], ["name", "mobile"]),
    "credit_report_query": (["query"], ["name", "mobile", "credit_report"]),
}
# A tick asks for consent to a listed purpose by a listed channel; lists are short, so that their text is looked at.
LISTS = (
    "SELECT 1 FROM consent_purpose p WHERE p.code = NEW.purpose_id AND CAST(p.bases AS text) LIKE '%\"consent\"%' "
    "AND CAST(p.channels AS text) LIKE '%\"' || NEW.channel || '\"%'"
)
TABLE, NAME, WHY = "consent_noticepurpose", "consent_noticepurpose_listed", "the register lists no such purpose and channel"
SQLITE = tuple(
    f"CREATE TRIGGER {NAME}_{deed} BEFORE {deed.upper()} ON {TABLE} WHEN NOT EXISTS ({LISTS}) "
    f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    for deed in ("insert", "update")
)
POSTGRESQL = (
    f"""
    CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      IF NOT EXISTS ({LISTS}) THEN RAISE EXCEPTION '{WHY}' USING ERRCODE = '23000'; END IF;
      RETURN NEW;
    END $$
    """,
    *(
        statement
        for deed in ("insert", "update")
        for statement in (
            f"CREATE TRIGGER {NAME}_{deed} BEFORE {deed.upper()} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {NAME}()",
            f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {NAME}_{deed}",
        )
    ),
)


def close(apps, schema_editor):
    """Each purpose known until now lists what it did; one that nobody knows lists nothing, so that nothing is done for it."""
    purposes = apps.get_model("consent", "Purpose").objects
    for code, (operations, categories) in LISTED.items():
        purposes.filter(code=code).update(bases=["consent"], operations=operations, categories=categories)


class Migration(migrations.Migration):
    """Two lists on the register, and a trigger on what a notice may ask."""

    dependencies = [("audit", "0001_initial"), ("consent", "0019_letters_of_withdrawal")]

    operations = [
        migrations.AddField("purpose", "bases", models.JSONField(default=list)),
        migrations.AddField("purpose", "operations", models.JSONField(default=list)),
        migrations.RunPython(close, migrations.RunPython.noop),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
