"""What the tables of receipts from elsewhere refuse by themselves."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from audit import trail
from consent.models import KeptReceipt
from tests.audit.cast import run
from tests.refusals.naming import AT, BY, plain, proves, real, trigger


def kept(principal=None, **more):
    values = {"digest": "0" * 64, "principal": principal or uuid4(), "body": {}, "signed_by": "k", "event_code": "fair"}
    return KeptReceipt.objects.create(**(values | {"taken_at": AT} | more))


@proves(*trigger("consent_keptreceipt", "audit", "insert", "update", "delete"))
@real
def test_no_receipt_is_kept_without_an_entry():
    with pytest.raises(IntegrityError), transaction.atomic():
        kept()
    with transaction.atomic():
        principal = uuid4()
        trail.record("receipt.taken", by=BY, at=AT, subject=principal)
        kept(principal)
    assert KeptReceipt.objects.get().principal == principal


@proves("consent.KeptReceipt.digest", *trigger("consent_keptreceipt", "grows", "insert", "update", "delete"))
@plain
def test_a_receipt_is_kept_once_and_stays_as_it_was():
    principal = uuid4()
    trail.record("receipt.taken", by=BY, at=AT, subject=principal)
    kept(principal)
    with pytest.raises(IntegrityError), transaction.atomic():
        kept(principal)
    for change in ("UPDATE consent_keptreceipt SET event_code = 'other'", "DELETE FROM consent_keptreceipt"):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(change)
    assert KeptReceipt.objects.get().event_code == "fair"
