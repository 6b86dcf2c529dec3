"""How far consent reaches at each event: of the people still here, who said yes, who is awaited, who said no."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, Count, Min, OuterRef, Q, QuerySet, Subquery, When

from consent import rules
from consent.models import Consent
from consent.models.notice import Channel
from contacts import events, visibility
from contacts.models import Contact, Event
from team.models import User

NEWEST = 8
AGES = ((30, "0–30"), (90, "31–90"), (180, "91–180"), (365, "181–365"))  # days; beyond the last there is one class more
YES, NO, WAITS = range(3)  # the first of these that one of a person's consents says is what they say
SOON = (30, 60, 90)  # days until a yes ends


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
    counted = counts(visibility.visible(user, at=at).filter(event_id__in=list(shown)), at=at)
    found = {event: (yes, everybody - yes - no_more, no_more) for event, everybody, yes, no_more in counted}
    return [Coverage(pk, event.name, *found[pk]) for pk, event in shown.items() if pk in found]


def counts(people: QuerySet[Contact], *, at: datetime) -> QuerySet[Contact, tuple[UUID, int, int, int]]:
    """Of these people by event: all, those with a yes that stands, and those of the others who said no.

    Each person's few consents are weighed in one place, so that they are found by the person. Asked for as two conditions
    apart, SQLite finds them by their state, and reads every yes of the house anew for each person (3.5 s of 1,900 people).
    """
    standing = When(state__in=rules.LIVE, valid_until__gt=at, then=YES)
    says = Case(standing, When(state__in=events.SAYS_NO, then=NO), default=WAITS)
    heads = Consent.objects.filter(subject=OuterRef("pk")).order_by().values("subject")
    told = people.annotate(says=Subquery(heads.annotate(says=Min(says)).values("says")))
    yes, no = Count("pk", filter=Q(says=YES)), Count("pk", filter=Q(says=NO))
    return told.values_list("event_id").annotate(all=Count("pk"), yes=yes, no=no).order_by()


@dataclass(frozen=True)
class Share:
    """The consents of one kind by what they say now: for one purpose and channel, or one advisor."""

    name: str
    confirmed: int
    waiting: int
    stopped: int


@dataclass(frozen=True)
class Whole:
    """How far consent reaches in all: by purpose and channel, by advisor, by age, and what ends soon."""

    purposes: list[Share]
    advisors: list[Share]
    ages: list[tuple[str, int]]
    ending: list[tuple[int, int]]


def whole(user: User, *, at: datetime, language: str) -> Whole:
    """Counted over the people this reader may see; five queries, however many people. `at` is aware, UTC."""
    heads = Consent.objects.filter(subject__in=visibility.visible(user, at=at).values("pk"))
    standing = Q(state__in=rules.LIVE, valid_until__gt=at)
    said_no = Q(state__in=events.SAYS_NO)
    told = {"yes": Count("pk", filter=standing), "no": Count("pk", filter=said_no), "all": Count("pk")}
    name = "purpose__name_en" if language == "en" else "purpose__name_zh"
    by_purpose = heads.values_list(name, "channel").annotate(**told).order_by("purpose", "channel")
    owner = Contact.objects.filter(pk=OuterRef("subject")).values("book__owner__display_name")
    by_advisor = heads.annotate(owner=Subquery(owner)).values_list("owner").annotate(**told).order_by("owner")
    channels = dict(Channel.choices)
    return Whole(
        purposes=[_share(f"{purpose} · {channels[channel]}", *counts) for purpose, channel, *counts in by_purpose],
        advisors=[_share(advisor or "–", *counts) for advisor, *counts in by_advisor],
        ages=_ages(heads.filter(standing), at),
        ending=_ending(heads.filter(standing), at),
    )


def _share(name: str, yes: int, no: int, everybody: int) -> Share:
    return Share(name, yes, everybody - yes - no, no)


def _ages(live: QuerySet[Consent], at: datetime) -> list[tuple[str, int]]:
    """How many standing consents were given so many days ago, each in one class, which its words say."""
    within = {f"d{days}": Count("pk", filter=Q(given_at__gt=at - timedelta(days=days))) for days, _word in AGES}
    found = live.aggregate(**within, all=Count("pk"))
    counts, before = [], 0
    for days, word in AGES:
        counts.append((word, found[f"d{days}"] - before))
        before = found[f"d{days}"]
    return [*counts, ("", found["all"] - before)]


def _ending(live: QuerySet[Consent], at: datetime) -> list[tuple[int, int]]:
    """How many standing consents end within so many days: whoever is asked anew in time stays."""
    counts = {f"d{days}": Count("pk", filter=Q(valid_until__lte=at + timedelta(days=days))) for days in SOON}
    found = live.aggregate(**counts)
    return [(days, found[f"d{days}"]) for days in SOON]
