"""Blind indexes: keyed tags by which a sealed number or name is found again (vault.md §4.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.db.models import QuerySet

from vault import keyring
from vault.models import ALL, BlindIndex

VERSION = b"\x01"
GENERATION = 1
TENANT = UUID(int=0).bytes
LENGTHS = {BlindIndex.Kind.EXACT: 16, BlindIndex.Kind.LAST4: 4, BlindIndex.Kind.NAME: 8}
Kind = BlindIndex.Kind


@dataclass(frozen=True)
class Entry:
    """One tag to be written: of which row, whose, within which scope."""

    owner: UUID
    row: UUID
    kind: int
    scope: UUID
    tag: bytes


@lru_cache(maxsize=16)
def _key(purpose: str, name: str, kid: bytes) -> bytes:
    key = keyring.current().get(kid)
    info = name.encode() + b"\0" + bytes([key.suite.number]) + TENANT
    return key.suite.derive(key.material, salt=b"crm.ix.v1", info=info)


def _mac(purpose: str, name: str, message: bytes) -> bytes:
    key = keyring.current().active(purpose)
    return key.suite.mac(_key(purpose, name, key.kid), VERSION + message)


def exact_tag(digits: str) -> bytes:
    """The tag of a whole number, the same in the whole office, so that one person is one person."""
    return _mac("index", "exact", digits.encode())[: LENGTHS[Kind.EXACT]]


def last4_tag(scope: UUID, last4: str) -> bytes:
    """The tag of the last four digits within one book; meaningless in any other."""
    return _mac("index", "last4", scope.bytes + last4.encode())[: LENGTHS[Kind.LAST4]]


def name_tag(scope: UUID, token: str) -> bytes:
    """The tag of one name token within one book."""
    return _mac("index", "name", scope.bytes + token.encode())[: LENGTHS[Kind.NAME]]


def fingerprint(digits: str) -> bytes:
    """The fingerprint of a number for handles and suppression: another key, survives erasure (D8)."""
    return _mac("suppress", "suppression", digits.encode())[:16]


def number_entries(*, owner: UUID, row: UUID, scope: UUID, digits: str) -> list[Entry]:
    """The tags of one number: whole, and last four within the book."""
    return [
        Entry(owner, row, Kind.EXACT, ALL, exact_tag(digits)),
        Entry(owner, row, Kind.LAST4, scope, last4_tag(scope, digits[-4:])),
    ]


def name_entries(*, owner: UUID, scope: UUID, tokens: Iterable[str]) -> list[Entry]:
    """The tags of one person's name within the book."""
    return [Entry(owner, owner, Kind.NAME, scope, name_tag(scope, token)) for token in sorted(tokens)]


def put(entries: Iterable[Entry]) -> None:
    """Write tags in bulk; a tag that is there already stays."""
    rows = [BlindIndex(owner=e.owner, row=e.row, kind=e.kind, generation=GENERATION, scope=e.scope, tag=e.tag) for e in entries]
    BlindIndex.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def rows_by_exact(digits: str) -> list[tuple[UUID, UUID]]:
    """Owner and row of every value with this number; the caller keeps only whom the reader may see."""
    return rows_by_exact_many([digits]).get(digits, [])


def rows_by_exact_many(numbers: Sequence[str]) -> dict[str, list[tuple[UUID, UUID]]]:
    """The same for many numbers with few queries; numbers nobody has are absent."""
    tags = {exact_tag(digits): digits for digits in numbers}
    found: dict[str, list[tuple[UUID, UUID]]] = {}
    wanted = list(tags)
    for start in range(0, len(wanted), 500):
        rows = _hits(Kind.EXACT, wanted[start : start + 500])
        for owner, row, tag in rows.values_list("owner", "row", "tag"):
            found.setdefault(tags[bytes(tag)], []).append((owner, row))
    return found


def rows_by_last4(scopes: Sequence[UUID], last4: str) -> list[tuple[UUID, UUID]]:
    """Owner and row of every candidate in these books; the caller opens and compares."""
    tags = [last4_tag(scope, last4) for scope in scopes]
    return list(_hits(Kind.LAST4, tags).filter(scope__in=scopes).values_list("owner", "row"))


def owners_by_name(scopes: Sequence[UUID], tokens: Iterable[str]) -> set[UUID]:
    """Owners in these books whose name carries all the tokens."""
    result: set[UUID] | None = None
    for token in tokens:
        tags = [name_tag(scope, token) for scope in scopes]
        hits = set(_hits(Kind.NAME, tags).filter(scope__in=scopes).values_list("owner", flat=True))
        result = hits if result is None else result & hits
        if not result:
            return set()
    return result or set()


def _hits(kind: int, tags: Sequence[bytes]) -> QuerySet[BlindIndex]:
    return BlindIndex.objects.filter(kind=kind, generation=GENERATION, tag__in=tags)


def drop_rows(rows: Sequence[UUID]) -> None:
    """Forget every tag of these rows, e.g. of a number found wrong."""
    BlindIndex.objects.filter(row__in=rows).delete()
