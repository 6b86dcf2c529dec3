"""Writes the sealed trail, or what meets some criteria, into one zip that a stranger can check; never capped."""

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import IO, Any, NamedTuple

from django.db import connection
from django.db.models import Max, Min

from audit import anchoring, bundle, leaf, note, offline, search, stored
from audit.models import Anchor, Pending, Seal, TreeLeaf
from audit.search import Criteria

_FETCH = 500
_CHUNK = 64 * 1024
_SPOOL = 4 * 1024 * 1024
_STAMPS = 31  # time-stamp tokens that go with an export, the newest first
_WAYMARKS = 64  # checkpoints on the way; each costs a verifier one root
EVERYTHING = Criteria()


class NothingSealed(Exception):
    """There is no checkpoint yet, so there is nothing that could be checked."""


class _Leaf(NamedTuple):
    seq: int
    content: bytes
    leaf_hash: bytes


def stream(
    criteria: Criteria = EVERYTHING,
    *,
    at: datetime,
    seal: Seal | None = None,
    told: Callable[[int, int], None] | None = None,
    places: tuple[int, int] | None = None,
) -> Iterator[bytes]:
    """The bytes of the zip, piece by piece: every entry that meets the criteria, in the order sealed.

    It covers what `seal`, or the newest checkpoint, covers; what waits to be sealed is counted, not shown. The places
    from the first to the last such entry are all there, those that do not meet the criteria by their hash
    alone: so nothing inside can be left out unseen. What is sealed never changes, so no snapshot is held
    and memory stays flat. Record the export in the trail before you start it. An entry that somebody
    damaged goes out as it stands: verification then finds it. `told` hears how many places of how many are
    written; what it raises ends the export. `places` names first and end instead of the criteria's own. An entry that
    two people took out leaves as its hash alone. Raises NothingSealed before the first byte.
    """
    seal = seal or stored.newest()
    if seal is None:
        raise NothingSealed
    return _stream(criteria, seal, told or _nobody, places or _places(criteria, seal.size), at=at)


def _nobody(done: int, whole: int) -> None:
    """Nobody asked how far it is."""


def _stream(
    criteria: Criteria, seal: Seal, told: Callable[[int, int], None], places: tuple[int, int], *, at: datetime
) -> Iterator[bytes]:
    first, end = places
    outlet, shown = _Outlet(), _Shown(stored.taken_out())
    with (
        tempfile.SpooledTemporaryFile(max_size=_SPOOL) as sheet,
        zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        sheet.write(bundle.BOM + bundle.sheet_line(bundle.HEADER))
        with archive.open(bundle.ENTRIES, "w", force_zip64=True) as target:
            for place, line in enumerate(_lines(criteria, first, end, shown, sheet)):
                if place % _FETCH == 0:
                    told(place, end - first)
                target.write(line)
                yield from outlet.drain()
        with archive.open(bundle.SHEET, "w", force_zip64=True) as target:
            sheet_digest = _copy(sheet, target)
        yield from outlet.drain()
        origin = note.parse(seal.note).origin
        marks = bundle.waymarks(_between(first, end, origin))
        beside = {**_signed(seal), **_stamps(seal), bundle.CHECKPOINTS: marks, **offline.pages()}
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in beside.items()}
        beside[bundle.MANIFEST] = bundle.manifest(
            origin=origin,
            places=(first, end, seal.size),
            count=shown.count,
            waiting=Pending.objects.count(),
            pruned=stored.pruned(),
            redacted=[place + 1 for place in sorted(shown.hidden.values()) if first <= place < end],
            sides=bundle.sides(first, end, seal.size, stored.Stored().hash_of),
            criteria={key: str(value) for key, value in asdict(criteria).items() if value},
            hashes={bundle.ENTRIES: shown.digest.hexdigest(), bundle.SHEET: sheet_digest, **digests},
            at=at,
        )
        for name, content in beside.items():
            archive.writestr(name, content)
    yield from outlet.drain(everything=True)


