"""What a person sees on their own page: everything held, masked; who used it; when it goes (K1, E8, H13)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent import arranging, deferring, evidence_files, notices, promises, rules, states, windows
from consent.models import (
    Consent,
    ContactWindow,
    Decision,
    NoticeDelivery,
    NoticePurpose,
    Partner,
    PriorArrangement,
    RightsRequest,
    Suppression,
)
from consent.models.notice import Form
from consent.models.subject import MINORS
from contacts import continuing, keeping, passed_on, referring, telling
from contacts.continuing import Continuing
from contacts.masking import Wish, show
from contacts.models import CallAttempt, Contact, OwnVisit, Phone
from contacts.own import bearers
from contacts.passed_on import Gone
from contacts.referring import Brought
from team.fields import Level

TEXTS: dict[str, Promise] = {
    "name": _("Name"),
    "company": _("Company"),
    "title": _("Job title"),
    "wechat": _("WeChat"),
    "email": _("E-mail"),
    "note": _("Note of a member of staff"),
}
USES = 50
REQUESTS = 30
RENEWAL = timedelta(days=30)
RANK = {"given": 0, "renewed": 0, "suspended": 1, "superseded": 1, "requested": 2, "asserted": 2, "deferred": 2}


@dataclass(frozen=True)
class Record:
    """One record of the person: where it came from, what it holds, when it goes."""

    contact: Contact
    holds: list[tuple[str | Promise, str]]
    first: Consent | None
    leaves: datetime
    stored_only: bool
    pages: int
    recordings: int
    brought: Brought | None
    partner: Partner | None
    continues: list[Continuing]
    spared: bool


@dataclass(frozen=True)
class Answered:
    """One request of theirs, with the words that came back."""

    row: RightsRequest
    words: str
    answer: str


@dataclass(frozen=True)
class Switch:
    """One purpose by one channel: where it stands, and the words of today where they may be agreed to anew."""

    head: Consent
    anew: NoticePurpose | None
    agreed: NoticePurpose | None
    again: datetime | None = None


@dataclass(frozen=True)
class OwnPage:
    """The whole page; empty lists where nothing is held."""

    records: list[Record]
    switches: list[Switch]
    uses: list[CallAttempt]
    shares: list[Gone]
    requests: list[Answered]
    changed: list[NoticeDelivery]
    refused_since: datetime | None
    window: str
    office: str
    after: PriorArrangement | None

    @property
    def goes_on(self) -> bool:
        """Whether something stands on another basis than their yes, so that not all of it leaves."""
        return any(record.continues for record in self.records)

    @property
    def live(self) -> bool:
        """Whether anything can still be stopped."""
        return any("withdrawn" in states.TABLE.get(row.head.state, frozenset()) for row in self.switches)


def of(visit: OwnVisit, *, at: datetime) -> OwnPage:
    """Gather it, in a fixed number of queries whatever is held; `at` is aware, UTC."""
    contacts = bearers.contacts_of(bytes(visit.fingerprint))
    ids = [contact.pk for contact in contacts]
    heads = list(Consent.objects.filter(subject_id__in=ids).select_related("purpose", "subject", "notice_version__notice"))
    uses = CallAttempt.objects.filter(subject_id__in=ids).select_related("user").order_by("-at")
    shares = Decision.objects.filter(subject_id__in=ids, action="share", allowed=True).order_by("-decided_at")
    refused = Suppression.objects.filter(fingerprint=bytes(visit.fingerprint), lifted_at__isnull=True).first()
    return OwnPage(
        records=_records(contacts, heads, at),
        switches=_switches(heads, at),
        uses=list(uses[:USES]),
        shares=passed_on.to_whom(list(shares[:USES]), heads),
        requests=_requests(ids),
        changed=list({row.version_id: row for row in telling.unseen(ids)}.values()),
        refused_since=refused.since if refused else None,
        window=_window(ids),
        office=_office(),
        after=after_of(ids),
    )


def window_of(subjects: list[UUID]) -> ContactWindow | None:
    """When this person wants to be reached: of several records what was chosen last; None where nothing was chosen (H3)."""
    return max(windows.of(subjects).values(), key=lambda row: row.chosen_at, default=None)


def after_of(subjects: list[UUID]) -> PriorArrangement | None:
    """What this person decided for after their death: of several records what was decided last (K5)."""
    return max(arranging.of(subjects).values(), key=lambda row: row.made_at, default=None)


def _office() -> str:
    """When the office calls by itself."""
    return promises.window(rules.OPENS, rules.CLOSES, rest=settings.CALL_REST, every_day=settings.CALL_DAYS == "every")


def _window(subjects: list[UUID]) -> str:
    row = window_of(subjects)
    if row is None:
        return ""
    return promises.chosen(row.hour_from or 0, row.hour_to or 0, midday=row.midday, every_day=row.every_day)


def heads_of(visit: OwnVisit) -> list[Consent]:
    """The consents that this visit is about."""
    rows = Consent.objects.filter(subject_id__in=subjects_of(visit))
    return list(rows.select_related("notice_version__notice"))


def subjects_of(visit: OwnVisit) -> list[UUID]:
    """The people a deed of this visit is about."""
    return list(bearers.of(bytes(visit.fingerprint)))


def _records(contacts: list[Contact], heads: list[Consent], at: datetime) -> list[Record]:
    """Masked as for somebody who may see only a part: the screen of a phone is read by others too."""
    phones = list(Phone.objects.filter(contact__in=contacts, wrong_at__isnull=True).order_by("position"))
    texts = [(c.pk, label, getattr(c, name)) for c in contacts for name, label in TEXTS.items() if getattr(c, name) is not None]
    wishes = [Wish(value, Level.MASKED) for _pk, _label, value in texts]
    wishes += [Wish(phone.number, Level.MASKED, number=True) for phone in phones]
    shown = show(wishes)
    leaves = keeping.leaving(contacts, at=at)
    labelled = [(pk, label) for pk, label, _value in texts] + [(row.contact_id, row.get_kind_display()) for row in phones]
    lines = list(zip(labelled, shown, strict=True))
    continues = continuing.of(contacts, at=at)
    pages, recordings = evidence_files.counts([contact.pk for contact in contacts])
    brought, partners = referring.brought([contact.pk for contact in contacts]), passed_on.by_whom(contacts)
    return [
        Record(
            contact=contact,
            holds=[(label, text) for (pk, label), text in lines if pk == contact.pk],
            first=min((h for h in heads if h.subject_id == contact.pk), key=lambda h: h.changed_at, default=None),
            leaves=leaves[contact.pk],
            stored_only=contact.narrow_on is not None and contact.narrow_on <= at or contact.delete_on <= at,
            pages=pages[contact.pk],
            recordings=recordings[contact.pk],
            brought=brought.get(contact.pk),
            partner=partners.get(contact.pk),
            continues=continues[contact.pk],
            spared=any(head.subject_id == contact.pk and head.state == "withdrawn" for head in heads),
        )
        for contact in contacts
    ]


def _switches(heads: list[Consent], at: datetime) -> list[Switch]:
    """One line for each purpose and channel, over all records: the one that opens most."""
    chosen: dict[tuple[str, str], Consent] = {}
    for head in sorted(heads, key=lambda head: RANK.get(head.state, 3), reverse=True):
        chosen[head.purpose_id, head.channel] = head
    again = deferring.wishes({head.subject_id for head in chosen.values() if head.state == "deferred"})
    agreed = notices.agreed(chosen.values())
    return [
        Switch(head, tick_now(head) if may_agree(head, at=at) else None, agreed.get(head.pk), again.get(head.subject_id))
        for _key, head in sorted(chosen.items())
    ]


def may_agree(head: Consent, *, at: datetime) -> bool:
    """Whether its person may say yes here: they put it off, a newer notice replaced it, or it ends in 30 days (law.md §3).

    Never by a button what needs a signature (C4).
    """
    if head.purpose.form == Form.WRITTEN or head.subject.age in MINORS:
        return False
    ending = head.valid_until is not None and at < head.valid_until <= at + RENEWAL
    return head.state in ("deferred", "superseded") or (head.state in rules.LIVE and ending)


def tick_now(head: Consent) -> NoticePurpose | None:
    """The words by which this purpose and channel are asked for today, if they still are."""
    version = notices.current(head.notice_version.notice.code)
    rows = NoticePurpose.objects.filter(version=version, purpose=head.purpose_id, channel=head.channel)
    return rows.select_related("version").first()


def _requests(ids: list[UUID]) -> list[Answered]:
    rows = list(RightsRequest.objects.filter(subject_id__in=ids).order_by("-received_at")[:REQUESTS])
    shown = show([Wish(box, Level.CALL) for row in rows for box in (row.words, row.answer)])
    return [Answered(row, shown[2 * n], shown[2 * n + 1]) for n, row in enumerate(rows)]
