"""The papers and recordings in a defence file that is asked for with them: closed as they lie, their keys, and opened (O1)."""

import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from consent import evidence_files
from consent.models import PaperPage, Recording, RefusalRecording
from team.models import User
from vault.errors import VaultError

ENDINGS: dict[Any, str] = {PaperPage: "jpg", Recording: "wav", RefusalRecording: "wav"}
HERE, GONE, UNREADABLE = "here", "gone", "unreadable"


def put(archive: zipfile.ZipFile, subject: UUID, *, by: User, at: datetime) -> dict[str, dict[str, str]]:
    """Put every file that can still be opened into the archive; says of each, by its id, what became of it.

    Each opening is on record first (I9). One that is gone or not as it was closed is named as such, since the others still
    prove something. `at` is aware, UTC. Raises StoreAway where the store does not answer. Serves O1, PIPL 69.
    """
    told = {}
    for row in _rows(subject):
        try:
            closed, key, content = evidence_files.disclose(row, by=by, at=at)
        except VaultError:
            told[str(row.pk)] = {"state": GONE if row.file_key is None else UNREADABLE}
            continue
        name = f"files/{row.pk}.{ENDINGS[type(row)]}"
        archive.writestr(f"files/{row.pk}.closed", closed, zipfile.ZIP_STORED)
        archive.writestr(name, content, zipfile.ZIP_STORED)
        told[str(row.pk)] = {"state": HERE, "name": name, "key": key.hex()}
    return told


def _rows(subject: UUID) -> Iterator[PaperPage | Recording | RefusalRecording]:
    for table in ENDINGS:
        yield from table.objects.filter(subject=subject).order_by("created_at", "id")
