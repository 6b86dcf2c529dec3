"""Finds sheets whose work was interrupted, so that it goes on; what is due is a query (design, rule 4)."""

from datetime import datetime, timedelta
from uuid import UUID

from contacts.models import SheetImport

SILENCE = timedelta(minutes=2)
State = SheetImport.State
BUSY = (State.CHECKING, State.COMMITTING, State.UNDOING)


def claim(*, at: datetime, sheet_id: UUID | None = None) -> list[tuple[UUID, str]]:
    """Busy sheets that have not been heard of for two minutes, each claimed by one caller, with their state."""
    silent = SheetImport.objects.filter(state__in=BUSY, heartbeat__lt=at - SILENCE)
    rows = (silent.filter(pk=sheet_id) if sheet_id else silent).values_list("pk", "state", "heartbeat")
    return [
        (pk, state)
        for pk, state, heartbeat in rows
        if SheetImport.objects.filter(pk=pk, state=state, heartbeat=heartbeat).update(heartbeat=at)
    ]
