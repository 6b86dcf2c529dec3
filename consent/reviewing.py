"""Compliance looks at a consent and its evidence: accepts it, returns it to the advisor, or declares it invalid (C6)."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from audit import trail
from consent import ledger, states, suppression
from consent.drafting import effects
from consent.ledger import Ask
from consent.models import Consent, ConsentEvent, ConsentReview, Evidence, NoticePurpose, PaperPage, Subject
from consent.models.notice import Form
from consent.requests import asking
from team.models import User

Verdict, Reason, Kind = ConsentReview.Verdict, ConsentReview.Reason, ConsentReview.Kind


class ReviewRefused(Exception):
    """A verdict that cannot be given; `code` names why.

    moved (something happened since the page was shown), unbound, suppressed, restricted, not_asked, reason.
    """

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


def decide(
    *, consent_id: UUID, seen: UUID, shown: str, verdict: str, reason: str, language: str, by: User, at: datetime
) -> ConsentReview:
    """Keep the verdict on the consent as it was seen; `at` is aware, UTC.

    `seen` is the consent's last event and `shown` the digest of the papers and words on the page: what came in between is
    looked at first. Accepting signed paper makes it a yes of grade B, on the words that the code on the paper names, from
    now until the end they promise: never typed, never above what the evidence is. Declaring invalid stops it at once, and
    what has no other basis leaves (PIPL 47(1)(4)). Serves C6, C7, O1. Raises ReviewRefused; nothing is kept then.
    """
    if verdict not in Verdict.values or (verdict != Verdict.ACCEPTED and reason not in Reason.values[1:]):
        raise ReviewRefused("reason")
    with transaction.atomic():
        head = Consent.objects.select_for_update().select_related("notice_version__notice").get(pk=consent_id)
        Subject.objects.select_for_update().get(pk=head.subject_id)  # whoever adds paper holds it too
        last = ConsentEvent.objects.filter(consent=head).latest("number")
        if last.pk != seen or shown != digest(head) or _decided(head, last):
            raise ReviewRefused("moved")
        kind = kind_of(head)
        told = "" if verdict == Verdict.ACCEPTED else reason
        trail.record("consent.reviewed", by=by, at=at, subject=head.subject_id, reason=told or "accepted")
        if verdict == Verdict.ACCEPTED and kind == Kind.PAPER:
            _accept_paper(head, language, by, at)
        if verdict == Verdict.INVALIDATED:
            ledger.close([head], "invalidated", method="review", reason=reason, by=by, at=at)
        return ConsentReview.objects.create(consent=head, event=last, kind=kind, verdict=verdict, reason=told, by=by, at=at)


def kind_of(head: Consent) -> str:
    """What there is to look at: paper, where only paper could make it a yes; else one of the week's sample."""
    return Kind.PAPER if head.state in states.SIGNABLE else Kind.SAMPLE


def _decided(head: Consent, last: ConsentEvent) -> bool:
    """Whether somebody gave a verdict on just this already; better paper asks for a new one."""
    rows = ConsentReview.objects.filter(consent=head, event=last)
    pages = papers_of(head)
    if head.state in states.SIGNABLE and pages:
        rows = rows.filter(at__gte=max(page.created_at for page in pages))
    return rows.exists()


def _accept_paper(head: Consent, language: str, by: User, at: datetime) -> None:
    if head.state not in states.SIGNABLE:
        raise ReviewRefused("not_asked")
    if suppression.subjects_suppressed([head.subject_id]):
        raise ReviewRefused("suppressed")  # a later no beats an older paper
    if asking.restricted_anywhere([head.subject_id]):
        raise ReviewRefused("restricted")
    pages = papers_of(head)
    tick = tick_on(head, pages)
    if tick is None:
        raise ReviewRefused("unbound")
    proof = Evidence.objects.create(subject_id=head.subject_id, kind="paper", digest=_files(pages), created_at=at)
    asks = [Ask(head.subject_id, tick, head.source)]
    how: dict[str, Any] = {"method": "wet_sign", "form": Form.WRITTEN, "language": language, "by": by, "at": at}
    ledger.give(asks, evidence={head.subject_id: proof}, grade="B", **how)
    effects.close_replaced(head.subject_id, at=at)


def papers_of(head: Consent) -> list[PaperPage]:
    """The signed paper that speaks for this consent, in the order it came.

    What was sent back speaks no more, and of a yes that ended or was replaced only what came since.
    """
    rows = PaperPage.objects.filter(subject_id=head.subject_id, file_key__isnull=False)
    if head.state in states.SIGNABLE - states.WAITING:
        rows = rows.filter(created_at__gte=head.changed_at)
    back = ConsentReview.objects.filter(consent=head, verdict=Verdict.RETURNED).order_by("-at").first()
    rows = rows.filter(created_at__gt=back.at) if back else rows
    return list(rows.select_related("version__notice", "added_by").order_by("created_at", "number"))


def tick_on(head: Consent, pages: list[PaperPage]) -> NoticePurpose | None:
    """The box of this purpose and channel on the newest paper; None where its pages are not bound to words that have it."""
    newest = pages[-1].paper if pages else None
    sheet = [page for page in pages if page.paper == newest]
    bound = {page.version_id for page in sheet} - {None}
    rows = NoticePurpose.objects.filter(version__in=bound, purpose=head.purpose_id, channel=head.channel)
    tick = rows.select_related("version__notice").first()
    known = next((page.ticks for page in sheet if page.ticks is not None), None)
    return tick if tick is None or known is None or str(tick.pk) in known else None


def digest(head: Consent) -> str:
    """What a page shows of this consent: its papers and the words they or the ledger name, in 64 characters."""
    pages = papers_of(head)
    words = tick_on(head, pages) if head.state in states.SIGNABLE else None
    told = f"{head.pk}:{head.state}:{words.pk if words else head.notice_version_id}:{_files(pages)}"
    return hashlib.sha256(told.encode()).hexdigest()


def _files(pages: list[PaperPage]) -> str:
    return hashlib.sha256("".join(page.digest for page in pages).encode()).hexdigest()
