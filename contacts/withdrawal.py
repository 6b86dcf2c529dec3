"""A person says stop: the ledger closes, the number is suppressed, and the day of leaving moves to now."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from audit.trail import Actor, Self_
from consent import suppression, withdrawing
from consent.models import Consent
from contacts import retention


def withdraw(
    *,
    subject: UUID,
    scope: Collection[tuple[str, str]] | None,
    method: str,
    reason: str,
    by: Actor,
    at: datetime,
) -> list[Consent]:
    """Withdraw everything (`scope` None) or some purposes × channels; heard by the gate at commit.

    `method` is spoken, letter or link; `reason` withdrawal, call or wrong_number. Serves D1 to D6.
    """
    everywhere = scope is None and reason != "wrong_number"  # whoever says stop means every book, and every yes of before
    with transaction.atomic():
        moved = _close(subject, scope=scope, method=method, reason=reason, by=by, at=at)
        for other in suppression.bearers(subject) if everywhere else ():
            actor = Self_(other) if isinstance(by, Self_) else by
            _close(other, scope=None, method=method, reason=reason, by=actor, at=at)
    return moved


def _close(
    subject: UUID, *, scope: Collection[tuple[str, str]] | None, method: str, reason: str, by: Actor, at: datetime
) -> list[Consent]:
    trail.record("contact.changed", by=by, at=at, subject=subject, reason="withdrawn")
    moved = withdrawing.withdraw(subject=subject, scope=scope, method=method, reason=reason, by=by, at=at)
    retention.refresh([subject], at=at)
    return moved
