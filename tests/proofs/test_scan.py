"""Thousands of marker numbers live their whole life here; afterwards they stand nowhere but sealed."""

import base64
import gzip
import io
import logging
import tempfile
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings as site
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.utils.log import AdminEmailHandler

from contacts.models import Contact
from team.models import Team
from tests import house
from tests.proofs import scenario, stores
from tests.proofs.stores import MARKERS, STEM, everything, found_in, queue, stems, tell_everything
from vault.models import BlindIndex
from vault.scrub import ScrubFilter

pytestmark = pytest.mark.django_db(databases=["default", "vault"], transaction=True)
PLANT = MARKERS[500]


class Ears(logging.Handler):
    """Hears every record twice: its bare message, and what the house's own filter and formatter make of it."""

    def __init__(self):
        """Nothing heard yet."""
        super().__init__(logging.DEBUG)
        self.bare, self.written, self.names = io.StringIO(), io.StringIO(), set()

    def emit(self, record):
        self.names.add(record.name)
        self.bare.write(f"{record.getMessage()}\n")
        copy = logging.makeLogRecord(record.__dict__)
        ScrubFilter().filter(copy)
        self.written.write(f"{logging.Formatter('%(name)s %(message)s').format(copy)}\n")


@pytest.fixture
def ears():
    """Everything at DEBUG, the SQL with its parameters included."""
    heard = Ears()
    loggers = [logging.getLogger(name) for name in ("", "django", "django.db.backends", "django.request", "celery", "kombu")]
    before = [(logger, logger.handlers, logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.handlers, logger.propagate = [heard], False
        logger.setLevel(logging.DEBUG)
    for connection in connections.all():
        connection.force_debug_cursor = True
    yield heard
    for logger, handlers, level, propagate in before:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)
    for connection in connections.all():
        connection.force_debug_cursor = False


@pytest.fixture
def folders(tmp_path, tmp_path_factory, settings, monkeypatch):
    """The folder of the installation, and a temporary folder of this test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")
    call_command("collectstatic", verbosity=0, interactive=False)
    inside = {name: site.VAR_DIR / name for name in ("queue", "exports")}
    return inside | {"var": site.VAR_DIR, "static": Path(site.STATIC_ROOT), "temporary": tmp_path}


def broken(settings, *, debug):
    """The page of a view that broke, and the mail to the admins; a number is in everything it was given."""
    settings.DEBUG, settings.ROOT_URLCONF, settings.ADMINS = debug, "tests.proofs.broken", [("Zhao", "zhao@x.example")]
    mailing, logger = AdminEmailHandler(include_html=True), logging.getLogger("django.request")
    logger.addHandler(mailing)
    try:
        sent = {"number": PLANT, "file": SimpleUploadedFile(f"{PLANT}.csv", PLANT.encode())}
        answer = Client(raise_request_exception=False, headers={"user-agent": f"x {PLANT}"}).post("/broken/", sent)
    finally:
        logger.removeHandler(mailing)
    assert answer.status_code == 500
    return scenario.words_of(answer).encode()


def places(folders, ears, pages, broke):
    """Every store of this round, by name: what outlives a request, what left the house, and what was said aloud."""
    return everything(folders) | {
        "pages, addresses and cookies": [page.encode() for page in pages],
        "broken page, DEBUG off": broke[:1],
        "broken page, DEBUG on": broke[1:],
        "mail": [message.message().as_bytes() + message.body.encode() for message in mail.outbox],
        "mail as html": [html.content.encode() for message in mail.outbox for html in message.alternatives],
        "log, as written": [ears.written.getvalue().encode()],
        "log, before the filter": [ears.bare.getvalue().encode()],
    }


def plant(folders, ears, pages, broke):
    """Leak one number by every road there is."""
    Team.objects.create(name=f"plant {PLANT}")
    # SQLite writes the ids before a tag in hexadecimal, without a gap, as one hash; a generation of two bytes stands between.
    BlindIndex.objects.create(owner=uuid4(), row=uuid4(), kind=1, generation=300, tag=PLANT.encode())
    session = SessionStore()
    session["number"] = PLANT
    session.create()
    cache.set("x", PLANT)
    if site.CELERY_BROKER_URL.startswith("redis"):
        queue().lpush("plant", f'["{PLANT}"]')
    for name, folder in folders.items():
        folder.mkdir(exist_ok=True)
        if name != "temporary":
            (folder / "plant").write_text(f'["{PLANT[:3]} {PLANT[3:7]} {PLANT[7:]}"]')
    (folders["temporary"] / "upload.gz").write_bytes(packed(PLANT))
    logging.getLogger("somewhere").debug("got %s", PLANT)
    ears.written.write(PLANT)
    letter = mail.EmailMultiAlternatives("plant", PLANT, "a@x.example", ["b@x.example"])
    letter.attach_alternative(f"<b>{PLANT}</b>", "text/html")
    letter.send()
    pages.append(scenario.words_of(HttpResponse(f"<p>{PLANT}</p>")))
    broke[:] = [scenario.words_of(HttpResponse(PLANT)).encode()] * 2


def test_p16_ten_thousand_numbers_stand_nowhere_in_the_open(settings, ears, folders, request, capsys):
    """A thousand in every run. The same stores are searched again once a leak was planted in each, or this proves nothing."""
    count = 10_000 if request.config.getoption("--drills") or request.config.getoption("--full") else 1000
    tell_everything()
    with time_machine.travel(house.NOON, tick=True):
        world = house.build(at=house.NOON - house.timedelta(hours=1))
        pages = scenario.live(world, count)
    assert Contact.objects.count() > 50
    broke = [broken(settings, debug=False), broken(settings, debug=True)]
    searched = places(folders, ears, pages, broke)
    assert (len(mail.outbox), "django.db.backends" in ears.names, len(pages) > 200) == (2, True, True)
    assert b"INSERT INTO" in searched["log, before the filter"][0]
    sizes = {name: sum(map(len, blobs)) for name, blobs in searched.items()}
    leaks = found_in(searched)
    try:
        plant(folders, ears, pages, broke)
        planted = found_in(places(folders, ears, pages, broke))
    finally:
        cache.clear()
        for folder in folders.values():
            (folder / "plant").unlink(missing_ok=True)
    with capsys.disabled():
        print(f"\n{count} numbers, {len(searched)} stores searched, {len(planted)} planted leaks found, {len(leaks)} leaks")
        for name in sorted(searched):
            print(
                f"  {name:32} {sizes[name]:>12,} B  planted: {'found' if name in planted else 'MISSED'}  leaks: {name in leaks:d}"
            )
    assert list(planted) == sorted(searched), "a leak planted there was missed: the search is void"
    assert (leaks, len(searched) >= 20) == ({}, True)


def packed(text):
    """A zip in a gzip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", text)
    return gzip.compress(target.getvalue())


def test_what_is_written_to_a_log_is_filtered_first(ears):
    logging.getLogger("somewhere").debug("got %s", PLANT)
    assert (PLANT in ears.bare.getvalue(), PLANT in ears.written.getvalue()) == (True, False)


@pytest.mark.parametrize(
    "blob",
    [
        PLANT.encode(),
        f"{PLANT[:3]}-{PLANT[3:7]}-{PLANT[7:]}".encode(),
        "".join(chr(ord("０") + int(digit)) for digit in PLANT).encode(),
        PLANT.encode("utf-16"),
        PLANT.encode("utf-16-be"),
        PLANT.encode().hex().encode(),
        gzip.compress(PLANT.encode()),
        packed(f"86{PLANT}"),
        int(PLANT).to_bytes(8, "big"),
        int(f"86{PLANT}").to_bytes(8, "little"),
        *(base64.b64encode(b"x" * pad + PLANT.encode()) for pad in range(3)),
    ],
)
def test_a_number_is_found_in_any_dress(blob):
    assert found_in({"store": [b"before" + blob + b"after" if blob[:2] not in (b"\x1f\x8b",) else blob]}).keys() == {"store"}
    assert found_in({"store": [STEM[:5].encode()]}) == {}
    assert len(stems()) == 17


def test_half_a_number_is_the_name_of_a_file():
    """The upper bytes of a marker stand in PostgreSQL's log whenever a file got that number; the scan is not fooled."""
    upper = (int(PLANT) >> 16).to_bytes(6, "big")
    assert found_in({"store": [upper + b"\xff\xff", b"\0\0" + upper[::-1]]}) == {}


def test_a_place_in_the_write_ahead_log_is_no_number(monkeypatch):
    """As it was found once: the header of a record with the place of the record before, 0/41F6D70."""
    record = b"@\0\0\0'\x05\0\0pm\x1f\x04\0\0\0\0\0\x0b\0\0"
    monkeypatch.setattr(stores, "POSTGRESQL", True)
    held = [int(f"86{PLANT}").to_bytes(8, order) for order in ("big", "little")]
    for name in ("write-ahead log", "disk of default"):
        assert found_in({name: [record]}) == {}
        assert [found_in({name: [b"x" + integer + b"x"]}).keys() for integer in held] == [{name}] * 2
        assert found_in({name: [record + PLANT.encode()]}).keys() == {name}
    assert found_in({"tables of default": [record]}).keys() == {"tables of default"}  # nobody writes places there


def test_a_piece_of_a_hash_is_no_number():
    """Seven digits of a hash may be the first seven of the markers; beside a hash, between quotes, a number is found."""
    digest, name = b"3f9a" * 5 + PLANT.encode() + b"d" * 33, b"0b8f3c1e-77a2-4c9d-" + PLANT[:7].encode() + b"9ab"
    assert found_in({"store": [digest, b"x" + name + b"x"]}) == {}
    assert found_in({"store": [b'{"hash":"' + b"3f9a" * 16 + b'","number":"' + PLANT.encode() + b'"}']}).keys() == {"store"}
    assert found_in({"store": [digest + b" " + PLANT.encode()]}).keys() == {"store"}


def test_the_log_filter_takes_what_slips_through():
    record = logging.LogRecord("x", logging.INFO, "f", 1, "got %s", (PLANT,), None)
    ScrubFilter().filter(record)
    assert record.getMessage() == "got ••••"
