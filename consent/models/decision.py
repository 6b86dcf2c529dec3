"""What the gate answered, with everything needed to answer the same again."""

import uuid

from django.conf import settings
from django.db import models

from consent.models.notice import Channel
from consent.models.subject import Subject
from vault import labels


class Decision(models.Model):
    """One answer of the gate: its inputs, the rule version, the verdict (A6, H1)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=20)
    purpose = models.CharField(max_length=40)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    consent_id = models.UUIDField(null=True)
    allowed = models.BooleanField()
    reason = models.CharField(max_length=30)
    rule_version = models.CharField(max_length=20)
    facts = models.JSONField()
    decided_at = models.DateTimeField()

    class Meta:
        """Read by person, newest first."""

        indexes = [models.Index(fields=["subject", "-decided_at"], name="decision_by_subject")]
