"""A text message that came back: heard as a no unless it is clearly none, for everybody who bears the number (D1, D3, D4)."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from audit import trail
from audit.trail import Self_, System
from consent import reply_words, sms, suppression
from consent.models import Handle, SmsMessage, Subject
from consent.sms_texts import ACKNOWLEDGEMENT
from contacts import reminding, withdrawal
from contacts.models import Contact
from vault import index


def receive(*, digits: str, text: str, at: datetime) -> str:
    """Act on one message from this number (E.164 digits); returns what it was taken for. `at` is aware, UTC.

    Neither number nor text is kept. A no stops everything for every record that bears the number, in every book, and
    stands on the do-not-contact list even for somebody who was erased. Sent twice it changes nothing more. Whoever is
    still here is told once, in neutral words, that they were heard (D12).
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
    if meant != reply_words.OTHER:
        _acknowledge(people, digits, at)
    return meant


def _acknowledge(bearers: list[Subject], digits: str, at: datetime) -> None:
    """One word that they were heard, to the number that wrote: once, whichever record of it was told, here or gone."""
    here = [person.pk for person in bearers if person.erased_at is None]
    if not here or SmsMessage.objects.filter(subject__in=bearers, template=ACKNOWLEDGEMENT).exists():
        return
    subject, told = here[0], {"template": ACKNOWLEDGEMENT, "words": {"link": reminding.address()}, "at": at}
    language = Contact.objects.filter(pk=subject).values_list("language", flat=True).first()
    if language is None:
        return
    with suppress(IntegrityError):
        sms.deliver(subject=subject, digits=digits, language=language, **told)  # type: ignore[arg-type]


def _stop(subject: UUID, *, erased: bool, at: datetime) -> None:
    by = Self_(subject)
    if erased:
        suppression.add(subject, source="withdrawal", by=by, at=at)
    else:
        withdrawal.withdraw(subject=subject, scope=None, method="sms", reason="withdrawal", by=by, at=at)
