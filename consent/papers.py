"""Signed paper kept as evidence: pictures, bound to the words whose code they carry (C7, O1)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from consent import evidence_files
from consent.models import PaperPage
from consent.showing import binding
from team.models import User


def add(*, subject: UUID, pages: Sequence[bytes], by: User, at: datetime, ticks: Sequence[UUID] | None = None) -> UUID:
    """Keep these pictures as one paper of this person; returns the paper's id. `at` is aware, UTC.

    Which notice it was printed from is read from the code on it, and never typed; `ticks`
    are the boxes that were ticked, where a screen knows them. Serves C7, O1.
    Raises as evidence_files.keep does; nothing is kept then.
    """
    paper, version = uuid4(), binding.of_pages(pages)
    told = None if ticks is None else [str(pk) for pk in ticks]
    rows = [
        PaperPage(
            id=uuid4(), subject_id=subject, paper=paper, number=number, added_by=by, created_at=at, version=version, ticks=told
        )
        for number in range(1, len(pages) + 1)
    ]
    evidence_files.keep(rows, pages, by=by, at=at)
    return paper
