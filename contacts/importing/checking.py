"""Gives every row its verdict against the sheet itself and the own book."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from contacts.importing import agreements, comparing, guessing, landing, paid
from contacts.importing.uploading import UploadRefused, reopened
from contacts.models import SheetImport, SheetRow
from contacts.sheets import plan as plans
from contacts.sheets import reading
from contacts.sheets.plan import Plan
from contacts.sheets.table import Ask, SheetRefused
from contacts.sheets.verdict import RowVerdict, Rules, judge
from team.models import Book
from vault.sealing import Sealer

BATCH = 500
State = SheetImport.State


class _Taken(Exception):
    """Another worker has taken this sheet up, because nobody had heard of it for a while; it is theirs now."""


def check(sheet_id: UUID, *, at: datetime, clock: Callable[[], datetime] = timezone.now) -> SheetImport:
    """Judge every row; read = ready + held + refused. Safe to run again: it starts from the first row.

    `clock` beats with each batch. Whoever finds that the last beat is not their own stops at once and leaves the sheet
    to whoever has it: of two workers one clears and writes, or rows of the one would go with the other's.

    A number in somebody else's book looks like any other, and so does one on the list of refusals: the
    gate refuses it, not the sheet (design, rule 6; D8). While a case of its uploader stands it is not read on: it
    waits for its columns again (E3).
    """
    beside = ("event__notice_version", "event__book", "uploaded_by", "partner")
    sheet = SheetImport.objects.select_related(*beside).get(pk=sheet_id)
    if sheet.state != State.CHECKING:
        return sheet
    counts: Counter[str] = Counter()
    masks: Counter[str] = Counter()
    try:
        _begin(sheet, clock())
        _must_go_on(sheet)
        book = _book(sheet)
        with reopened(sheet) as found:
            rules = _rules(sheet, plans.of(sheet.mapping), at, serials=found.head.serials)
            for batch in _batches(judge(found.rows(), rules)):
                _must_go_on(sheet)
                _compare(batch, sheet, book, masks)
                _save(batch, sheet, counts, clock())
        _finish(sheet, counts, clock())
    except _Taken:
        pass
    except (SheetRefused, UploadRefused) as refused:
        _leave(sheet, str(refused))
    return SheetImport.objects.select_related("event").get(pk=sheet_id)


def _must_go_on(sheet: SheetImport) -> None:
    if paid.stands(sheet.uploaded_by_id):
        raise UploadRefused("case")


def _leave(sheet: SheetImport, why: str) -> None:
    """What was wrong stays with the sheet; one that only has to stand still goes back to where it can be taken up again."""
    kept: dict[str, Any] = {"state": State.FAILED, "problem": why}
    if why == "case":
        kept = {"state": State.UPLOADED, "problem": why, "done": 0}
    with transaction.atomic():
        if _mine(sheet).update(**kept) and why == "case":
            _clear(sheet)


def _book(sheet: SheetImport) -> Book:
    found = landing.book(sheet)
    if found is None:
        raise UploadRefused("no_book")
    return found


def judgement(
    data: bytes, name: str, ask: Ask, *, plan: Plan, sheet: SheetImport, book: Book, at: datetime
) -> Counter[tuple[str, str]]:
    """How many rows would be ready, held and refused, and why; nothing is written. Raises SheetRefused.

    `sheet` is not saved: it only says where the rows come from.
    """
    counts: Counter[tuple[str, str]] = Counter()
    masks: Counter[str] = Counter()
    with reading.opened(data, name, ask) as found:
        for batch in _batches(judge(found.rows(), _rules(sheet, plan, at, serials=found.head.serials))):
            _compare(batch, sheet, book, masks)
            counts.update((verdict.status, verdict.reason) for verdict in batch)
    return counts


def _rules(sheet: SheetImport, plan: Plan, at: datetime, *, serials: bool) -> Rules:
    """A consent that a partner took was given on their words, which may be older than ours."""
    published, passed_on = sheet.origin.notice_version.published_at, agreements.of(sheet, at=at)
    return Rules(
        plan=plan,
        today=timezone.localtime(at).date(),
        notice_from=timezone.localtime(published).date() if published and passed_on is None else None,
        channels=frozenset(tick.channel for tick in agreements.ticks(sheet)),
        serials=serials,
        upstream=passed_on,
    )


def _batches(verdicts: Iterator[RowVerdict]) -> Iterator[list[RowVerdict]]:
    while batch := list(islice(verdicts, BATCH)):
        yield batch


def _mine(sheet: SheetImport) -> QuerySet[SheetImport]:
    """The sheet, while it is being checked and its last beat is this worker's."""
    return SheetImport.objects.filter(pk=sheet.pk, state=State.CHECKING, heartbeat=sheet.heartbeat)


