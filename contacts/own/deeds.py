"""What a person does on their own page: stop one thing or all, ask for something; each heard at commit (D1, K1)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.trail import Actor, Self_
from consent.models import RightsRequest
from consent.requests import asking
from contacts import withdrawal

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
