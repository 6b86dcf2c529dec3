"""Strangers' complaints whose time is over: key, words and address go; that there was one, and its clock, stay (K7)."""

from datetime import datetime

from django.db import transaction

from audit import trail
from audit.trail import Actor
from consent import forgetting
from consent.models import StrangersComplaint
from contacts.models import LegalHold
from vault import persons

BATCH = 500


def forget_due(*, by: Actor, at: datetime) -> int:
    """Forget each complaint that is over at `at` (aware, UTC) and under no hold; returns how many (J1, J2).

    Safe to kill and to repeat. Raises erasure_ledger.LedgerRefused when the ledger cannot be written; then nothing goes.
    """
    held = LegalHold.objects.filter(lifted_at__isnull=True).values("subject")
    due = StrangersComplaint.objects.filter(leaves_at__lte=at, subject__erased_at__isnull=True).exclude(subject__in=held)
    ids = list(due.order_by("leaves_at").values_list("pk", flat=True)[:BATCH])
    for subject in ids:
        with transaction.atomic():
            trail.record("complaint.forgotten", by=by, at=at, subject=subject)
            StrangersComplaint.objects.filter(pk=subject).update(reply_to=None)
            forgetting.forget([subject], by=by, at=at)
            persons.destroy_keys([subject])
    return len(ids)
