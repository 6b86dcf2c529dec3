"""Text messages through a small gateway: console, or in demo mode a phone on the screen."""

import logging
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import translation

from audit import trail
from consent.models import SmsMessage
from consent.sms_texts import TEXTS
from vault import sealing

logger = logging.getLogger(__name__)


class Gateway(Protocol):
    """Sends one text to one number; the number is in memory only."""

    name: str

    def send(self, *, digits: str, template: str, body: str) -> bool:
        """Send it; True when the carrier took it."""


class ConsoleGateway:
    """For development: notes that a message went out, neither number nor body."""

    name = "console"

    def send(self, *, digits: str, template: str, body: str) -> bool:
        """Log the template."""
        logger.info("sms sent", extra={"template": template})
        return True


class DemoGateway:
    """For the demonstration: the message is shown on a phone drawn on the visitor's own page."""

    name = "demo"

    def send(self, *, digits: str, template: str, body: str) -> bool:
        """Nothing leaves the house."""
        return True


def gateway() -> Gateway:
    """The gateway of this installation."""
    return DemoGateway() if settings.DEMO else ConsoleGateway()


def deliver(*, subject: UUID, digits: str, template: str, words: dict[str, str], language: str, at: datetime) -> SmsMessage:
    """Send one message from the closed list of templates and log it (H6, H7, B13); the body is sealed.

    The body is kept only where somebody must see it: on the demo phone. Runs in a transaction of its own.
    """
    with translation.override(language):
        body = str(TEXTS[template]) % words
    carrier = gateway()
    message = SmsMessage(id=uuid4(), subject_id=subject, template=template, gateway=carrier.name, sent_at=at)
    if carrier.name == "demo":
        message.body = sealing.seal_text(body, field_id="consent.sms.body", row=message.pk, owner=subject)
    with transaction.atomic():
        trail.record("sms.sent", by=trail.System("sms"), at=at, subject=subject)
        message.outcome = "sent" if carrier.send(digits=digits, template=template, body=body) else "failed"
        message.save(force_insert=True)
    return message
