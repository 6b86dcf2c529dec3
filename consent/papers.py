"""Signed paper kept as evidence: pictures, bound to the words whose code they carry (C7, O1)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from consent import evidence_files, ledger, proofs
from consent.ledger import Ask
from consent.models import Consent, Evidence, NoticePurpose, NoticeVersion, PaperPage
from consent.models.notice import Form
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
    asked = partial(_ask_in_writing, subject, version, ticks, by=by)
    evidence_files.keep(rows, pages, by=by, at=at, then=asked)
    return paper


def add_letter(
    *, subject: UUID, pages: Sequence[bytes], by: User, at: datetime, then: Callable[[Evidence, datetime], None]
) -> None:
    """Keep these pictures as a letter by which this person stops something; `then` stops it, in the same transaction.

    `at` is aware, UTC. `then` is told the proof and the moment of the rows. No code on it is read, since it speaks for no
    yes. Raises as evidence_files.keep does, and then nothing was kept and nothing stopped. Serves D1, O1.
    """
    paper, proof = uuid4(), Evidence(id=uuid4(), subject_id=subject, kind=Evidence.Kind.LETTER)
    rows = [
        PaperPage(id=uuid4(), subject_id=subject, paper=paper, number=number, added_by=by, created_at=at, letter_id=proof.pk)
        for number in range(1, len(pages) + 1)
    ]

    def stop(*, at: datetime) -> None:
        proof.digest, proof.created_at = proofs.digest_of(rows, ()), at
        proof.save(force_insert=True)
        then(proof, at)

    evidence_files.keep(rows, pages, by=by, at=at, then=stop)


def _ask_in_writing(
    subject: UUID, version: NoticeVersion | None, ticks: Sequence[UUID] | None, *, by: User, at: datetime
) -> None:
    """What a sheet asks for in writing is asked from here on, since no other road asks it (C4); that alone opens nothing."""
    rows = NoticePurpose.objects.filter(version=version, purpose__form=Form.WRITTEN)
    rows = rows if ticks is None else rows.filter(pk__in=ticks)
    known = set(Consent.objects.filter(subject_id=subject).values_list("purpose_id", "channel"))
    asks = [Ask(subject, tick, "quick") for tick in rows if (tick.purpose_id, tick.channel) not in known]
    if version is not None and asks:
        ledger.request(asks, language="", by=by, at=at)
