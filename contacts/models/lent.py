"""Screens that a colleague hands to a person to sign on; a row lives for minutes."""

import uuid

from django.conf import settings
from django.db import models

from vault import labels


class LentScreen(models.Model):
    """One screen in the hands of one person, for one signature; by its token's hash (C7)."""

    LABELS = labels.of(
        rest="plain; nobody; within the day; row; never",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    subject = models.ForeignKey("consent.Subject", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    lent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    back_at = models.DateTimeField(null=True)

    class Meta:
        """It ends after it began; found by what is over."""

        constraints = [
            models.CheckConstraint(condition=models.Q(expires_at__gt=models.F("lent_at")), name="lent_screen_ends"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="lent_screen_over")]
