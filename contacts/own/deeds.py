"""What a person does on their own page: stop one thing or all, ask for something; each heard at commit (D1, K1)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from audit import trail
from audit.trail import Actor, Self_
from consent import ledger, suppression
from consent.ledger import Ask
from consent.models import Consent, Evidence, RightsRequest
from consent.models.notice import Form
from consent.requests import asking
from contacts import retention, withdrawal
from contacts.models import OwnVisit
from contacts.own import page

Kind = RightsRequest.Kind


def stop(subjects: Collection[UUID], scope: Collection[tuple[str, str]] | None, *, at: datetime) -> None:
    """Withdraw some purposes × channels, or everything (None), in every record of this person at once (D1, D3)."""
    with transaction.atomic():
        for subject in subjects:
            withdrawal.withdraw(subject=subject, scope=scope, method="own_page", reason="withdrawal", by=Self_(subject), at=at)


def ask(subjects: Collection[UUID], *, kind: str, words: str, at: datetime, once: str = "") -> list[RightsRequest]:
    """Take a request in on the person's own page, for every record of theirs, or for none (K1). Raises as `take` does.

    `once` names the form that was filled in: sent twice with the same words it is one request, and the answer is the same.
    """
    names = {pk: _named(once, pk, kind, words) for pk in subjects}
    made = RightsRequest.objects.filter(pk__in=[name for name in names.values() if name])
    if known := list(made):
        return known
    told: dict[str, Any] = {"kind": kind, "words": words, "road": "own_page", "at": at}
    try:
        with transaction.atomic():
            return [take(pk, **told, by=Self_(pk), pk=name) for pk, name in names.items()]
    except IntegrityError:  # the same form at the same moment: the other one is it
        if known := list(made.all()):
            return known
        raise


def _named(once: str, subject: UUID, kind: str, words: str) -> UUID | None:
    """The id of the request that this form makes of this record; None for a form without a name."""
    if not once:
        return None
    raw = salted_hmac("contacts.own.ask", "\0".join((once, str(subject), kind, words)), algorithm="sha256").digest()
    return UUID(bytes=raw[:16], version=4)


def take(subject: UUID, *, kind: str, words: str, road: str, by: Actor, at: datetime, pk: UUID | None = None) -> RightsRequest:
    """Take one request in; to be deleted stops everything at once, and the day of leaving is today (K3, J1).

    Raises consent.requests.asking.RequestRefused, vault.names.TextRefused; then nothing is taken in.
    """
    with transaction.atomic():
        taken = asking.ask(subject=subject, kind=kind, words=words, road=road, by=by, at=at, pk=pk)
        if kind == Kind.DELETION:
            withdrawal.withdraw(subject=subject, scope=None, method=road, reason="withdrawal", by=by, at=at)
    return taken


def agree(visit: OwnVisit, tick_id: UUID, *, language: str, at: datetime) -> int:
    """The person agrees anew to one purpose × channel, to exactly the words they read (C10, B4; law.md §3).

    `tick_id` names those words. For a yes that a newer notice has replaced, or that ends within 30 days, and only while
    they are the words of today and no refusal stands. The code that opened the page is the evidence, so the grade is A.
    Returns in how many records; 0 where there is nothing to agree to any more.
    """
    with transaction.atomic():
        ids = page.subjects_of(visit)
        heads = Consent.objects.select_for_update(of=("self",)).filter(subject_id__in=ids).order_by("pk")
        asked = [
            head for head in heads.select_related("purpose", "subject", "notice_version__notice") if page.may_agree(head, at=at)
        ]
        ticks = [(head, page.tick_now(head)) for head in asked]
        asks = [Ask(head.subject_id, tick, head.source) for head, tick in ticks if tick is not None and tick.pk == tick_id]
        if suppression.subjects_suppressed([ask.subject for ask in asks]):
            return 0  # a no through any book stands; the form of an event lifts it, by their own act
        for ask in asks:
            _agree(ask, visit, language, at)
        retention.refresh([ask.subject for ask in asks], at=at)
    return len(asks)


def _agree(ask: Ask, visit: OwnVisit, language: str, at: datetime) -> None:
    by = Self_(ask.subject)
    trail.record("contact.changed", by=by, at=at, subject=ask.subject, reason="given")
    proof = Evidence.objects.create(subject_id=ask.subject, kind="otp", digest=visit.code_hash, created_at=at)
    how: dict[str, Any] = {"method": "own_page", "form": Form.SEPARATE}  # each line of the page has a button of its own
    how |= {"language": language, "by": by, "at": at}
    ledger.give([ask], evidence={ask.subject: proof}, grade="A", **how)
