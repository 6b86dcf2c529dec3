"""People whom staff bring in: noted with grade D, which opens nothing but an invitation (C6)."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from audit.trail import Actor
from consent import ledger
from consent.ledger import Ask
from consent.models import Evidence, NoticePurpose
from consent.models.notice import Form
from contacts.intake import arriving
from contacts.intake.arriving import Draft
from contacts.models import Contact, Event
from team.models import Book, User
from vault import names
from vault.phone import Number
from vault.sealing import Sealer


def many(
    drafts: Sequence[Draft],
    *,
    ticks: dict[UUID, list[NoticePurpose]],
    kind: str,
    event: Event,
    source: str,
    by: Actor,
    at: datetime,
    book: UUID | None = None,
    details: Mapping[UUID, str] | None = None,
) -> list[UUID]:
    """Bring in these people as asserted, with a fixed number of queries; returns their subjects.

    `ticks` are the purposes each is said to have agreed to (at least one each); `book` is where they
    go when it is not the event's own; `details`, what each assertion rests on, is sealed with its
    proof. They leave within seven days unless they confirm. Serves A1, C6, E1.
    """
    if not drafts:
        return []
    arriving.make_keys(drafts, event=event, at=at, book=book)
    with transaction.atomic():
        arriving.open_subjects(drafts, by=by, at=at, reason=source)
        proofs = _proofs(drafts, kind, at, details or {})
        asks = [Ask(d.subject, tick, source) for d in drafts for tick in ticks[d.subject]]
        heads = ledger.assert_given(asks, proofs=proofs, method=kind, by=by, at=at)
        bases = {head.subject_id: head for head in reversed(heads)}
        arriving.save(drafts, bases, event=event, source=source, by=by, at=at, book=book)
    return [draft.subject for draft in drafts]


def _proofs(drafts: Sequence[Draft], kind: str, at: datetime, details: Mapping[UUID, str]) -> dict[UUID, Evidence]:
    proofs, sealer = {}, Sealer([draft.subject for draft in drafts])
    for draft in drafts:
        digest = hashlib.sha256(f"{kind}:{draft.subject}".encode()).hexdigest()
        proof = Evidence(pk=uuid4(), subject_id=draft.subject, kind=kind, digest=digest, created_at=at)
        if detail := details.get(draft.subject):
            proof.detail = sealer.text(detail, field_id="consent.evidence.detail", row=proof.pk, owner=draft.subject)
        proofs[draft.subject] = proof
    Evidence.objects.bulk_create(proofs.values(), batch_size=500)
    return proofs


def quick(
    *,
    event: Event,
    name: str,
    number: Number,
    by: User,
    at: datetime,
    book: Book | None = None,
    company: str = "",
    note: str = "",
) -> tuple[Contact, bool]:
    """An advisor's note of one person; returns the contact and whether it is new.

    A number already in a book of the same owner leads to that person; a number in anybody else's
    book, or on the list of refusals, makes a new contact and looks no different (design, rule 6). The lock on
    the book makes a second click find what the first one made. Serves C6.
    """
    shelf = book or event.book
    with transaction.atomic():
        arriving.lock(shelf.pk)
        known = arriving.find_in(arriving.shelves(shelf), number.digits)
        if known is not None:
            return known, False
        draft = Draft(name=names.clean_name(name), numbers=(number,), company=company, note=note)
        ticks = {draft.subject: asked_by_staff(event)}
        many([draft], ticks=ticks, kind="assertion", event=event, source="quick", by=by, at=at, book=shelf.pk)
    return Contact.objects.select_related("event").get(pk=draft.subject), True


def asked_by_staff(event: Event) -> list[NoticePurpose]:
    """What staff may note for somebody: calls, or text messages where the event asks for no calls; never sharing (C2)."""
    rows = event.ticks.filter(tick__purpose__form=Form.GENERAL).select_related("tick").order_by("tick__order")
    ticks = [row.tick for row in rows]
    for channel in ("call", "sms"):
        if found := [tick for tick in ticks if tick.channel == channel]:
            return found
    return []
