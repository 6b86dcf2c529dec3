"""The word of a time-stamp authority over steps of the ledger and what proves them."""

import uuid

from django.db import models

from consent.models.ledger import ConsentEvent
from vault import labels


class EvidenceStamp(models.Model):
    """One token over a list of steps with their proofs: `digest` is the list's, `token` what came back (O3)."""

    LABELS = labels.of(
        rest="plain; auditor,compliance; evidence life; kept; bundle",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    token = models.BinaryField()

    class Meta:
        """The newest first."""

        ordering = ["-at", "pk"]


class StampedEvent(models.Model):
    """Which stamp speaks for a step, and at which place of its list; once for each."""

    LABELS = labels.of(
        rest="plain; auditor,compliance; evidence life; kept; bundle",
    )

    event = models.OneToOneField(ConsentEvent, primary_key=True, on_delete=models.PROTECT, related_name="+")
    stamp = models.ForeignKey(EvidenceStamp, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()

    class Meta:
        """A place of a list is taken once."""

        constraints = [models.UniqueConstraint(fields=["stamp", "place"], name="one_step_for_a_place_of_a_stamp")]
