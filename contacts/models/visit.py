"""Visits to the page on which people see what is held about them; a row lives for minutes."""

import uuid

from django.db import models

from vault import labels


class OwnVisit(models.Model):
    """One try to enter one's own page: made alike for every number, known or not, and gone within the hour (K1, K6)."""

    LABELS = labels.of(
        fingerprint="pseudonym; nobody; within the hour; row; never",
        rest="plain; nobody; within the hour; row; never",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    fingerprint = models.BinaryField(max_length=16)
    code_hash = models.CharField(max_length=64)  # of nothing anybody knows, until a code is sent
    language = models.CharField(max_length=10)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        """Found by what waits to be sent, and by what is over."""

        indexes = [
            models.Index(fields=["created_at"], condition=models.Q(sent_at__isnull=True), name="visit_unsent"),
            models.Index(fields=["expires_at"], name="visit_over"),
        ]
