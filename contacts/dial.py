"""Calls a person without anybody seeing the number: decision, entry and attempt first, then the line."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from consent import gate
from consent.models import Decision
from contacts import contracts, usage
from contacts.dialler import dialler
from contacts.models import CallAttempt, Contact, Phone
from team import fields
from team.fields import Level
from team.models import User
from vault import opening


class CallRefused(Exception):
    """No call is placed; `reason` is the gate's code."""

    def __init__(self, reason: str, decision: Decision | None = None) -> None:
        """Keep the code only."""
        super().__init__(reason)
        self.reason = reason
        self.decision = decision


ACTIONS = ("call", "service_call")


def dial(*, contact: Contact, phone_id: UUID, in_book: bool, by: User, at: datetime, action: str = "call") -> CallAttempt:
    """Place one call through the office's line; serves H1, H2, H5, A6.

    `action` is one of ACTIONS: what a person agreed to, or the service of a contract with them, which stands on no consent
    and opens nothing else (A9). The number goes from the vault to the dialler and nowhere else. Raises CallRefused.
    """
    if action not in ACTIONS:
        raise CallRefused("unknown_action")
    phone = Phone.objects.filter(pk=phone_id, contact=contact, wrong_at__isnull=True).first()
    if phone is None:
        raise CallRefused("no_number")
    code = f"contacts.{phone.kind}"
    with transaction.atomic(durable=True):
        held = gate.hold(contact.pk, action)
        client = action == "service_call" and _under_contract(contact, at=at)
        counts = replace(usage.of([contact.pk], at=at)[contact.pk], client=client)
        decision = gate.ask(
            by=by,
            subject=contact.pk,
            action=action,
            usage=counts,
            in_book=in_book,
            may=fields.levels_of(by, at=at)[code] >= Level.CALL,
            at=at,
            held=held,
        )
        trail.record(
            "phone.call",
            by=by,
            at=at,
            subject=contact.pk,
            outcome="ok" if decision.allowed else "denied",
            fields=(code,),
            basis=f"consent:{decision.consent_id}" if decision.consent_id else "",
            reason=action if decision.allowed else decision.reason,
            purpose=decision.purpose,
            channel=decision.channel,
            decision=decision.pk,
            rule=decision.rule_version,
        )
        attempt = _attempt(decision, contact, phone, by, at) if decision.allowed else None
    if attempt is None:
        raise CallRefused(decision.reason, decision)
    dialler.connect(attempt=attempt.pk, digits=str(opening.open_one(phone.number)))
    return attempt


def _under_contract(contact: Contact, *, at: datetime) -> bool:
    """As it stands now; the row stays locked until the commit, in place of a consent, so that calls follow one another (H4)."""
    return contracts.runs(Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk), at=at)


def _attempt(decision: Decision, contact: Contact, phone: Phone, by: User, at: datetime) -> CallAttempt:
    return CallAttempt.objects.create(
        subject_id=contact.pk,
        phone_id=phone.pk,
        user=by,
        decision=decision,
        kind=CallAttempt.Kind.DIAL,
        at=at,
    )
