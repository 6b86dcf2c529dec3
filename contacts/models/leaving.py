"""How people leave: retention rules, legal holds, and the record of each departure."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from vault import labels


class RetentionRule(models.Model):
    """One line of the retention table: after which event, how many days (law.md §4.1; J1)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    code = models.CharField(primary_key=True, max_length=30)
    days = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    order = models.PositiveSmallIntegerField()
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """No rule keeps anybody longer than ten years."""

        ordering = ["order"]
        constraints = [models.CheckConstraint(condition=models.Q(days__lte=3650), name="retention_has_an_end")]


class RuleChange(models.Model):
    """One change of the retention table or of the licence profile: proposed, decided by another, kept for ever (L9)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    class State(models.TextChoices):
        """Where it stands."""

        PROPOSED = "proposed", _("waits for a second person")
        APPROVED = "approved", _("applies")
        REFUSED = "refused", _("not accepted")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=30)
    value = models.CharField(max_length=20)
    before = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first; nobody decides about their own, and one waits at a time."""

        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="proposed", decided_by__isnull=True)
                | models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("proposed_by")),
                name="rule_decided_by_another",
            ),
            models.UniqueConstraint(fields=["code"], condition=models.Q(state="proposed"), name="one_change_waits"),
            models.UniqueConstraint(fields=["code", "version"], name="versions_of_a_rule"),
        ]


class LegalHold(models.Model):
    """A named case for which a person must be kept; no deletion path passes it (J2)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    class Reason(models.TextChoices):
        """Why the person must be kept."""

        DISPUTE = "dispute", _("dispute or lawsuit")
        REGULATOR = "regulator", _("request of an authority")
        COMPLAINT = "complaint", _("open complaint")

    class Scope(models.TextChoices):
        """What the case needs; the person's row and key stay under every scope."""

        ALL = "all", _("everything held about the person")
        IDENTITY = "identity", _("name and numbers only")
        DEALINGS = "dealings", _("consents, calls and messages")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey("consent.Subject", on_delete=models.PROTECT, related_name="+")
    case_ref = models.CharField(max_length=40)
    reason = models.CharField(max_length=12, choices=Reason.choices)
    scope = models.CharField(max_length=8, choices=Scope.choices, default=Scope.ALL)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    review_on = models.DateField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    lift_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    lift_asked_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        """Found by subject while standing; two people approve, and two people lift."""

        indexes = [models.Index(fields=["subject"], condition=models.Q(lifted_at__isnull=True), name="standing_hold")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("placed_by")),
                name="hold_approved_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_by__isnull=True)
                | models.Q(lift_asked_by__isnull=False) & ~models.Q(lifted_by=models.F("lift_asked_by")),
                name="hold_lifted_by_another",
            ),
        ]


class Departure(models.Model):
    """One person gone: when, by which rule, in which sweep; no name, no number (J4)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    subject = models.OneToOneField("consent.Subject", primary_key=True, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey("contacts.SweepRun", null=True, on_delete=models.PROTECT, related_name="departures")
    rule = models.CharField(max_length=30)
    due_on = models.DateTimeField()
    left_at = models.DateTimeField()
    event = models.ForeignKey("contacts.Event", null=True, on_delete=models.PROTECT, related_name="+")
    key_digest = models.CharField(max_length=64, blank=True)
    phones = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """Read newest first."""

        indexes = [models.Index(fields=["-left_at", "subject"], name="departure_newest")]
