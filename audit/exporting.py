"""Takes the trail out with a second person's yes: asked, decided about exactly this, written in the background, handed out.

Duty is the table: the worker is only rung, and a worker that died is followed by another, which begins the file anew.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from audit import export, search, stored, trail
from audit.export import NothingSealed
from audit.models import ExportJob, Seal, TreeLeaf
from audit.search import Criteria
from audit.trail import Actor

VALID = timedelta(hours=24)  # from the wish to the last download (ASVS 2.3.5)
STALE = timedelta(minutes=2)
State = ExportJob.State


class ExportRefused(Exception):
    """Something that cannot be done with an export as it stands; the word says why."""

    def __init__(self, word: str) -> None:
        """Keep the word."""
        super().__init__(word)
        self.word = word


class _Cancelled(Exception):
    """Somebody took the wish back while it was being written."""


def ask(*, criteria: Criteria, purpose: str, case_ref: str, by: Actor, at: datetime) -> ExportJob:
    """Fix what is wanted, up to the newest checkpoint, and let it wait for a second person. Raises NothingSealed."""
    seal = stored.newest()
    if seal is None:
        raise NothingSealed
    query = written(criteria)
    meeting = TreeLeaf.objects.filter(idx__lt=seal.size)
    if criteria != export.EVERYTHING:
        meeting = meeting.filter(seq__in=search.matching(criteria).values("seq"))
    with transaction.atomic():
        count = meeting.count()
        trail.record("audit.export_asked", by=by, at=at, numbers=[count])
        return ExportJob.objects.create(
            query=query,
            query_hash=_digest(query, seal.size),
            size=seal.size,
            count=count,
            purpose=purpose,
            case_ref=case_ref,
            asked_by=_key(by),
            asked_at=at,
            expires_at=at + VALID,
        )


def decide(*, job_id: UUID, query_hash: str, yes: bool, by: Actor, at: datetime) -> ExportJob:
    """A second person lets exactly this out, or not. Raises ExportRefused: gone, other_query, same_person."""
    with transaction.atomic():
        job = ExportJob.objects.select_for_update().filter(pk=job_id, state=State.ASKED, expires_at__gt=at).first()
        if job is None:
            raise ExportRefused("gone")
        if query_hash != job.query_hash or not sound(job):
            raise ExportRefused("other_query")
        if job.asked_by == _key(by):
            raise ExportRefused("same_person")
        trail.record("audit.export_approved" if yes else "audit.export_refused", by=by, at=at, numbers=[job.count])
        job.decided_by, job.decided_at = _key(by), at
        job.state, job.expires_at = (State.APPROVED, at + VALID) if yes else (State.REFUSED, job.expires_at)
        job.save(update_fields=["decided_by", "decided_at", "state", "expires_at"])
        return job


def cancel(*, job_id: UUID, by: Actor, at: datetime) -> ExportJob:
    """Take one's own wish back at any time before it is gone; its file goes too. Raises ExportRefused."""
    going = (State.ASKED, State.APPROVED, State.RUNNING, State.READY)
    with transaction.atomic():
        job = ExportJob.objects.select_for_update().filter(pk=job_id, asked_by=_key(by), state__in=going).first()
        if job is None:
            raise ExportRefused("gone")
        trail.record("audit.export_cancelled", by=by, at=at, numbers=[job.count])
        job.state = State.CANCELLED
        job.save(update_fields=["state"])
    file_of(job).unlink(missing_ok=True)
    return job


def work(*, at: datetime) -> int:
    """Write every approved export that nobody writes, and let what has run out go; returns how many were written."""
    _let_go(at)
    return sum(_write(job, at=at) for job in list(_due(at)) if _claim(job))


def hand_out(*, job_id: UUID, by: Actor, at: datetime) -> tuple[ExportJob, Iterator[bytes]]:
    """The file, to whoever asked for it, while it is valid and as it was written; on record first. Raises ExportRefused."""
    job = ExportJob.objects.filter(pk=job_id, asked_by=_key(by), state=State.READY, expires_at__gt=at).first()
    if job is None:
        raise ExportRefused("gone")
    path = file_of(job)
    if not sound(job) or not path.exists() or _file_digest(path) != job.file_sha256:
        raise ExportRefused("damaged")
    trail.record_alone("audit.exported", by=by, at=at, numbers=[job.count])
    return job, _pieces(path)


