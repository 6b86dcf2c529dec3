"""The next version of a notice: begun from the last, saved, proposed by one person, published by another (B1, B3, B4)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from audit import trail
from consent import apart, declaring, notices, promises, rules
from consent.drafting import changes, completeness, lint
from consent.drafting.changes import Change
from consent.drafting.completeness import Completeness
from consent.drafting.lint import Finding
from consent.models import Notice, NoticePurpose, NoticeVersion, Purpose
from consent.models.notice import Basis
from team.models import User

REASON = 200  # characters of why somebody decided otherwise than was proposed


class DraftRefused(Exception):
    """A draft that may not be saved, proposed or published; `code` names why.

    published, proposed, not_proposed, incomplete, blocked, same, same_person, reason, changed.
    """

    def __init__(self, code: str, *, why: str = "") -> None:
        """Keep the code, and the reason that the trail is to name, if it is to."""
        super().__init__(code)
        self.code, self.why = code, why


@dataclass(frozen=True)
class TickDraft:
    """One tick as it is written: a purpose by a channel, in two languages, for so many days, with its promise of contact."""

    purpose_id: str
    channel: str
    tick_zh: str
    tick_en: str
    valid_days: int
    recipient: str = ""
    type_zh: str | None = None
    type_en: str | None = None
    per_day: int | None = None
    per_week: int | None = None
    per_month: int | None = None
    hour_from: int | None = None
    hour_to: int | None = None


TICK = tuple(field.name for field in fields(TickDraft))


@dataclass(frozen=True)
class Review:
    """What stands between a draft and the public: what it lacks, what is wrong with it, what it changes, how much that is."""

    gaps: list[str]
    findings: list[Finding]
    changes: list[Change]
    measured: str
    readability: int
    completeness: Completeness

    @property
    def ready(self) -> bool:
        """Whether it may be proposed."""
        return not self.gaps and not any(finding.blocking for finding in self.findings)


def start(*, code: str, by: User, at: datetime) -> NoticeVersion:
    """The draft after the newest version of this notice: the one that stands already, or a copy of what is published."""
    with transaction.atomic():
        notice = Notice.objects.select_for_update().get(code=code)
        open_ = NoticeVersion.objects.filter(notice=notice, published_at__isnull=True).first()
        if open_ is not None:
            return open_
        last = notices.current(code)
        draft = NoticeVersion(notice=notice, number=last.number + 1, content=last.content, created_at=at, created_by=by)
        trail.record("notice.drafted", by=by, at=at, subject=draft.pk)
        draft.save(force_insert=True)
        _write(draft, [_draft_of(tick) for tick in last.purposes.all()])
    return draft


def save(*, version_id: UUID, content: dict[str, Any], ticks: Sequence[TickDraft], by: User, at: datetime) -> NoticeVersion:
    """Keep what was written; nothing is shown to anybody by it. Raises DraftRefused: published, proposed."""
    with transaction.atomic():
        draft = _locked(version_id)
        if draft.proposed_at is not None:
            raise DraftRefused("proposed")
        trail.record("notice.drafted", by=by, at=at, subject=draft.pk)
        draft.content = content
        draft.save(update_fields=["content"])
        draft.purposes.all().delete()
        _write(draft, ticks)
    return draft


def review(draft: NoticeVersion) -> Review:
    """Look a draft through, against the version that is published now."""
    ticks = list(draft.purposes.select_related("purpose"))
    before = notices.before(draft)
    found = changes.between(before.content, list(before.purposes.all()), draft.content, ticks) if before else []
    forms = dict(Purpose.objects.values_list("code", "form"))
    gaps = notices.missing(draft.content) + ([] if ticks else ["purposes"]) + _ticks_missing(draft, ticks)
    gaps += declaring.gaps(draft.content, ticks) + promises.gaps(ticks) + [*apart.gaps(draft.content, ticks)]
    return Review(
        gaps=gaps,
        findings=lint.findings(draft.content, ticks, forms=forms),
        changes=found,
        measured=changes.measure(found),
        readability=lint.readability(draft.content),
        completeness=completeness.of(draft.content, ticks),
    )


def propose(*, version_id: UUID, by: User, at: datetime) -> Review:
    """Lay a draft before a second person; it rests until they decide. Raises DraftRefused: incomplete, blocked, proposed, same.

    Whoever would let a purpose stand on a basis that the register does not allow leaves an entry that names the rule (A9).
    """
    try:
        return _propose(version_id, by=by, at=at)
    except DraftRefused as refused:
        if refused.why:
            told: dict[str, Any] = {"subject": version_id, "outcome": "denied", "rule": rules.VERSION}
            trail.record_alone("notice.proposed", by=by, at=at, reason=refused.why, **told)
        raise


def _propose(version_id: UUID, *, by: User, at: datetime) -> Review:
    with transaction.atomic():
        draft = _locked(version_id)
        if draft.proposed_at is not None:
            raise DraftRefused("proposed")
        told = review(draft)
        if not told.ready:
            barred = any(gap.endswith(".bases.matrix") for gap in told.gaps)
            raise DraftRefused("incomplete" if told.gaps else "blocked", why="basis_not_allowed" if barred else "")
        if not told.changes:
            raise DraftRefused("same")
        trail.record("notice.proposed", by=by, at=at, subject=draft.pk)
        draft.proposed_at, draft.proposed_by, draft.measured = at, by, told.measured
        draft.readability = told.readability
        draft.save(update_fields=["proposed_at", "proposed_by", "measured", "readability"])
    return told


def send_back(*, version_id: UUID, by: User, at: datetime) -> None:
    """Back to writing, by whoever proposed it or whoever was to decide. Raises DraftRefused: published, not_proposed."""
    with transaction.atomic():
        draft = _locked(version_id)
        if draft.proposed_at is None:
            raise DraftRefused("not_proposed")
        trail.record("notice.returned", by=by, at=at, subject=draft.pk)
        draft.proposed_at = draft.proposed_by = draft.measured = None
        draft.save(update_fields=["proposed_at", "proposed_by", "measured"])


def digest(draft: NoticeVersion) -> str:
    """What a draft says, every word and every tick, in 64 characters: a second person decides on exactly that."""
    ticks = [[getattr(tick, name) for name in TICK] for tick in draft.purposes.all()]
    return notices.content_hash({"content": draft.content, "ticks": ticks})


def publish(
    *, version_id: UUID, seen: str, materiality: str, reason: str, address: str, by: User, at: datetime
) -> NoticeVersion:
    """Publish what another person proposed, for ever, and decide how much it changes (B4, B5, B11).

    `seen` is the digest of what the second person read, `address` the site's, for the messages that tell of it. Raises
    DraftRefused: not_proposed, same_person, changed where the draft is no longer what was read, reason where the decision
    differs from what was measured and says not why, blocked or incomplete where something came up since.
    """
    with transaction.atomic():
        draft = _locked(version_id)
        if draft.proposed_at is None:
            raise DraftRefused("not_proposed")
        if draft.proposed_by_id == by.pk:
            raise DraftRefused("same_person")
        if seen != digest(draft):
            raise DraftRefused("changed")
        if materiality not in changes.ORDER or (materiality != draft.measured and not reason.strip()):
            raise DraftRefused("reason")
        told = review(draft)
        if not told.ready:
            raise DraftRefused("incomplete" if told.gaps else "blocked")
        draft.materiality, draft.materiality_reason = materiality, reason.strip()[:REASON]
        draft.address = address
        notices.publish(version=draft, by=by, at=at)
    return draft


def _locked(version_id: UUID) -> NoticeVersion:
    draft = NoticeVersion.objects.select_for_update(of=("self",)).select_related("notice").get(pk=version_id)
    if draft.published_at is not None:
        raise DraftRefused("published")
    return draft


def _draft_of(tick: NoticePurpose) -> TickDraft:
    return TickDraft(**{name: getattr(tick, name) for name in TICK})


def _write(draft: NoticeVersion, ticks: Sequence[TickDraft]) -> None:
    NoticePurpose.objects.bulk_create(
        [NoticePurpose(version=draft, order=order, **vars(tick)) for order, tick in enumerate(ticks)]
    )


def _ticks_missing(draft: NoticeVersion, ticks: Sequence[NoticePurpose]) -> list[str]:
    """A tick needs its words in both languages; passing on needs to say to whom, and that one stands in the list (B8)."""
    listed = {row.get("name") for words in draft.content.values() for row in words.get("share") or []}
    gaps = [f"tick_{t.purpose_id}_{t.channel}" for t in ticks if not t.tick_zh.strip() or not t.tick_en.strip()]
    unnamed = [t for t in ticks if t.channel == "share" and t.recipient not in listed]
    return gaps + [f"tick_{t.purpose_id}_{t.channel}_recipient" for t in unnamed]


def offered() -> list[tuple[Purpose, str]]:
    """Every purpose by every channel of the register that a notice may ask consent for (A2)."""
    asked = [purpose for purpose in Purpose.objects.filter(retired_at=None) if Basis.CONSENT in purpose.bases]
    return [(purpose, channel) for purpose in asked for channel in purpose.channels]
