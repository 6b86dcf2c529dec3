"""What people decided for after their death, and what a near relative is given only on proof, and only within it (K5)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import vault.fields
from audit import guard, schema

ARRANGED, CLAIM, REQUEST = "consent_priorarrangement", "consent_relativeclaim", "consent_rightsrequest"
SCOPE = ("may_see", "may_copy", "may_correct", "may_erase")
ANYTHING = models.Q(may_see=True) | models.Q(may_copy=True) | models.Q(may_correct=True) | models.Q(may_erase=True)
SAID = " OR ".join(f"OLD.{column} <> NEW.{column}" for column in ("id", "subject_id", *SCOPE, "made_at"))
ENDED = "OLD.ended_at IS NOT NULL AND (NEW.ended_at IS NULL OR OLD.ended_at <> NEW.ended_at)"
OPEN = (
    "NOT EXISTS (SELECT 1 FROM consent_rightsrequest r WHERE r.id = NEW.request_id AND r.subject_id = NEW.subject_id "
    "AND r.kind = 'relative' AND r.state = 'open')"
)
PROVEN = (
    "NEW.kind = 'relative' AND NEW.state = 'answered' AND OLD.state <> 'answered' AND NOT EXISTS "
    "(SELECT 1 FROM consent_relativeclaim c WHERE c.request_id = NEW.id AND c.subject_id = NEW.subject_id)"
)
# On the office's clock the day of death runs from 16:00 UTC of the day before; a decision of that very day still counts.
DAY = {
    "sqlite": ("datetime(NEW.died_on, '-8 hours')", "datetime(NEW.died_on, '+16 hours')"),
    "postgresql": (
        "((NEW.died_on::timestamp - interval '8 hours') AT TIME ZONE 'UTC')",
        "((NEW.died_on::timestamp + interval '16 hours') AT TIME ZONE 'UTC')",
    ),
}


def narrowed(vendor):
    """Whether a decision that stood on the day of death does not allow what this claim is granted."""
    begins, ends = DAY[vendor]
    more = " OR ".join(f"(NEW.{column} AND NOT a.{column})" for column in SCOPE)
    return (
        f"EXISTS (SELECT 1 FROM consent_priorarrangement a WHERE a.subject_id = NEW.subject_id AND a.made_at < {ends} "
        f"AND (a.ended_at IS NULL OR a.ended_at >= {begins}) AND ({more}))"
    )


def rules(vendor):
    """Table, name, deed, condition, why."""
    return (
        (ARRANGED, "said", "UPDATE", f"{SAID} OR {ENDED}", "what was decided for after a death stays"),
        (ARRANGED, "kept", "DELETE", "OLD.id IS NOT NULL", "what was decided for after a death stays"),
        (CLAIM, "open", "INSERT", OPEN, "a claim belongs to an open request of a near relative"),
        (CLAIM, "arranged", "INSERT", narrowed(vendor), "the person decided otherwise while alive"),
        (REQUEST, "proven", "UPDATE", PROVEN, "a near relative shows proof and scope first"),
    )


SQLITE = tuple(
    f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{why}'); END"
    for table, name, deed, condition, why in rules("sqlite")
)
POSTGRESQL = tuple(
    statement
    for table, name, deed, condition, why in rules("postgresql")
    for statement in (
        f"""
        CREATE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
          IF {condition} THEN RAISE EXCEPTION '{why}' USING ERRCODE = '23000'; END IF;
          RETURN {"OLD" if deed == "DELETE" else "NEW"};
        END $$
        """,
        f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_{name}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}",
    )
)


def scope():
    """The four columns, the same in both tables."""
    return [(column, models.BooleanField()) for column in SCOPE]


def key(model, **how):
    """A key that keeps its row, without a way back."""
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model, **how)


class Migration(migrations.Migration):
    """Two tables with their guards, one more ground for a refusal, and a guard on the table of requests."""

    dependencies = [
        ("audit", "0001_initial"),
        ("consent", "0026_a_proof_stays_what_it_is"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="rightsrequest",
            name="ground",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "none"),
                    ("statute", "a statute requires us to keep it"),
                    ("not_held", "we do not hold this"),
                    ("identity", "it is not certain that it is the right person"),
                    ("others", "it would harm the rights of somebody else"),
                    ("unfounded", "what is to be corrected is right"),
                    ("arranged", "the person decided otherwise while alive"),
                    ("unproven", "the death, the kinship or a lawful interest was not proved"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="PriorArrangement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                *scope(),
                (
                    "who",
                    vault.fields.SealedField(field_id="consent.arrangement.who", layout="text", null=True, owner="subject_id"),
                ),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("subject", key("consent.subject")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["subject"], condition=models.Q(ended_at=None), name="one_standing_arrangement"
                    ),
                    models.CheckConstraint(
                        condition=ANYTHING | models.Q(who__isnull=True), name="arrangement_of_nobody_names_nobody"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("made_at")),
                        name="arrangement_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RelativeClaim",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("spouse", "husband or wife"),
                            ("parent", "father or mother"),
                            ("child", "son or daughter"),
                            ("sibling", "brother or sister"),
                            ("grandparent", "grandparent"),
                            ("grandchild", "grandchild"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "kinship",
                    models.CharField(
                        choices=[
                            ("household", "household register"),
                            ("marriage", "marriage certificate"),
                            ("birth", "birth certificate"),
                            ("notary", "notarised certificate of kinship"),
                            ("authority", "certificate of the police, of the file office or of a court"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "death",
                    models.CharField(
                        choices=[
                            ("medical", "medical certificate of death"),
                            ("deregistered", "household registration ended for death"),
                            ("cremation", "certificate of cremation"),
                            ("court", "judgment that declares the death"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "interest",
                    models.CharField(
                        choices=[
                            ("inheritance", "an inheritance or a debt of the estate"),
                            ("benefit", "a benefit due on death: insurance, fund, pension"),
                            ("dispute", "a lawsuit or a complaint about the person's contracts"),
                            ("peace", "that nobody calls or writes to the person any more"),
                        ],
                        max_length=12,
                    ),
                ),
                ("died_on", models.DateField()),
                *scope(),
                ("looked_at", models.DateTimeField()),
                ("looked_by", key(settings.AUTH_USER_MODEL)),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claim", to="consent.rightsrequest"
                    ),
                ),
                ("subject", key("consent.subject")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=ANYTHING, name="claim_has_a_scope"),
                    models.CheckConstraint(
                        condition=~models.Q(relation="") & ~models.Q(kinship="") & ~models.Q(death="") & ~models.Q(interest=""),
                        name="claim_has_its_proof",
                    ),
                ],
            },
        ),
        *guard.guard_operations(ARRANGED, "subject_id"),
        *guard.guard_operations(CLAIM, "subject_id"),
        *guard.append_only_operations(CLAIM),
        migrations.RunPython(schema.step(postgresql=POSTGRESQL, sqlite=SQLITE), migrations.RunPython.noop),
    ]
