"""Devices that take visitors' forms where there is no network, and what they handed in."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from vault import labels
from vault.fields import SealedField


class OfflineDevice(models.Model):
    """One browser prepared for one event by one colleague: it seals to us, signs, and opens nothing (C7, ADR 0027).

    `verifier` is the public half of a key that never leaves the browser; `box` is what it seals to, and `private` the other
    half, sealed under a key of this row's own in the vault, which goes when the device's time is over.
    """

    LABELS = labels.of(
        private="plain; nobody; a fortnight; key; never",
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey("contacts.Event", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("consent.NoticeVersion", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verifier = models.CharField(max_length=88, unique=True)
    box = models.CharField(max_length=88)
    private = SealedField(field_id="contacts.offline.private", layout="text", owner="id", null=True)
    registered_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    skew = models.IntegerField(default=0)  # seconds by which its clock was behind ours when it was last heard

    class Meta:
        """It ends, and one that was revoked opens nothing; found by what is over."""

        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("registered_at")), name="device_ends"),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True) | models.Q(private__isnull=True),
                name="revoked_device_opens_nothing",
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], condition=models.Q(private__isnull=False), name="device_over")]


class OfflineRecord(models.Model):
    """One form as a device handed it in: taken, with the time at which it was filled in, or refused, and why (C7)."""

    LABELS = labels.of(
        rest="plain; advisor,compliance; evidence life; row; gated",
    )

    class Outcome(models.TextChoices):
        """What became of it."""

        TAKEN = "taken", _("taken")
        OVERTAKEN = "overtaken", _("a refusal came after it")
        SIGNATURE = "signature", _("the device's signature is wrong")
        SEAL = "seal", _("the seal does not open")
        REVOKED = "revoked", _("the device was revoked")
        OVER = "over", _("the device's time is over")
        TIME = "time", _("the time it names cannot be")
        COUNTER = "counter", _("another record bears this number")
        CONTENT = "content", _("what it holds is no form of this event")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    device = models.ForeignKey(OfflineDevice, on_delete=models.PROTECT, related_name="records")
    name = models.UUIDField()  # as the device named it; claimed by whoever sent it until the signature holds
    counter = models.PositiveIntegerField()
    made_at = models.DateTimeField(null=True)  # as the device's own clock had it
    skew = models.IntegerField(default=0)
    received_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    subject = models.ForeignKey("consent.Subject", null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True)

    class Meta:
        """What was taken has its name and its number once, and a person; only of that is anybody asked."""

        constraints = [
            models.UniqueConstraint(
                fields=["device", "name"], condition=models.Q(outcome__in=["taken", "overtaken"]), name="one_record_of_a_name"
            ),
            models.UniqueConstraint(
                fields=["device", "counter"],
                condition=models.Q(outcome__in=["taken", "overtaken"]),
                name="one_record_of_a_number",
            ),
            models.UniqueConstraint(fields=["device", "digest", "outcome"], name="one_record_of_its_bytes"),
            models.CheckConstraint(
                condition=models.Q(outcome="taken", subject__isnull=False, made_at__isnull=False)
                | (~models.Q(outcome="taken") & models.Q(subject__isnull=True, asked_at__isnull=True)),
                name="taken_record_has_a_person",
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_at"], condition=models.Q(outcome="taken", asked_at__isnull=True), name="offline_to_ask"
            ),
        ]
