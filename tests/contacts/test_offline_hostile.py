"""A device in the wrong hands: no time upsets the door, and nobody fills the trail through it (C7)."""

from datetime import timedelta

import pytest

from audit.models import Entry
from contacts.models import Contact, OfflineRecord
from contacts.offline import preparing, taking
from tests import house
from tests.contacts.tablet import SYNC, Tablet

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def tablet(settings):
    settings.DEMO = True
    return Tablet(house.build())


@pytest.mark.parametrize(
    ("made", "behind"),
    [("9999-12-31T23:59:59.000Z", timedelta(days=1)), ("0001-01-01T00:00:00.000Z", timedelta(days=-1))],
)
def test_a_time_that_no_clock_shows_is_refused_as_any_wrong_time(tablet, made, behind):
    assert tablet.hand_in(tablet.fill(made=made), behind=behind) == ["time"]
    assert (Contact.objects.count(), OfflineRecord.objects.get().outcome) == (0, "time")
    assert tablet.hand_in(tablet.fill()) == ["taken"]


def test_whoever_knows_the_address_of_a_revoked_device_does_not_fill_the_trail(tablet):
    preparing.revoke(device=tablet.device, by=tablet.device.by, at=SYNC)
    for _n in range(taking.TOLD + 5):
        assert tablet.hand_in(tablet.fill(mark=b"x" * 64)) == ["signature"]
    assert Entry.objects.filter(act="device.refused").count() == taking.TOLD
    assert tablet.hand_in(tablet.fill()) == ["revoked"]
    assert Entry.objects.filter(act="device.refused", reason="device_revoked").count() == 1


def test_nor_does_whoever_holds_it(tablet, monkeypatch):
    monkeypatch.setattr(taking, "MANY", 3)
    for _n in range(5):
        assert tablet.hand_in(tablet.fill(made="2020-01-01T00:00:00.000Z")) == ["time"]
    assert Entry.objects.filter(act="device.refused").count() == 3
    assert tablet.hand_in(tablet.fill()) == ["taken"]
    assert tablet.hand_in(tablet.fill(made="2020-01-01T00:00:00.000Z"), at=SYNC + timedelta(days=1, minutes=1)) == ["time"]
    assert Entry.objects.filter(act="device.refused").count() == 4
