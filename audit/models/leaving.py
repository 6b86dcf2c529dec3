"""How an entry's content leaves the trail while its hash stays: taken out by two people, or moved to an archive by age."""

import uuid
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy

from audit import ids
from vault import labels

FLOOR_US = 183 * 86_400_000_000  # network logs are kept for six months at least (csl.logs in the register of statutes)


class Redaction(models.Model):
    """One wish to take the content of an entry out: which place, why, by whom, and who let it (audit.md §5.9)."""

    class State(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", gettext_lazy("waits for a second person")
        REFUSED = "refused", gettext_lazy("refused")
        APPROVED = "approved", gettext_lazy("approved")
        DONE = "done", gettext_lazy("taken out")

    class Why(models.TextChoices):
        """Why the content may not stand there."""

        VALUE = "value", gettext_lazy("something slipped in that may not stand there")
        ORDER = "order", gettext_lazy("order of a court or an authority")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seq = models.BigIntegerField()
    place = models.BigIntegerField()
    why = models.CharField(max_length=8, choices=Why.choices)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)

    LABELS = labels.of(rest="plain; auditor,compliance,admin; trail; kept; bundle")

    class Meta:
        """Nobody decides about their own wish, and one entry is asked for once at a time."""

        db_table = "audit_redaction"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("asked_by")),
                name="redaction_decided_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(state="asked") | models.Q(decided_by__isnull=False), name="redaction_runs_once_decided"
            ),
            models.UniqueConstraint(fields=["seq"], condition=~models.Q(state="refused"), name="redaction_once_for_an_entry"),
        ]


class Pruning(models.Model):
    """One prefix of the trail that moved to an archive: up to which place, how old, and the file that holds it now."""

    size = models.BigIntegerField(primary_key=True)
    first = models.BigIntegerField()
    before_us = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    file_sha256 = models.CharField(max_length=64)
    at_us = models.BigIntegerField()

    LABELS = labels.of(rest="plain; auditor,admin; trail; kept; bundle")

    class Meta:
        """Grows only; written by whoever owns the database."""

        db_table = "audit_pruning"
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=models.F("first")), name="pruning_goes_forward"),
            models.CheckConstraint(
                condition=models.Q(before_us__lte=models.F("at_us") - FLOOR_US), name="pruning_leaves_six_months"
            ),
        ]

    @property
    def at(self) -> datetime:
        """When it moved, UTC."""
        return ids.moment(self.at_us)

    @property
    def before(self) -> datetime:
        """Everything moved is older than this, UTC."""
        return ids.moment(self.before_us)
