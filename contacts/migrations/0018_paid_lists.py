"""Where a sheet comes from is said first, and once; of a list that was paid for the database takes no row (E3)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit import guard, schema

SAID = "OLD.provenance <> NEW.provenance"
PAID = "EXISTS (SELECT 1 FROM contacts_sheetimport s WHERE s.id = NEW.sheet_id AND s.provenance = 'paid')"
RULES = (
    ("contacts_sheetimport", "said", "UPDATE", SAID, "where a sheet comes from is said once"),
    ("contacts_sheetrow", "paid", "INSERT", PAID, "no row of a list that was paid for"),
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
    """One column, one table with its guards, and two triggers."""

    dependencies = [
        ("audit", "0001_initial"),
        ("contacts", "0017_referrals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "sheetimport",
            "provenance",
            models.CharField(
                choices=[("own", "people met at the event"), ("paid", "bought, exchanged, or given for something")],
                default="own",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            "sheetimport",
            models.CheckConstraint(
                condition=~models.Q(provenance="paid")
                | models.Q(
                    state="failed",
                    file__isnull=True,
                    file_name__isnull=True,
                    read=0,
                    ready=0,
                    held=0,
                    refused=0,
                    done=0,
                ),
                name="nothing_of_a_paid_list",
            ),
        ),
        migrations.CreateModel(
            name="PaidListCase",
            fields=[
                (
                    "sheet",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="contacts.sheetimport",
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                (
                    "finding",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mistake", "the answer was a mistake: nothing was given for the list"),
                            ("destroyed", "the list was destroyed wherever it lay, and not used"),
                            ("reported", "passed on to whoever must decide outside this office"),
                        ],
                        max_length=10,
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-opened_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(closed_at__isnull=True, closed_by__isnull=True, finding="")
                        | models.Q(closed_at__isnull=False, closed_by__isnull=False)
                        & ~models.Q(closed_by=models.F("opened_by"))
                        & ~models.Q(finding=""),
                        name="paid_case_closed_by_another",
                    )
                ],
            },
        ),
        *guard.guard_operations("contacts_paidlistcase", "sheet_id"),
        *guard.immutable_when_operations("contacts_paidlistcase", "OLD.closed_at IS NOT NULL"),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
