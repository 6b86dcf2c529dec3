"""To whom and where the office writes of its own accord: one mobile, confirmed before others, and to nobody who said no."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from audit import trail
from audit.trail import System
from consent import gate, sms, suppression
from consent.requests import asking
from consent.sms import Letter
from consent.sms_texts import COUNTED
from contacts import usage
from contacts.models import Phone
from vault import opening

BY = System("sms")


def closed(subjects: Collection[UUID], *, at: datetime) -> set[UUID]:
    """Who of these is not written to: who said no, is only stored, or asked that nothing be used (D2, D7, PIPL 44)."""
    shut = suppression.subjects_suppressed(subjects) | usage.only_stored(subjects, at=at)
    return shut | asking.restricted_anywhere(subjects)


def mobile_of(subject: UUID) -> Phone | None:
    """The mobile to write to: of several the one confirmed last, else the first; never one found to be somebody else's."""
    rows = Phone.objects.filter(contact=subject, kind=Phone.Kind.MOBILE, wrong_at__isnull=True).select_related("contact")
    return rows.order_by(F("confirmed_at").desc(nulls_last=True), "position").first()


def open_to(subjects: Collection[UUID], *, at: datetime) -> set[UUID]:
    """Who of these the gate would let us write to now: agreed to messages, at this hour, not too often (C5, H3, H4)."""
    verdicts = gate.peek_many(list(subjects), "sms", by=BY, at=at, usage=usage.of_messages(subjects, at=at))
    return {subject for subject, verdict in verdicts.items() if verdict.allowed}


def write(phone: Phone, *, template: str, words: dict[str, str], at: datetime) -> bool:
    """Send one message; whether the carrier took it. A number that does not open is told in the log by what opens it.

    What counts towards the person's promise goes through the gate first, and counts before anybody else may ask (H1, H4).
    """
    [opened] = opening.open_many([phone.number])
    if opened.error is not None:
        return False
    told = {"subject": phone.contact_id, "template": template, "words": words, "language": phone.contact.language, "at": at}
    letter = _admitted(told) if template in COUNTED else sms.log(**told)
    if letter is None:
        return False
    return sms.send(letter, digits=str(opened.value)).outcome != "failed"


def _admitted(told: dict[str, Any]) -> Letter | None:
    """Decision and message in one durable transaction, under the lock of the consent to messages; None for a no."""
    subject, at = told["subject"], told["at"]
    with transaction.atomic(durable=True):
        held = gate.hold(subject, "sms")
        counts = usage.of_messages([subject], at=at)[subject]
        decision = gate.ask(by=BY, subject=subject, action="sms", usage=counts, in_book=True, may=True, at=at, held=held)
        if decision.allowed:
            return sms.log(**told)
        refused: dict[str, Any] = {"outcome": "denied", "reason": decision.reason, "decision": decision.pk}
        trail.record("gate.denied", by=BY, at=at, subject=subject, **refused)
    return None