def _signed(seal: Seal) -> dict[str, bytes]:
    """The checkpoint and the public line of the key that signed it."""
    return {bundle.CHECKPOINT: seal.note.encode(), bundle.VKEY: f"{anchoring.vkey(seal)}\n".encode()}


def _stamps(seal: Seal) -> dict[str, bytes]:
    """The newest tokens of a time-stamp authority, each beside the checkpoint it is over."""
    kept = Anchor.objects.filter(kind="rfc3161", size__lte=seal.size).order_by("-size", "-id")[:_STAMPS]
    tokens = {anchor.size: bytes(anchor.blob) for anchor in kept}
    notes = dict(Seal.objects.filter(size__in=tokens).values_list("size", "note"))
    named = {f"anchors/{size:012d}.tsr": token for size, token in tokens.items()}
    return named | {f"anchors/{size:012d}.txt": text.encode() for size, text in notes.items()}


def _between(first: int, end: int, origin: str) -> list[str]:
    """Checkpoints of this trail spread over these places, so that a verifier can say where a root went wrong."""
    steps, found = min(_WAYMARKS, end - first), dict[int, str]()
    for step in range(1, steps):
        wanted = first + (end - first) * step // steps
        seal = Seal.objects.filter(size__gte=wanted, size__lt=end).order_by("size").first()
        if seal is None:
            break
        found[seal.size] = seal.note
    return [text for text in found.values() if note.parse(text).origin == origin]


def _places(criteria: Criteria, size: int) -> tuple[int, int]:
    """From the first place that meets the criteria to behind the last; nothing at the end where none does."""
    if criteria == EVERYTHING:
        return stored.pruned(), size
    meeting = TreeLeaf.objects.filter(idx__lt=size, seq__in=search.matching(criteria).values("seq"))
    found = meeting.aggregate(first=Min("idx"), last=Max("idx"))
    return (size, size) if found["first"] is None else (found["first"], found["last"] + 1)


class _Shown:
    """Counts the entries that are shown, and hashes the lines while they pass; `hidden` are those taken out."""

    def __init__(self, hidden: dict[int, int]) -> None:
        self.hidden = hidden
        self.count, self.digest = 0, hashlib.sha256()


def _lines(criteria: Criteria, first: int, end: int, shown: _Shown, sheet: IO[bytes]) -> Iterator[bytes]:
    for low in range(first, end, _FETCH):
        leaves = _leaves(low, min(low + _FETCH, end))
        meeting = _meeting(criteria, [one.seq for one in leaves])
        for one in leaves:
            line = bundle.withheld(one.leaf_hash)
            if one.seq in meeting and not (one.seq in shown.hidden and one.content == leaf.REDACTED):
                line = one.content
                shown.count += 1
                sheet.write(bundle.sheet_line(bundle.row(leaf.read_or_none(one.content))))
            shown.digest.update(line + b"\n")
            yield line + b"\n"


def _leaves(low: int, high: int) -> list[_Leaf]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.seq, e.leaf, e.leaf_hash FROM audit_leaf l JOIN audit_entry e ON e.seq = l.seq "
            "WHERE l.idx >= %s AND l.idx < %s ORDER BY l.idx",
            [low, high],
        )
        return [_Leaf(seq, bytes(content), bytes(leaf_hash)) for seq, content, leaf_hash in cursor.fetchall()]


def _meeting(criteria: Criteria, seqs: list[int]) -> set[int]:
    if criteria == EVERYTHING:
        return set(seqs)
    return set(search.matching(criteria).filter(seq__in=seqs).values_list("seq", flat=True))


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    source.seek(0)
    while piece := source.read(_CHUNK):
        digest.update(piece)
        target.write(piece)
    return digest.hexdigest()


class _Outlet(io.RawIOBase):
    """Where the zip writes to; hands its bytes on as soon as there are enough of them."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: Any, /) -> int:
        self._held += data
        return len(data)

    def drain(self, *, everything: bool = False) -> Iterator[bytes]:
        if len(self._held) >= _CHUNK or (everything and self._held):
            piece = bytes(self._held)
            self._held.clear()
            yield piece
