"""Moves a sheet on at its uploader's word: save it, stop saving it, take it back."""

from datetime import datetime

from audit.trail import Actor
from contacts.importing import agreements, committing, landing, undoing
from contacts.models import SheetImport
from contacts.sheets import plan

State = SheetImport.State
DEEDS = ("commit", "stop", "undo")


def begin(*, sheet: SheetImport, deed: str, by: Actor, at: datetime) -> bool:
    """Whether the sheet has moved; a second click, or one too late, moves nothing.

    Nothing is saved without confirmed columns, at an event that is closed, for somebody who has no book, or of a partner
    whose agreement does not stand on that day.
    """
    if deed == "stop":
        return committing.stop(sheet=sheet, by=by, at=at)
    if deed == "commit":
        kept = landing.hindrance(sheet.uploaded_by, sheet.origin) or agreements.gap(sheet, at=at)
        ready = plan.of(sheet.mapping).confirmed and not kept
        return ready and _move(sheet, State.CHECKED, State.COMMITTING, at, file__isnull=False)
    return undoing.may_undo(sheet) and _move(sheet, State.COMMITTED, State.UNDOING, at)


def _move(sheet: SheetImport, before: str, after: str, at: datetime, **more: bool) -> bool:
    rows = SheetImport.objects.filter(pk=sheet.pk, state=before, **more)
    return bool(rows.update(state=after, heartbeat=at))
