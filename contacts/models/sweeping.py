"""The sweep on record: each run, who let a large one pass, who was given a few days more, and which alarms went out."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from vault import labels


class SweepRun(models.Model):
    """One sweep: what was due, what left, what was held, and how far it is."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    class State(models.TextChoices):
        """Where the run stands."""

        WAITING = "waiting", _("waits for approval")
        PLANNED = "planned", _("planned")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        DONE = "done", _("done")
        DROPPED = "dropped", _("not approved in time")
        FAILED = "failed", _("failed")

    class Why(models.TextChoices):
        """Which brake asks people to look first."""

        NONE = "", ""
        MANY = "many", _("unusually many people would leave at once")
        JUMP = "jump", _("the last sweep is longer ago than two nights")
        GROWN = "grown", _("more people are due than were approved")
        AHEAD = "ahead", _("looked at ahead of its night")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    period = models.DateField(null=True, unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    heartbeat = models.DateTimeField()
    cutoff = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices)
    why = models.CharField(max_length=8, choices=Why.choices, default=Why.NONE, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    planned = models.PositiveIntegerField(default=0)
    needs = models.PositiveSmallIntegerField(default=0)
    deleted = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)

    class Meta:
        """Found while unfinished; none beyond two approvals."""

        indexes = [
            models.Index(
                fields=["cutoff"],
                condition=models.Q(state__in=["waiting", "planned", "running", "paused"]),
                name="sweep_unfinished",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="waiting") | models.Q(needs__gte=1, needs__lte=2), name="waiting_sweep_needs_people"
            )
        ]


class SweepApproval(models.Model):
    """One person let this many leave, by this sweep; nobody counts twice (J7)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    run = models.ForeignKey(SweepRun, on_delete=models.PROTECT, related_name="approvals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    planned = models.PositiveIntegerField()

    class Meta:
        """One voice a person and count: more people due is another question."""

        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["run", "by", "planned"], name="one_voice_a_sweep")]


class Postponement(models.Model):
    """A person who leaves a few days later, once, and why; nobody may be contacted meanwhile (law.md §4.1)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    class Reason(models.TextChoices):
        """Why this person cannot leave tonight."""

        IDENTITY = "identity", _("is it the right person? being checked")
        REQUEST = "request", _("the person's own request is still open")
        HOLD = "hold", _("a legal hold is being prepared")

    subject = models.OneToOneField("consent.Subject", primary_key=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    days = models.PositiveSmallIntegerField()
    until = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """Fifteen days from the deed, and never more."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(days__gte=1, days__lte=15, until__gt=models.F("at")), name="postponed_fifteen_days_at_most"
            )
        ]


class SweepAlarm(models.Model):
    """One alarm that was mailed, so that a day brings it once."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    day = models.DateField()
    word = models.CharField(max_length=12)
    at = models.DateTimeField()

    class Meta:
        """Once a day each."""

        constraints = [models.UniqueConstraint(fields=["day", "word"], name="one_alarm_a_day")]
