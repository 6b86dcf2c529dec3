"""A list that was bought, exchanged or given for something: a hard stop, and a case for compliance (E3).

Buying or exchanging personal data is illegal acquisition, and a crime even where the business is lawful. Nothing of such a list
is read or stored, not even the name of its file; until compliance has closed the case its opener brings in no other sheet.
"""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from audit import trail
from audit.trail import Actor
from contacts.models import Event, PaidListCase, SheetImport
from team.models import User


class CaseRefused(Exception):
    """The case is not closed: `gone` (closed already, or none), `same_person` (whoever opened it cannot close it)."""


def stop(*, event: Event | None, by: User, at: datetime, actor: Actor | None = None) -> SheetImport:
    """Open a case instead of reading the list; one that stands open for this user is returned again.

    The yes is enough: `event` is the one they named, if any. Returns the record of an import that holds nothing. `at` is
    aware, UTC; `actor` is who acts for the user, if not they.
    """
    pk = uuid4()
    with transaction.atomic():
        User.objects.select_for_update().only("pk").get(pk=by.pk)  # however many times it is sent at once
        if found := open_case(by):
            return found.sheet
        trail.record("import.paid", by=actor or by, at=at, subject=pk, outcome="denied", reason="paid_list")
        sheet = SheetImport.objects.create(
            pk=pk,
            event=event,
            provenance=SheetImport.Provenance.PAID,
            uploaded_by=by,
            uploaded_at=at,
            state=SheetImport.State.FAILED,
            problem="paid",
            purge_on=at,
        )
        PaidListCase.objects.create(sheet=sheet, opened_by=by, opened_at=at)
    return sheet


def open_case(user: User) -> PaidListCase | None:
    """The case of this user that nobody has closed yet."""
    return PaidListCase.objects.select_related("sheet__event").filter(opened_by=user, closed_at__isnull=True).first()


def stands(user: UUID) -> bool:
    """Whether a case of this user is open: then no sheet of theirs is read, and none moves on."""
    return PaidListCase.objects.filter(opened_by=user, closed_at__isnull=True).exists()


def close(*, sheet: UUID, finding: str, by: User, at: datetime) -> None:
    """Compliance says what they found; it stays on record. Raises CaseRefused."""
    with transaction.atomic():
        case = PaidListCase.objects.select_for_update().filter(pk=sheet, closed_at__isnull=True).first()
        if case is None or finding not in PaidListCase.Finding.values:
            raise CaseRefused("gone")
        if case.opened_by_id == by.pk:
            raise CaseRefused("same_person")
        trail.record("import.case_closed", by=by, at=at, subject=case.pk)
        case.finding, case.closed_by, case.closed_at = finding, by, at
        case.save(update_fields=["finding", "closed_by", "closed_at"])
