"""Takes a backup of both sides into one folder each way, closed to a public key; and forgets old ones."""

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from audit import stored, trail
from consent import erasure_ledger
from crm.backups import dumping
from vault import envelope
from vault.errors import EnvelopeRefused

SIDES = {"main": "default", "vault": "vault"}
BY = trail.System("backup")
SUFFIX = ".backup"


@dataclass(frozen=True)
class Taken:
    """One envelope on the disk."""

    path: Path
    size: int
    sha256: str


def take(folder: Path, *, recipient: str, at: datetime) -> list[Taken]:
    """Write both envelopes and a sheet that says what they are; returns them. Raises EnvelopeRefused, DumpRefused, OSError.

    Main first, the vault second: whoever leaves in between has a row without a key, never a key without a departure.
    The ledger's place is read before both, so that the replay begins early rather than late.
    """
    header = _header(at)
    folder.mkdir(parents=True, exist_ok=True)
    taken = [_close(folder, side, header, recipient) for side in SIDES]
    sheet = header | {"files": [{"name": one.path.name, "size": one.size, "sha256": one.sha256} for one in taken]}
    _stem(folder, header).with_suffix(".json").write_text(json.dumps(sheet, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    with transaction.atomic():
        trail.record("backup.made", by=BY, at=at, numbers=[one.size for one in taken])
    return taken


def recipient() -> str:
    """The line of the key that backups are closed with: the setting itself, or the file it names. Raises EnvelopeRefused."""
    said = settings.BACKUP_RECIPIENT
    if not said:
        raise EnvelopeRefused("no_recipient")
    return said if said.startswith("yunnuo-backup-1 ") else envelope.read_line(Path(said))


def prune(folder: Path, *, at: datetime) -> list[Path]:
    """Delete envelopes past their days, each side its own (law.md §4.3); by what they say of themselves. Returns them."""
    gone = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with path.open("rb") as file:
            said = envelope.header(file)
        days = settings.VAULT_BACKUP_DAYS if said.get("side") == "vault" else settings.BACKUP_DAYS
        if at - datetime.fromisoformat(str(said["made_at"])) > timedelta(days=days):
            path.unlink()
            gone.append(path)
    return gone


def _header(at: datetime) -> dict[str, Any]:
    """What everybody may know of a backup, and what its envelope vouches for; no person in it."""
    number, digest = erasure_ledger.head()
    seal = stored.newest()
    return {
        "id": str(uuid4()),
        "made_at": at.astimezone(UTC).isoformat(),
        "ledger": {"line": number, "hash": digest},
        "trail": {"size": seal.size, "root": bytes(seal.root).hex()} if seal else {"size": 0, "root": ""},
    }


def _close(folder: Path, side: str, header: dict[str, Any], recipient: str) -> Taken:
    alias = SIDES[side]
    said = header | {"side": side, "vendor": connections[alias].vendor, "schema": schema(alias)}
    path = folder / f"{_stem(folder, header).name}-{side}{SUFFIX}"
    part = path.with_suffix(".part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as target:
            with dumping.dump(alias, dumping.scratch()) as content:
                envelope.close(content, target, header=said, recipient=recipient)
            target.flush()
            os.fsync(target.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Taken(path, path.stat().st_size, digest(path))


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def schema(alias: str) -> str:
    """A short name of the schema: of every migration that this side has seen.

    Of the vault's the vault's own alone: older installations list those of all floors there, which made nothing (`migrate`).
    """
    seen = MigrationRecorder(connections[alias]).applied_migrations()
    if alias == SIDES["vault"]:
        seen = {key: row for key, row in seen.items() if key[0] == "vault"}
    return hashlib.sha256("\n".join(sorted("/".join(key) for key in seen)).encode()).hexdigest()[:16]


def _stem(folder: Path, header: dict[str, Any]) -> Path:
    made = datetime.fromisoformat(header["made_at"])
    return folder / f"yunnuo-{made:%Y%m%dT%H%M%SZ}-{UUID(header['id']).hex[:8]}"
