"""Gives every row its verdict against the sheet itself, the own book, and the do-not-contact list."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from consent import suppression
from contacts.importing import guessing
from contacts.importing.uploading import preview
from contacts.models import Contact, SheetImport, SheetRow
from contacts.sheets.verdict import RowVerdict, judge
from vault import index
from vault.sealing import Sealer

BATCH = 500


def check(sheet_id: UUID, *, at: datetime) -> SheetImport:
    """Judge every row; read = ready + held + refused. Safe to run again: older verdicts are replaced.

    A number in somebody else's book looks like any other; a suppressed one is held like a row
    without proof (design, rule 6; D8).
    """
    sheet = SheetImport.objects.select_related("event").get(pk=sheet_id)
    if sheet.state != SheetImport.State.CHECKING:
        return sheet
    verdicts = list(judge(preview(sheet), sheet.mapping))
    guessing.refuse(verdicts)
    _compare(verdicts, sheet)
    rows = _rows(verdicts, sheet)
    counts = Counter(row.status for row in rows)
    with transaction.atomic():
        SheetRow.objects.filter(sheet=sheet).delete()
        SheetRow.objects.bulk_create(rows, batch_size=BATCH)
        sheet.read, sheet.state, sheet.heartbeat = len(rows), SheetImport.State.CHECKED, at
        sheet.ready, sheet.held, sheet.refused = counts["ready"], counts["held"], counts["refused"]
        sheet.save()
    return sheet


def _compare(verdicts: Iterable[RowVerdict], sheet: SheetImport) -> None:
    ready = [v for v in verdicts if v.status == "ready"]
    known = index.rows_by_exact_many([v.numbers[0].digits for v in ready])
    owners = {owner for hits in known.values() for owner, _row in hits}
    own = set(Contact.objects.filter(pk__in=owners, book=sheet.event.book_id).values_list("pk", flat=True))
    marks = {v.number: [index.fingerprint(n.digits) for n in v.numbers] for v in ready}
    closed = suppression.standing(mark for many in marks.values() for mark in many)
    for verdict in ready:
        if any(owner in own for owner, _row in known.get(verdict.numbers[0].digits, [])):
            verdict.status, verdict.reason = "refused", "duplicate"
        elif closed.intersection(marks[verdict.number]):
            verdict.status, verdict.reason = "held", "proof"


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
            )
        )
    return rows


def pack(verdict: RowVerdict) -> str:
    """The cleaned values of a row as text, to be sealed at once."""
    numbers = [vars(number) for number in verdict.numbers]
    return json.dumps({"name": verdict.name, "numbers": numbers, "texts": verdict.texts, "channels": verdict.channels})
