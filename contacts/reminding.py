"""Reminds people, once, that a consent of theirs ends within 30 days: only who agreed to messages, by day (C10)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from consent import last_words, rules
from consent.gate import OFFICE
from consent.models import Consent, SmsMessage
from consent.models.notice import Form
from contacts import writing
from contacts.own.page import RENEWAL

TEMPLATE = "renewal"
ONCE = timedelta(days=60)  # longer than the window, so that one end is told once
TRIES, PAUSE = 3, timedelta(hours=20)  # until a message that failed is tried again
BATCH = 200


def work(*, at: datetime) -> int:
    """Remind who is due, at most a batch; returns how many messages went out. `at` is aware, UTC.

    Silence changes nothing: what is not renewed ends on its day and leaves (C10).
    """
    if not rules.OPENS <= at.astimezone(OFFICE).hour < rules.CLOSES:
        return 0
    done, after = 0, UUID(int=0)
    while done < BATCH:
        rows = due(at).filter(subject__gt=after).values_list("subject", flat=True).distinct()
        people = list(rows[:BATCH])
        if not people:
            break
        shut, fit, after = writing.closed(people, at=at), writing.open_to(people, at=at), people[-1]
        done += sum(_remind(subject, at) for subject in people if subject in fit and subject not in shut)
    return done


def due(at: datetime) -> QuerySet[Consent]:
    """Standing consents in their last 30 days, of people who agreed to messages and were not reminded of this end.

    Not of what was signed: no button of theirs renews it (C4).
    A message that failed reminded nobody, and is tried again the next day, three times in all.
    """
    texts = Consent.objects.filter(subject=OuterRef("subject"), purpose="sms_info", channel="sms", state__in=rules.LIVE)
    sent = SmsMessage.objects.filter(subject=OuterRef("subject"), template=TEMPLATE)
    told = sent.filter(sent_at__gt=at - ONCE).exclude(outcome__in=("failed", "undelivered"))
    ending = Consent.objects.filter(state__in=rules.LIVE, valid_until__gt=at, valid_until__lte=at + RENEWAL)
    ending = ending.exclude(purpose__form=Form.WRITTEN)
    tried = sent.filter(sent_at__gt=at - ONCE).order_by().values("subject").annotate(n=Count("pk")).values("n")
    agreed = ending.annotate(tries=Coalesce(Subquery(tried), 0)).filter(Exists(texts.filter(valid_until__gt=at)))
    lately = sent.filter(sent_at__gt=at - PAUSE)
    return agreed.filter(~Exists(told), ~Exists(lately), tries__lt=TRIES).order_by("subject")


def _remind(subject: UUID, at: datetime) -> bool:
    phone = writing.mobile_of(subject)
    rows = list(due(at).filter(subject=subject).order_by("valid_until").values_list("valid_until", "purpose", "channel"))
    if not rows or phone is None:  # told, renewed or stopped since the batch was read; or nowhere to write to
        return False
    if last_words.closed(subject, [(purpose, channel) for _ends, purpose, channel in rows]):
        return False  # they said no to it through another book (C11)
    ends = rows[0][0]
    words = {"day": f"{timezone.localtime(ends):%Y-%m-%d}", "link": address()}
    return writing.write(phone, template=TEMPLATE, words=words, at=at)


def address(path: str = "") -> str:
    """Where the person's own page is, or another page of ours: under the first of this site's names."""
    host = next((name for name in settings.ALLOWED_HOSTS if name not in ("*", "")), "localhost")
    return f"https://{host.lstrip('.')}{path or reverse('own')}"
