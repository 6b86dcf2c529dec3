"""Reminds people, once, that a consent of theirs ends within 30 days: only who agreed to messages, by day (C10)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from consent import rules, sms, suppression
from consent.gate import OFFICE
from consent.models import Consent, SmsMessage
from contacts import usage
from contacts.models import Contact, Phone
from contacts.own.page import RENEWAL
from vault import opening

TEMPLATE = "renewal"
ONCE = timedelta(days=60)  # longer than the window, so that one end is told once
BATCH = 200


def work(*, at: datetime) -> int:
    """Remind who is due, at most a batch; returns how many messages went out. `at` is aware, UTC.

    Silence changes nothing: what is not renewed ends on its day and leaves (C10).
    """
    if not rules.OPENS <= at.astimezone(OFFICE).hour < rules.CLOSES:
        return 0
    people = list(due(at).values_list("subject", flat=True).distinct()[:BATCH])
    closed = suppression.subjects_suppressed(people) | usage.only_stored(people, at=at)
    return sum(_remind(subject, at) for subject in people if subject not in closed)


def due(at: datetime) -> QuerySet[Consent]:
    """Standing consents in their last 30 days, of people who agreed to messages and were not reminded of this end."""
    texts = Consent.objects.filter(subject=OuterRef("subject"), purpose="sms_info", channel="sms", state__in=rules.LIVE)
    told = SmsMessage.objects.filter(subject=OuterRef("subject"), template=TEMPLATE, sent_at__gt=at - ONCE)
    ending = Consent.objects.filter(state__in=rules.LIVE, valid_until__gt=at, valid_until__lte=at + RENEWAL)
    return ending.filter(Exists(texts.filter(valid_until__gt=at)), ~Exists(told)).order_by("subject")


def _remind(subject: UUID, at: datetime) -> bool:
    contact = Contact.objects.filter(pk=subject).first()
    phone = Phone.objects.filter(contact=subject, wrong_at__isnull=True).order_by("position").first()
    if contact is None or phone is None:
        return False
    ends = due(at).filter(subject=subject).order_by("valid_until").values_list("valid_until", flat=True).first()
    if ends is None:  # told, renewed or stopped since the batch was read
        return False
    words = {"day": f"{timezone.localtime(ends):%Y-%m-%d}", "link": _address()}
    digits = str(opening.open_one(phone.number))
    sms.deliver(subject=subject, digits=digits, template=TEMPLATE, words=words, language=contact.language, at=at)
    return True


def _address() -> str:
    """Where the person's own page is: under the first of this site's names."""
    host = next((name for name in settings.ALLOWED_HOSTS if name not in ("*", "")), "localhost")
    return f"https://{host.lstrip('.')}{reverse('own')}"
