"""When what was destroyed is gone from every backup too (vault.md §4.5): a pure rule, and the facts for it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from vault import keyring
from vault.models import Tombstone


def shred_horizon(*, left_at: datetime, backups: timedelta, destroyed: Iterable[datetime | None]) -> datetime | None:
    """The later of two days: when the last backup with the wrapped key ends, and when the last key above it was destroyed.

    `destroyed` names, for every key that may ever have wrapped it, the moment of its destruction, or
    None while it lives; then there is no day yet.
    """
    moments = list(destroyed)
    if None in moments:
        return None
    return max([left_at + backups, *(moment for moment in moments if moment is not None)])


def of(left_at: datetime) -> datetime | None:
    """Since when a person who left at that moment is irrecoverable from every backup; None while a key is still to go.

    Every key made before they left counts: which of them wrapped theirs is not remembered, and need not be.
    """
    destroyed: list[datetime | None] = [None for key in keyring.current().living("kek") if key.created <= left_at]
    destroyed += Tombstone.objects.filter(purpose="kek", made_at__lte=left_at).values_list("destroyed_at", flat=True)
    return shred_horizon(left_at=left_at, backups=timedelta(days=settings.VAULT_BACKUP_DAYS), destroyed=destroyed)
