"""What a person does on their own page: stop one thing or all, ask for something; each heard at commit (D1, K1)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from audit.trail import Actor, Self_
from consent import ledger
from consent.ledger import Ask
from consent.models import Evidence, RightsRequest
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


def ask(subjects: Collection[UUID], *, kind: str, words: str, at: datetime) -> list[RightsRequest]:
    """Take a request in on the person's own page, for every record of theirs, or for none (K1). Raises as `take` does."""
    with transaction.atomic():
        return [take(pk, kind=kind, words=words, road="own_page", by=Self_(pk), at=at) for pk in subjects]


def take(subject: UUID, *, kind: str, words: str, road: str, by: Actor, at: datetime) -> RightsRequest:
    """Take one request in; to be deleted stops everything at once, and the day of leaving is today (K3, J1).

    Raises consent.requests.asking.RequestRefused, vault.names.TextRefused; then nothing is taken in.
    """
    with transaction.atomic():
        taken = asking.ask(subject=subject, kind=kind, words=words, road=road, by=by, at=at)
        if kind == Kind.DELETION:
            withdrawal.withdraw(subject=subject, scope=None, method=road, reason="withdrawal", by=by, at=at)
    return taken


def agree(visit: OwnVisit, scope: tuple[str, str], *, language: str, at: datetime) -> int:
    """The person agrees anew to one purpose × channel, to the words that are published now (C10, B4; law.md §3).

    For a yes that a newer notice has replaced, or that ends within 30 days. The code that opened the page is the evidence,
    so the grade is A. Returns in how many records; 0 where there is nothing to agree to.
    """
    heads = [head for head in page.heads_of(visit) if (head.purpose_id, head.channel) == scope and page.may_agree(head, at=at)]
    asks = [Ask(head.subject_id, tick, head.source) for head in heads if (tick := page.tick_now(head)) is not None]
    with transaction.atomic():
        proofs = {}
        for one in asks:
            by = Self_(one.subject)
            trail.record("contact.changed", by=by, at=at, subject=one.subject, reason="given")
            proofs[one.subject] = Evidence.objects.create(
                subject_id=one.subject, kind="otp", digest=visit.code_hash, created_at=at
            )
            ledger.give([one], evidence=proofs, grade="A", method="own_page", language=language, by=by, at=at)
        retention.refresh(list(proofs), at=at)
    return len(asks)
