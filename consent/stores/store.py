"""What a store of closed files is asked for, and how it says no.

It holds bytes that only a person's key opens, under names that are uuids; nothing it is given says anything of a person.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol
from uuid import UUID


class StoreAway(Exception):
    """The store does not answer or refuses; whoever relied on it keeps nothing. Its sentence names no file and no person."""


class StoreUnfit(Exception):
    """A store that must not hold evidence: its sentence says why, and what to do."""


class NoSuchFile(Exception):
    """The store answers, and has no file of this name."""


class Store(Protocol):
    """Four deeds and a look at itself."""

    where: str  # for people: the folder, or the bucket

    def put(self, name: str, blob: bytes) -> None:
        """Keep these bytes, whole, before this returns; nobody ever finds half of them. Raises StoreAway."""

    def get(self, name: str) -> bytes:
        """The bytes again. Raises NoSuchFile, StoreAway."""

    def delete(self, name: str) -> None:
        """Let them go; no word about a file that is not there. Raises StoreAway."""

    def old(self, *, before: datetime) -> Iterator[str]:
        """The names of the files, whole or half, that were written before this moment. Raises StoreAway."""

    def prove(self) -> None:
        """Whether it can be written, read and deleted from, and by nobody else. Raises StoreAway, StoreUnfit."""


def name_of(pk: UUID) -> str:
    """The name of the file of one row; it does not tell a page from a recording."""
    return f"{str(pk)[:2]}/{pk}.page"
