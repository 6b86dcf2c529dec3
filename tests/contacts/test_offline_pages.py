"""Preparing a device for an event without a network, and who sees and revokes it (C7)."""

import base64
from datetime import timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from audit.models import Entry
from contacts import events
from contacts.models import OfflineDevice
from contacts.offline import preparing
from tests import house
from tests.contacts.tablet import Tablet
from tests.proofs.cast import enter

pytestmark = pytest.mark.django_db(databases=["default", "vault"], transaction=True)
NOON, HOUR = house.NOON, timedelta(hours=1)


@pytest.fixture
def home():
    return house.build()


@pytest.fixture
def tablet(home):
    return Tablet(home)


def test_preparing_signs_the_colleague_out_and_keeps_what_waits_when_somebody_signs_out(home):
    screen = enter(home.li)
    verifier = base64.b64encode(
        ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    ).decode()
    with time_machine.travel(NOON, tick=True):
        where = f"/events/{home.event.pk}/devices/prepare/"
        assert [screen.post(where, {"verifier": bad}).status_code for bad in ("", "x", verifier[:-4])] == [400] * 3
        answer = screen.post(where, {"verifier": verifier})
        device = OfflineDevice.objects.get()
        assert answer.url == f"/kiosk/{device.pk}/zh/"
        assert screen.get("/contacts/").headers["Location"].startswith("/sign-in/")
        pages = {language: Client().get(f"/kiosk/{device.pk}/{language}/") for language in ("zh", "en")}
        assert [p.status_code for p in pages.values()] == [200, 200]
        assert ('lang="en"' in pages["en"].content.decode(), 'value="' + house.WANG in pages["en"].content.decode()) == (
            True,
            False,
        )
        assert "worker-src 'self'" in pages["en"].headers["Content-Security-Policy"]
        assert "checked" not in pages["en"].content.decode()
        screen.force_login(home.li)
        assert screen.post("/sign-out/").headers["Clear-Site-Data"] == '"cache"'
        assert enter(home.li).post("/sign-out/").headers["Clear-Site-Data"] == '"cache", "storage"'
        assert enter(home.li).post(where, {"verifier": verifier}).status_code == 400, "one key, one device"
    assert Entry.objects.filter(act="device.registered", subject=str(home.event.pk)).count() == 1


def test_only_who_works_at_the_event_prepares_and_sees_its_devices(home, tablet):
    page = f"/events/{home.event.pk}/devices/"
    assert {n: enter(getattr(home, n)).get(page).status_code for n in ("li", "wu", "chen", "he", "zhao", "sun")} == {
        "li": 200, "wu": 200, "chen": 200, "he": 404, "zhao": 403, "sun": 403,
    }  # fmt: skip
    take_back = f"{page}{tablet.device.pk}/revoke/"
    assert [enter(getattr(home, n)).post(take_back).status_code for n in ("he", "sun")] == [404, 403]
    assert enter(home.li).post(take_back).status_code == 302
    assert (OfflineDevice.objects.get().private, Client().get(f"/kiosk/{tablet.device.pk}/zh/").status_code) == (None, 404)


def test_what_a_device_shows_is_not_changed_behind_it(home):
    assert not events.arrived(home.event)
    Tablet(home)
    assert events.arrived(home.event)


def test_a_closed_event_prepares_nothing(home):
    events.close(event=home.event, by=home.li, at=NOON)
    home.event.refresh_from_db()
    with pytest.raises(preparing.DeviceRefused, match="closed"):
        Tablet(home)
