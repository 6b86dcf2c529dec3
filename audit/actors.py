"""The names of those who acted, asked of the floor that knows them.

The trail holds uuids only, and the people who work here live one floor up; that floor registers how
a batch of uuids becomes names, and whom the search may offer.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

Resolver = Callable[[Collection[UUID]], Mapping[UUID, str]]
Listing = Callable[[], Sequence[tuple[UUID, str]]]


def _nobody(keys: Collection[UUID]) -> Mapping[UUID, str]:
    return {}


def _no_choice() -> Sequence[tuple[UUID, str]]:
    return ()


_resolver: Resolver = _nobody
_listing: Listing = _no_choice


def register(resolver: Resolver, *, listing: Listing = _no_choice) -> None:
    """Say how uuids of users become names, all at once, and whom a form may offer (uuid, name).

    Called once, from the `ready` of the floor that owns users; each may cost one query.
    """
    global _resolver, _listing
    _resolver, _listing = resolver, listing


def names(keys: Collection[UUID]) -> Mapping[UUID, str]:
    """Names of these users; those nobody knows are left out."""
    return _resolver(keys) if keys else {}


def choices() -> Sequence[tuple[UUID, str]]:
    """Everybody the search form may offer, as (uuid, name)."""
    return _listing()
