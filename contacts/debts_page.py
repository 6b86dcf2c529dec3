"""What compliance's board of refusal debts shows: who was reached, by what and through whom, in masks only (D9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent.models import SmsMessage
from contacts import debts, looking, visibility
from contacts.cards import Card
from contacts.models import CallAttempt, RefusalDebt
from team.models import User

MOST = 50
MESSAGES: dict[str, Promise] = {
    "renewal": _("reminder that a consent ends"),
    "later": _("asked again, as the person had wished"),
    "invite": _("invitation"),
}
OUTCOMES: dict[str, Promise] = {
    "sending": _("on its way"),
    "sent": _("taken by the carrier"),
    "delivered": _("delivered"),
    "undelivered": _("not delivered"),
    "failed": _("taken by no carrier"),
}


@dataclass(frozen=True)
class Contacted:
    """The call or message behind a debt: through whom (empty for the office's own program), which, what came of it."""

    who: str
    what: Promise | str
    outcome: Promise | str
    decision: UUID | None = None
    by: UUID | None = None


@dataclass(frozen=True)
class Owed:
    """One debt in words; `card` is None once the person has left, or is only stored; `own` where the reader called."""

    debt: RefusalDebt
    card: Card | None
    contact: Contacted
    free: bool
    mine: bool
    own: bool


@dataclass(frozen=True)
class Board:
    """The oldest open debts, how many there are in all, and those closed last."""

    open: list[Owed]
    standing: int
    closed: list[Owed]


def of(*, by: User, at: datetime) -> Board:
    """The board for this reader at a moment (aware, UTC): a fixed number of queries, on record before anybody is shown."""
    rows = RefusalDebt.objects.select_related("owner")
    waiting = list(rows.filter(closed_at__isnull=True)[:MOST])
    over = list(rows.filter(closed_at__isnull=False).order_by("-closed_at")[:MOST])
    both = [*waiting, *over]
    people = visibility.visible(by, at=at).filter(pk__in={row.subject_id for row in both})
    cards = {card.pk: card for card in looking.at_many(list(people), by=by, at=at)}
    told = _contacts([row.pk for row in both])
    owed = [_owed(row, cards, told, by) for row in both]
    standing = debts.standing() if len(waiting) == MOST else len(waiting)
    return Board(owed[: len(waiting)], standing, owed[len(waiting) :])


def _owed(debt: RefusalDebt, cards: dict[UUID, Card], told: dict[UUID, Contacted], by: User) -> Owed:
    free = debt.owner is None or (debt.owner_id != by.pk and debts.may_take_over(debt.owner))
    contact = told.get(debt.pk, Contacted("", "", ""))
    own = contact.by == by.pk
    free = free and not own and debt.closed_at is None
    return Owed(debt, cards.get(debt.subject_id), contact, free, debt.owner_id == by.pk, own)


def _contacts(ids: Sequence[UUID]) -> dict[UUID, Contacted]:
    """The calls and messages of these debts; two queries."""
    calls = CallAttempt.objects.filter(pk__in=ids).select_related("user")
    found = {
        row.pk: Contacted(row.user.display_name, "", row.get_outcome_display(), row.decision_id, row.user_id) for row in calls
    }
    texts = SmsMessage.objects.filter(pk__in=ids).values_list("pk", "template", "outcome")
    return found | {pk: Contacted("", MESSAGES.get(kind, kind), OUTCOMES.get(sent, sent)) for pk, kind, sent in texts}
