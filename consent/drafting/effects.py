"""What a published change does to those who agreed before: what was replaced rests, everybody concerned is told (B3, B4)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet

from audit.trail import System
from consent import ledger, notices, rules
from consent.drafting import changes
from consent.models import Consent, NoticeDelivery, NoticePurpose, NoticeVersion

BATCH = 500
BY = System("notices")
TOLD = ("notify", "reconsent")


def settle(*, at: datetime) -> int:
    """Everything that the published versions still owe, batch by batch; returns how many people were taken in hand.

    Safe to kill and to repeat: what is done is found done. `at` is aware, UTC.
    """
    done = 0
    for version in NoticeVersion.objects.filter(materiality__in=TOLD).select_related("notice").order_by("published_at"):
        while people := _close(version, at):
            done += people
        while people := _owe(version, at):
            done += people
    return done


def delivered() -> dict[UUID, dict[str, int]]:
    """Of each version that people are told of: how many, how many by message, and how many saw it on their own page (B3)."""
    rows = NoticeDelivery.objects.values("version").order_by()
    counted = rows.annotate(owed=Count("pk"), sent=Count("sent_at"), seen=Count("seen_at"))
    return {row["version"]: {name: row[name] for name in ("owed", "sent", "seen")} for row in counted}


def close_replaced(subject: UUID, *, at: datetime) -> None:
    """What newer versions replaced of one person's consents rests at once, inside the caller's transaction (B4)."""
    for version in NoticeVersion.objects.filter(materiality="reconsent").select_related("notice").order_by("published_at"):
        for purpose, channel in sorted(replaced(version)):
            heads = list(_standing(version).filter(subject=subject, purpose=purpose, channel=channel))
            ledger.close(heads, "superseded", method="notice", reason="superseded", by=BY, at=at)


def replaced(version: NoticeVersion) -> set[tuple[str, str]]:
    """The purposes × channels whose old yes is no yes to what this version asks; none unless a person decided so (B4)."""
    before = notices.before(version)
    if version.materiality != "reconsent" or before is None:
        return set()
    found = changes.between(before.content, list(before.purposes.all()), version.content, list(version.purposes.all()))
    return changes.replaced(found)


def overtaken(tick: NoticePurpose) -> bool:
    """Whether a later version of its notice asks anew for what this tick asked."""
    later = NoticeVersion.objects.filter(
        materiality="reconsent", notice=tick.version.notice_id, number__gt=tick.version.number, published_at__isnull=False
    )
    return any((tick.purpose_id, tick.channel) in replaced(version) for version in later.select_related("notice"))


def _standing(version: NoticeVersion) -> QuerySet[Consent]:
    """Every yes of before its publication that stands on an older version; at an open event people still agree to one."""
    older = {"notice_version__notice": version.notice_id, "notice_version__number__lt": version.number}
    return Consent.objects.filter(state__in=rules.LIVE, given_at__lt=version.published_at, **older)


def _close(version: NoticeVersion, at: datetime) -> int:
    """One batch of consents whose scope was replaced (given → superseded, law.md §3)."""
    moved = 0
    for purpose, channel in sorted(replaced(version)):
        with transaction.atomic():
            rows = _standing(version).filter(purpose=purpose, channel=channel).select_for_update(of=("self",)).order_by("pk")
            heads = list(rows[: BATCH - moved])
            ledger.close(heads, "superseded", method="notice", reason="superseded", by=BY, at=at)
        moved += len(heads)
        if moved >= BATCH:
            break
    return moved


def _owe(version: NoticeVersion, at: datetime) -> int:
    """One batch of people who are to be told: whose yes stands, or rests, on an older version."""
    known = NoticeDelivery.objects.filter(version=version, subject=OuterRef("subject"))
    older: dict[str, Any] = {"notice_version__notice": version.notice_id, "notice_version__number__lt": version.number}
    older["given_at__lt"] = version.published_at
    concerned = Consent.objects.filter(~Exists(known), state__in=[*rules.LIVE, "superseded"], **older)
    people: Sequence[UUID] = list(concerned.order_by("subject").values_list("subject", flat=True).distinct()[:BATCH])
    rows = [NoticeDelivery(version=version, subject_id=subject, made_at=at) for subject in people]
    return len(NoticeDelivery.objects.bulk_create(rows, ignore_conflicts=True))
