"""What the gate answered, with everything needed to answer the same again."""

import uuid

from django.conf import settings
from django.db import models

from consent.models.notice import Channel
from consent.models.partner import Partner
from consent.models.subject import Subject
from vault import labels


class Decision(models.Model):
    """One answer of the gate: its inputs, the rule version, the verdict (A6, H1).

    One that passes a person on names the agreement with whom they are passed on to; its id is the reference that goes along.
    """

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
    # Whom the person is passed on to; SQLite adds it without rebuilding the table.
    partner = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Read by person, newest first; and by consent, who was passed on under it."""

        indexes = [
            models.Index(fields=["subject", "-decided_at"], name="decision_by_subject"),
            models.Index(
                fields=["consent_id", "partner"], condition=models.Q(partner__isnull=False), name="decision_passed_on"
            ),
        ]
