"""When a person wants to be reached, as they chose it themself: acts on record, the last of which counts."""

import uuid

from django.db import models

from consent.models.notice import WINDOW
from consent.models.subject import Subject
from vault import labels


class ContactWindow(models.Model):
    """One choice of one person: from when to when, at midday too or not, on days off too or not (H3).

    Without hours it takes the choice back, and the office's own rule holds again. Nothing here is changed or deleted.
    """

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    hour_from = models.PositiveSmallIntegerField(null=True)  # whole hours on the office's clock, the last not included
    hour_to = models.PositiveSmallIntegerField(null=True)
    midday = models.BooleanField()
    every_day = models.BooleanField()
    chosen_at = models.DateTimeField()

    class Meta:
        """Choices count up for each person, between nine and nine (H3)."""

        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="one_window_number"),
            models.CheckConstraint(condition=WINDOW, name="window_from_nine_to_nine"),
        ]
