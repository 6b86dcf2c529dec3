"""A text message that came back: heard as a no unless it is clearly none, for everybody who bears the number (D1, D3, D4)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from audit.trail import Self_, System
from consent import reply_words, suppression
from consent.models import Handle, Subject
from contacts import withdrawal
from vault import index


def receive(*, digits: str, text: str, at: datetime) -> str:
    """Act on one message from this number (E.164 digits); returns what it was taken for. `at` is aware, UTC.

    Neither number nor text is kept. A no stops everything for every record that bears the number, in every book, and
    stands on the do-not-contact list even for somebody who was erased. Sent twice it changes nothing more.
    """
    meant = reply_words.meaning(text)
    with transaction.atomic():
        bearers = Handle.objects.filter(fingerprint=index.fingerprint(digits)).values("subject")
        people = list(Subject.objects.filter(pk__in=bearers).order_by("pk"))
        if not people:
            trail.record("sms.received", by=System("sms"), at=at, reason=meant)
        for person in people:
            trail.record("sms.received", by=Self_(person.pk), at=at, subject=person.pk, reason=meant)
            if meant != reply_words.OTHER:
                _stop(person.pk, erased=person.erased_at is not None, at=at)
    return meant


def _stop(subject: UUID, *, erased: bool, at: datetime) -> None:
    by = Self_(subject)
    if erased:
        suppression.add(subject, source="withdrawal", by=by, at=at)
    else:
        withdrawal.withdraw(subject=subject, scope=None, method="sms", reason="withdrawal", by=by, at=at)
