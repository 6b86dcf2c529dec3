"""Processing of which people are not told beforehand: recorded with its ground, approved by another (PIPL 18)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vault import labels


class NoticeException(models.Model):
    """One exception: entered by one, decided by another, changed by nobody; an emergency is told of afterwards (B10)."""

    LABELS = labels.of(
        rest="plain; compliance; evidence life; row; gated",
    )

    class Ground(models.TextChoices):
        """Why people are not told beforehand."""

        SECRECY = "secrecy", _("a statute asks for secrecy, or says that nobody is told")
        EMERGENCY = "emergency", _("an emergency: life, health or property of somebody")

    class Decision(models.TextChoices):
        """What the second person said."""

        WAITING = "", _("waits for a second person")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    class Told(models.TextChoices):
        """How people were told afterwards."""

        NOT_YET = "", _("not yet")
        MESSAGE = "message", _("by a message")
        CALL = "call", _("in a call")
        LETTER = "letter", _("by letter")
        PUBLIC = "public", _("by a public notice")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ground = models.CharField(max_length=10, choices=Ground.choices)
    statute = models.CharField(max_length=120, blank=True)
    about = models.CharField(max_length=200)
    began_on = models.DateField()
    due_on = models.DateField(null=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    told = models.CharField(max_length=8, choices=Told.choices, blank=True)
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(null=True)

    class Meta:
        """Nobody decides about their own; secrecy names its statute, an emergency the day by which people are told."""

        ordering = ["-entered_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None, decided_at=None)
                | Q(decision__in=["approved", "refused"], decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decided_by=F("entered_by")),
                name="exception_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(ground="secrecy", due_on=None) & ~Q(statute="")
                | Q(ground="emergency", statute="", due_on__isnull=False, due_on__gte=F("began_on")),
                name="exception_has_its_ground",
            ),
            models.CheckConstraint(
                condition=Q(told="", told_by=None, told_at=None)
                | Q(ground="emergency", told_by__isnull=False, told_at__isnull=False) & ~Q(told=""),
                name="exception_told_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(about=""), name="exception_says_what_it_is_about"),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(told_at=None), name="exception_owed")]
