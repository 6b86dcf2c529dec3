"""Numbers of the office's own among the people, which nobody may ever call."""

from django.conf import settings
from django.db import models

from vault import labels


class Canary(models.Model):
    """That a person is made up, planted by compliance as a trap; told to nobody else (I12).

    Times are microseconds since the epoch, as the trail has them: until when touches were told, and were looked at.
    """

    LABELS = labels.of(
        rest="plain; compliance; evidence life; row; gated",
    )

    subject = models.OneToOneField("consent.Subject", primary_key=True, on_delete=models.PROTECT, related_name="+")
    planted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    planted_at = models.DateTimeField()
    told_us = models.BigIntegerField(default=0)
    seen_us = models.BigIntegerField(default=0)
