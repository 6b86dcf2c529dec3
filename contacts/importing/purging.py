"""Sheets do not stay: after 72 hours the file, the held rows and their key are gone, the counts remain."""

from datetime import datetime

from django.db import transaction

from audit import trail
from audit.trail import Actor
from contacts.models import SheetImport, SheetRow
from vault import persons


def purge_due(*, by: Actor, at: datetime) -> int:
    """Destroy the content of every sheet past its date; returns how many (E1, law.md §4.1)."""
    due = list(SheetImport.objects.filter(purge_on__lte=at, file__isnull=False).values_list("pk", flat=True))
    for pk in due:
        with transaction.atomic():
            trail.record("import.purged", by=by, at=at, subject=pk)
            persons.destroy_keys([pk])
            SheetRow.objects.filter(sheet_id=pk).update(payload=None)
            SheetRow.objects.filter(sheet_id=pk, made=False, proof__isnull=False).update(proof=None)  # nobody came in by it
            SheetImport.objects.filter(pk=pk).update(file=None, file_name=None)
    return len(due)
