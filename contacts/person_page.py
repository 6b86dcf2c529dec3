"""Everything one person's page shows, gathered for one reader at one moment."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from consent import gate, notices
from consent.models import Consent, ConsentEvent, NoticePurpose, NoticeVersion
from consent.rules import Verdict
from contacts import cards, hold, timeline, usage
from contacts.cards import Card
from contacts.intake import inviting
from contacts.models import CallAttempt, Contact
from contacts.timeline import Step
from team.models import Role, User


@dataclass(frozen=True)
class Origin:
    """Where a number came from: one answer in one place (H13)."""

    source: str
    event: str
    place: str
    held_on: date
    at: datetime
    by: str
    notice: NoticeVersion | None


@dataclass(frozen=True)
class PersonPage:
    """One person as a page shows them."""

    card: Card
    origin: Origin
    verdict: Verdict
    invite: Verdict
    consents: list[Consent]
    agreed: dict[UUID, NoticePurpose]
    steps: list[Step]
    open_calls: list[CallAttempt]
    held: bool
    book: str


def of(contact: Contact, *, by: User, at: datetime) -> PersonPage:
    """Gather the page in a fixed number of queries; the verdict is the gate's own, only not recorded (H1).

    Staff hear it as `rules.tell` has it; compliance hears the whole.
    """
    counts = usage.of([contact.pk], at=at)
    stored = [contact.pk] if counts[contact.pk].storage_only else []
    rows = Consent.objects.filter(subject_id=contact.pk).select_related("purpose", "notice_version__notice")
    consents = list(rows.order_by("purpose_id", "channel"))
    mine = CallAttempt.objects.filter(subject_id=contact.pk, user=by, outcome="")
    acts = timeline.acts_of(contact)
    return PersonPage(
        card=cards.of([contact], by=by, at=at)[0],
        origin=_origin(contact, acts),
        verdict=_verdict(contact, "call", counts, by=by, at=at),
        invite=_verdict(contact, "invite", inviting.usage([contact.pk], stored=stored), by=by, at=at),
        consents=consents,
        agreed=notices.agreed(consents),
        steps=timeline.of(contact, acts),
        open_calls=list(mine.order_by("-at")[:5]),
        held=bool(hold.held([contact.pk])),
        book=contact.book.name,
    )


def _origin(contact: Contact, acts: list[ConsentEvent]) -> Origin:
    """How, where and through whom, and the notice of the first act on record."""
    return Origin(
        source=contact.get_source_display(),
        event=contact.event.name,
        place=contact.event.place,
        held_on=contact.event.held_on,
        at=contact.created_at,
        by=contact.created_by.display_name if contact.created_by else "",
        notice=acts[-1].notice_version if acts else None,
    )


def _verdict(contact: Contact, action: str, counts: dict[UUID, gate.Usage], *, by: User, at: datetime) -> Verdict:
    discreet = by.role != Role.COMPLIANCE
    return gate.peek_many([contact.pk], action, by=by, at=at, usage=counts, discreet=discreet)[contact.pk]
