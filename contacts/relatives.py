"""A near relative's request at the desk: what the person decided while alive, and what follows from granting it (K5)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from consent import arranging
from consent.models import PriorArrangement, RelativeClaim, RightsRequest
from consent.requests import relatives
from consent.requests.relatives import Shown
from contacts import withdrawal
from contacts.masking import Wish, show
from team.fields import Level
from team.models import User
from vault import masks


@dataclass(frozen=True)
class Relative:
    """What the desk shows: each decision of the person, newest first, with whom it names; and the claim once it was granted."""

    decided: list[tuple[PriorArrangement, str]]
    claim: RelativeClaim | None


def of(row: RightsRequest) -> Relative:
    """What stands beside this request, each decision once for however many records; two queries."""
    acts = list(arranging.ever(row.subject_id))
    here = [one for one in acts if one.subject_id == row.subject_id]
    days = {one.made_at for one in here}
    elsewhere = {one.made_at: one for one in acts if one.made_at not in days}
    decided = sorted([*here, *elsewhere.values()], key=lambda one: one.made_at, reverse=True)
    named = [masks.hide_runs(text) for text in show([Wish(one.who, Level.CALL) for one in decided])]
    claim = RelativeClaim.objects.filter(request=row).select_related("looked_by").first()
    return Relative(list(zip(decided, named, strict=True)), claim)


def grant(*, request_id: UUID, shown: Shown, words: str, by: User, at: datetime) -> RightsRequest:
    """Grant it (see consent.requests.relatives.answer, which says what is raised); `at` is aware, UTC.

    Where it is to delete, everything stops at once and the day of leaving is today, as for the person themself (K5, J1).
    """
    with transaction.atomic():
        row = relatives.answer(request_id=request_id, shown=shown, words=words, by=by, at=at)
        if "may_erase" in shown.scope:
            withdrawal.withdraw(subject=row.subject_id, scope=None, method=row.road, reason="withdrawal", by=by, at=at)
    return row
