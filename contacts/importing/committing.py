"""Brings the ready rows in, batch by batch, until done or stopped."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from audit import trail
from audit.trail import Actor
from consent.models import NoticePurpose
from contacts.importing import agreements, comparing, landing, paid
from contacts.intake import arriving, asserting
from contacts.intake.arriving import Draft
from contacts.models import SheetImport, SheetRow
from contacts.sheets import plan
from team.models import Book
from vault import opening
from vault.phone import Number

BATCH = 250
STOPPED = "stopped"
State = SheetImport.State


class NotConfirmed(RuntimeError):
    """Nobody has confirmed the columns of this sheet; nothing of it is saved."""


def commit(
    sheet_id: UUID, *, at: datetime, by: Actor | None = None, clock: Callable[[], datetime] = timezone.now
) -> SheetImport:
    """Save the ready rows as asserted (grade D); they leave in 7 days unless confirmed. Serves C6, E1.

    Interrupted, it goes on where it stopped: a batch and its progress are one transaction, and the
    sheet's row is locked in it, so that two workers never take the same batch. `clock` beats, and says
    whether an agreement still counts; `by` is the uploader unless a job acts.
    """
    sheet = SheetImport.objects.select_related("event", "uploaded_by", "partner").get(pk=sheet_id)
    if sheet.state != State.COMMITTING:
        return sheet
    if not plan.of(sheet.mapping).confirmed:
        raise NotConfirmed
    ticks = {tick.channel: tick for tick in agreements.ticks(sheet)}
    while _step(sheet.pk, ticks, by or sheet.uploaded_by, at, clock()):
        pass
    sheet.refresh_from_db(fields=["state", "done", "problem", "committed_at", "ready", "held", "refused"])
    return sheet


def _step(pk: UUID, ticks: dict[str, NoticePurpose], by: Actor, at: datetime, now: datetime) -> bool:
    """One batch, or the end; True while there may be more.

    The book is asked for anew each time, since a book can be handed over in the middle; and so is a partner's agreement,
    which can be ended, or lapse as midnight passes, and whether the uploader has said meanwhile that a list was paid for (E3).
    """
    with transaction.atomic():
        sheet = _locked(pk)
        if sheet is None:
            return False
        rows, book = list(waiting(sheet)[:BATCH]), landing.book(sheet)
        if rows and book is not None and not (paid.stands(sheet.uploaded_by_id) or agreements.gap(sheet, at=max(at, now))):
            made = _bring_in(sheet, rows, ticks, book, by, at)
            SheetImport.objects.filter(pk=pk).update(done=F("done") + made, heartbeat=now)
            return True
        if rows:
            _halt(sheet, by=by, at=at)
        else:
            _close(sheet, by=by, at=at)
    return False


def _locked(pk: UUID) -> SheetImport | None:
    """The sheet if it is still being saved, held for this transaction; without its file."""
    rows = SheetImport.objects.select_for_update(of=("self",)).select_related("event__book", "uploaded_by", "partner")
    return rows.defer("file", "file_name").filter(pk=pk, state=State.COMMITTING).first()


def waiting(sheet: SheetImport) -> QuerySet[SheetRow]:
    """Ready rows not yet brought in, whose cells still exist."""
    return SheetRow.objects.filter(sheet=sheet, status="ready", made=False, payload__isnull=False)


def stop(*, sheet: SheetImport, by: Actor, at: datetime) -> bool:
    """Stop a running commit after the batch in hand; what is saved stays and can be taken back."""
    with transaction.atomic():
        if _locked(sheet.pk) is None:
            return False
        _halt(sheet, by=by, at=at)
    return True


def _halt(sheet: SheetImport, *, by: Actor, at: datetime) -> None:
    SheetImport.objects.filter(pk=sheet.pk).update(problem=STOPPED)
    _close(sheet, by=by, at=at, act="import.stopped")


def _close(sheet: SheetImport, *, by: Actor, at: datetime, act: str = "import.committed") -> None:
    made = SheetRow.objects.filter(sheet=sheet, made=True).count()
    now = SheetImport.objects.get(pk=sheet.pk)
    numbers = [now.read, now.ready, now.held, now.refused, made]
    trail.record(act, by=by, at=at, subject=sheet.pk, numbers=numbers)
    SheetImport.objects.filter(pk=sheet.pk).update(state=State.COMMITTED, committed_at=at, done=made)


def _bring_in(
    sheet: SheetImport, rows: Sequence[SheetRow], ticks: dict[str, NoticePurpose], book: Book, by: Actor, at: datetime
) -> int:
    """Save a batch; a row whose number has come into the book since the check stays out."""
    arriving.lock(book.pk)
    opened = opening.open_many([row.payload for row in rows])
    facts = {row.pk: json.loads(str(box.value)) for row, box in zip(rows, opened, strict=True)}
    drafts = {row.pk: _draft(row, facts[row.pk]) for row in rows}
    late = comparing.known(book, {pk: draft.numbers for pk, draft in drafts.items()})
    _leave_out(sheet, late)
    proofs = agreements.used([row.proof for row in rows])
    spent = {row.pk for row in rows if row.proof in proofs} - late
    _hold_back(sheet, spent)
    taken = [row for row in rows if row.pk not in late | spent]
    passed_on = agreements.is_passed_on(sheet)
    asserting.many(
        [drafts[row.pk] for row in taken],
        ticks={row.pk: [ticks[c] for c in facts[row.pk]["channels"] if c in ticks] for row in taken},
        kind="partner" if passed_on else "mark",
        event=sheet.origin,
        source="partner" if passed_on else "sheet",
        by=by,
        at=at,
        book=book.pk,
        details={row.pk: _detail(sheet, row, facts[row.pk]) for row in taken},
    )
    return SheetRow.objects.filter(pk__in=[row.pk for row in taken]).update(made=True, subject_id=F("pk"))


def _leave_out(sheet: SheetImport, late: set[UUID]) -> None:
    """Give these rows their new verdict; read = ready + held + refused goes on to hold."""
    moved = SheetRow.objects.filter(pk__in=late).update(status="refused", reason="duplicate")
    SheetImport.objects.filter(pk=sheet.pk).update(ready=F("ready") - moved, refused=F("refused") + moved)


def _hold_back(sheet: SheetImport, spent: set[UUID]) -> None:
    """Somebody came in by these rows' consents since the check: they wait, as those of the check do (E1)."""
    moved = SheetRow.objects.filter(pk__in=spent).update(status="held", reason="partner.used", proof=None)
    SheetImport.objects.filter(pk=sheet.pk).update(ready=F("ready") - moved, held=F("held") + moved)


def _draft(row: SheetRow, facts: dict[str, Any]) -> Draft:
    """The person as the row names them; an extension, which a number has no room for, goes into the note."""
    numbers = tuple(Number(**number) for number in facts["numbers"])
    extensions = [f"转{number.extension}" for number in numbers if number.extension]
    note = " · ".join(filter(None, [facts["texts"]["note"], *extensions]))
    return Draft(name=facts["name"], numbers=numbers, subject=row.pk, **facts["texts"] | {"note": note})


def _detail(sheet: SheetImport, row: SheetRow, facts: dict[str, Any]) -> str:
    """What the assertion rests on: which sheet, which row, and the day the sheet gives for the signature.

    Retention counts from the server's own time; the day of the signature is only what was claimed.
    """
    told = {"sheet": str(sheet.pk), "row": row.number, "signed_on": facts.get("signed_on", "")}
    passed_on = {"partner": str(sheet.partner_id)} | facts["proof"] if "proof" in facts else {}
    return json.dumps(told | passed_on)
