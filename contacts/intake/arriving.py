"""The common ground of every way in: keys and indexes first, then paper, then name and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from audit import trail
from audit.trail import Actor, EntryDraft
from consent import suppression
from consent.models import Consent, Subject
from contacts import retention
from contacts.models import Contact, Event, Phone
from team.models import Book
from vault import index, names, persons
from vault.phone import Number
from vault.sealing import Sealer

TEXTS = ("name", "company", "title", "wechat", "email", "note")


@dataclass
class Draft:
    """One person on the way in; `numbers` in the order given, texts already cleaned."""

    name: str
    numbers: tuple[Number, ...]
    company: str = ""
    title: str = ""
    wechat: str = ""
    email: str = ""
    note: str = ""
    language: str = "zh-hans"
    subject: UUID = field(default_factory=uuid4)


def make_keys(drafts: Sequence[Draft], *, event: Event, at: datetime, book: UUID | None = None) -> None:
    """Keys and blind indexes on the vault's side, before the first row that needs them (design, rule 10).

    `book` is where they go when it is not the event's own.
    """
    persons.make_keys([draft.subject for draft in drafts], at=at)
    scope = book or event.book_id
    entries: list[index.Entry] = []
    for draft in drafts:
        row = phone_ids(draft)
        for number, pk in zip(draft.numbers, row, strict=True):
            entries += index.number_entries(owner=draft.subject, row=pk, scope=scope, digits=number.digits)
        entries += index.name_entries(owner=draft.subject, scope=scope, tokens=names.tokens(draft.name))
    index.put(entries)


def phone_ids(draft: Draft) -> list[UUID]:
    """The ids of a draft's phones: fixed before the rows exist, since the index and the seal bind them."""
    return [UUID(int=(draft.subject.int + n + 1) % (1 << 128)) for n in range(len(draft.numbers))]


def open_subjects(drafts: Sequence[Draft], *, by: Actor, at: datetime, reason: str) -> None:
    """Pseudonymous subjects, their handles, and an entry each; inside the caller's transaction."""
    trail.record_many([EntryDraft("contact.created", by=by, at=at, subject=d.subject, reason=reason) for d in drafts])
    Subject.objects.bulk_create([Subject(pk=d.subject, created_at=at) for d in drafts], batch_size=500)
    suppression.remember([(d.subject, n.digits) for d in drafts for n in d.numbers], at=at)


def save(
    drafts: Sequence[Draft],
    bases: dict[UUID, Consent],
    *,
    event: Event,
    source: str,
    by: Actor,
    at: datetime,
    book: UUID | None = None,
) -> None:
    """Contacts and phones, each phone on its basis; inside the caller's transaction (A1).

    `book` is where they go when it is not the event's own; the same as for `make_keys`.
    """
    sealer, days = Sealer([d.subject for d in drafts]), retention.table()
    user, shelf = trail.user_pk(by), book or event.book_id
    contacts = [
        _contact(d, bases[d.subject], sealer, days, event=event, book=shelf, source=source, user=user, at=at) for d in drafts
    ]
    Contact.objects.bulk_create(contacts, batch_size=200)
    Phone.objects.bulk_create([p for d in drafts for p in _phones(d, bases[d.subject], sealer, at)], batch_size=200)


def _contact(
    draft: Draft,
    basis: Consent,
    sealer: Sealer,
    days: dict[str, int],
    *,
    event: Event,
    book: UUID,
    source: str,
    user: UUID | None,
    at: datetime,
) -> Contact:
    on, rule = retention.first_due(basis.state, at, basis.valid_until, days=days)
    contact = Contact(
        subject_id=draft.subject,
        book_id=book,
        event=event,
        source=source,
        language=draft.language,
        created_by_id=user,
        created_at=at,
        delete_on=on,
        delete_rule=rule,
    )
    for name in TEXTS:
        if value := getattr(draft, name):
            sealed = sealer.text(value, field_id=f"contacts.contact.{name}", row=draft.subject, owner=draft.subject)
            setattr(contact, name, sealed)
    return contact


def _phones(draft: Draft, basis: Consent, sealer: Sealer, at: datetime) -> list[Phone]:
    rows = []
    for position, (pk, number) in enumerate(zip(phone_ids(draft), draft.numbers, strict=True)):
        sealed = sealer.phone(number.digits, field_id="contacts.phone.number", row=pk, owner=draft.subject)
        rows.append(
            Phone(
                pk=pk,
                contact_id=draft.subject,
                kind=number.kind,
                number=sealed,
                basis=basis,
                cross_border=number.cross_border,
                created_at=at,
                position=position,
            )
        )
    return rows


def lock(book: UUID) -> None:
    """Arrivals in one book come one after the other; inside the caller's transaction."""
    Book.objects.select_for_update().only("pk").get(pk=book)


def shelves(book: Book) -> list[UUID]:
    """This book and the others of its owner: in all of them a person is known already."""
    return [book.pk, *Book.objects.filter(owner__isnull=False, owner=book.owner_id).values_list("pk", flat=True)]


def find_own(book: UUID, digits: str) -> Contact | None:
    """The person with this number in this book, if any; other books do not influence the answer (design, rule 6)."""
    return find_in([book], digits)


def find_in(books: Sequence[UUID], digits: str) -> Contact | None:
    """The same for several books of one owner."""
    # A query for nobody is still a query: else its absence would say that no book at all has the number.
    rows = [row for _owner, row in index.rows_by_exact(digits)] or [UUID(int=0)]
    right = Contact.objects.filter(phones__in=rows, phones__wrong_at__isnull=True)  # one found wrong is somebody else's now
    return right.filter(book_id__in=books).order_by("created_at").first()


def row_of(contact: UUID, digits: str) -> UUID | None:
    """Which of this person's numbers it is, by its row."""
    return next((row for owner, row in index.rows_by_exact(digits) if owner == contact), None)
