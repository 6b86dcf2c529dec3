"""Brings the ready rows in, batch by batch, and takes them back out while nobody has used them."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from consent.models import Consent, NoticePurpose
from contacts import erase
from contacts.intake import asserting
from contacts.intake.arriving import Draft
from contacts.models import CallAttempt, SheetImport, SheetRow
from vault import opening
from vault.phone import Number

BATCH = 250
State = SheetImport.State


def commit(sheet_id: UUID, *, at: datetime) -> SheetImport:
    """Save the ready rows as asserted (grade D); they leave in 7 days unless confirmed. Serves C6, E1.

    Interrupted, it goes on where it stopped: a batch and its progress are one step per row.
    """
    sheet = SheetImport.objects.select_related("event__book", "uploaded_by").get(pk=sheet_id)
    if sheet.state != State.COMMITTING:
        return sheet
    ticks = {row.tick.channel: row.tick for row in sheet.event.ticks.select_related("tick")}
    while rows := list(SheetRow.objects.filter(sheet=sheet, status="ready", made=False)[:BATCH]):
        _bring_in(sheet, rows, ticks, at)
    with transaction.atomic():
        trail.record(
            "import.committed",
            by=sheet.uploaded_by,
            at=at,
            subject=sheet.pk,
            numbers=[sheet.read, sheet.ready, sheet.held, sheet.refused],
        )
        SheetImport.objects.filter(pk=sheet.pk).update(state=State.COMMITTED, committed_at=at)
    sheet.refresh_from_db(fields=["state", "done"])
    return sheet


def _bring_in(sheet: SheetImport, rows: Sequence[SheetRow], ticks: dict[str, NoticePurpose], at: datetime) -> None:
    drafts, wanted = [], {}
    for row, opened in zip(rows, opening.open_many([row.payload for row in rows]), strict=True):
        facts = json.loads(str(opened.value))
        draft = Draft(
            name=facts["name"],
            numbers=tuple(Number(**number) for number in facts["numbers"]),
            subject=row.pk,
            **facts["texts"],
        )
        drafts.append(draft)
        wanted[draft.subject] = [ticks[channel] for channel in facts["channels"] if channel in ticks]
    with transaction.atomic():
        asserting.many(drafts, ticks=wanted, kind="mark", event=sheet.event, source="sheet", by=sheet.uploaded_by, at=at)
        for row in rows:
            row.made, row.subject_id = True, row.pk
        SheetRow.objects.bulk_update(rows, ["made", "subject_id"], batch_size=200)
        done = SheetRow.objects.filter(sheet=sheet, made=True).count()
        SheetImport.objects.filter(pk=sheet.pk).update(done=done, heartbeat=at)


def may_undo(sheet: SheetImport) -> bool:
    """Whether nobody brought in by this sheet has been used or has confirmed."""
    subjects = SheetRow.objects.filter(sheet=sheet, made=True).values("subject_id")
    used = CallAttempt.objects.filter(subject_id__in=subjects).exists()
    confirmed = Consent.objects.filter(subject_id__in=subjects).exclude(state="asserted").exists()
    return sheet.state == State.COMMITTED and not used and not confirmed


def undo(sheet_id: UUID, *, at: datetime) -> SheetImport:
    """Erase everybody this sheet brought in, while nobody has been used."""
    sheet = SheetImport.objects.select_related("uploaded_by").get(pk=sheet_id)
    if sheet.state != State.UNDOING:
        return sheet
    # A row that came in lends its own id to its person.
    while ids := list(SheetRow.objects.filter(sheet=sheet, made=True).values_list("pk", flat=True)[:BATCH]):
        erase.batch(ids, run=None, by=sheet.uploaded_by, at=at)
        SheetRow.objects.filter(pk__in=ids).update(made=False)
    with transaction.atomic():
        trail.record("import.undone", by=sheet.uploaded_by, at=at, subject=sheet.pk)
        SheetImport.objects.filter(pk=sheet.pk).update(state=State.UNDONE, done=0)
    sheet.refresh_from_db(fields=["state"])
    return sheet
