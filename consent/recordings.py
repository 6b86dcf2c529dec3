"""Recorded speech kept as evidence: samples, bound to the words that had to be read out (C6, O1)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from consent import evidence_files
from consent.models import NoticePurpose, NoticeVersion, Recording
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


def sound_of(speech: Speech) -> str:
    """What tells this recording from every other, also once nobody can open it: SHA-256 of the whole file."""
    return hashlib.sha256(speech.wav).hexdigest()
