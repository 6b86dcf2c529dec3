"""Events: the preset under which people are met, and the visitor's form tokens."""

import uuid

from django.conf import settings
from django.db import models

from vault import labels


class Event(models.Model):
    """A place and a day with one notice version; everything a visitor is told hangs here (C7)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    place = models.CharField(max_length=80)
    held_on = models.DateField()
    notice_version = models.ForeignKey("consent.NoticeVersion", on_delete=models.PROTECT, related_name="+")
    book = models.ForeignKey("team.Book", on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)


class EventStaff(models.Model):
    """Who works at an event and may record people there."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="staff")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Once per event."""

        constraints = [models.UniqueConstraint(fields=["event", "user"], name="one_post_per_event")]


class EventTick(models.Model):
    """A purpose × channel of the notice that this event asks for."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="ticks")
    tick = models.ForeignKey("consent.NoticePurpose", on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Once per event."""

        constraints = [models.UniqueConstraint(fields=["event", "tick"], name="one_tick_per_event")]


class Submission(models.Model):
    """A visitor's form, by its token's hash: sent twice, it makes one record (I6 of the promises)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    token_hash = models.CharField(primary_key=True, max_length=64)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("consent.Subject", on_delete=models.PROTECT, related_name="+")
    challenge_id = models.UUIDField(null=True)
    phone_id = models.UUIDField(null=True)  # the number that was typed, which alone the code confirms
    ticks = models.JSONField(default=list)
    age = models.CharField(max_length=8, null=True)  # as declared; kept with the person once the number is confirmed
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)  # confirmed, or replaced by another form: its code counts for nothing more
    # The link by which they came; it goes when its referrer leaves (SQLite adds it without rebuilding the table).
    referral = models.ForeignKey("contacts.Referral", null=True, on_delete=models.PROTECT, related_name="+")

    @property
    def source(self) -> str:
        """By which way in: an event's own form, or a link that somebody passed on (C9, H13)."""
        return "visitor" if self.referral_id is None else "referral"
