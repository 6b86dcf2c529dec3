"""Everything one person's page shows, gathered for one reader at one moment."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.utils import translation

from consent import gate, notices, rules
from consent.models import Consent, ConsentEvent, NoticePurpose, NoticeVersion, Partner
from consent.rules import Verdict
from consent.showing import opening
from contacts import cards, contracts, hold, keeping, passed_on, referring, timeline, usage, visibility
from contacts.cards import Card
from contacts.intake import inviting
from contacts.models import CallAttempt, Contact, OfflineRecord
from contacts.timeline import Step
from team.models import Role, User

CALLS = ("phone_contact", "call")
CALLERS = (Role.ADVISOR, Role.LEAD)
LANGUAGES = (("zh", "zh-hans"), ("en", "en"))


@dataclass(frozen=True)
class Shown:
    """One version of a notice on record for a person: when it was first shown, and when agreed to, if it was."""

    version: NoticeVersion
    first: datetime
    agreed: datetime | None


@dataclass(frozen=True)
class Origin:
    """Where a number came from: one answer in one place (H13)."""

    source: str
    event: str
    place: str
    held_on: date
    at: datetime
    by: str
    notices: list[Shown]
    offline: OfflineRecord | None
    referred: bool
    referrer: Card | None
    partner: Partner | None


@dataclass(frozen=True)
class PersonPage:
    """One person as a page shows them; `later` is whether a call may still reach them another day."""

    card: Card
    origin: Origin
    verdict: Verdict
    invite: Verdict
    service: Verdict | None
    consents: list[Consent]
    agreed: dict[UUID, NoticePurpose]
    steps: list[Step]
    leaves: datetime
    open_calls: list[CallAttempt]
    later: bool
    held: bool
    book: str
    opening: list[tuple[str, list[str]]]


def of(contact: Contact, *, by: User, at: datetime) -> PersonPage:
    """Gather the page in a fixed number of queries; the verdict is the gate's own, only not recorded (H1).

    Staff hear it as `rules.tell` has it; compliance hears the whole.
    """
    acts, calls = timeline.acts_of(contact), timeline.calls_of(contact, at=at)
    found = Consent.objects.filter(subject_id=contact.pk).select_related("purpose", "notice_version__notice")
    consents = list(found.order_by("purpose_id", "channel"))
    agreed = notices.agreed(consents)
    verdicts = _verdicts(contact, consents, agreed, calls, by=by, at=at)
    leaves = keeping.leaving([contact], at=at)[contact.pk]
    partner = passed_on.by_whom([contact]).get(contact.pk)
    return PersonPage(
        leaves=leaves,
        card=cards.of([contact], by=by, at=at)[0],
        origin=_origin(contact, acts, _referred(contact, consents), partner, by=by, at=at),
        verdict=verdicts["call"],
        invite=verdicts["invite"],
        service=verdicts.get("service_call"),
        consents=consents,
        agreed=agreed,
        steps=timeline.of(contact, acts, calls, leaves=leaves),
        open_calls=[call for call in calls if call.user_id == by.pk and not call.outcome][:5],
        later=any(rules.another_day(verdicts[action]) for action in ("call", "service_call") if action in verdicts),
        held=bool(hold.held([contact.pk])),
        book=contact.book.name,
        opening=_opening(contact, consents, agreed, partner, by=by),
    )


def _referred(contact: Contact, consents: list[Consent]) -> bool:
    return "referral" in {contact.source, *(head.source for head in consents)}


def _referrer(contact: Contact, *, by: User, at: datetime) -> Card | None:
    """Whose link they came by, for a reader who may see both people; for everybody else there was a referral (rule 6)."""
    brought = referring.brought([contact.pk]).get(contact.pk)
    found = visibility.visible(by).filter(pk=brought.referral.referrer_id if brought else None).first()
    return cards.of([found], by=by, at=at)[0] if found else None


def _opening(
    contact: Contact, consents: list[Consent], agreed: dict[UUID, NoticePurpose], partner: Partner | None, *, by: User
) -> list[tuple[str, list[str]]]:
    """What to say first when calling, in both languages; nothing for whoever calls nobody, or where nobody agreed (B13)."""
    heads = [head for head in consents if (head.purpose_id, head.channel) == CALLS and head.state in rules.LIVE]
    if not heads or heads[0].pk not in agreed or by.role not in CALLERS:
        return []
    [head] = heads
    place = f"{contact.event.name} · {contact.event.place}"
    told: list[tuple[str, list[str]]] = []
    for language, tag in LANGUAGES:
        with translation.override(tag):
            source = " · ".join([str(contact.get_source_display()), *([partner.name] if partner else [])])
            came = opening.Came(source, place, contact.created_at)
        told.append((tag, opening.of(head.notice_version, agreed[head.pk], language, caller=by.display_name, came=came)))
    return told


def _origin(
    contact: Contact, acts: list[ConsentEvent], referred: bool, partner: Partner | None, *, by: User, at: datetime
) -> Origin:
    """How, where and through whom, and every notice on record."""
    return Origin(
        source=contact.get_source_display(),
        event=contact.event.name,
        place=contact.event.place,
        held_on=contact.event.held_on,
        at=contact.created_at,
        by=contact.created_by.display_name if contact.created_by else "",
        notices=_notices(acts),
        referred=referred,
        referrer=_referrer(contact, by=by, at=at) if referred else None,
        partner=partner,
        offline=OfflineRecord.objects.filter(subject_id=contact.pk)
        .select_related("device__by")
        .order_by("received_at")
        .first(),
    )


def _verdicts(
    contact: Contact,
    consents: list[Consent],
    agreed: dict[UUID, NoticePurpose],
    calls: list[CallAttempt],
    *,
    by: User,
    at: datetime,
) -> dict[str, Verdict]:
    counts = usage.counted(contact, calls, at=at)
    asked = inviting.usage([contact.pk], stored=[contact.pk] if counts.storage_only else [])[contact.pk]
    told = by.role != Role.COMPLIANCE
    uses = {"call": counts, "invite": asked}
    if contracts.runs(contact, at=at):
        uses["service_call"] = replace(counts, client=True)
    return gate.peek(contact.pk, uses, consents=consents, agreed=agreed, by=by, at=at, discreet=told)


def _notices(acts: list[ConsentEvent]) -> list[Shown]:
    """Every version that an act of this person names, the first shown first."""
    times: dict[NoticeVersion, list[datetime]] = defaultdict(list)
    agreed: dict[NoticeVersion, list[datetime]] = defaultdict(list)
    for act in acts:
        times[act.notice_version].append(act.event_time)
        if act.after in rules.LIVE:
            agreed[act.notice_version].append(act.event_time)
    shown = [Shown(version, min(when), min(agreed[version], default=None)) for version, when in times.items()]
    return sorted(shown, key=lambda one: (one.first, one.version.number))
