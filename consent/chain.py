"""What the hash of an event is over: each binds the one before it (§2.1 no. 52)."""

import hashlib
import json
from typing import Any

from consent.models import ConsentEvent


def event_hash(event: ConsentEvent) -> str:
    """SHA-256 over the event's canonical JSON and the hash before it (§2.1 no. 52)."""
    return hashlib.sha256(json.dumps(facts_of(event), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def facts_of(event: ConsentEvent) -> dict[str, Any]:
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
