"""Links that somebody who is on file passes on, so that who is invited types their own number themself."""

import uuid

from django.conf import settings
from django.db import models

from vault import labels


class Referral(models.Model):
    """One link of one person, onto one event; it counts nothing, and nobody's number can be typed for them (C9).

    `made_by` is the colleague who made it, empty where the person did; `named_at` is when they agreed that whoever opens
    it reads their surname.
    """

    LABELS = labels.of(
        rest="plain; advisor,compliance; contact life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(max_length=20, unique=True)
    referrer = models.ForeignKey("consent.Subject", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("contacts.Event", on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    named_at = models.DateTimeField(null=True)

    class Meta:
        """One at a time for each person, and each has an end."""

        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("created_at")), name="referral_ends"),
            models.UniqueConstraint(fields=["referrer"], condition=models.Q(ended_at__isnull=True), name="one_open_referral"),
        ]
