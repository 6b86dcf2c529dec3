"""What the tables of receipts from elsewhere, strangers' complaints and canaries refuse by themselves."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import trail
from consent.models import KeptReceipt, StrangersComplaint
from consent.requests import strangers
from contacts import canaries
from contacts.models import Canary
from tests import house
from tests.audit.cast import run
from tests.refusals.naming import AT, BY, plain, proves, real, trigger
from vault import phone


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


@proves(
    "consent.StrangersComplaint.code_hash",
    "consent.StrangersComplaint.request",
    *trigger("consent_strangerscomplaint", "audit", "insert", "update", "delete"),
)
@real
def test_a_code_opens_one_complaint_and_no_complaint_changes_without_an_entry():
    house.build()
    told = {"topic": "other", "words": "x", "reply": "page", "reply_to": ""}
    for _n in range(2):
        strangers.complain(**told, at=AT)
    first, second = StrangersComplaint.objects.order_by("pk")
    for change in ({"code_hash": first.code_hash}, {"request": first.request}):
        with pytest.raises(IntegrityError), transaction.atomic():
            trail.record("complaint.forgotten", by=BY, at=AT, subject=second.pk)
            StrangersComplaint.objects.filter(pk=second.pk).update(**change)
    for sql in ("UPDATE consent_strangerscomplaint SET topic = 'staff'", "DELETE FROM consent_strangerscomplaint"):
        with pytest.raises(IntegrityError), transaction.atomic():
            run(sql)
    assert set(StrangersComplaint.objects.values_list("topic", flat=True)) == {"other"}


@proves(*trigger("contacts_canary", "audit", "insert", "update", "delete"))
@real
def test_nobody_becomes_a_canary_or_stops_being_one_without_an_entry():
    home = house.build()
    pk = canaries.plant(event=home.event, name="x", number=phone.normalise(house.QIAN), by=home.chen, at=AT)
    for sql in ("UPDATE contacts_canary SET seen_us = 1", "DELETE FROM contacts_canary"):
        with pytest.raises(IntegrityError), transaction.atomic():
            run(sql)
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    with pytest.raises(IntegrityError), transaction.atomic():
        Canary.objects.create(subject_id=wang, planted_by=home.chen, planted_at=AT)
        connection.check_constraints()
    assert list(Canary.objects.values_list("pk", "seen_us")) == [(pk, 0)]
