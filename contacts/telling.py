"""Tells people that a notice changed: a short message with the address of what changed, in the hours of calls (B3)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from audit import trail
from audit.trail import Self_, System
from consent import rules, sms, suppression
from consent.drafting import effects
from consent.gate import OFFICE
from consent.models import NoticeDelivery
from contacts import usage
from contacts.models import Contact, Phone
from vault import opening

BATCH = 200
WEEK = timedelta(days=7)  # for so long a message that failed is tried again
BY = System("notices")


def work(*, at: datetime) -> int:
    """Settle what published versions owe, then tell who waits; returns how many messages went out. `at` is aware, UTC.

    Nobody is written to outside the hours of calls, on a suppressed number, or who is only stored: they read it on their
    own page. Each person is claimed first, so that nobody is told twice.
    """
    effects.settle(at=at)
    if not rules.OPENS <= at.astimezone(OFFICE).hour < rules.CLOSES:
        return 0
    waiting = NoticeDelivery.objects.filter(sent_at__isnull=True, seen_at__isnull=True, made_at__gt=at - WEEK)
    rows = list(waiting.select_related("version__notice").order_by("pk")[:BATCH])
    return sum(_tell(row, at) for row in rows)


def _tell(row: NoticeDelivery, at: datetime) -> bool:
    phone = Phone.objects.filter(contact=row.subject_id, wrong_at__isnull=True).order_by("position").first()
    closed = phone is None or bool(suppression.subjects_suppressed([row.subject_id]))
    closed = closed or row.subject_id in usage.only_stored([row.subject_id], at=at)
    if not NoticeDelivery.objects.filter(pk=row.pk, sent_at__isnull=True).update(sent_at=at) or phone is None or closed:
        return False
    version = row.version
    link = (version.address or "") + reverse("notice_changes", args=[version.notice.code, version.number])
    language = Contact.objects.values_list("language", flat=True).get(pk=row.subject_id)
    digits = str(opening.open_one(phone.number))
    how: dict[str, Any] = {"template": "changed", "words": {"link": link}, "language": language}
    sent = sms.deliver(subject=row.subject_id, digits=digits, at=at, **how)
    if sent.outcome == "failed":  # tried again within the week; nobody was told
        NoticeDelivery.objects.filter(pk=row.pk).update(sent_at=None)
        return False
    trail.record_alone("notice.told", by=BY, at=at, subject=row.subject_id)
    return True


def unseen(subjects: list[UUID]) -> QuerySet[NoticeDelivery]:
    """What changed for these people and they have not seen on their own page yet."""
    rows = NoticeDelivery.objects.filter(subject__in=subjects, seen_at__isnull=True)
    return rows.select_related("version__notice").order_by("-version__number")


def seen(subjects: list[UUID], *, at: datetime) -> None:
    """They have it on their own page before them."""
    if not unseen(subjects).exists():
        return
    with transaction.atomic():
        trail.record_many([trail.EntryDraft("notice.told", by=Self_(pk), at=at, subject=pk) for pk in subjects])
        NoticeDelivery.objects.filter(subject__in=subjects, seen_at__isnull=True).update(seen_at=at)
