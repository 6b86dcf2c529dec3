"""What is taken out of the house, and by whose yes."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from vault import labels


class ExportJob(models.Model):
    """One wish to take the trail out: for what, by whom, who let it, and how far it is (ASVS 2.3.5).

    What was asked for and up to which checkpoint is fixed when it is asked, so that the second person decides about
    exactly these entries; users are ids without a key, as everywhere on this floor.
    """

    class State(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", gettext_lazy("waits for a second person")
        REFUSED = "refused", gettext_lazy("refused")
        APPROVED = "approved", gettext_lazy("approved")
        RUNNING = "running", gettext_lazy("being written")
        READY = "ready", pgettext_lazy("export", "ready")
        FAILED = "failed", gettext_lazy("failed")
        CANCELLED = "cancelled", gettext_lazy("cancelled")
        EXPIRED = "expired", gettext_lazy("run out")

    class Purpose(models.TextChoices):
        """What the trail is taken out for."""

        AUDIT = "audit", gettext_lazy("compliance audit")
        REGULATOR = "regulator", gettext_lazy("request of an authority")
        INCIDENT = "incident", gettext_lazy("an incident being looked into")
        PERSON = "person", gettext_lazy("a person's own request")
        DISPUTE = "dispute", gettext_lazy("dispute or lawsuit")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    query = models.TextField()
    query_hash = models.CharField(max_length=64)
    size = models.BigIntegerField()
    count = models.BigIntegerField()
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    case_ref = models.CharField(max_length=40, blank=True)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    heartbeat = models.DateTimeField(null=True)
    file_bytes = models.BigIntegerField(default=0)
    file_sha256 = models.CharField(max_length=64, blank=True)

    LABELS = labels.of(rest="plain; auditor,compliance,admin; evidence life; row; never")

    class Meta:
        """Found while unfinished; nobody decides about their own wish."""

        db_table = "audit_export"
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state__in=["asked", "approved", "running", "ready"]),
                name="audit_export_open",
            ),
            models.Index(fields=["-asked_at"], name="audit_export_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("asked_by")),
                name="export_decided_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["asked", "cancelled", "expired"]) | models.Q(decided_by__isnull=False),
                name="export_runs_once_decided",
            ),
        ]
