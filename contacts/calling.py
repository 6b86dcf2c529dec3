"""The desk of whoever calls: calls that lack an outcome, promises for today, and who may be called now."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from consent import gate, rules
from consent.gate import OFFICE
from consent.models import Consent
from contacts import looking, outcome, usage, visibility
from contacts.cards import Card
from contacts.models import CallAttempt, Contact
from team import fields
from team.fields import Level
from team.models import User

LOOKED_AT = 150
SHOWN = 50


@dataclass(frozen=True)
class Desk:
    """What one caller finds: own open calls, people who named today or an earlier day, and the others by end date.

    Beside an open call stands whether another may come. `closed` is the gate's reason when nobody at all may be called
    now, for instance at night.
    """

    open_calls: list[tuple[CallAttempt, Card, bool]]
    promised: list[tuple[date, Card]]
    callable: list[tuple[None, Card]]
    closed: str


def desk(user: User, *, at: datetime) -> Desk:
    """Gather the desk: a fixed number of queries, and every verdict is the gate's own (H1)."""
    open_calls = list(CallAttempt.objects.filter(user=user, outcome="").order_by("-at")[:SHOWN])
    days = _promises(user, at)
    asked = list(dict.fromkeys([*days, *_candidates(user, at)]))
    verdicts = _ask(asked, by=user, at=at)
    allowed = [pk for pk in asked if verdicts[pk].allowed][:SHOWN]
    shown = _cards({row.subject_id for row in open_calls} | set(allowed), by=user, at=at)
    people = Contact.objects.filter(pk__in={row.subject_id for row in open_calls})
    later = outcome.may_come(list(people), by=user, at=at) if open_calls else set()
    refusals = {verdict.reason for verdict in verdicts.values() if not verdict.allowed}
    return Desk(
        open_calls=[(row, shown[row.subject_id], row.subject_id in later) for row in open_calls if row.subject_id in shown],
        promised=[(days[pk], shown[pk]) for pk in allowed if pk in days],
        callable=[(None, shown[pk]) for pk in allowed if pk not in days],
        closed=refusals.pop() if len(refusals) == 1 and not allowed else "",
    )


def promised_today(user: User, *, at: datetime) -> int:
    """How many people named today or an earlier day for a call."""
    return len(_promises(user, at))


def _promises(user: User, at: datetime) -> dict[UUID, date]:
    """Who asked to be called by today, with the day, unless somebody has called since."""
    since = CallAttempt.objects.filter(subject=OuterRef("subject"), at__gt=OuterRef("at"))
    rows = CallAttempt.objects.filter(
        ~Exists(since), outcome="later", later_on__lte=at.astimezone(OFFICE).date(), subject__in=_reachable(user, at)
    )
    found = rows.order_by("later_on", "at").values_list("subject_id", "later_on")[:SHOWN]
    return {subject: day for subject, day in found if day is not None}


def _candidates(user: User, at: datetime) -> list[UUID]:
    """Who has a consent and no later day, those first who leave first; the gate has the last word."""
    since = CallAttempt.objects.filter(subject=OuterRef("subject"), at__gt=OuterRef("at"))
    later = CallAttempt.objects.filter(
        ~Exists(since), subject=OuterRef("pk"), outcome="later", later_on__gt=at.astimezone(OFFICE).date()
    )
    today = CallAttempt.objects.filter(subject=OuterRef("pk"), at__gt=at - timedelta(days=1))
    rows = Contact.objects.filter(~Exists(later), ~Exists(today), pk__in=_reachable(user, at))
    return list(rows.order_by("delete_on", "pk").values_list("pk", flat=True)[:LOOKED_AT])


def _reachable(user: User, at: datetime) -> QuerySet[Contact, UUID]:
    call = Consent.objects.filter(subject=OuterRef("pk"), purpose="phone_contact", channel="call")
    live = Exists(call.filter(state__in=rules.LIVE, valid_until__gt=at))
    return visibility.visible(user, at=at).filter(live).values_list("pk", flat=True)


def _ask(subjects: list[UUID], *, by: User, at: datetime) -> dict[UUID, rules.Verdict]:
    may = fields.levels_of(by, at=at)["contacts.mobile"] >= Level.CALL
    return gate.peek_many(subjects, "call", by=by, at=at, usage=usage.of(subjects, at=at), may=may, discreet=True)


def _cards(subjects: set[UUID], *, by: User, at: datetime) -> dict[UUID, Card]:
    people = visibility.visible(by, at=at).filter(pk__in=subjects)
    return {card.pk: card for card in looking.at_many(list(people), by=by, at=at)}
