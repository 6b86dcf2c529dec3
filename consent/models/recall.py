"""The word that a recipient is owed once somebody whom we passed on to it says no, or leaves; and each try to give it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from consent.models.decision import Decision
from consent.models.ledger import State
from consent.models.partner import Partner
from consent.models.subject import Subject
from vault import labels


class Recall(models.Model):
    """One duty of one withdrawal towards one recipient; the database opens it, and none is ever deleted (D10).

    `passing` is the newest passing on that the withdrawal ends: its id is the reference by which the recipient knows the
    person, and all that it is told of them. It stays when the person has left, and holds ids and moments alone.
    """

    LABELS = labels.of(
        rest="plain; compliance; evidence life; never; gated",
    )

    class Way(models.TextChoices):
        """How the recipient said that it knows; the last four are entered by hand."""

        ANSWER = "answer", _("by the signed answer of its system")
        LINK = "link", _("by the link in our message")
        MAIL = "mail", _("by e-mail")
        LETTER = "letter", _("by letter")
        TELEPHONE = "telephone", _("by telephone")
        PERSON = "person", _("in person")

    BY_ITSELF = ("answer", "link")

    passing = models.OneToOneField(Decision, primary_key=True, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="recalls")
    why = models.CharField(max_length=12, choices=State.choices)
    opened_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField()
    next_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    way = models.CharField(max_length=10, choices=Way.choices, blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    said_on = models.DateField(null=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Acknowledged by the recipient itself, or by hand with the day they said so and who noted it."""

        ordering = ["opened_at", "passing"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(acknowledged_at__isnull=True, way="", said_on__isnull=True, noted_by__isnull=True)
                | models.Q(
                    acknowledged_at__isnull=False, way__in=["answer", "link"], said_on__isnull=True, noted_by__isnull=True
                )
                | models.Q(
                    acknowledged_at__isnull=False,
                    way__in=["mail", "letter", "telephone", "person"],
                    said_on__isnull=False,
                    noted_by__isnull=False,
                ),
                name="recall_acknowledged_somehow",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], condition=models.Q(acknowledged_at__isnull=True), name="recall_open"),
            models.Index(
                fields=["next_at"], condition=models.Q(acknowledged_at__isnull=True, told_at__isnull=True), name="recall_due"
            ),
        ]


class RecallAttempt(models.Model):
    """One try to tell a recipient: on record before it goes, then with what came of it; none after a success (D10)."""

    LABELS = labels.of(
        rest="plain; compliance; evidence life; never; gated",
    )

    class Via(models.TextChoices):
        """By which road."""

        HOOK = "hook", _("signed message to their system")
        MAIL = "mail", _("e-mail")
        NOWHERE = "nowhere", _("no address that a program can reach")

    class Outcome(models.TextChoices):
        """What came of it; a try that never ended was cut short, and nobody knows."""

        GOING = "going", _("on its way")
        TOLD = "told", _("handed over")
        FAILED = "failed", _("not taken")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="attempts")
    via = models.CharField(max_length=8, choices=Via.choices)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    ended_at = models.DateTimeField(null=True)
    code_hash = models.CharField(max_length=64, unique=True)  # of the link that this message held; the link itself is not kept

    class Meta:
        """In the order they were made; ended with an outcome."""

        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome="going", ended_at__isnull=True)
                | models.Q(outcome__in=["told", "failed"], ended_at__isnull=False),
                name="attempt_ends_with_an_outcome",
            ),
        ]
