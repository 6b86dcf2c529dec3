"""Whether a number is still theirs: when that was last seen, and which numbers want to be asked about (A5, PIPL 8, 46)."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from contacts.models import Phone

AFTER = timedelta(days=90)  # our own choice; half of the time after which whom nobody ever reached leaves
OLD, DEAD = "old", "dead"


def seen(at: datetime) -> dict[str, Any]:
    """What becomes of a number by which its person was reached, or which they confirmed, at this moment (aware, UTC).

    By their code, by a call that they answered, or by entering their own page. Whoever writes it has an entry for it.
    """
    return {"verified_at": at, "failed_at": None}


def last(phone: Phone) -> datetime:
    """When it was last seen to be theirs; of a number that never was, the day it was noted."""
    return phone.verified_at or phone.confirmed_at or phone.created_at


def mark(phone: Phone, *, at: datetime) -> str:
    """`dead` where the last call found it out of service, `old` where nothing was seen for too long; else empty."""
    if phone.wrong_at is not None:
        return ""
    if phone.failed_at is not None:
        return DEAD
    return OLD if last(phone) < at - AFTER else ""


def among(*, at: datetime) -> Q:
    """The same as a condition on people: whoever has a number with a mark."""
    rows = Phone.objects.annotate(last_seen=Coalesce("verified_at", "confirmed_at", "created_at"))
    marked = rows.filter(Q(failed_at__isnull=False) | Q(last_seen__lt=at - AFTER), wrong_at__isnull=True)
    return Q(Exists(marked.filter(contact=OuterRef("pk"))))
