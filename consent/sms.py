"""Text messages through a small gateway: HTTP and signed in production, console or a phone on the screen before it."""

import hashlib
import json
import logging
import re
import time
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import translation

from audit import trail
from consent.models import SmsMessage
from consent.sms_texts import TEXTS
from vault import lines, sealing
from vault.forms import MOBILE

logger = logging.getLogger(__name__)
SECONDS = 8  # a gateway's patience; the person waits on their phone meanwhile
LONGEST = 4096  # bytes of a gateway's answer
HEADER = lines.MARK
NAME = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class Sent:
    """Whether the carrier took a message, and its own name for it."""

    taken: bool
    reference: str = ""


class Gateway(Protocol):
    """Sends one text to one number; the number is in memory only."""

    name: str

    def send(self, *, message: UUID, digits: str, template: str, body: str) -> Sent:
        """Send it; never raises for what the other side does."""


class ConsoleGateway:
    """For development: notes that a message went out, neither number nor body."""

    name = "console"

    def send(self, *, message: UUID, digits: str, template: str, body: str) -> Sent:
        """Log the template."""
        logger.info("sms sent", extra={"template": template})
        return Sent(taken=True)


class DemoGateway:
    """For the demonstration: the message is shown on a phone drawn on the visitor's own page."""

    name = "demo"

    def send(self, *, message: UUID, digits: str, template: str, body: str) -> Sent:
        """Nothing leaves the house."""
        return Sent(taken=True)


class NoGateway:
    """Production without a gateway: nothing goes out, and nothing claims that it did."""

    name = "none"

    def send(self, *, message: UUID, digits: str, template: str, body: str) -> Sent:
        """Say aloud that a message stayed here."""
        logger.error("no message goes out: YUNNUO_SMS_URL is not set")
        return Sent(taken=False)


class HttpGateway:
    """One signed POST of JSON to the carrier's address; no redirect and no proxy is followed (H6, H7).

    `{"id", "to", "text", "template", "sender"}`, signed in X-Yunnuo-Signature as `t=<unix seconds>,v1=<hex>`: HMAC-SHA256
    over "<t>." and the body under YUNNUO_SMS_SECRET. 2xx means taken; `{"reference": "…"}` may come back.
    """

    name = "http"

    def send(self, *, message: UUID, digits: str, template: str, body: str) -> Sent:
        """Send it; what fails on the way is logged by kind alone."""
        told = {"id": str(message), "to": f"+{digits}", "text": body, "template": template, "sender": settings.SMS_SENDER}
        content = json.dumps(told, ensure_ascii=False).encode()
        line, parts = lines.connect(settings.SMS_URL, seconds=SECONDS), urlsplit(settings.SMS_URL)
        if line is None or not settings.SMS_SECRET:
            logger.error("no message goes out: YUNNUO_SMS_URL is not https, or YUNNUO_SMS_SECRET is not set")
            return Sent(taken=False)
        headers = {"Content-Type": "application/json; charset=utf-8", HEADER: signature(content, int(time.time()))}
        try:
            line.request("POST", f"{parts.path or '/'}?{parts.query}".rstrip("?"), body=content, headers=headers)
            answer = line.getresponse()
            return Sent(200 <= answer.status < 300, _reference(answer.read(LONGEST)))
        except (OSError, HTTPException) as lost:
            logger.error("a message was not taken: %s", type(lost).__name__)
            return Sent(taken=False)
        finally:
            line.close()


def signature(body: bytes, now: int) -> str:
    """What proves that a body comes from us to the gateway, or from the gateway to us; `now` in unix seconds."""
    return lines.mark(body, secret=settings.SMS_SECRET, now=now)


def _reference(answer: bytes) -> str:
    """The carrier's own name for a message; empty where it gives none we can keep: one that looks like a number is none."""
    try:
        told = json.loads(answer)["reference"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    plain = isinstance(told, str) and NAME.fullmatch(told) is not None
    return told if plain and not told.isdigit() and not MOBILE.search(told) else ""


def gateway() -> Gateway:
    """The gateway of this installation."""
    if settings.DEMO:
        return DemoGateway()
    if settings.SMS_URL:
        return HttpGateway()
    return NoGateway() if settings.PRODUCTION else ConsoleGateway()


@dataclass(frozen=True)
class Letter:
    """A message that is on record and has not gone yet: its row, its words, and who carries it. Never stored."""

    row: SmsMessage
    body: str
    carrier: Gateway

    def __repr__(self) -> str:
        """Says nothing of the words, wherever it is printed."""
        return f"<Letter {self.row.pk}>"


def deliver(*, subject: UUID, digits: str, template: str, words: dict[str, str], language: str, at: datetime) -> SmsMessage:
    """Send one message from the closed list of templates and log it (H6, H7, B13); the body is sealed.

    The body is kept only where somebody must see it: on the demo phone. Entry and row are committed before the carrier
    hears of it, so that a crash leaves "sending" and never a message that nobody knows of.
    """
    return send(log(subject=subject, template=template, words=words, language=language, at=at), digits=digits)


def log(*, subject: UUID, template: str, words: dict[str, str], language: str, at: datetime) -> Letter:
    """Put a message on record, with its entry; inside the caller's transaction it counts from their commit on (H4)."""
    with translation.override(language):
        text = str(TEXTS[template])
    body, carrier = text % words, gateway()
    message = SmsMessage(id=uuid4(), subject_id=subject, template=template, gateway=carrier.name, sent_at=at)
    message.outcome, message.sender = "sending", settings.SMS_SENDER
    message.words_hash = hashlib.sha256(text.encode()).hexdigest()
    if carrier.name == "demo":
        message.body = sealing.seal_text(body, field_id="consent.sms.body", row=message.pk, owner=subject)
    with transaction.atomic():
        trail.record("sms.sent", by=trail.System("sms"), at=at, subject=subject)
        message.save(force_insert=True)
    return Letter(message, body, carrier)


def send(letter: Letter, *, digits: str) -> SmsMessage:
    """Hand a message that is on record, and committed, to its carrier; the number is in memory only (H7)."""
    message = letter.row
    sent = letter.carrier.send(message=message.pk, digits=digits, template=message.template, body=letter.body)
    message.outcome, message.reference = "sent" if sent.taken else "failed", sent.reference
    quicker = When(delivered_at__isnull=False, then=F("outcome"))  # the carrier's report may come before its answer
    outcome = Case(quicker, default=Value(message.outcome))
    SmsMessage.objects.filter(pk=message.pk).update(reference=sent.reference, outcome=outcome)
    return message


def delivered(*, message_id: UUID, reached: bool, at: datetime) -> bool:
    """What the carrier says became of a message (H7); False for one that we never sent, or heard of already."""
    rows = SmsMessage.objects.filter(pk=message_id, delivered_at__isnull=True)
    return bool(rows.update(delivered_at=at, outcome="delivered" if reached else "undelivered"))
