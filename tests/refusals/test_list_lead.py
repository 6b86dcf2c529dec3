"""What the do-not-contact list, and the table of who answers for it, refuse by themselves (H8)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import trail
from audit.trail import Self_
from consent import leading, suppression
from consent.models import ListLead, Suppression
from contacts import withdrawal
from tests import house
from tests.refusals.naming import AT, BY, plain, proves, real, trigger, wang

LATER = AT + timedelta(days=200)


@proves("consent_suppression_same", "consent_suppression_stays")
@plain
def test_an_entry_of_the_list_is_never_deleted_never_dated_anew_and_never_said_to_have_been_lifted_otherwise():
    """(H8) So nothing shortens it, on the first day or after 180."""
    home = house.build()
    person = wang(home)
    withdrawal.withdraw(subject=person, scope=None, method="link", reason="withdrawal", by=Self_(person), at=AT)
    rows = Suppression.objects.all()
    for wrong in ({"since": LATER}, {"fingerprint": b"x" * 16}, {"source": "call"}):
        with pytest.raises(IntegrityError, match="a refusal stays what it is"), transaction.atomic():
            rows.update(**wrong)
    with pytest.raises(IntegrityError, match="a refusal stays"), transaction.atomic():
        rows._raw_delete("default")
    assert suppression.lift(person, by=Self_(person), at=LATER) == 1  # by the person themself
    for wrong in ({"lifted_at": None}, {"lifted_at": AT}):
        with pytest.raises(IntegrityError, match="a refusal stays what it is"), transaction.atomic():
            rows.update(**wrong)
    with pytest.raises(IntegrityError, match="a refusal stays"), transaction.atomic():
        rows._raw_delete("default")


@proves(*trigger("consent_listlead", "audit", "insert", "update", "delete"))
@real
def test_nobody_is_named_without_an_entry():
    """(H8)"""
    home = house.build()
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        ListLead.objects.create(person=home.chen, named_by=home.zhao, named_at=AT)
        connection.check_constraints()
    assert ListLead.objects.count() == 0


@proves("list_lead_named_by_another", *trigger("consent_listlead", "grows", "update", "delete", "insert"))
@plain
def test_nobody_names_themself_and_who_answered_when_stays_known():
    """(H8)"""
    home = house.build()
    row = leading.name(person=home.chen.pk, by=home.zhao, at=AT)
    trail.record("suppression.led", by=BY, at=AT, subject=home.chen.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        ListLead.objects.create(person=home.chen, named_by=home.chen, named_at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        ListLead.objects.filter(pk=row.pk).update(named_at=LATER)
    with pytest.raises(DatabaseError), transaction.atomic():
        ListLead.objects.filter(pk=row.pk)._raw_delete("default")
    assert list(ListLead.objects.values_list("person", "named_at")) == [(home.chen.pk, AT)]
