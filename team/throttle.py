"""Counts tries in a window, in the database, so that every process and session shares the count."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from team.models import Throttle


@dataclass(frozen=True)
class Answer:
    """Whether this try is allowed, and after how many seconds the next would be."""

    allowed: bool
    retry_after: int


def hit(bucket: str, *, limit: int, seconds: int, at: datetime) -> Answer:
    """Count one try; refused beyond `limit` in `seconds`. The bucket is kept as a hash only (I10)."""
    key = hashlib.sha256(bucket.encode()).hexdigest()
    with transaction.atomic():
        # The same queries for the first try and for all later ones: their number would say who was here before.
        Throttle.objects.bulk_create([Throttle(bucket=key, window=at, count=0)], ignore_conflicts=True)
        row = Throttle.objects.select_for_update().get(bucket=key)
        if row.window <= at - timedelta(seconds=seconds):
            row.window, row.count = at, 0
        row.count += 1
        row.save(update_fields=["window", "count"])
    left = (row.window + timedelta(seconds=seconds) - at).total_seconds()
    return Answer(row.count <= limit, max(int(left), 1))


def forget(*, at: datetime) -> int:
    """Drop windows older than a day; returns how many."""
    return Throttle.objects.filter(window__lt=at - timedelta(days=1)).delete()[0]