def criteria_of(job: ExportJob) -> Criteria:
    """What was asked for."""
    said = json.loads(job.query)
    times = {key: datetime.fromisoformat(said[key]) for key in ("since", "until") if key in said}
    ids = {key: UUID(said[key]) for key in ("actor", "subject") if key in said}
    return Criteria(**{**said, **times, **ids})


def sound(job: ExportJob) -> bool:
    """Whether the query is still the one that was asked and approved."""
    return _digest(job.query, job.size) == job.query_hash


def written(criteria: Criteria) -> str:
    """Criteria as canonical JSON: what is left out does not stand there."""
    said = {key: value for key, value in vars(criteria).items() if value}
    told = {key: value.isoformat() if isinstance(value, datetime) else str(value) for key, value in said.items()}
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def file_of(job: ExportJob) -> Path:
    """Where the file of an export lies, for this user's eyes alone."""
    return Path(settings.VAR_DIR) / "exports" / f"{job.pk}.zip"


def _due(at: datetime) -> QuerySet[ExportJob]:
    lost = Q(state=State.RUNNING) & (Q(heartbeat__lt=at - STALE) | Q(heartbeat__isnull=True))
    return ExportJob.objects.filter(Q(state=State.APPROVED) | lost, expires_at__gt=at).order_by("asked_at")


def _claim(job: ExportJob) -> bool:
    """This worker's, taken just before it is written: one that waits behind another must not look abandoned."""
    mine = ExportJob.objects.filter(pk=job.pk, state=job.state, heartbeat=job.heartbeat)
    return bool(mine.update(state=State.RUNNING, heartbeat=timezone.now(), done=0))


def _write(job: ExportJob, *, at: datetime) -> bool:
    """One export into its file; False when it was cancelled or its query is no longer the approved one."""
    seal = Seal.objects.filter(pk=job.size).first()
    if seal is None or not sound(job):
        ExportJob.objects.filter(pk=job.pk).update(state=State.FAILED)
        return False
    path = file_of(job)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part, digest, size = path.with_suffix(".part"), hashlib.sha256(), 0
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as target:
            for piece in export.stream(criteria_of(job), at=at, seal=seal, told=_teller(job)):
                target.write(piece)
                digest.update(piece)
                size += len(piece)
        part.replace(path)
    except _Cancelled:
        return False
    finally:
        part.unlink(missing_ok=True)
    ready = {"state": State.READY, "file_bytes": size, "file_sha256": digest.hexdigest()}
    done = ExportJob.objects.filter(pk=job.pk, state=State.RUNNING).update(**ready)
    if not done:
        path.unlink(missing_ok=True)
    return bool(done)


def _teller(job: ExportJob) -> Callable[[int, int], None]:
    """Writes down how far an export is, by the worker's own clock, and hears whether somebody cancelled it."""

    def tell(done: int, whole: int) -> None:
        mine = ExportJob.objects.filter(pk=job.pk, state=State.RUNNING)
        if not mine.update(done=done, total=whole, heartbeat=timezone.now()):
            raise _Cancelled

    return tell


def _let_go(at: datetime) -> None:
    """What has run out is gone, its file first."""
    open_states = (State.ASKED, State.APPROVED, State.RUNNING, State.READY)
    for job in ExportJob.objects.filter(state__in=open_states, expires_at__lte=at):
        file_of(job).unlink(missing_ok=True)
        ExportJob.objects.filter(pk=job.pk).update(state=State.EXPIRED)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(64 * 1024):
            yield piece


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(query: str, size: int) -> str:
    return hashlib.sha256(f"{size}\n{query}".encode()).hexdigest()


def _key(by: Actor) -> UUID:
    key = trail.user_pk(by)
    if key is None:
        raise ExportRefused("nobody")
    return key
