"""An event of the ledger before it is written: its columns, the hash that chains it to the one before, the insert."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from consent.models import ConsentEvent
from vault import bulk
from vault.among import among


@dataclass(slots=True)
class NewEvent:
    """An event before it is written: the columns of consent.models.ConsentEvent."""

    id: UUID
    consent_id: UUID
    number: int
    before: str
    after: str
    actor: str
    recorded_by_id: UUID | None
    method: str
    grade: str
    notice_version_id: UUID
    language: str
    evidence_id: UUID | None
    reason: str
    event_time: datetime
    recorded_at: datetime
    rule_version: str
    form: str | None
    previous_hash: str
    event_hash: str = ""


COLUMNS = tuple(column.name for column in fields(NewEvent))
_values_of = attrgetter(*COLUMNS)


def write(events: Iterable[NewEvent]) -> None:
    """Insert these events in the caller's transaction; a yes without evidence the database refuses (consent/migrations)."""
    bulk.insert(ConsentEvent, COLUMNS, [_values_of(event) for event in events])


def newest(consents: Iterable[UUID]) -> dict[UUID, tuple[int, str]]:
    """Number and hash of the newest event of each of these consents."""
    last = ConsentEvent.objects.filter(consent_id=OuterRef("consent_id")).order_by("-number").values("number")[:1]
    events = ConsentEvent.objects.filter(consent_id__in=among(consents), number=Subquery(last))
    rows = events.values_list("consent_id", "number", "event_hash")
    return {consent: (number, digest) for consent, number, digest in rows}


def event_hash(event: ConsentEvent | NewEvent) -> str:
    """SHA-256 over the event's canonical JSON and the hash before it (§2.1 no. 52)."""
    return hashlib.sha256(json.dumps(facts_of(event), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def facts_of(event: ConsentEvent | NewEvent) -> dict[str, Any]:
    """What the hash of an event is over; text and whole numbers only. Events from before forms were kept have none."""
    told = {"form": event.form} if event.form else {}
    return told | {
        "after": event.after,
        "actor": str(event.actor),
        "before": event.before,
        "consent": str(event.consent_id),
        "evidence": str(event.evidence_id or ""),
        "grade": event.grade,
        "id": str(event.id),
        "method": event.method,
        "notice": str(event.notice_version_id),
        "number": event.number,
        "previous": event.previous_hash,
        "reason": event.reason,
        "time": int(event.event_time.timestamp() * 1_000_000),
    }
