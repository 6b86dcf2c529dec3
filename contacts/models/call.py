"""Each use of a number for a call or a look, and what came of it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from vault import labels


class CallAttempt(models.Model):
    """One use of a number; hangs on the subject, so that counts survive the name (H4, D9)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    class Kind(models.TextChoices):
        """How the number was used."""

        DIAL = "dial", _("call without seeing")
        REVEAL = "reveal", _("number shown")

    class Outcome(models.TextChoices):
        """What came of it; refused and wrong number act at once (D4, A5)."""

        ANSWERED = "answered", _("answered")
        UNANSWERED = "unanswered", _("no answer")
        REFUSED = "refused", _("refused: do not call again")
        WRONG_NUMBER = "wrong_number", _("wrong number")
        OUT_OF_SERVICE = "out_of_service", _("out of service")
        LATER = "later", _("asked to be called later")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey("consent.Subject", on_delete=models.PROTECT, related_name="+")
    phone_id = models.UUIDField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey("consent.Decision", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    outcome_at = models.DateTimeField(null=True)
    later_on = models.DateField(null=True)

    class Meta:
        """Counted per subject and per user, newest first."""

        indexes = [
            models.Index(fields=["subject", "-at"], name="call_by_subject"),
            models.Index(fields=["user", "-at"], name="call_by_user"),
        ]