def _beat(sheet: SheetImport, now: datetime, **kept: Any) -> None:
    """Write down how far this worker is; what it writes with it is one transaction with the beat. Raises _Taken."""
    if not _mine(sheet).update(heartbeat=now, **kept):
        raise _Taken
    sheet.heartbeat = now


def _begin(sheet: SheetImport, now: datetime) -> None:
    with transaction.atomic():
        _beat(sheet, now)
        _clear(sheet)


def _clear(sheet: SheetImport) -> None:
    rows = SheetRow.objects.filter(sheet=sheet)
    rows._raw_delete(rows.db)


def _save(batch: list[RowVerdict], sheet: SheetImport, counts: "Counter[str]", now: datetime) -> None:
    counts.update(verdict.status for verdict in batch)
    rows = _rows(batch, sheet)
    with transaction.atomic():
        _beat(sheet, now, done=counts.total())
        SheetRow.objects.bulk_create(rows, batch_size=BATCH)


def _finish(sheet: SheetImport, counts: "Counter[str]", now: datetime) -> None:
    _beat(
        sheet,
        now,
        state=State.CHECKED,
        read=counts.total(),
        ready=counts["ready"],
        held=counts["held"],
        refused=counts["refused"],
        done=0,
    )


def _compare(verdicts: Iterable[RowVerdict], sheet: SheetImport, book: Book, masks: "Counter[str]") -> None:
    guessing.refuse(verdicts, masks)
    ready = {v.number: v for v in verdicts if v.status == "ready"}
    for number in comparing.known(book, {n: v.numbers for n, v in ready.items()}):
        ready[number].status, ready[number].reason = "refused", "duplicate"
    proofs = {number: agreements.digest(sheet, v.proof) for number, v in ready.items() if v.status == "ready"}
    used = agreements.used(proofs.values())
    for number in (number for number, proof in proofs.items() if proof in used):
        ready[number].status, ready[number].reason = "held", "partner.used"


def _rows(verdicts: list[RowVerdict], sheet: SheetImport) -> list[SheetRow]:
    sealer, rows = Sealer([sheet.pk]), []
    for verdict in verdicts:
        pk = uuid4()
        payload = None
        if verdict.status != "refused":
            payload = sealer.text(pack(verdict), field_id="contacts.sheet.row", row=pk, owner=sheet.pk)
        rows.append(
            SheetRow(
                pk=pk,
                sheet=sheet,
                number=verdict.number,
                status=verdict.status,
                reason=verdict.reason,
                payload=payload,
                proof=agreements.digest(sheet, verdict.proof) if verdict.status == "ready" else None,
            )
        )
    return rows


def pack(verdict: RowVerdict) -> str:
    """The cleaned values of a row as text, to be sealed at once."""
    numbers = [vars(number) for number in verdict.numbers]
    signed_on = verdict.signed_on.isoformat() if verdict.signed_on else ""
    facts = {"name": verdict.name, "numbers": numbers, "texts": verdict.texts, "channels": verdict.channels}
    proof = {"proof": vars(verdict.proof)} if verdict.proof.number else {}
    return json.dumps(facts | {"signed_on": signed_on} | proof)
