"""Recorded speech as evidence: of a yes, bound to what was read out; of a no, to the withdrawal it proves (C6, D4, O1)."""

import uuid

from django.conf import settings
from django.db import models

from consent.models.evidence import Evidence
from consent.models.notice import NoticePurpose, NoticeVersion
from consent.models.subject import Subject
from vault import labels
from vault.fields import SealedField

LONGEST = 600  # seconds


class Recording(models.Model):
    """One recording of a spoken yes; without its key the file is noise, and the key goes with the person (C6, J1)."""

    LABELS = labels.of(
        file_key="contact; compliance; contact life; key; gated",
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    file_key = SealedField(field_id="consent.recording.file", layout="bytes", owner="subject_id", null=True)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    seconds = models.PositiveSmallIntegerField()
    sound = models.CharField(max_length=64)  # SHA-256 of the samples: the same recording sent again is found
    # What was read out, in which language: the version, and those of its boxes that the person said yes to.
    version = models.ForeignKey(NoticeVersion, on_delete=models.PROTECT, related_name="+")
    ticks = models.ManyToManyField(NoticePurpose, related_name="+")
    language = models.CharField(max_length=2)
    spoken_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """Of some length, made before it came in, and of one person's once."""

        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(seconds__gte=1, seconds__lte=LONGEST), name="recording_has_a_length"),
            models.CheckConstraint(
                condition=models.Q(spoken_at__lte=models.F("created_at")), name="recording_was_made_before_it_came"
            ),
            models.UniqueConstraint(fields=["subject", "sound"], name="one_recording_once"),
        ]


class RefusalRecording(models.Model):
    """One recording of a spoken no: a table of its own without words or boxes, so that nothing makes a yes of it (D4, O1)."""

    LABELS = labels.of(
        file_key="contact; compliance; contact life; key; gated",
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    file_key = SealedField(field_id="consent.refusal.file", layout="bytes", owner="subject_id", null=True)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    seconds = models.PositiveSmallIntegerField()
    sound = models.CharField(max_length=64)  # SHA-256 of the samples: the same recording sent again is found
    proof = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """Of some length, and of one person's once."""

        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seconds__gte=1, seconds__lte=LONGEST), name="refusal_recording_has_a_length"
            ),
            models.UniqueConstraint(fields=["subject", "sound"], name="one_refusal_recording_once"),
        ]
