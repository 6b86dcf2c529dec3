"""A colleague prepares a browser for an event without a network, and takes that back (C7, ADR 0027)."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from audit import trail
from audit.trail import Actor
from contacts.models import Event, OfflineDevice
from team.models import User
from vault import dropbox, persons, sealing

LIFE = timedelta(days=7)  # to fill in, and to hand in what was filled in
BATCH = 200


class DeviceRefused(Exception):
    """A device that cannot be prepared: key, for what is no key of a browser or one that was used; closed, for the event."""


def register(*, event: Event, verifier: str, by: User, at: datetime) -> OfflineDevice:
    """Make a device known for this event and this colleague; `verifier` is its public key, `at` aware, UTC.

    What it seals to is made here, and the half that opens it is sealed under a key of its own in the vault, which goes after
    a week or when the device is revoked. Raises DeviceRefused.
    """
    if event.closed_at is not None:
        raise DeviceRefused("closed")
    if not dropbox.is_verifier(verifier):
        raise DeviceRefused("key")
    box, private = dropbox.new_pair()
    device = OfflineDevice(pk=uuid4(), event=event, version=event.notice_version, by=by, verifier=verifier, box=box)
    persons.make_keys([device.pk], at=at)
    device.private = sealing.seal_text(private, field_id="contacts.offline.private", row=device.pk, owner=device.pk)
    device.registered_at, device.ends_at = at, at + LIFE
    try:
        with transaction.atomic():
            trail.record("device.registered", by=by, at=at, subject=event.pk)
            device.save(force_insert=True)
    except IntegrityError:
        raise DeviceRefused("key") from None
    return device


def revoke(*, device: OfflineDevice, by: User, at: datetime) -> bool:
    """Whatever this device hands in from now on is refused; False where it was revoked already."""
    with transaction.atomic():
        row = OfflineDevice.objects.select_for_update().get(pk=device.pk)
        if row.revoked_at is not None:
            return False
        trail.record("device.revoked", by=by, at=at, subject=row.event_id)
        OfflineDevice.objects.filter(pk=row.pk).update(revoked_at=at, private=None)
    persons.destroy_keys([device.pk])
    return True


def of_event(event: Event) -> QuerySet[OfflineDevice]:
    """The devices of an event, the newest first."""
    return OfflineDevice.objects.filter(event=event).select_related("by").order_by("-registered_at")


def end_due(*, by: Actor, at: datetime) -> int:
    """Destroy the keys of devices whose time is over; returns how many. Safe to kill and to repeat."""
    rows = OfflineDevice.objects.filter(ends_at__lte=at, private__isnull=False)
    over: list[tuple[UUID, UUID]] = list(rows.order_by("ends_at").values_list("pk", "event_id")[:BATCH])
    for pk, event in over:
        with transaction.atomic():
            trail.record("device.revoked", by=by, at=at, subject=event, reason="expired")
            OfflineDevice.objects.filter(pk=pk).update(private=None)
        persons.destroy_keys([pk])
    return len(over)
