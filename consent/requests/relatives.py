"""What a near relative of somebody who has died is given: on proof, for a named part, within what the person decided (K5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from consent import arranging
from consent.gate import OFFICE
from consent.models import RelativeClaim, RightsRequest
from consent.models.after import SCOPE
from consent.requests import deciding
from consent.requests.asking import RequestRefused
from team.models import User


@dataclass(frozen=True)
class Shown:
    """What the relative showed and what they get: closed words for each paper, and a part of what is held."""

    scope: frozenset[str]
    relation: str
    kinship: str
    death: str
    interest: str
    died_on: date

    def known(self) -> bool:
        """Whether every word is one of the list."""
        closed = (
            (self.relation, RelativeClaim.Relation.values),
            (self.kinship, RelativeClaim.Kinship.values),
            (self.death, RelativeClaim.Death.values),
            (self.interest, RelativeClaim.Interest.values),
        )
        return all(word in words for word, words in closed)


def answer(*, request_id: UUID, shown: Shown, words: str, by: User, at: datetime) -> RightsRequest:
    """Grant it: the claim first, then the answer, in one step; `at` is aware, UTC, `died_on` a day of the office (K5).

    Raises RequestRefused: decided; kind, for another request; scope, without a part; proof, for a paper or an interest that
    is not of the list; day, for a death after the request; arranged, where the person decided otherwise while alive; and as
    consent.requests.deciding.answer does.
    """
    if not shown.scope or not shown.scope <= set(SCOPE):
        raise RequestRefused("scope")
    if not shown.known():
        raise RequestRefused("proof")
    with transaction.atomic():
        row = RightsRequest.objects.select_for_update().filter(pk=request_id, state="open").first()
        if row is None:
            raise RequestRefused("decided")
        _judge(row, shown)
        trail.record("relative.proved", by=by, at=at, subject=row.subject_id)
        told = {name: name in shown.scope for name in SCOPE}
        told |= {name: getattr(shown, name) for name in ("relation", "kinship", "death", "interest", "died_on")}
        RelativeClaim.objects.create(request=row, subject_id=row.subject_id, looked_by=by, looked_at=at, **told)
        return deciding.answer(request_id=request_id, words=words, by=by, at=at)


def beyond(subject: UUID, *, died_on: date, scope: Iterable[str]) -> frozenset[str]:
    """What of this the person, as they decided while alive, leaves to no relative."""
    return frozenset(scope) - arranging.allowed(arranging.on(subject, died_on))


def _judge(row: RightsRequest, shown: Shown) -> None:
    if row.kind != RightsRequest.Kind.RELATIVE:
        raise RequestRefused("kind")
    if shown.died_on > row.received_at.astimezone(OFFICE).date():
        raise RequestRefused("day")
    if beyond(row.subject_id, died_on=shown.died_on, scope=shown.scope):
        raise RequestRefused("arranged")
