"""Looks at the list of minors: who asked why, and which other person let them."""

import uuid

from django.conf import settings
from django.db import models

from vault import labels


class MinorsLook(models.Model):
    """One asking to read the list of people under age: decided by another person, once and for ever (C12)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reason = models.CharField(max_length=40)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    agreed = models.BooleanField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first; nobody lets themself look."""

        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agreed__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | models.Q(agreed__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                & ~models.Q(decided_by=models.F("asked_by")),
                name="minors_look_decided_by_another",
            ),
        ]
        indexes = [models.Index(fields=["asked_by", "-decided_at"], name="minors_look_of_whom")]
