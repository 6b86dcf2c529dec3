"""Whoever filled in a form without a network is asked once, by day, at an address where their code waits (C7, C8)."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse

from consent import rules
from consent.gate import OFFICE
from contacts import reminding
from contacts.intake import inviting
from contacts.models import Contact, OfflineRecord
from contacts.offline import taking

PATIENCE = timedelta(days=6)  # a question on the last day nobody could answer in time
BATCH = 200


def work(*, at: datetime) -> int:
    """Ask everybody who is due, at most a batch; returns how many were settled. `at` is aware, UTC.

    The gate is asked as for any invitation: hours, once ever, nobody who said no (rule 6: it looks the same). What it
    refuses for the hour is tried again; what it refuses for good is settled.
    """
    if not rules.OPENS <= at.astimezone(OFFICE).hour < rules.CLOSES:
        return 0
    return sum(_ask(record, at) for record in list(due(at)[:BATCH]))


def due(at: datetime) -> QuerySet[OfflineRecord]:
    """Records whose person was not asked yet, the oldest first."""
    rows = OfflineRecord.objects.filter(outcome=OfflineRecord.Outcome.TAKEN, asked_at__isnull=True)
    return (
        rows.filter(received_at__gt=at - PATIENCE).select_related("device__event", "device__by").order_by("received_at", "pk")
    )


def _ask(record: OfflineRecord, at: datetime) -> bool:
    """Claimed first: a crash on the way asks nobody twice. False where it is to be tried again."""
    if not OfflineRecord.objects.filter(pk=record.pk, asked_at__isnull=True).update(asked_at=at):
        return False
    contact = Contact.objects.select_related("event").filter(pk=record.subject_id, delete_on__gt=at).first()
    if contact is None:
        return True
    token = taking.token_of(record.device_id, record.name)
    link = reminding.address(reverse("visitor_confirm", args=[record.device.event.code, token]))
    try:
        inviting.invite(contact=contact, link=link, by=record.device.by, at=at)
    except inviting.InviteRefused as refused:
        if refused.reason == "invite_hours":
            OfflineRecord.objects.filter(pk=record.pk).update(asked_at=None)
            return False
    return True
