"""Asking somebody once, by text message, whether we may call (C8): all that grade D opens."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from consent import gate, sms
from consent.gate import Usage
from consent.models import SmsMessage
from contacts.models import Contact, Phone
from team import fields
from team.fields import Level
from team.models import User
from vault import opening


class InviteRefused(Exception):
    """No invitation goes out; `reason` is the gate's code."""

    def __init__(self, reason: str) -> None:
        """Keep the code."""
        super().__init__(reason)
        self.reason = reason


def invited(subject_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these people have been invited already."""
    return set(SmsMessage.objects.filter(subject_id__in=subject_ids, template="invite").values_list("subject_id", flat=True))


def invite(*, contact: Contact, link: str, by: User, at: datetime) -> None:
    """Send the one invitation; decision and entry are committed before the number is opened. Raises InviteRefused."""
    phone = Phone.objects.filter(contact=contact, wrong_at__isnull=True).first()
    if phone is None:
        raise InviteRefused("no_number")
    may = fields.levels_of(by, at=at)[f"contacts.{phone.kind}"] >= Level.CALL
    with transaction.atomic(durable=True):
        counts = Usage(attempts_month=int(bool(invited([contact.pk]))))
        decision = gate.ask(by=by, subject=contact.pk, action="invite", usage=counts, in_book=True, may=may, at=at)
        if not decision.allowed:
            trail.record(
                "gate.denied",
                by=by,
                at=at,
                subject=contact.pk,
                outcome="denied",
                reason=decision.reason,
                decision=decision.pk,
            )
    if not decision.allowed:
        raise InviteRefused(decision.reason)
    words = {"event": contact.event.name, "link": link}
    digits = str(opening.open_one(phone.number))
    sms.deliver(subject=contact.pk, digits=digits, template="invite", words=words, language=contact.language, at=at)
