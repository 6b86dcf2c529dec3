"""Calls and messages that reached somebody after they had said no: each a debt that somebody takes and closes (D9)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from vault import labels


class RefusalDebt(models.Model):
    """One contact after a refusal, opened by the database itself as the contact is written down (D9).

    Its key is that of the call or the message, which stays as evidence does; it holds no word of the person and outlives
    their name.
    """

    LABELS = labels.of(rest="plain; compliance; evidence life; row; gated")

    class Kind(models.TextChoices):
        """What reached them."""

        DIAL = "dial", _("call without seeing")
        REVEAL = "reveal", _("number shown")
        SMS = "sms", _("text message")

    class Finding(models.TextChoices):
        """How it came to be."""

        FAULT = "fault", _("a fault of the house: it is mended")
        COLLEAGUE = "colleague", _("a colleague's doing: spoken with, and on record")
        WISHED = "wished", _("the person had wished for it after their no")
        UNREACHED = "unreached", _("it did not reach the person")
        REPORTED = "reported", _("passed on to whoever must decide outside this office")

    attempt = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    subject = models.ForeignKey("consent.Subject", on_delete=models.PROTECT, related_name="+")
    refused_at = models.DateTimeField()  # since when the no stood
    at = models.DateTimeField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True)
    finding = models.CharField(max_length=10, choices=Finding.choices, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """Taken by somebody, and closed by them with a finding; the oldest first."""

        ordering = ["at", "attempt"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(owner__isnull=True, taken_at__isnull=True)
                | models.Q(owner__isnull=False, taken_at__isnull=False),
                name="debt_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, finding="")
                | models.Q(closed_at__isnull=False, owner__isnull=False) & ~models.Q(finding=""),
                name="debt_closed_by_its_owner",
            ),
        ]
        indexes = [
            models.Index(fields=["at", "attempt"], condition=models.Q(closed_at__isnull=True), name="debt_open"),
            models.Index(fields=["-closed_at"], name="debt_closed"),
        ]
