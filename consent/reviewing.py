"""Compliance looks at a consent and its evidence: accepts it, returns it to the advisor, or declares it invalid (C6)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from audit import trail
from consent import evidence_files, ledger, proofs, states, suppression
from consent.drafting import effects
from consent.ledger import Ask
from consent.models import Consent, ConsentEvent, ConsentReview, Evidence, NoticePurpose, Subject
from consent.models.notice import Form
from consent.models.subject import MINORS
from consent.proofs import papers_of, recordings_of, spoken_on, tick_on
from consent.requests import asking
from team import fields
from team.fields import Level
from team.models import User

Verdict, Reason, Kind = ConsentReview.Verdict, ConsentReview.Reason, ConsentReview.Kind


class ReviewRefused(Exception):
    """A verdict that cannot be given; `code` names why.

    moved (something happened since the page was shown), unbound, suppressed, restricted, not_asked, reason, own, unopened.
    """

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


def decide(
    *, consent_id: UUID, seen: UUID, shown: str, verdict: str, reason: str, language: str, by: User, at: datetime
) -> ConsentReview:
    """Keep the verdict on the consent as it was seen; `at` is aware, UTC.

    `seen` is the consent's last event and `shown` the digest of the evidence and words on the page: what came in between is
    looked at first. Accepting signed paper makes it a yes of grade B, on the words that the code on the paper names, and
    recorded speech one of grade C, on the words that were read out: from now until the end they promise, never typed,
    never above what the evidence is. Nobody accepts a recording of their own, or a file that they did not open. Declaring
    invalid stops it at once, and what has no other basis leaves (PIPL 47(1)(4)). Serves C6, C7, O1. Raises ReviewRefused;
    nothing is kept then.
    """
    if verdict not in Verdict.values or (verdict != Verdict.ACCEPTED and reason not in Reason.values[1:]):
        raise ReviewRefused("reason")
    with transaction.atomic():
        head = Consent.objects.select_for_update().select_related("notice_version__notice").get(pk=consent_id)
        Subject.objects.select_for_update().get(pk=head.subject_id)  # whoever adds evidence holds it too
        last = ConsentEvent.objects.filter(consent=head).latest("number")
        if last.pk != seen or shown != digest(head) or _decided(head, last):
            raise ReviewRefused("moved")
        kind = kind_of(head)
        told = "" if verdict == Verdict.ACCEPTED else reason
        trail.record("consent.reviewed", by=by, at=at, subject=head.subject_id, reason=told or "accepted")
        if verdict == Verdict.ACCEPTED and kind != Kind.SAMPLE:
            _accept(head, kind, language, by, at)
        if verdict == Verdict.INVALIDATED:
            ledger.close([head], "invalidated", method="review", reason=reason, by=by, at=at)
        return ConsentReview.objects.create(consent=head, event=last, kind=kind, verdict=verdict, reason=told, by=by, at=at)


def kind_of(head: Consent) -> str:
    """What there is to look at: paper, where it could make it a better yes; else speech; else one of the week's sample."""
    pages = papers_of(head)
    if proofs.open_to_paper(head) and pages and (tick_on(head, pages) or not recordings_of(head)):
        return Kind.PAPER
    if head.state in states.SIGNABLE:
        return Kind.SPEECH if recordings_of(head) else Kind.PAPER
    return Kind.SAMPLE


def _decided(head: Consent, last: ConsentEvent) -> bool:
    """Whether somebody gave a verdict on just this already; better evidence asks for a new one."""
    rows = ConsentReview.objects.filter(consent=head, event=last)
    came = [page.created_at for page in papers_of(head)] + [spoken.created_at for spoken in recordings_of(head)]
    if proofs.open_to_paper(head) and came:
        rows = rows.filter(at__gte=max(came))
    return rows.exists()


def _accept(head: Consent, kind: str, language: str, by: User, at: datetime) -> None:
    if not proofs.open_to_paper(head):
        raise ReviewRefused("not_asked")
    if suppression.subjects_suppressed([head.subject_id]):
        raise ReviewRefused("suppressed")  # a later no beats older evidence
    if asking.restricted_anywhere([head.subject_id]):
        raise ReviewRefused("restricted")
    if Subject.objects.filter(pk=head.subject_id, age__in=MINORS).exists():
        raise ReviewRefused("minor")
    if fields.levels_of(by, at=at)["consent.evidence"] < Level.CALL:
        raise ReviewRefused("unseen")  # who may not open it, or is not fit today, has not looked
    if kind == Kind.SPEECH:
        _accept_speech(head, language, by, at)
    else:
        _accept_paper(head, language, by, at)
    effects.close_replaced(head.subject_id, at=at)


def _must_hold(head: Consent, tick: NoticePurpose | None, added_by: set[UUID], by: User) -> NoticePurpose:
    """Bound to words that still count, and looked at by somebody who did not bring it."""
    if tick is None:
        raise ReviewRefused("unbound")
    if by.pk in added_by:
        raise ReviewRefused("own")
    if head.state == "superseded" and effects.overtaken(tick):
        raise ReviewRefused("replaced")  # what was asked anew is not answered by the words it replaced (B4)
    return tick


def _must_be_opened(files: Sequence[evidence_files.Row], by: User) -> None:
    """Whoever accepts opened each file themself since it came: what the page shows is loaded, and so on record (C6, I9)."""
    if not evidence_files.looked_at(files, by=by):
        raise ReviewRefused("unopened")


def _accept_paper(head: Consent, language: str, by: User, at: datetime) -> None:
    pages = papers_of(head)
    tick = tick_on(head, pages)
    tick = _must_hold(head, tick, {page.added_by_id for page in pages}, by)
    _must_be_opened(pages, by)
    proof = Evidence.objects.create(subject_id=head.subject_id, kind="paper", digest=proofs.digest_of(pages, ()), created_at=at)
    asks = [Ask(head.subject_id, tick, head.source)]
    how: dict[str, Any] = {"method": "wet_sign", "form": Form.WRITTEN, "language": language, "by": by, "at": at}
    ledger.give(asks, evidence={head.subject_id: proof}, grade="B", **how)


def _accept_speech(head: Consent, language: str, by: User, at: datetime) -> None:
    spoken = recordings_of(head)[-1]
    tick = spoken_on(head, spoken)
    tick = _must_hold(head, tick, {spoken.added_by_id}, by)
    _must_be_opened([spoken], by)
    if tick.purpose.form != Form.GENERAL:
        raise ReviewRefused("form")  # it became a question of its own since (C3)
    proof = Evidence.objects.create(subject_id=head.subject_id, kind="speech", digest=spoken.sound, created_at=at)
    asks, proof_of = [Ask(head.subject_id, tick, head.source)], {head.subject_id: proof}
    ledger.give(asks, evidence=proof_of, grade="C", method="recorded", language=language, by=by, at=at)


def digest(head: Consent) -> str:
    """What a page shows of this consent: its evidence and the words it or the ledger name, in 64 characters."""
    pages, spoken = papers_of(head), recordings_of(head)
    words = tick_on(head, pages) if proofs.open_to_paper(head) else None
    told = f"{head.pk}:{head.state}:{words.pk if words else head.notice_version_id}:{proofs.digest_of(pages, spoken)}"
    return hashlib.sha256(told.encode()).hexdigest()
