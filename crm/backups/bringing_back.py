"""Brings a backup back: everything is opened and checked first, then the site is sealed, then databases are replaced."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import connections

from consent import erasure_ledger
from crm.backups import dumping, taking
from vault import envelope, heartbeat, restoration
from vault.errors import EnvelopeRefused

SENTENCES = {
    "no_envelope": "this file is no backup of Yunnuo's",
    "damaged": "this backup is damaged: it was cut, changed or put together from others",
    "wrong_key": "this key does not open this backup; was it closed for another one?",
    "no_key": "this is not a backup key",
    "no_recipient": "no recipient: set YUNNUO_BACKUP_RECIPIENT, or make a pair with manage.py backup --new-key FILE",
    "side": "these files are not one main side and one vault side",
    "pair": "these two files are of different backups; take both of one night, or the main side alone with today's vault",
    "vendor": "this backup is of another kind of database than the one that is configured",
    "schema": "this backup is of another version of Yunnuo; bring back that version, restore, then upgrade",
    "ledger": "the erasure ledger here is not the one this backup knew, or an older one; bring the newest copy first",
    "busy": "workers are still running; stop web, worker and beat first (they are gone two minutes after their last beat)",
}


class RestoreRefused(Exception):
    """A restore that was not begun; nothing was changed. `code` names why."""

    def __init__(self, code: str) -> None:
        """Keep which it was."""
        super().__init__(SENTENCES[code])
        self.code = code


@dataclass(frozen=True)
class Envelope:
    """A backup file and what it says of itself."""

    path: Path
    said: dict[str, Any]


def look(paths: list[Path]) -> dict[str, Envelope]:
    """The files by their sides, checked against each other and this house; raises RestoreRefused."""
    found = [_read(path) for path in paths]
    sides = {str(one.said.get("side")): one for one in found}
    if not sides or len(sides) != len(found) or sides.keys() - taking.SIDES.keys():
        raise RestoreRefused("side")
    if len({one.said["id"] for one in found}) > 1:
        raise RestoreRefused("pair")
    for side, one in sides.items():
        alias = taking.SIDES[side]
        if one.said["vendor"] != connections[alias].vendor:
            raise RestoreRefused("vendor")
        if one.said["schema"] != taking.schema(alias):
            raise RestoreRefused("schema")
    _check_ledger(found[0].said["ledger"])
    return sides


def restore(sides: dict[str, Envelope], *, private: str, at: datetime) -> None:
    """Replace the sides; afterwards the site is sealed until the replay is proven. Raises RestoreRefused, DumpRefused.

    Killed anywhere it is either as before or sealed, and is simply run again.
    """
    if heartbeat.live(at=at):
        raise RestoreRefused("busy")
    with _opened(sides, private) as files:
        said = next(iter(sides.values())).said
        marked = restoration.mark(
            backup=UUID(said["id"]), from_line=said["ledger"]["line"], made_at=datetime.fromisoformat(said["made_at"]), at=at
        )
        if "vault" in files:
            columns = "id, backup, from_line, made_at, started_at, to_hash"
            values = (_id(uuid4()), _id(marked.backup), marked.from_line, str(marked.made_at), str(at), "")
            sql = f"INSERT INTO vault_restoration ({columns}) VALUES (?, ?, ?, ?, ?, ?)"
            dumping.load("vault", files["vault"], afterwards=(sql, values))
        if "main" in files:
            dumping.load("default", files["main"])
    restoration.look()


def _read(path: Path) -> Envelope:
    try:
        with path.open("rb") as file:
            said = envelope.header(file)
        return Envelope(path, {**said, "id": said["id"], "ledger": said["ledger"]})
    except EnvelopeRefused as refused:
        raise RestoreRefused(refused.code) from None
    except (OSError, KeyError):
        raise RestoreRefused("no_envelope") from None


@contextmanager
def _opened(sides: dict[str, Envelope], private: str) -> Iterator[dict[str, Path]]:
    """Every envelope opened to its end, into files that are gone afterwards: only a whole backup replaces anything."""
    folder, files = dumping.scratch(), dict[str, Path]()
    try:
        for side, one in sides.items():
            files[side] = folder / f"{side}.opened"
            files[side].touch(mode=0o600)
            with one.path.open("rb") as source, files[side].open("wb") as target:
                for chunk in envelope.opened(source, private=private):
                    target.write(chunk)
        yield files
    except EnvelopeRefused as refused:
        raise RestoreRefused(refused.code) from None
    finally:
        for path in files.values():
            path.unlink(missing_ok=True)


def _check_ledger(known: dict[str, Any]) -> None:
    """The ledger here must hold the line the backup knew last, word for word."""
    if known["line"] == 0:
        return
    try:
        last = [line.hash for line in erasure_ledger.lines(after=known["line"] - 1, until=known["line"])]
    except erasure_ledger.LedgerRefused:
        raise RestoreRefused("ledger") from None
    if last != [known["hash"]]:
        raise RestoreRefused("ledger")


def _id(value: UUID) -> str:
    return value.hex if connections["vault"].vendor == "sqlite" else str(value)
