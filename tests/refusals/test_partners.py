"""What the tables of sheets from elsewhere refuse by themselves (E3)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import trail
from contacts.importing import paid
from contacts.models import PaidListCase, SheetImport, SheetRow
from tests import house
from tests.audit.cast import run
from tests.contacts.sheetwork import bring, text
from tests.refusals.naming import AT, BY, plain, proves, real, trigger

ROWS = [["王小诺", house.WANG, "是"]]


@proves("contacts_sheetrow_paid")
@plain
def test_no_row_of_a_list_that_was_paid_for_is_stored():
    """(E3)"""
    home = house.build()
    honest, stopped = bring(home, text(ROWS)), paid.stop(event=home.event, by=home.li, at=AT)
    with pytest.raises(IntegrityError, match="paid for"), transaction.atomic():
        SheetRow.objects.create(pk=uuid4(), sheet=stopped, number=2, status="ready")
    SheetRow.objects.create(pk=uuid4(), sheet=honest, number=9, status="refused")  # of any other it is taken
    assert set(SheetRow.objects.values_list("sheet", flat=True)) == {honest.pk}


@proves("contacts_sheetimport_said", "nothing_of_a_paid_list")
@pytest.mark.parametrize("change", [{"provenance": "own"}, {"state": "checked"}, {"read": 1}, {"file": b"x"}])
@plain
def test_a_list_that_was_paid_for_stays_one_and_stays_empty(change):
    """(E3)"""
    home = house.build()
    honest, stopped = bring(home, text(ROWS)), paid.stop(event=home.event, by=home.li, at=AT)
    if "file" in change:
        change = {"file": honest.file}
    with pytest.raises(IntegrityError), transaction.atomic():
        SheetImport.objects.filter(pk=stopped.pk).update(**change)
    stopped.refresh_from_db()
    assert (stopped.provenance, stopped.state, stopped.read, stopped.file) == ("paid", "failed", 0, None)


@proves(*trigger("contacts_paidlistcase", "audit", "insert", "update", "delete"))
@real
def test_no_case_is_opened_changed_or_deleted_without_an_entry():
    """(E3)"""
    home = house.build()
    sheet, case = bring(home, text(ROWS)), paid.stop(event=home.event, by=home.li, at=AT)
    for sql in ("UPDATE contacts_paidlistcase SET opened_at = opened_at", "DELETE FROM contacts_paidlistcase"):
        with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
            run(sql)
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        PaidListCase.objects.create(sheet=_copy(sheet), opened_by=home.li, opened_at=AT)
        connection.check_constraints()
    assert list(PaidListCase.objects.values_list("pk", flat=True)) == [case.pk]


def _copy(sheet):
    """One more sheet, of which the trail says nothing."""
    sheet.pk, sheet.file, sheet.file_name = uuid4(), None, None
    sheet.save(force_insert=True)
    return sheet


@proves("paid_case_closed_by_another", *trigger("contacts_paidlistcase", "fixed", "update", "delete"))
@plain
def test_a_case_is_closed_by_another_with_a_finding_and_then_stays():
    """(E3)"""
    home = house.build()
    pk = paid.stop(event=home.event, by=home.li, at=AT).pk
    trail.record("import.case_closed", by=BY, at=AT, subject=pk)
    whole = {"finding": "mistake", "closed_by": home.chen, "closed_at": AT}
    for wrong in ({"closed_by": home.li}, {"finding": ""}, {"closed_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PaidListCase.objects.filter(pk=pk).update(**whole | wrong)
    PaidListCase.objects.filter(pk=pk).update(**whole)
    for deed in (lambda rows: rows.update(closed_at=AT + timedelta(days=1)), lambda rows: rows._raw_delete(rows.db)):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed(PaidListCase.objects.filter(pk=pk))
    assert PaidListCase.objects.get().closed_at == AT
