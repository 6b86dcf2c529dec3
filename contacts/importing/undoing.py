"""Takes a sheet back out while nobody it brought in has been used."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import trail
from consent.models import Consent
from contacts import erase
from contacts.models import CallAttempt, Contact, SheetImport, SheetRow

BATCH = 250
State = SheetImport.State


def may_undo(sheet: SheetImport) -> bool:
    """Whether nobody brought in by this sheet has been used or has confirmed."""
    if sheet.state != State.COMMITTED:
        return False
    made = SheetRow.objects.filter(sheet=sheet, made=True)
    subjects = made.values("subject_id")
    used = CallAttempt.objects.filter(subject_id__in=subjects).exists()
    confirmed = Consent.objects.filter(subject_id__in=subjects).exclude(state__in=("asserted", "tombstone")).exists()
    return made.exists() and not used and not confirmed


def undo(sheet_id: UUID, *, at: datetime) -> SheetImport:
    """Erase everybody this sheet brought in, while nobody has been used; whom a hold keeps stays."""
    sheet = SheetImport.objects.select_related("uploaded_by").get(pk=sheet_id)
    if sheet.state != State.UNDOING:
        return sheet
    made, kept = SheetRow.objects.filter(sheet=sheet, made=True), set[UUID]()
    # A row that came in lends its own id to its person.
    while ids := list(made.exclude(pk__in=kept).values_list("pk", flat=True)[:BATCH]):
        erase.batch(ids, run=None, by=sheet.uploaded_by, at=at)
        still = set(Contact.objects.filter(pk__in=ids).values_list("pk", flat=True))
        kept |= still
        made.filter(pk__in=set(ids) - still).update(made=False)
        SheetImport.objects.filter(pk=sheet.pk).update(done=made.count(), heartbeat=at)
    with transaction.atomic():
        trail.record("import.undone", by=sheet.uploaded_by, at=at, subject=sheet.pk)
        SheetImport.objects.filter(pk=sheet.pk).update(state=State.UNDONE, done=len(kept))
    sheet.refresh_from_db(fields=["state"])
    return sheet
