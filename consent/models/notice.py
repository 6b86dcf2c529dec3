"""The closed register of purposes, and notices as immutable published versions."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from vault import labels


class Channel(models.TextChoices):
    """The ways of reaching a person; consent is per channel (C1)."""

    CALL = "call", _("phone call")
    SMS = "sms", _("text message")
    SHARE = "share", _("passing on")


class Grade(models.TextChoices):
    """Evidence grades, best first (C6): computed from evidence, never typed."""

    A = "A", _("A · the person, number confirmed")
    B = "B", _("B · signed paper")
    C = "C", _("C · recorded speech")
    D = "D", _("D · asserted by staff")


class Purpose(models.Model):
    """One row of the closed purpose register: what for, which categories, which channels (A2)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    code = models.CharField(primary_key=True, max_length=40)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    text_zh = models.TextField()
    text_en = models.TextField()
    categories = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    separate = models.BooleanField(default=False)
    minimum_grade = models.CharField(max_length=1, choices=Grade.choices, default=Grade.C)
    retention_days = models.PositiveIntegerField()
    retired_at = models.DateTimeField(null=True)


class Notice(models.Model):
    """A notice as a series of versions, e.g. the authorisation used at events."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    created_at = models.DateTimeField()


class NoticeVersion(models.Model):
    """What was shown, byte for byte; immutable once published and hashed (B1, B5, B11)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Versions count up; a published one carries its hash."""

        constraints = [
            models.UniqueConstraint(fields=["notice", "number"], name="one_notice_version_number"),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True) | ~models.Q(content_hash=""),
                name="published_notice_has_hash",
            ),
        ]


class NoticePurpose(models.Model):
    """One tick on the form: a purpose by a channel, in one version, with its promise of time (C1, C2, C5)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(NoticeVersion, on_delete=models.PROTECT, related_name="purposes")
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    order = models.PositiveSmallIntegerField()
    tick_zh = models.CharField(max_length=200)
    tick_en = models.CharField(max_length=200)
    valid_days = models.PositiveIntegerField()
    recipient = models.CharField(max_length=120, blank=True)

    class Meta:
        """One tick per purpose and channel in a version; every promise has an end (C15)."""

        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "purpose", "channel"], name="one_tick_per_purpose"),
            models.CheckConstraint(condition=models.Q(valid_days__gte=1, valid_days__lte=3650), name="tick_has_an_end"),
        ]
