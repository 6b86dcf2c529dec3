"""Where a partner's own system is told of a withdrawal: entered with the partner, before its approval, and fixed (D10)."""

import django.db.models.deletion
from django.db import migrations, models

import vault.fields
from audit import guard

TABLE = "consent_partnerhook"
WAITS = (
    "EXISTS (SELECT 1 FROM consent_partner p WHERE p.id = NEW.partner_id AND p.takes "
    "AND p.approved_at IS NULL AND p.ended_at IS NULL)"
)
RULES = (
    ("born", "INSERT", f"NOT {WAITS}", "how a partner is told is entered before it is approved"),
    ("same", "UPDATE", "OLD.partner_id <> NEW.partner_id OR OLD.address <> NEW.address", "how a partner is told stays"),
    ("stays", "DELETE", "1 = 1", "how a partner is told stays"),
)


class Migration(migrations.Migration):
    """One table with its guards, and one more road of a try."""

    dependencies = [("audit", "0001_initial"), ("consent", "0030_asked_only_of_a_yes")]

    operations = [
        migrations.CreateModel(
            name="PartnerHook",
            fields=[
                (
                    "partner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="hook",
                        serialize=False,
                        to="consent.partner",
                    ),
                ),
                ("address", models.CharField(max_length=200)),
                ("secret", vault.fields.SealedField(field_id="consent.partner.secret", layout="text", owner="partner_id")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(address__startswith="https://")
                        | models.Q(address__startswith="http://127.0.0.1:")
                        | models.Q(address__startswith="http://localhost:"),
                        name="hook_travels_closed",
                    )
                ]
            },
        ),
        migrations.AlterField(
            "recallattempt",
            "via",
            models.CharField(
                choices=[
                    ("hook", "signed message to their system"),
                    ("mail", "e-mail"),
                    ("nowhere", "no address that a program can reach"),
                ],
                max_length=8,
            ),
        ),
        *guard.guard_operations(TABLE, "partner_id"),
        *guard.refusing_operations(TABLE, RULES),
    ]
