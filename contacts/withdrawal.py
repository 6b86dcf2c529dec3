"""A person says stop: the ledger closes, the number is suppressed, and the day of leaving moves to now."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from audit import trail
from audit.trail import Actor, Self_
from consent import papers, recordings, states, suppression, withdrawing
from consent.models import Consent, Evidence
from consent.speech.decoding import Speech
from consent.stores.store import StoreAway
from contacts import narrowing, retention
from team.models import User
from vault.errors import VaultError


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
    """Withdraw everything (`scope` None) or some purposes × channels; heard by the gate at commit.

    `method` is spoken, letter or link; `reason` withdrawal, call or wrong_number; `evidence` a letter that was kept.
    Serves D1 to D6.
    """
    everywhere = scope is None and reason != "wrong_number"  # whoever says stop means every book, and every yes of before
    with transaction.atomic():
        moved = _close(subject, scope, method, reason, by, at, evidence)
        for other, agreed in _agreed_elsewhere(subject).items() if everywhere else ():
            _close(other, agreed, method, reason, Self_(other) if isinstance(by, Self_) else by, at, None)
    return moved


def _agreed_elsewhere(subject: UUID) -> dict[UUID, set[tuple[str, str]]]:
    """What the same numbers agreed to in other books: a later yes in one of them must not bring it back.

    Of who was only asked there nothing moves, or their staff would see that somebody refused elsewhere (rule 6).
    """
    found: dict[UUID, set[tuple[str, str]]] = {}
    rows = Consent.objects.filter(subject_id__in=suppression.bearers(subject), state__in=states.ENDING).order_by("subject_id")
    for pk, purpose, channel in rows.values_list("subject_id", "purpose_id", "channel"):
        found.setdefault(pk, set()).add((purpose, channel))
    return found


def _close(
    subject: UUID,
    scope: Collection[tuple[str, str]] | None,
    method: str,
    reason: str,
    by: Actor,
    at: datetime,
    evidence: Evidence | None,
) -> list[Consent]:
    trail.record("contact.changed", by=by, at=at, subject=subject, reason="withdrawn")
    told = {"method": method, "reason": reason, "by": by, "at": at, "evidence": evidence}
    moved = withdrawing.withdraw(subject=subject, scope=scope, **told)  # type: ignore[arg-type]
    retention.refresh([subject], at=at)
    if reason != "wrong_number":  # the person said nothing; what is known of them is somebody else's no
        narrowing.untied(subject, by=by, at=at)
    return moved


def by_letter(
    *, subject: UUID, scope: Collection[tuple[str, str]] | None, pages: Sequence[bytes], by: User, at: datetime
) -> bool:
    """Withdraw as a letter says, and keep its pictures as the proof, in one step; returns whether they were kept.

    A no is heard either way: where the store or the person's key is away it stands without its picture. `at` is aware, UTC;
    the gate hears it at commit. The letter leaves with the person as all evidence does. Serves D1, O1.
    """
    told = {"subject": subject, "scope": scope, "method": "letter", "reason": "withdrawal", "by": by}

    def stop(proof: Evidence, stamp: datetime) -> None:
        withdraw(**told, at=stamp, evidence=proof)  # type: ignore[arg-type]

    try:
        papers.add_letter(subject=subject, pages=pages, by=by, at=at, then=stop)
    except (StoreAway, VaultError):
        withdraw(**told, at=at)  # type: ignore[arg-type]
        return False
    return True


def by_voice(*, subject: UUID, scope: Collection[tuple[str, str]] | None, speech: Speech, by: User, at: datetime) -> bool:
    """Withdraw as the person said aloud, and keep the recording as the proof, in one step; returns whether it is kept.

    A no is heard either way: where the store or the person's key is away it stands without its recording, and one that was
    kept before is not kept twice. `at` is aware, UTC; the gate hears it at commit. The recording leaves with the person as all
    evidence does, and speaks for no yes. Serves D4, O1.
    """
    told = {"subject": subject, "scope": scope, "method": "spoken", "reason": "withdrawal", "by": by}

    def stop(proof: Evidence, stamp: datetime) -> None:
        withdraw(**told, at=stamp, evidence=proof)  # type: ignore[arg-type]

    known = recordings.refusal_known(subject, speech)
    try:
        if not known:
            recordings.add_refusal(subject=subject, speech=speech, by=by, at=at, then=stop)
            return True
    except IntegrityError:
        known = recordings.refusal_known(subject, speech)
        if not known:
            raise
    except (StoreAway, VaultError):
        pass
    withdraw(**told, at=at)  # type: ignore[arg-type]
    return known
