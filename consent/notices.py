"""Notices: validated, hashed, published for ever; and the first one, for events."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from audit import trail
from audit.trail import Actor
from consent import abroad, apart, declaring, promises, register
from consent.content.event_en import EVENT_EN
from consent.content.event_zh import EVENT_ZH
from consent.models import Consent, Notice, NoticeCopy, NoticePurpose, NoticeVersion
from consent.showing import printed, snapshot

CODE = "event"
LANGUAGES = ("zh", "en")
ASKED = ("purpose_id", "channel", "tick_zh", "tick_en", "valid_days", "recipient")  # of a tick, beside its promise of contact
FIXED = ("content_hash", "published_at", "published_by", "materiality", "materiality_reason", "address")
SEEDED_AT = datetime(2025, 9, 1, tzinfo=UTC)
NEEDED = (
    "title",
    "jit",
    "short",
    "controller",
    "collect",
    "sections",
    "rights",
    "rights_how",
    "withdraw",
    "end_action",
)
TICKS: tuple[tuple[str, str, str, str, int, str], ...] = (
    ("phone_contact", "call", "同意电话联系：就我咨询的问题给我打电话", "Call me about what I asked", 365, ""),
    (
        "sms_info",
        "sms",
        "同意短信联系：给我发送活动资料和答复，每月至多两条",
        "Send me texts, two a month at most",
        365,
        "",
    ),
    (
        "partner_share",
        "share",
        "单独同意：把我的姓名和手机号转交示范合作保险经纪有限公司",
        "Separately: pass my name and number to Demo Partner Insurance Brokers Ltd.",
        180,
        "示范合作保险经纪有限公司",
    ),
)
# What the words of a tick say of contact, as limits that the gate holds to (C5).
PROMISED: dict[str, dict[str, Any]] = {
    "sms_info": {"type_zh": "活动资料、答复与到期提醒", "type_en": "Materials, answers and reminders", "per_month": 2},
}


class NoticeRefused(Exception):
    """A notice that may not be published; `missing` names what it lacks."""

    def __init__(self, missing: list[str]) -> None:
        """Keep what is missing."""
        super().__init__(", ".join(missing))
        self.missing = missing


def missing(content: dict[str, Any]) -> list[str]:
    """What a notice still lacks before it may be published, per language (B1, B2, B6, B8)."""
    gaps = []
    for language in LANGUAGES:
        text = content.get(language) or {}
        gaps += [f"{language}.{item}" for item in NEEDED if not text.get(item)]
        gaps += [f"{language}.controller.{k}" for k in ("name", "contact") if not (text.get("controller") or {}).get(k)]
        if len(text.get("rights", [])) < 10:
            gaps.append(f"{language}.rights.ten")
    return [*gaps, *abroad.gaps(content)]


def content_hash(content: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of what is shown (B11)."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def hashed(content: dict[str, Any], ticks: Sequence[NoticePurpose]) -> dict[str, Any]:
    """What the hash of a version is over: its words, and all that its ticks ask, for how long, for whom, how often (B11, C5)."""
    asked = [{name: getattr(tick, name) for name in ASKED} | promises.of(tick) for tick in ticks]
    return content | {"ticks": sorted(asked, key=lambda one: (one["purpose_id"], one["channel"]))}


def shown(version: NoticeVersion) -> dict[str, Any]:
    """What the hash of this published version is over.

    A version from before its ticks were hashed is its words with what they promised of contact, or its words alone.
    """
    ticks = list(version.purposes.all())
    ways = [hashed(version.content, ticks), version.content | {"contact": promises.hashed(ticks)}]
    return next((way for way in ways if content_hash(way) == version.content_hash), version.content)


def publish(*, version: NoticeVersion, by: Actor, at: datetime) -> None:
    """Publish a version for ever: hashed, with the page and the form as they are now. Raises NoticeRefused (B1, B7, B11)."""
    ticks = list(version.purposes.select_related("purpose"))
    gaps = missing(version.content) + declaring.gaps(version.content, ticks) + promises.gaps(ticks)
    gaps += apart.gaps(version.content, ticks)
    if gaps or not ticks:
        raise NoticeRefused(gaps or ["purposes"])
    with transaction.atomic():
        trail.record("notice.published", by=by, at=at, subject=version.pk)
        version.content_hash = content_hash(hashed(version.content, ticks))
        version.published_at, version.published_by_id = at, trail.user_pk(by)
        version.save(update_fields=FIXED)
        NoticeCopy.objects.bulk_create([_copy(version, ticks, language) for language in LANGUAGES])


def _copy(version: NoticeVersion, ticks: list[NoticePurpose], language: str) -> NoticeCopy:
    page, form = snapshot.of(version, ticks, language), printed.of(version, ticks, language)
    return NoticeCopy(version=version, language=language, page=page, form=form)


def current(code: str = CODE) -> NoticeVersion:
    """The newest published version of a notice."""
    rows = NoticeVersion.objects.filter(notice__code=code, published_at__isnull=False)
    return rows.select_related("notice").latest("number")


def recipient(tick: NoticePurpose, *, language: str) -> dict[str, str] | None:
    """What the notice says of whom this tick passes data on to, in zh or en: rows of both lists stand in one order (B8)."""
    lists = [tick.version.content[code].get("share", []) for code in LANGUAGES]
    rows = zip(*lists, strict=False)
    found = next((pair for pair in rows if tick.recipient in {row["name"] for row in pair}), None)
    return None if found is None else found[LANGUAGES.index(language)]


def before(version: NoticeVersion) -> NoticeVersion | None:
    """The published version that this one follows."""
    rows = NoticeVersion.objects.filter(notice=version.notice_id, published_at__isnull=False, number__lt=version.number)
    return rows.select_related("notice").order_by("-number").first()


def agreed(heads: Iterable[Consent]) -> dict[UUID, NoticePurpose]:
    """The tick that each of these consents stands on, by the consent's id: what the person saw; one query (C5)."""
    rows = list(heads)
    found = NoticePurpose.objects.filter(version__in={head.notice_version_id for head in rows})
    ticks = {(tick.version_id, tick.purpose_id, tick.channel): tick for tick in found}
    keys = {head.pk: (head.notice_version_id, head.purpose_id, head.channel) for head in rows}
    return {pk: ticks[key] for pk, key in keys.items() if key in ticks}


def published() -> QuerySet[NoticeVersion]:
    """Every published version, newest first: what an event may be opened with."""
    rows = NoticeVersion.objects.filter(published_at__isnull=False).select_related("notice")
    return rows.order_by("notice__code", "-number")


def seed(*, at: datetime = SEEDED_AT) -> None:
    """Fill the purpose register and publish the first notice for events, where they are missing."""
    register.fill()
    with transaction.atomic():
        notice, made = Notice.objects.get_or_create(code=CODE, defaults={"created_at": at})
        if made:
            _first_version(notice, at)


def _first_version(notice: Notice, at: datetime) -> None:
    content = {"zh": EVENT_ZH, "en": EVENT_EN}
    version = NoticeVersion.objects.create(notice=notice, number=1, content=json.loads(json.dumps(content)), created_at=at)
    for order, (purpose, channel, zh, en, days, recipient) in enumerate(TICKS):
        NoticePurpose.objects.create(
            version=version,
            purpose_id=purpose,
            channel=channel,
            order=order,
            tick_zh=zh,
            tick_en=en,
            valid_days=days,
            recipient=recipient,
            **PROMISED.get(purpose, {}),
        )
    publish(version=version, by=trail.System("seed"), at=at)
