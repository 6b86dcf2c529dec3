"""Shows one number to one person for one stated reason, after the entry is durably in the trail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from audit import trail
from consent import gate
from consent.models import Decision
from contacts import masking, usage
from contacts.models import CallAttempt, Phone
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
    name: str
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


def reveal(*, phone: Phone, action: str, in_book: bool, by: User, at: datetime) -> Revealed:
    """Ask the gate, write the entry, commit, and only then open the number; serves H1, I4, A6, D2.

    `action` is one of REASONS; the purpose follows from it on the server. `in_book` says that the
    phone, with its contact, came through `visibility`. The consent row stays locked between decision
    and commit, so a withdrawal that commits first is heard. Raises RevealRefused, or VaultError when the
    value does not open, which is an entry too; nothing is opened then.
    """
    if action not in REASONS or phone.wrong_at is not None:
        raise RevealRefused("no_number" if phone.wrong_at else "unknown_action")
    levels = fields.levels_of(by, at=at)
    may = levels[f"contacts.{phone.kind}"] >= Level.REVEAL
    decision, attempt, wait = _decide(phone, action, may=may, in_book=in_book, by=by, at=at)
    if decision is None:
        raise RevealRefused("quota", wait=wait)
    if attempt is None:
        raise RevealRefused(decision.reason, decision)
    number, name = opening.open_many([phone.number, phone.contact.name])
    if number.error is not None:
        told = {"subject": phone.contact_id, "fields": (f"contacts.{phone.kind}",), "reason": action}
        trail.record_alone("phone.reveal", by=by, at=at, outcome="error", **told)
        raise number.error
    known_as, until = masking.word(name, levels["contacts.name"]), at + timedelta(seconds=SECONDS)
    return Revealed(masks.display_number(str(number.value)), known_as, until, attempt, decision)


def _decide(
    phone: Phone, action: str, *, may: bool, in_book: bool, by: User, at: datetime
) -> tuple[Decision | None, UUID | None, int]:
    """Decision, entry and attempt in one durable transaction: audit before plaintext (design, rule 3)."""
    subject, field = phone.contact_id, f"contacts.{phone.kind}"
    with transaction.atomic(durable=True):
        held = gate.hold(subject, action, reader=by)
        counts, wait = usage.for_reveal(by, subject, at=at)
        if may and wait:
            trail.record("phone.reveal", by=by, at=at, subject=subject, outcome="denied", fields=(field,), reason="quota")
            return None, None, wait
        decision = gate.ask(by=by, subject=subject, action=action, usage=counts, in_book=in_book, may=may, at=at, held=held)
        trail.record(
            "phone.reveal",
            by=by,
            at=at,
            subject=subject,
            outcome="ok" if decision.allowed else "denied",
            fields=(field,),
            basis=f"consent:{decision.consent_id}" if decision.consent_id else "",
            reason=action if decision.allowed else decision.reason,
            purpose=decision.purpose,
            channel=decision.channel,
            decision=decision.pk,
            rule=decision.rule_version,
        )
        if not decision.allowed:
            return decision, None, 0
        attempt = CallAttempt.objects.create(
            subject_id=subject, phone_id=phone.pk, user=by, decision=decision, kind=CallAttempt.Kind.REVEAL, at=at
        )
    return decision, attempt.pk, 0
