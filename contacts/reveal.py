"""Shows one number to one person for one stated reason, after the entry is durably in the trail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from audit import trail
from consent import gate
from consent.models import Decision
from contacts import usage
from contacts.models import CallAttempt, Contact, Phone
from team import fields
from team.fields import Level
from team.models import User
from vault import masks, opening

SECONDS = 60
REASONS = ("reveal_call_by_hand", "reveal_callback", "reveal_check")


@dataclass(frozen=True)
class Revealed:
    """A number in the open, until when, and the attempt it counts as. Never stored anywhere."""

    text: str
    until: datetime
    attempt: UUID
    decision: Decision

    def __repr__(self) -> str:
        """Says nothing of the number, wherever it is printed."""
        return f"<Revealed attempt={self.attempt}>"


class RevealRefused(Exception):
    """The number stays closed; `reason` is the gate's code, `decision` its record when the gate was asked."""

    def __init__(self, reason: str, decision: Decision | None = None, wait: int = 0) -> None:
        """Keep the code only, and the seconds to wait for the quota; no value ever reaches an exception."""
        super().__init__(reason)
        self.wait = wait
        self.reason = reason
        self.decision = decision


def reveal(*, contact: Contact, phone_id: UUID, action: str, in_book: bool, by: User, at: datetime) -> Revealed:
    """Ask the gate, write the entry, commit, and only then open the number; serves H1, I4, A6, D2.

    `action` is one of REASONS; the purpose follows from it on the server. `in_book` says that the
    contact came through `visibility`. The consent row stays locked between decision and commit, so
    a withdrawal that commits first is heard. Raises RevealRefused; nothing is opened then.
    """
    phone = Phone.objects.filter(pk=phone_id, contact=contact, wrong_at__isnull=True).first()
    if action not in REASONS or phone is None:
        raise RevealRefused("unknown_action" if phone else "no_number")
    code = f"contacts.{phone.kind}"
    may = fields.levels_of(by, at=at)[code] >= Level.REVEAL
    decision, attempt = _decide(contact, phone, action, may=may, in_book=in_book, by=by, at=at)
    if decision is None:
        raise RevealRefused("quota", wait=usage.quota_wait(by, contact.pk, at=at))
    if attempt is None:
        raise RevealRefused(decision.reason, decision)
    number = opening.open_one(phone.number)
    return Revealed(masks.display_number(str(number)), at + timedelta(seconds=SECONDS), attempt, decision)


def _decide(
    contact: Contact, phone: Phone, action: str, *, may: bool, in_book: bool, by: User, at: datetime
) -> tuple[Decision | None, UUID | None]:
    """Decision, entry and attempt in one durable transaction: audit before plaintext (design, rule 3)."""
    with transaction.atomic(durable=True):
        usage.lock_quota(by)
        if may and usage.quota_wait(by, contact.pk, at=at):
            field = f"contacts.{phone.kind}"
            trail.record("phone.reveal", by=by, at=at, subject=contact.pk, outcome="denied", fields=(field,), reason="quota")
            return None, None
        counts = usage.of([contact.pk], at=at)[contact.pk]
        decision = gate.ask(by=by, subject=contact.pk, action=action, usage=counts, in_book=in_book, may=may, at=at)
        trail.record(
            "phone.reveal",
            by=by,
            at=at,
            subject=contact.pk,
            outcome="ok" if decision.allowed else "denied",
            fields=(f"contacts.{phone.kind}",),
            basis=f"consent:{decision.consent_id}" if decision.consent_id else "",
            reason=action if decision.allowed else decision.reason,
            purpose=decision.purpose,
            channel=decision.channel,
            decision=decision.pk,
            rule=decision.rule_version,
        )
        if not decision.allowed:
            return decision, None
        attempt = CallAttempt.objects.create(
            subject_id=contact.pk,
            phone_id=phone.pk,
            user=by,
            decision=decision,
            kind=CallAttempt.Kind.REVEAL,
            at=at,
        )
    return decision, attempt.pk
