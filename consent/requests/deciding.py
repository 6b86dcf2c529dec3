"""Answers what a person asked: done, or refused with a ground and the way to object (K2)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from audit.trail import Actor
from consent import ledger
from consent.drafting import effects
from consent.models import Consent, RelativeClaim, RightsRequest
from consent.requests import ending
from consent.requests.asking import LONGEST, RequestRefused
from team.models import User
from vault import names, sealing
from vault.among import among

OPEN = RightsRequest.State.OPEN


def answer(*, request_id: UUID, words: str, by: User, at: datetime) -> RightsRequest:
    """What was asked has been done; the words reach the person on their page (K1). `at` is aware, UTC.

    Raises RequestRefused("decided") for a request that is no longer open, ("words") without words, ("proof") for a near
    relative's without what consent.requests.relatives.answer keeps of it; TextRefused.
    """
    return _decide(request_id, state="answered", ground="", words=words, by=by, at=at)


def refuse(*, request_id: UUID, ground: str, words: str, by: User, at: datetime) -> RightsRequest:
    """The request is refused, for a ground from the list and in words; the page adds how to object (PIPL 50; K2).

    A restriction that is refused gives the consents back that rested for it. Raises as `answer` does, and
    RequestRefused("ground") without a ground.
    """
    if ground not in RightsRequest.Ground.values or not ground:
        raise RequestRefused("ground")
    return _decide(request_id, state="refused", ground=ground, words=words, by=by, at=at)


def close_by_erasure(subject_ids: list[UUID], *, by: Actor, at: datetime) -> None:
    """Requests of people who leave: the sealed words go with them (J1).

    Who asked to be deleted has got it; anything else ends unanswered, and is counted as that. Runs inside the caller's
    transaction, after the entry that somebody was erased.
    """
    rows = RightsRequest.objects.filter(subject_id__in=among(subject_ids))
    open_, told = rows.filter(state=OPEN), {"decided_at": at, "decided_by": trail.user_pk(by)}
    open_.filter(kind=RightsRequest.Kind.DELETION).update(state="answered", **told)
    open_.exclude(kind=RightsRequest.Kind.DELETION).update(state="gone", **told)
    rows.update(words=None, answer=None)


def _decide(request_id: UUID, *, state: str, ground: str, words: str, by: User, at: datetime) -> RightsRequest:
    told = names.clean_note(words, LONGEST)
    if not told:
        raise RequestRefused("words")
    with transaction.atomic():
        row = RightsRequest.objects.select_for_update().filter(pk=request_id, state=OPEN).first()
        if row is None:
            raise RequestRefused("decided")
        if row.kind == RightsRequest.Kind.RELATIVE and state == "answered" and not proved(row):
            raise RequestRefused("proof")
        trail.record("person.answered", by=by, at=at, subject=row.subject_id, reason=ground or "granted")
        row.state, row.ground, row.decided_at, row.decided_by = state, ground, at, by
        row.answer = sealing.seal_text(told, field_id="consent.request.answer", row=row.pk, owner=row.subject_id)
        row.save(update_fields=["state", "ground", "decided_at", "decided_by", "answer"])
        ending.count_down(row, at=at)
        if row.kind == RightsRequest.Kind.RESTRICTION and state == "refused" and not _still_asked(row.subject_id):
            _go_on(row.subject_id, by=by, at=at)
    return row


def proved(row: RightsRequest) -> bool:
    """Whether what a near relative showed is on record for this request (PIPL 49, K5)."""
    return RelativeClaim.objects.filter(request=row).exists()


def _still_asked(subject: UUID) -> bool:
    """Whether another restriction of this person is open or stands."""
    rows = RightsRequest.objects.filter(subject_id=subject, kind=RightsRequest.Kind.RESTRICTION)
    return rows.exclude(state="refused").exists()


def _go_on(subject: UUID, *, by: Actor, at: datetime) -> None:
    """Consents that rested stand again as they were: given when they were given, until the end they had."""
    heads = list(Consent.objects.select_for_update().filter(subject_id=subject, state="suspended"))
    ledger.resume(heads, by=by, at=at)
    effects.close_replaced(subject, at=at)  # unless a newer notice has replaced them meanwhile
