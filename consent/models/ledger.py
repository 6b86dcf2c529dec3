"""The ledger: one head per subject, purpose and channel, and its append-only events."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from consent.models.evidence import Evidence
from consent.models.notice import Channel, Form, Grade, NoticeVersion, Purpose
from consent.models.subject import Subject
from vault import labels


class State(models.TextChoices):
    """Where a consent stands (law.md §3); only `given` and `renewed` open anything."""

    REQUESTED = "requested", _("requested")
    DEFERRED = "deferred", _("deferred")
    ASSERTED = "asserted", _("asserted by staff")
    GIVEN = "given", _("given")
    RENEWED = "renewed", _("renewed")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("expired")
    SUPERSEDED = "superseded", _("superseded")
    INVALIDATED = "invalidated", _("invalidated")
    REVOKED = "revoked", _("revoked")
    SUSPENDED = "suspended", _("suspended")
    TOMBSTONE = "tombstone", _("erased")


class Consent(models.Model):
    """The head: the fold of its events for one subject × purpose × channel (C1)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="consents")
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    state = models.CharField(max_length=12, choices=State.choices)
    grade = models.CharField(max_length=1, choices=Grade.choices, default=Grade.D)
    notice_version = models.ForeignKey(NoticeVersion, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=12)
    changed_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    # By which act the last yes came (C2, C4); empty for one from before forms were kept, which counts as none of them.
    form = models.CharField(max_length=8, choices=Form.choices, null=True)  # SQLite adds it without rebuilding the table

    class Meta:
        """One head per subject, purpose and channel; a yes always has an end (C15)."""

        constraints = [
            models.UniqueConstraint(fields=["subject", "purpose", "channel"], name="one_consent_head"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["given", "renewed"])
                | models.Q(given_at__isnull=False, valid_until__isnull=False),
                name="given_consent_has_an_end",
            ),
        ]
        indexes = [models.Index(fields=["state", "valid_until"], name="consent_state_until")]


class ConsentEvent(models.Model):
    """One step of a consent: who did what, by which act, on which notice, with which evidence (§2.1)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    class Actor(models.TextChoices):
        """Who acted."""

        SUBJECT = "subject", _("the person")
        STAFF = "staff", _("staff")
        SYSTEM = "system", _("the system")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12, choices=State.choices)
    actor = models.CharField(max_length=8, choices=Actor.choices)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=12)
    grade = models.CharField(max_length=1, choices=Grade.choices)
    notice_version = models.ForeignKey(NoticeVersion, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=10, blank=True)
    evidence = models.ForeignKey(Evidence, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=30, blank=True)
    event_time = models.DateTimeField()
    recorded_at = models.DateTimeField()
    rule_version = models.CharField(max_length=20)
    form = models.CharField(max_length=8, choices=Form.choices, null=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    event_hash = models.CharField(max_length=64)

    class Meta:
        """Events count up within a consent."""

        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["consent", "number"], name="one_event_number"),
        ]
