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
from contacts.intake import arriving
from contacts.intake.arriving import Draft
from contacts.models import Contact, Event
from team.models import User
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
    details: Mapping[UUID, str] | None = None,
) -> list[UUID]:
    """Bring in these people as asserted, with a fixed number of queries; returns their subjects.

    `ticks` are the purposes each is said to have agreed to (at least one each); `details`, what each
    assertion rests on, is sealed with its proof. They leave within seven days unless they confirm.
    Serves A1, C6, E1.
    """
    if not drafts:
        return []
    arriving.make_keys(drafts, event=event, at=at)
    with transaction.atomic():
        arriving.open_subjects(drafts, by=by, at=at, reason=source)
        proofs = _proofs(drafts, kind, at, details or {})
        asks = [Ask(d.subject, tick, source) for d in drafts for tick in ticks[d.subject]]
        heads = ledger.assert_given(asks, proofs=proofs, method=kind, by=by, at=at)
        bases = {head.subject_id: head for head in reversed(heads)}
        arriving.save(drafts, bases, event=event, source=source, by=by, at=at)
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
    *, event: Event, name: str, number: Number, by: User, at: datetime, company: str = "", note: str = ""
) -> tuple[Contact, bool]:
    """An advisor's note of one person; returns the contact and whether it is new.

    A number already in the same book leads to that person; a number in anybody else's book makes a
    new contact and looks no different (C4).
    """
    known = arriving.find_own(event.book_id, number.digits)
    if known is not None:
        return known, False
    draft = Draft(name=names.clean_name(name), numbers=(number,), company=company, note=note)
    ticks = [row.tick for row in event.ticks.select_related("tick") if row.tick.channel == "call"]
    many([draft], ticks={draft.subject: ticks}, kind="assertion", event=event, source="quick", by=by, at=at)
    return Contact.objects.get(pk=draft.subject), True
