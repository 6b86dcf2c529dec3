"""Whether this site was brought back from a backup and has not proven yet that nobody came back with it.

The mark stands in the vault's database, so that every machine sees it; each process looks when it starts and with every
beat of its heart, and what asks on the way asks its memory.
"""

from datetime import datetime
from uuid import UUID

from vault.errors import SiteSealed
from vault.models import Restoration

_seen: dict[str, bool] = {}


def look() -> bool:
    """Ask the database, and remember the answer for `sealed`."""
    _seen["sealed"] = Restoration.objects.filter(replayed_at__isnull=True).exists()
    return _seen["sealed"]


def sealed() -> bool:
    """Whether the site was sealed when this process last looked; one that never looked looks now."""
    return _seen["sealed"] if _seen else look()


def refuse() -> None:
    """Raise SiteSealed while it is."""
    if sealed():
        raise SiteSealed("the site is sealed after a restore; run: manage.py restore --replay")


def open_ones() -> list[Restoration]:
    """The restores whose replay is still to be proven, the furthest back first."""
    return list(Restoration.objects.filter(replayed_at__isnull=True).order_by("from_line"))


def mark(*, backup: UUID, from_line: int, made_at: datetime, at: datetime) -> Restoration:
    """Seal the site; the first thing a restore does, before anything is replaced."""
    _seen["sealed"] = True
    return Restoration.objects.create(backup=backup, from_line=from_line, made_at=made_at, started_at=at)


def prove(*, to_line: int, to_hash: str, at: datetime) -> None:
    """Open the site: everything up to this line of the erasure ledger has been replayed and found done."""
    Restoration.objects.filter(replayed_at__isnull=True).update(replayed_at=at, to_line=to_line, to_hash=to_hash)
    look()
