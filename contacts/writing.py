"""To whom and where the office writes of its own accord: one mobile, confirmed before others, and to nobody who said no."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import F

from consent import sms, suppression
from consent.requests import asking
from contacts import usage
from contacts.models import Phone
from vault import opening


def closed(subjects: Collection[UUID], *, at: datetime) -> set[UUID]:
    """Who of these is not written to: who said no, is only stored, or asked that nothing be used (D2, D7, PIPL 44)."""
    shut = suppression.subjects_suppressed(subjects) | usage.only_stored(subjects, at=at)
    return shut | asking.restricted_anywhere(subjects)


def mobile_of(subject: UUID) -> Phone | None:
    """The mobile to write to: of several the one confirmed last, else the first; never one found to be somebody else's."""
    rows = Phone.objects.filter(contact=subject, kind=Phone.Kind.MOBILE, wrong_at__isnull=True).select_related("contact")
    return rows.order_by(F("confirmed_at").desc(nulls_last=True), "position").first()


def write(phone: Phone, *, template: str, words: dict[str, str], at: datetime) -> bool:
    """Send one message; whether the carrier took it. A number that does not open is told in the log by what opens it."""
    [opened] = opening.open_many([phone.number])
    if opened.error is not None:
        return False
    language = phone.contact.language
    digits = str(opened.value)
    sent = sms.deliver(subject=phone.contact_id, digits=digits, template=template, words=words, language=language, at=at)
    return sent.outcome != "failed"
