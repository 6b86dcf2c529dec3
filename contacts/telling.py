"""Tells people that a notice changed: a short message with the address of what changed, in the hours of calls (B3)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from audit import trail
from audit.trail import Self_, System
from consent import rules
from consent.drafting import effects
from consent.gate import OFFICE
from consent.models import NoticeDelivery
from contacts import writing

BATCH = 200
TRIES, PAUSE = 3, timedelta(hours=6)  # how often a message that failed is tried again, and after how long
BY = System("notices")


def work(*, at: datetime) -> int:
    """Settle what published versions owe, then tell who waits; returns how many messages went out. `at` is aware, UTC.

    Nobody is written to outside the hours of calls, on a suppressed number, or who is only stored: they read it on their
    own page. Each person is claimed first, so that nobody is told twice.
    """
    effects.settle(at=at)
    if not rules.OPENS <= at.astimezone(OFFICE).hour < rules.CLOSES:
        return 0
    fresh = Q(tried_at__isnull=True) | Q(tried_at__lt=at - PAUSE)
    waiting = NoticeDelivery.objects.filter(fresh, sent_at__isnull=True, seen_at__isnull=True, tries__lt=TRIES)
    waiting = waiting.filter(subject__erased_at__isnull=True)
    rows = list(waiting.select_related("version__notice").order_by("pk")[:BATCH])
    return sum(_tell(row, at) for row in rows)


def _tell(row: NoticeDelivery, at: datetime) -> bool:
    """One person; claimed first, so that nobody is told twice."""
    claim = NoticeDelivery.objects.filter(pk=row.pk, sent_at__isnull=True, tries=row.tries)
    if not claim.update(sent_at=at, tries=row.tries + 1, tried_at=at):
        return False
    phone = writing.mobile_of(row.subject_id)
    if phone is None or writing.closed([row.subject_id], at=at):
        NoticeDelivery.objects.filter(pk=row.pk).update(sent_at=None, tries=row.tries)  # not now; looked at again later
        return False
    version = row.version
    link = (version.address or "") + reverse("notice_changes", args=[version.notice.code, version.number])
    if not writing.write(phone, template="changed", words={"link": link}, at=at):
        NoticeDelivery.objects.filter(pk=row.pk).update(sent_at=None)  # nobody was told; tried again after a while
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
