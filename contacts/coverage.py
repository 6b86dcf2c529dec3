"""How far consent reaches at each event: of the people still here, who said yes, who is awaited, who said no."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q

from consent import rules
from consent.models import Consent
from contacts import events, visibility
from contacts.models import Event
from team.models import User

NEWEST = 8


@dataclass(frozen=True)
class Coverage:
    """One event's people by what their consent says now."""

    event: UUID
    name: str
    confirmed: int
    waiting: int
    stopped: int


def newest(user: User, *, at: datetime) -> list[Coverage]:
    """The newest events with anybody in them, counted over the people this reader may see; two queries."""
    shown = {event.pk: event for event in Event.objects.order_by("-held_on", "name")[:NEWEST]}
    heads = Consent.objects.filter(subject=OuterRef("pk"))
    live = Exists(heads.filter(state__in=rules.LIVE, valid_until__gt=at))
    no = Exists(heads.filter(state__in=events.SAYS_NO))
    people = visibility.visible(user).filter(event_id__in=list(shown)).annotate(live=live, no=no)
    counted = people.values_list("event_id").annotate(
        all=Count("pk"), yes=Count("pk", filter=Q(live=True)), no_more=Count("pk", filter=Q(live=False, no=True))
    )
    found = {event: (yes, everybody - yes - no_more, no_more) for event, everybody, yes, no_more in counted.order_by()}
    return [Coverage(pk, event.name, *found[pk]) for pk, event in shown.items() if pk in found]
