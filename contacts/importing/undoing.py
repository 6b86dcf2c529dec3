"""Takes a sheet back out while nobody it brought in has been used."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit import trail
from consent.models import Consent
from contacts import erase
from contacts.intake import arriving
from contacts.models import CallAttempt, Contact, SheetImport, SheetRow

BATCH = 250
State = SheetImport.State


def may_undo(sheet: SheetImport) -> bool:
    """Whether nobody brought in by this sheet has been used or has confirmed."""
    if sheet.state != State.COMMITTED:
        return False
    made = SheetRow.objects.filter(sheet=sheet, made=True)
    called, moved = _uses(made.values("subject_id"))
    return made.exists() and not called.exists() and not moved.exists()


def _uses(subjects: Iterable[UUID] | QuerySet[SheetRow, Any]) -> tuple[QuerySet[CallAttempt], QuerySet[Consent]]:
    """The calls made to these people, and every consent of theirs that is more than the sheet's own word."""
    called = CallAttempt.objects.filter(subject_id__in=subjects)
    return called, Consent.objects.filter(subject_id__in=subjects).exclude(state__in=("asserted", "tombstone"))


def undo(sheet_id: UUID, *, at: datetime, clock: Callable[[], datetime] = timezone.now) -> SheetImport:
    """Erase everybody this sheet brought in but whom a hold keeps, and who was called or came themselves since it began.

    `clock` beats with each batch. Two workers at once share the work, and one of them says that it is done.
    """
    sheet = SheetImport.objects.select_related("uploaded_by").get(pk=sheet_id)
    if sheet.state != State.UNDOING:
        return sheet
    made, kept = SheetRow.objects.filter(sheet=sheet, made=True), set[UUID]()
    # A row that came in lends its own id to its person.
    while ids := list(made.exclude(pk__in=kept).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            erase.batch(_untouched(ids), run=None, by=sheet.uploaded_by, at=at)
        still = set(Contact.objects.filter(pk__in=ids).values_list("pk", flat=True))
        kept |= still
        made.filter(pk__in=set(ids) - still).update(made=False)
        SheetImport.objects.filter(pk=sheet.pk).update(done=made.count(), heartbeat=clock())
    with transaction.atomic():
        if SheetImport.objects.filter(pk=sheet.pk, state=State.UNDOING).update(state=State.UNDONE, done=len(kept)):
            trail.record("import.undone", by=sheet.uploaded_by, at=at, subject=sheet.pk)
    sheet.refresh_from_db(fields=["state"])
    return sheet


def _untouched(ids: Sequence[UUID]) -> list[UUID]:
    """Those of these people whom nobody has used, and who have not come themselves; nobody does either from now on.

    Their books are locked first, as by whoever arrives, then what they agreed to, as by whoever confirms or calls.
    """
    for book in Contact.objects.filter(pk__in=ids).order_by("book_id").values_list("book_id", flat=True).distinct():
        arriving.lock(book)
    list(Consent.objects.select_for_update().filter(subject_id__in=ids).order_by("pk").values_list("pk"))
    touched = {pk for rows in _uses(ids) for pk in rows.values_list("subject_id", flat=True)}
    return [pk for pk in ids if pk not in touched]
