"""Recorded speech kept as evidence: samples, bound to the words that were read out, or to the no they prove (C6, D4, O1)."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from consent import evidence_files
from consent.models import Evidence, NoticePurpose, NoticeVersion, Recording, RefusalRecording
from consent.speech.decoding import Speech
from team.models import User


def add(
    *,
    subject: UUID,
    speech: Speech,
    version: NoticeVersion,
    ticks: Sequence[NoticePurpose],
    language: str,
    spoken_at: datetime,
    by: User,
    at: datetime,
) -> Recording:
    """Keep this recording of this person; `ticks` are the boxes of `version` that were read out and agreed to.

    `spoken_at` and `at` are aware, UTC; `language` is zh or en. Raises as evidence_files.keep does, and IntegrityError for
    the same sound of the same person again; nothing is kept then. Serves C6, O1.
    """
    row = Recording(id=uuid4(), subject_id=subject, version=version, language=language, added_by=by)
    row.spoken_at, row.created_at, row.seconds, row.sound = spoken_at, at, speech.seconds, sound_of(speech)
    with transaction.atomic():
        evidence_files.keep([row], [speech.wav], by=by, at=at)
        row.ticks.set(ticks)
    return row


def add_refusal(*, subject: UUID, speech: Speech, by: User, at: datetime, then: Callable[[Evidence, datetime], None]) -> None:
    """Keep this recording of a spoken no; `then` stops what it says, in the same transaction (`at` aware, UTC).

    `then` is told the proof and the moment of the row. Raises as evidence_files.keep does, and IntegrityError for the same
    sound of the same person again; nothing was kept then and nothing stopped. Serves D4, O1.
    """
    proof = Evidence(id=uuid4(), subject_id=subject, kind=Evidence.Kind.REFUSAL, digest=sound_of(speech))
    row = RefusalRecording(id=uuid4(), subject_id=subject, proof_id=proof.pk, added_by=by, created_at=at)
    row.seconds, row.sound = speech.seconds, proof.digest

    def stop(*, at: datetime) -> None:
        proof.created_at = at
        proof.save(force_insert=True)
        then(proof, at)

    evidence_files.keep([row], [speech.wav], by=by, at=at, then=stop)


def refusal_known(subject: UUID, speech: Speech) -> bool:
    """Whether this very sound was kept already as a no of this person."""
    return RefusalRecording.objects.filter(subject_id=subject, sound=sound_of(speech)).exists()


def sound_of(speech: Speech) -> str:
    """What tells this recording from every other, also once nobody can open it: SHA-256 of the whole file."""
    return hashlib.sha256(speech.wav).hexdigest()
