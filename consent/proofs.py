"""Which papers and recordings speak for a consent, and on which words (C6, C7)."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from consent import rules, states
from consent.models import Consent, ConsentReview, NoticePurpose, PaperPage, Recording


def open_to_paper(head: Consent) -> bool:
    """Whether signed paper would make this a yes, or a better one: of what was only spoken it makes one that is signed."""
    return head.state in states.SIGNABLE or (head.state in rules.LIVE and head.grade == "C")


def papers_of(head: Consent) -> list[PaperPage]:
    """The signed paper that speaks for this consent, in the order it came.

    A letter of withdrawal never does, what was sent back speaks no more, and of a yes that ended, was replaced or was
    spoken only what came since.
    """
    rows = _unanswered(head, PaperPage.objects.filter(subject_id=head.subject_id, file_key__isnull=False, letter=None))
    if open_to_paper(head) and head.state not in states.WAITING:
        rows = rows.filter(created_at__gte=head.changed_at)
    return list(rows.select_related("version__notice", "added_by").order_by("created_at", "number"))


def recordings_of(head: Consent) -> list[Recording]:
    """The recordings in which this purpose and channel were asked, in the order they came; none of what stands already."""
    if head.state not in states.SIGNABLE:
        return []
    rows = Recording.objects.filter(subject_id=head.subject_id, file_key__isnull=False)
    rows = _unanswered(head, rows.filter(ticks__purpose=head.purpose_id, ticks__channel=head.channel))
    if head.state not in states.WAITING:
        rows = rows.filter(spoken_at__gte=head.changed_at)
    return list(rows.select_related("version__notice", "added_by").order_by("created_at"))


def _unanswered(head: Consent, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Without what was sent back, and whatever came before that."""
    back = ConsentReview.objects.filter(consent=head, verdict="returned").order_by("-at").first()
    return rows.filter(created_at__gt=back.at) if back else rows


def tick_on(head: Consent, pages: list[PaperPage]) -> NoticePurpose | None:
    """The box of this purpose and channel on the newest paper; None where its pages are not bound to words that have it."""
    newest = pages[-1].paper if pages else None
    sheet = [page for page in pages if page.paper == newest]
    bound = {page.version_id for page in sheet} - {None}
    rows = NoticePurpose.objects.filter(version__in=bound, purpose=head.purpose_id, channel=head.channel)
    tick = rows.select_related("version__notice").first()
    known = next((page.ticks for page in sheet if page.ticks is not None), None)
    return tick if tick is None or known is None or str(tick.pk) in known else None


def spoken_on(head: Consent, spoken: Recording) -> NoticePurpose | None:
    """The box of this purpose and channel among those that were read out, on the version that was read."""
    rows = spoken.ticks.filter(version=spoken.version_id, purpose=head.purpose_id, channel=head.channel)
    return rows.select_related("version__notice").first()


def digest_of(pages: Iterable[PaperPage], spoken: Iterable[Recording]) -> str:
    """One digest over files, in 64 characters."""
    told = [page.digest for page in pages] + [row.sound for row in spoken]
    return hashlib.sha256("".join(told).encode()).hexdigest()
