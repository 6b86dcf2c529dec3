"""Has a time-stamp authority sign that the steps of the ledger, with what proves them, existed by a time (O3, RFC 3161).

The authority learns the digest of a list of digests. Which stamp speaks for a step is kept; the list can be made again from
the ledger, so whoever changes a step or swaps its proof later makes another list than the one that was signed.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from audit import trail
from consent.models import ConsentEvent, EvidenceStamp, StampedEvent
from vault import timestamping

BY = trail.System("stamps")
BATCH = 5000  # steps of one list
ROUNDS = 20  # lists of one hour


@dataclass(frozen=True)
class Stamped:
    """A stamp with its list, as the ledger makes it today."""

    stamp: EvidenceStamp
    listed: bytes


def work(*, at: datetime) -> int:
    """Stamp every step that bears none; returns how many. Nothing where the office names no authority. `at` is aware, UTC.

    The token is fetched and verified first, then kept with its entry in one transaction: killed anywhere, the next round asks
    again. Raises timestamping.StampRefused where the authority gives none; what was stamped before that stays.
    """
    done = 0
    for _round in range(ROUNDS if settings.TSA_URL else 0):
        stamped = _batch(at)
        done += stamped
        if stamped < BATCH:
            break
    return done


def _batch(at: datetime) -> int:
    bare = ConsentEvent.objects.filter(~Exists(StampedEvent.objects.filter(event=OuterRef("pk"))))
    rows = list(bare.order_by("recorded_at", "pk").values_list("pk", "event_hash", "evidence__digest")[:BATCH])
    if not rows:
        return 0
    listed = _list([(digest, proof or "") for _pk, digest, proof in rows])
    token = timestamping.stamp(listed, at=at)
    told = {"at": at, "count": len(rows), "digest": hashlib.sha256(listed).hexdigest(), "token": token}
    with suppress(IntegrityError), transaction.atomic():  # another worker was quicker with one of these: the next round
        trail.record("consent.stamped", by=BY, at=at, numbers=[len(rows)])
        stamp = EvidenceStamp.objects.create(pk=uuid4(), **told)
        made = [StampedEvent(event_id=pk, stamp=stamp, place=place) for place, (pk, _digest, _proof) in enumerate(rows)]
        StampedEvent.objects.bulk_create(made, batch_size=500)
        return len(rows)
    return 0


def leaf(event_hash: str, proof: str) -> str:
    """The line of one step: over its hash and the digest of what proves it, empty where nothing does."""
    return hashlib.sha256(f"{event_hash}:{proof}".encode()).hexdigest()


def _list(rows: Sequence[tuple[str, str]]) -> bytes:
    return "".join(f"{leaf(digest, proof)}\n" for digest, proof in rows).encode()


def of(events: Sequence[ConsentEvent]) -> tuple[dict[UUID, UUID], list[Stamped]]:
    """Which stamp speaks for each of these steps, if any does, and those stamps with their lists; three queries."""
    found = dict(StampedEvent.objects.filter(event__in=[event.pk for event in events]).values_list("event", "stamp"))
    stamps = EvidenceStamp.objects.filter(pk__in=set(found.values())).order_by("at", "pk")
    lists: dict[UUID, list[tuple[str, str]]] = {stamp.pk: [] for stamp in stamps}
    beside = StampedEvent.objects.filter(stamp__in=list(lists)).order_by("place")
    for stamp, digest, proof in beside.values_list("stamp", "event__event_hash", "event__evidence__digest"):
        lists[stamp].append((digest, proof or ""))
    return found, [Stamped(stamp, _list(lists[stamp.pk])) for stamp in stamps]
