"""Withdrawal and refusal: heads close, the number is suppressed, all at commit (D1 to D5)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from audit.trail import Actor
from consent import erasure_ledger, ledger, suppression
from consent.models import Consent, Evidence


def withdraw(
    *,
    subject: UUID,
    scope: Collection[tuple[str, str]] | None,
    method: str,
    reason: str,
    by: Actor,
    at: datetime,
    evidence: Evidence | None = None,
) -> list[Consent]:
    """Close this subject's consents inside the caller's transaction; returns those that moved.

    `scope` names (purpose, channel) pairs; None means everything, and then the number is suppressed
    for the whole office. `evidence` is a letter, where one is kept. `reason` is withdrawal, call, refusal or wrong_number.
    Heard by the gate at commit; what was lawful before stays so (PIPL 15). Serves D1, D2, D3, D5.
    """
    heads = list(Consent.objects.select_for_update().filter(subject_id=subject))
    chosen = [head for head in heads if scope is None or (head.purpose_id, head.channel) in scope]
    moved = ledger.close(chosen, "withdrawn", method=method, reason="withdrawn", by=by, at=at, proof=evidence)
    closed = (
        {"subject": str(subject), "purpose": row.purpose_id, "channel": row.channel, "state": "withdrawn"} for row in moved
    )
    erasure_ledger.try_to_write("closed", closed, at=at)
    if scope is None:
        suppression.add(subject, source=reason, by=by, at=at)
    return moved
