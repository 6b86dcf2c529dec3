"""The person as a uuid, the fingerprints of their numbers, and the refusals that outlive them."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from vault import labels


class Age(models.TextChoices):
    """How old somebody says they are, as far as the law asks (C12); no date of birth is kept."""

    ADULT = "adult", _("18 or older")
    YOUTH = "youth", _("14 to 17")
    CHILD = "child", _("under 14")


MINORS = frozenset({"youth", "child"})


class Subject(models.Model):
    """A person, pseudonymous: consent and trail hang here, so they outlive the name (PIPL 69)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    # As declared, and when; empty where nobody said (SQLite adds both without rebuilding the table).
    age = models.CharField(max_length=8, choices=Age.choices, null=True)
    age_at = models.DateTimeField(null=True)


class Handle(models.Model):
    """A keyed fingerprint of one number of a subject, so that a refusal is found again (D3, D8)."""

    LABELS = labels.of(
        fingerprint="pseudonym; gate; refusal; never; never",
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="handles")
    fingerprint = models.BinaryField(max_length=16, db_index=True)
    created_at = models.DateTimeField()

    class Meta:
        """One handle per subject and number."""

        constraints = [
            models.UniqueConstraint(fields=["subject", "fingerprint"], name="one_handle_per_number"),
        ]


class Suppression(models.Model):
    """A number that must not be contacted; survives erasure; lifted only by the person (D2, D3, D8, H8)."""

    LABELS = labels.of(
        fingerprint="pseudonym; gate; refusal; never; never",
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    class Source(models.TextChoices):
        """How the refusal reached us."""

        WITHDRAWAL = "withdrawal", _("withdrawn by the person")
        REFUSAL = "refusal", _("refused when asked")
        CALL = "call", _("refused during a call")
        WRONG_NUMBER = "wrong_number", _("the number belongs to somebody else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    fingerprint = models.BinaryField(max_length=16, db_index=True)
    source = models.CharField(max_length=20, choices=Source.choices)
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        """At most one standing refusal per number."""

        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=models.Q(lifted_at__isnull=True),
                name="one_standing_suppression",
            ),
        ]
