"""What compliance's page of canaries shows: each as a masked card, and every touch with who it was."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contacts import canaries, cards, visibility
from contacts.canaries import Touch
from contacts.cards import Card
from contacts.models import Canary
from team.models import User

MOST = 100
SENTENCES: dict[str, Promise] = {
    "known": _("Somebody here bears this number already. A canary needs one that nobody bears."),
    "tick": _("This event asks nobody for calls; choose another."),
}


@dataclass(frozen=True)
class Cry:
    """One touch in words."""

    at: datetime
    what: Promise
    who: str
    fresh: bool


@dataclass(frozen=True)
class Row:
    """One canary; `card` is None once it has left."""

    canary: Canary
    card: Card | None
    cries: list[Cry]

    @property
    def loud(self) -> bool:
        """Whether anything touched it since somebody looked."""
        return any(cry.fresh for cry in self.cries)


def rows(*, by: User, at: datetime) -> list[Row]:
    """The newest hundred canaries, in a fixed number of queries."""
    found = list(Canary.objects.select_related("planted_by").order_by("-planted_at")[:MOST])
    ids = [canary.pk for canary in found]
    people = list(visibility.visible(by, at=at).filter(pk__in=ids).select_related("event", "book__owner"))
    shown = {card.pk: card for card in cards.of(people, by=by, at=at)}
    touched = canaries.touches(ids)
    names = _names({touch.actor for all_ in touched.values() for touch in all_ if touch.actor})
    return [
        Row(canary, shown.get(canary.pk), [_cry(touch, canary, names) for touch in touched.get(canary.pk, [])])
        for canary in found
    ]


def _names(actors: set[UUID]) -> dict[UUID, str]:
    return dict(User.objects.filter(pk__in=actors).values_list("pk", "display_name"))


def _cry(touch: Touch, canary: Canary, names: dict[UUID, str]) -> Cry:
    who = names.get(touch.actor, "") if touch.actor else ""
    moment = datetime.fromtimestamp(touch.at_us / 1_000_000, UTC)
    return Cry(moment, canaries.TOUCHES[touch.act], who, touch.at_us > canary.seen_us)
