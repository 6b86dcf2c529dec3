"""Receipts that came from outside and are kept as proof; they open nothing."""

import uuid

from django.conf import settings
from django.db import models

from vault import labels


class KeptReceipt(models.Model):
    """One receipt, whole, of a person who is not here, or who is here with less said: a pseudonym, no name, no number (N1).

    Its digest is over what it says without the signature, so that the same receipt is kept once whoever signed it.
    """

    LABELS = labels.of(
        principal="pseudonym; compliance; evidence life; never; gated",
        body="evidence; compliance; evidence life; never; gated",
        rest="plain; compliance; evidence life; never; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    principal = models.UUIDField(db_index=True)  # no key: most of these people were never here
    body = models.JSONField()
    signed_by = models.CharField(max_length=200)
    event_code = models.CharField(max_length=40)
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
