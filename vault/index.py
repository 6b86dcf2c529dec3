"""Blind indexes: keyed tags by which a sealed number or name is found again (vault.md §4.3)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from vault import bulk, keyring
from vault.keys import Key
from vault.models import ALL, BlindIndex

VERSION = b"\x01"
COLUMNS = ("owner", "row", "scope", "kind", "generation", "tag")
DROPPED = 900  # tags forgotten per statement; SQLite takes at most 999 values
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
    generation: int


@lru_cache(maxsize=64)
def _derived(key: Key, name: str) -> bytes:
    info = name.encode() + b"\0" + bytes([key.suite.number]) + TENANT
    return key.suite.derive(key.material, salt=b"crm.ix.v1", info=info)


def _mac(key: Key, name: str, message: bytes) -> bytes:
    return key.suite.mac(_derived(key, name), VERSION + message)


def _active() -> Key:
    return keyring.current().active("index")


def _written() -> list[Key]:
    """The generations that new tags are written in: the active one, and one that is to follow it."""
    return [key for key in keyring.current().living("index") if key.state != "retired"]


def _read() -> list[Key]:
    """The generations that tags are looked for in: all that live."""
    return keyring.current().living("index")


def exact_tag(digits: str, key: Key | None = None) -> bytes:
    """The tag of a whole number, the same in the whole office, so that one person is one person."""
    return _mac(key or _active(), "exact", digits.encode())[: LENGTHS[Kind.EXACT]]


def last4_tag(scope: UUID, last4: str, key: Key | None = None) -> bytes:
    """The tag of the last four digits within one book; meaningless in any other."""
    return _mac(key or _active(), "last4", scope.bytes + last4.encode())[: LENGTHS[Kind.LAST4]]


def name_tag(scope: UUID, token: str, key: Key | None = None) -> bytes:
    """The tag of one name token within one book."""
    return _mac(key or _active(), "name", scope.bytes + token.encode())[: LENGTHS[Kind.NAME]]


def fingerprint(digits: str) -> bytes:
    """The fingerprint of a number for handles and suppression: another key, survives erasure (D8)."""
    return _mac(keyring.current().active("suppress"), "suppression", digits.encode())[:16]


def house_mark() -> bytes:
    """What tells this house from another, the same for ever and whoever reads it: of the key of refusals, which stays."""
    return _mac(keyring.current().active("suppress"), "house", b"")[:16]


def number_entries(*, owner: UUID, row: UUID, scope: UUID, digits: str) -> list[Entry]:
    """The tags of one number: whole, and last four within the book; in each generation that is written."""
    last4 = digits[-4:]
    return [
        entry
        for key in _written()
        for entry in (
            Entry(owner, row, Kind.EXACT, ALL, exact_tag(digits, key), key.generation),
            Entry(owner, row, Kind.LAST4, scope, last4_tag(scope, last4, key), key.generation),
        )
    ]


def name_entries(*, owner: UUID, scope: UUID, tokens: Iterable[str]) -> list[Entry]:
    """The tags of one person's name within the book; in each generation that is written."""
    words, keys = sorted(tokens), _written()
    return [
        Entry(owner, owner, Kind.NAME, scope, name_tag(scope, token, key), key.generation) for key in keys for token in words
    ]


def put(entries: Iterable[Entry]) -> None:
    """Write tags in bulk; a tag that is there already stays.

    Six tags come with one person, so they go as rows of values and not as six objects each.
    """
    rows = [(e.owner, e.row, e.scope, int(e.kind), e.generation, e.tag) for e in entries]
    bulk.insert(BlindIndex, COLUMNS, rows, again=True)


def rows_by_exact(digits: str) -> list[tuple[UUID, UUID]]:
    """Owner and row of every value with this number; the caller keeps only whom the reader may see."""
    return rows_by_exact_many([digits]).get(digits, [])


def rows_by_exact_many(numbers: Sequence[str]) -> dict[str, list[tuple[UUID, UUID]]]:
    """The same for many numbers with few queries; numbers nobody has are absent."""
    tags = {exact_tag(digits, key): digits for key in _read() for digits in numbers}
    found: dict[str, dict[tuple[UUID, UUID], None]] = {}
    wanted = list(tags)
    for start in range(0, len(wanted), 500):
        rows = _hits(Kind.EXACT, wanted[start : start + 500])
        for owner, row, tag in rows.values_list("owner", "row", "tag"):
            found.setdefault(tags[bytes(tag)], {})[owner, row] = None
    return {digits: list(rows) for digits, rows in found.items()}


def rows_by_last4(scopes: Sequence[UUID], last4: str) -> list[tuple[UUID, UUID]]:
    """Owner and row of every candidate in these books; the caller opens and compares."""
    tags = [last4_tag(scope, last4, key) for key in _read() for scope in scopes]
    rows = _hits(Kind.LAST4, tags).filter(scope__in=scopes).values_list("owner", "row")
    return list(dict.fromkeys(rows))


def owners_by_name(scopes: Sequence[UUID], tokens: Iterable[str]) -> set[UUID]:
    """Owners in these books whose name carries all the tokens."""
    result: set[UUID] | None = None
    for token in tokens:
        tags = [name_tag(scope, token, key) for key in _read() for scope in scopes]
        hits = set(_hits(Kind.NAME, tags).filter(scope__in=scopes).values_list("owner", flat=True))
        result = hits if result is None else result & hits
        if not result:
            return set()
    return result or set()


def _hits(kind: int, tags: Sequence[bytes]) -> QuerySet[BlindIndex]:
    generations = [key.generation for key in _read()]
    return BlindIndex.objects.filter(kind=kind, generation__in=generations, tag__in=tags)


def drop_rows(rows: Sequence[UUID]) -> None:
    """Forget every tag of these rows, e.g. of a number found wrong."""
    BlindIndex.objects.filter(row__in=rows).delete()


def behind(*, after: UUID, limit: int) -> list[UUID]:
    """Owners who have more tags in a retired generation than in the active one, in their order, after this one."""
    old = [key.generation for key in _read() if key.state == "retired"]
    if not old:
        return []
    counted = BlindIndex.objects.filter(owner__gt=after).values("owner")
    rows = counted.annotate(
        there=Count("pk", filter=Q(generation=_active().generation)), wanted=Count("pk", filter=Q(generation__in=old))
    ).filter(wanted__gt=F("there"))
    return list(rows.order_by("owner").values_list("owner", flat=True)[:limit])


def drop_generation(generation: int) -> Iterator[int]:
    """Forget every tag of a generation, batch by batch; gives the number of each."""
    while batch := list(BlindIndex.objects.filter(generation=generation).values_list("pk", flat=True)[:DROPPED]):
        BlindIndex.objects.filter(pk__in=batch).delete()
        yield len(batch)
