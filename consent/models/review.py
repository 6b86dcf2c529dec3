"""What compliance decided of a consent whose evidence they looked at."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from consent.models.ledger import Consent, ConsentEvent
from vault import labels


class ConsentReview(models.Model):
    """One look at one consent and its evidence, with a verdict; a row never changes (C6, PIPL 69)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    class Kind(models.TextChoices):
        """Why it was looked at."""

        PAPER = "paper", _("signed paper")
        SPEECH = "speech", _("recorded speech")
        SAMPLE = "sample", _("sample of the week")

    class Verdict(models.TextChoices):
        """What was decided."""

        ACCEPTED = "accepted", _("accepted")
        RETURNED = "returned", _("returned to the advisor")
        INVALIDATED = "invalidated", _("declared invalid")

    class Reason(models.TextChoices):
        """Why it was not accepted."""

        NONE = "", _("none")
        UNSIGNED = "unsigned", _("it is not signed, or the box is not ticked")
        UNREADABLE = "unreadable", _("the picture cannot be read")
        OTHER_FORM = "other_form", _("it is not our form, or its code is missing")
        UNSPOKEN = "unspoken", _("the words are not read out, or no yes is heard")
        OTHER_PERSON = "other_person", _("it is somebody else's")
        PRESSED = "pressed", _("the person was pressed, or did not know what they agreed to")
        MINOR = "minor", _("the person is under age")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="reviews")
    event = models.ForeignKey(ConsentEvent, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    verdict = models.CharField(max_length=11, choices=Verdict.choices)
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """A no has its reason; found by consent, newest first."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict="accepted", reason="") | (~models.Q(verdict="accepted") & ~models.Q(reason="")),
                name="review_that_refuses_says_why",
            ),
        ]
        indexes = [models.Index(fields=["consent", "-at"], name="review_by_consent")]
