"""What the tables of devices, of lent screens and of decisions put off refuse by themselves."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from consent.models import Deferral
from contacts.intake import lending
from contacts.models import Contact, LentScreen, OfflineDevice, OfflineRecord
from tests import house
from tests.contacts.tablet import Tablet
from tests.refusals.naming import AT, plain, proves, wang

LATER = AT + timedelta(days=1)


@pytest.fixture
def home():
    return house.build()


@pytest.fixture
def device(home):
    return Tablet(home).device


def refused(deed):
    with pytest.raises(DatabaseError), transaction.atomic():
        deed()


@proves("asked_again_as_wished", "asked_again_later")
@plain
def test_nobody_is_asked_again_who_did_not_wish_it_or_before_their_day(home):
    row = Deferral.objects.create(subject_id=wang(home), chosen_at=AT)
    rows = Deferral.objects.filter(pk=row.pk)
    refused(lambda: rows.update(asked_at=LATER))
    refused(lambda: rows.update(ask_on=LATER + timedelta(days=1), asked_at=LATER))
    refused(lambda: rows.update(ask_on=AT))
    assert rows.update(ask_on=LATER, asked_at=LATER) == 1


@proves("lent_screen_ends", "contacts.LentScreen.token_hash")
@plain
def test_a_lent_screen_ends_and_has_a_token_of_its_own(home):
    lending.lend(contact=Contact.objects.get(pk=wang(home)), by=home.li, at=AT)
    row = LentScreen.objects.get()
    refused(lambda: LentScreen.objects.update(expires_at=AT))
    row.pk, row._state.adding = uuid4(), True
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@proves("device_ends", "revoked_device_opens_nothing", "contacts.OfflineDevice.verifier")
@plain
def test_a_device_ends_opens_nothing_once_revoked_and_has_a_key_of_its_own(device):
    refused(lambda: OfflineDevice.objects.update(ends_at=AT))
    refused(lambda: OfflineDevice.objects.update(revoked_at=LATER))
    device.pk, device._state.adding, device.private = uuid4(), True, None
    with pytest.raises(IntegrityError), transaction.atomic():
        device.save(force_insert=True)
    assert OfflineDevice.objects.update(revoked_at=LATER, private=None) == 1


@proves("one_record_of_a_name", "one_record_of_a_number", "one_record_of_its_bytes", "taken_record_has_a_person")
@plain
def test_what_a_device_handed_in_is_taken_once_and_has_its_person(home, device):
    person, name = wang(home), uuid4()
    told = {"device": device, "received_at": AT}

    def record(outcome="taken", subject=person, made_at=AT, **more):
        row = {"name": uuid4(), "counter": 9, "digest": uuid4().hex * 2} | told | more
        return OfflineRecord.objects.create(outcome=outcome, subject_id=subject, made_at=made_at, **row)

    record(name=name, counter=1, digest="a" * 64)
    refused(lambda: record(name=name, counter=2))
    refused(lambda: record(counter=1))
    refused(lambda: record(outcome="overtaken", subject=None, counter=1))
    refused(lambda: record(counter=3, digest="a" * 64))
    refused(lambda: record(counter=4, subject=None))
    refused(lambda: record(counter=4, made_at=None))
    refused(lambda: record(outcome="seal", counter=4))
    refused(lambda: record(outcome="seal", subject=None, asked_at=AT, counter=4))
    assert record(outcome="seal", subject=None, name=name, counter=1).pk is not None, "a refused one takes nobody's place"
