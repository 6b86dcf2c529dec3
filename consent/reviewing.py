"""Compliance looks at a consent and its evidence: accepts it, returns it to the advisor, or declares it invalid (C6)."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from consent import ledger, states, suppression
from consent.ledger import Ask
from consent.models import Consent, ConsentEvent, ConsentReview, Evidence, NoticePurpose, PaperPage
from team.models import User

Verdict, Reason, Kind = ConsentReview.Verdict, ConsentReview.Reason, ConsentReview.Kind


class ReviewRefused(Exception):
    """A verdict that cannot be given; `code` names why.

    moved (something happened since the page was shown), unbound, suppressed, not_asked, reason.
    """

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


def decide(
    *, consent_id: UUID, seen: UUID, kind: str, verdict: str, reason: str, language: str, by: User, at: datetime
) -> ConsentReview:
    """Keep the verdict on the consent as it was seen (`seen` is its last event); `at` is aware, UTC.

    Accepting signed paper makes it a yes of grade B, on the words that the code on the paper names, from now until the
    end they promise: never typed, never above what the evidence is. Declaring invalid stops it at once, and what has no
    other basis leaves (PIPL 47(1)(4)). Serves C6, C7, O1. Raises ReviewRefused; nothing is kept then.
    """
    if verdict not in Verdict.values or (verdict != Verdict.ACCEPTED and reason not in Reason.values[1:]):
        raise ReviewRefused("reason")
    with transaction.atomic():
        head = Consent.objects.select_for_update().get(pk=consent_id)
        last = ConsentEvent.objects.filter(consent=head).latest("number")
        if last.pk != seen:
            raise ReviewRefused("moved")
        told = "" if verdict == Verdict.ACCEPTED else reason
        trail.record("consent.reviewed", by=by, at=at, subject=head.subject_id, reason=told or "accepted")
        if verdict == Verdict.ACCEPTED and kind == Kind.PAPER:
            _accept_paper(head, language, by, at)
        if verdict == Verdict.INVALIDATED:
            ledger.close([head], "invalidated", method="review", reason=reason, by=by, at=at)
        return ConsentReview.objects.create(consent=head, event=last, kind=kind, verdict=verdict, reason=told, by=by, at=at)


def _accept_paper(head: Consent, language: str, by: User, at: datetime) -> None:
    if head.state not in states.WAITING:
        raise ReviewRefused("not_asked")
    if suppression.subjects_suppressed([head.subject_id]):
        raise ReviewRefused("suppressed")  # a later no beats an older paper
    pages = list(papers_of(head.subject_id))
    tick = tick_on(head, pages)
    if tick is None:
        raise ReviewRefused("unbound")
    digest = hashlib.sha256("".join(page.digest for page in pages).encode()).hexdigest()
    proof = Evidence.objects.create(subject_id=head.subject_id, kind="paper", digest=digest, created_at=at)
    asks = [Ask(head.subject_id, tick, head.source)]
    ledger.give(asks, evidence={head.subject_id: proof}, grade="B", method="wet_sign", language=language, by=by, at=at)


def papers_of(subject: UUID) -> list[PaperPage]:
    """Every page of signed paper that is kept of this person, in the order they came."""
    rows = PaperPage.objects.filter(subject_id=subject, file_key__isnull=False).select_related("version__notice", "added_by")
    return list(rows.order_by("created_at", "number"))


def tick_on(head: Consent, pages: list[PaperPage]) -> NoticePurpose | None:
    """The box of this purpose and channel on the newest bound paper; None where no paper is bound to words that have it."""
    bound = [page.version_id for page in pages if page.version_id is not None]
    rows = NoticePurpose.objects.filter(version=bound[-1] if bound else None, purpose=head.purpose_id, channel=head.channel)
    return rows.first()
