"""What proves an act: evidence, one-time codes, the messages sent, and the link that stops everything."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from consent.models.subject import Subject
from vault import labels
from vault.fields import SealedField


class Evidence(models.Model):
    """One proof of an act; its detail is sealed under the person's key and goes with it (O1)."""

    LABELS = labels.of(
        detail="contact; advisor,lead; contact life; key; gated",
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    class Kind(models.TextChoices):
        """How the proof came to be."""

        OTP = "otp", _("own tick, number confirmed by a one-time code")
        ASSERTION = "assertion", _("typed in by staff")
        MARK = "mark", _("mark on a sign-in sheet")
        PARTNER = "partner", _("consent that a partner took, by its number")
        SPOKEN = "spoken", _("spoken to staff")
        LINK = "link", _("button in a link")
        SIGNATURE = "signature", _("signed by hand on a screen")
        PAPER = "paper", _("signed paper, looked at by compliance")
        SPEECH = "speech", _("recorded speech, listened to by compliance")
        LETTER = "letter", _("letter of withdrawal")
        REFUSAL = "refusal", _("recording of a spoken refusal")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    detail = SealedField(field_id="consent.evidence.detail", layout="text", owner="subject_id", null=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()


class Challenge(models.Model):
    """A one-time code sent to the number a person typed (C6, K6); the code is kept as a hash only."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    code_hash = models.CharField(max_length=64)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)


class SmsMessage(models.Model):
    """One message sent to a person: when, from which of our numbers, in which words, what became of it (H7).

    The body is sealed, where it is kept at all; to which number follows from the person. Rows stay as evidence.
    """

    LABELS = labels.of(
        body="contact; advisor,lead; contact life; key; gated",
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    template = models.CharField(max_length=30)
    body = SealedField(field_id="consent.sms.body", layout="text", owner="subject_id", null=True)
    gateway = models.CharField(max_length=20)
    outcome = models.CharField(max_length=12)
    sent_at = models.DateTimeField()
    sender = models.CharField(max_length=20, null=True)  # SQLite adds these without rebuilding the table
    words_hash = models.CharField(max_length=64, null=True)
    reference = models.CharField(max_length=64, null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        """Of a refusal one word is sent, and no second one (D12)."""

        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=models.Q(template="refusal_ack"), name="one_word_after_a_refusal"
            )
        ]


class StopLink(models.Model):
    """The link by which a person withdraws without an account; only its hash is kept (D1)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    token_hash = models.CharField(primary_key=True, max_length=64)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
