"""Counts tries in a window, in the database, so that every process and session shares the count."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from team.models import Throttle

COUNT = """
INSERT INTO team_throttle AS t (bucket, "window", count) VALUES (%s, %s, 1)
ON CONFLICT (bucket) DO UPDATE SET
    count = CASE WHEN t."window" <= %s THEN 1 ELSE t.count + 1 END,
    "window" = CASE WHEN t."window" <= %s THEN excluded."window" ELSE t."window" END
RETURNING bucket, "window", count
"""


@dataclass(frozen=True)
class Answer:
    """Whether this try is allowed, and after how many seconds the next would be."""

    allowed: bool
    retry_after: int


def hit(bucket: str, *, limit: int, seconds: int, at: datetime) -> Answer:
    """Count one try; refused beyond `limit` in `seconds`. The bucket is kept as a hash only (I10)."""
    key = hashlib.sha256(bucket.encode()).hexdigest()
    now, since = (connection.ops.adapt_datetimefield_value(moment) for moment in (at, at - timedelta(seconds=seconds)))
    # One statement for the first try and for all later ones: their number would say who was here before.
    (row,) = Throttle.objects.raw(COUNT, [key, now, since, since])
    left = (row.window + timedelta(seconds=seconds) - at).total_seconds()
    return Answer(row.count <= limit, max(int(left), 1))


def full(bucket: str, *, limit: int, seconds: int, at: datetime) -> Answer:
    """Whether `limit` tries in `seconds` are used up already; counts nothing."""
    key = hashlib.sha256(bucket.encode()).hexdigest()
    row = Throttle.objects.filter(bucket=key, count__gte=limit, window__gt=at - timedelta(seconds=seconds)).first()
    if row is None:
        return Answer(True, 1)
    return Answer(False, max(int((row.window + timedelta(seconds=seconds) - at).total_seconds()), 1))


def forget(*, at: datetime) -> int:
    """Drop windows older than a day; returns how many."""
    return Throttle.objects.filter(window__lt=at - timedelta(days=1)).delete()[0]
