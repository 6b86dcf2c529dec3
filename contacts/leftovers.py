"""Keys that outlived their rows, and sheets whose time is over: the sweep clears both."""

from datetime import datetime, timedelta
from uuid import UUID

from audit.trail import Actor
from consent.models import PartnerHook, Subject
from contacts import brakes, importing
from contacts.models import Contact, OfflineDevice, SheetImport
from vault import persons

GRACE = timedelta(hours=1)


def clear(*, by: Actor, at: datetime) -> int:
    """Purge sheets past their date and destroy keys nobody owns any more; returns how many.

    A key is made before the first row that needs it, so a crash in between leaves a key without a
    person. Keys younger than an hour are left alone: their row may be on its way, whatever day `at` names.
    Serves J1, E1.
    """
    return importing.purge_due(by=by, at=at) + _orphan_keys(min(at, brakes.database_clock()))


def _orphan_keys(at: datetime) -> int:
    count = 0
    for owners in persons.orphan_candidates(older_than=at - GRACE):
        orphans = _without_rows(owners)
        persons.destroy_keys(orphans)
        count += len(orphans)
    return count


def _without_rows(owners: list[UUID]) -> list[UUID]:
    known = set(Contact.objects.filter(pk__in=owners).values_list("pk", flat=True))
    known |= set(SheetImport.objects.filter(pk__in=owners).values_list("pk", flat=True))
    known |= set(OfflineDevice.objects.filter(pk__in=owners, private__isnull=False).values_list("pk", flat=True))
    known |= set(PartnerHook.objects.filter(pk__in=owners).values_list("pk", flat=True))
    known |= set(Subject.objects.filter(pk__in=owners, erased_at__isnull=True).values_list("pk", flat=True))
    return [owner for owner in owners if owner not in known]
