"""People as pages show them: plain words already masked for the reader, never the rows themselves."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import FilteredRelation, Q

from contacts import freshness, nights
from contacts.masking import Wish, show
from contacts.models import Contact, Phone
from team import fields
from team.fields import Level
from team.models import User

TEXTS = ("name", "company", "title", "wechat", "email", "note")
PHONE = ("contact_id", "kind", "number", "wrong_at", "verified_at", "failed_at", "confirmed_at", "created_at")


@dataclass(frozen=True)
class PhoneCard:
    """One number as shown: its mask and what the reader may do with it."""

    pk: UUID
    kind: str
    text: str
    may_call: bool
    may_reveal: bool
    wrong: bool
    stale: str
    seen: datetime


@dataclass(frozen=True)
class Card:
    """One person as shown to one reader at one moment."""

    pk: UUID
    name: str
    company: str
    title: str
    wechat: str
    email: str
    note: str
    phones: tuple[PhoneCard, ...]
    state: str
    valid_until: datetime | None
    event: str
    owner: str
    source: str
    created_at: datetime
    leaves_at: datetime
    delete_rule: str
    narrows_at: datetime | None
    narrow_rule: str
    stored_only: bool
    days_left: int
    life_left: int

    @property
    def stale(self) -> bool:
        """Whether one of the numbers wants to be asked about (A5)."""
        return any(phone.stale for phone in self.phones)


class _Around(NamedTuple):
    """What stands beside a person in other tables."""

    event: str
    owner: str
    state: str
    valid_until: datetime | None


def of(contacts: Sequence[Contact], *, by: User, at: datetime) -> list[Card]:
    """Cards for these people in this order: a fixed number of queries, however many people.

    Events, owners and consents come as words, not as rows: fifty rows of three more models would cost a third of the page.
    """
    ids = [contact.pk for contact in contacts]
    levels = fields.levels_of(by, at=at)
    phones: dict[UUID, list[Phone]] = defaultdict(list)
    for phone in Phone.objects.filter(contact_id__in=ids).only(*PHONE):
        phones[phone.contact_id].append(phone)
    around = _around(ids)
    flat = [phone for contact in contacts for phone in phones[contact.pk]]
    wishes = [wish for contact in contacts for wish in _text_wishes(contact, levels)]
    texts = show([*wishes, *(_phone_wish(phone, levels) for phone in flat)])  # together: one look at the keys
    masked = dict(zip([phone.pk for phone in flat], texts[len(wishes) :], strict=True))
    cards = []
    for n, contact in enumerate(contacts):
        words = dict(zip(TEXTS, texts[n * len(TEXTS) : (n + 1) * len(TEXTS)], strict=True))
        numbers = tuple(_phone_card(phone, masked[phone.pk], levels, at=at) for phone in phones[contact.pk])
        cards.append(_card(contact, words, numbers, around[contact.pk], at=at))
    return cards


def _around(ids: Sequence[UUID]) -> dict[UUID, _Around]:
    """Event, owner of the book, and the consent to calls, of each; one query."""
    agreed = Q(subject__consents__purpose="phone_contact", subject__consents__channel="call")
    rows = Contact.objects.filter(pk__in=ids).annotate(call=FilteredRelation("subject__consents", condition=agreed))
    named = rows.values_list("pk", "event__name", "book__owner__display_name", "book__name", "call__state", "call__valid_until")
    return {pk: _Around(event, owner or book, state or "", until) for pk, event, owner, book, state, until in named}


def _text_wishes(contact: Contact, levels: fields.Levels) -> list[Wish]:
    sealed = {name: getattr(contact, name) for name in TEXTS}
    return [Wish(value, levels[_code(name)]) for name, value in sealed.items()]


def _code(name: str) -> str:
    return "contacts.company" if name == "title" else f"contacts.{name}"


def _phone_wish(phone: Phone, levels: fields.Levels) -> Wish:
    return Wish(phone.number, levels[f"contacts.{phone.kind}"], number=True)


def _phone_card(phone: Phone, text: str, levels: fields.Levels, *, at: datetime) -> PhoneCard:
    level = levels[f"contacts.{phone.kind}"]
    return PhoneCard(
        pk=phone.pk,
        kind=phone.kind,
        text=text,
        may_call=level >= Level.CALL and phone.wrong_at is None,
        may_reveal=level >= Level.REVEAL and phone.wrong_at is None,
        wrong=phone.wrong_at is not None,
        stale=freshness.mark(phone, at=at),
        seen=phone.failed_at or freshness.last(phone),
    )


def _card(
    contact: Contact,
    words: dict[str, str],
    phones: tuple[PhoneCard, ...],
    around: _Around,
    *,
    at: datetime,
) -> Card:
    whole = max((contact.delete_on - contact.created_at).total_seconds(), 1)
    left = (contact.delete_on - at).total_seconds()
    return Card(
        pk=contact.pk,
        phones=phones,
        state=around.state,
        valid_until=around.valid_until,
        event=around.event,
        owner=around.owner,
        source=str(Contact.Source(contact.source).label),
        created_at=contact.created_at,
        leaves_at=nights.leaving(contact.delete_on, at=at),
        delete_rule=contact.delete_rule,
        narrows_at=contact.narrowed_at or (nights.leaving(contact.narrow_on, at=at) if contact.narrow_on else None),
        narrow_rule=contact.narrow_rule or "",
        stored_only=contact.narrow_on is not None and contact.narrow_on <= at,
        days_left=max(int(left // 86400), 0),
        life_left=round(min(max(left / whole, 0), 1) * 100),
        **words,
    )
