"""Marker numbers go through the whole house and are then looked for in every table, log line and page."""

import logging

import pytest
from django.db import connections
from django.test import Client

from contacts import reveal
from contacts.models import Contact, Phone
from tests import house
from tests.stories.test_sheets import bring, commit
from vault.scrub import ScrubFilter

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
MARKERS = [f"1770000{n:04d}" for n in range(7100, 7140)]


def spread(home):
    """Forty markers by form, half of them confirmed, and forty by sheet; one is searched and revealed."""
    for n, marker in enumerate(MARKERS):
        house.arrive(home.event, marker, confirm=n < 20)
    rows = [["赵雪", f"1990000{n:04d}", "是"] for n in range(7100, 7140)]
    commit(bring(home, "\n".join(",".join(r) for r in [["姓名", "手机", "同意电话联系"], *rows]).encode()))
    client = Client()
    client.force_login(home.li, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/contacts/search/", {"q": MARKERS[0]})
    contact = Contact.objects.filter(source="visitor", delete_rule="event_lead").first()
    phone = Phone.objects.get(contact=contact)
    reveal.reveal(contact=contact, phone_id=phone.pk, action="reveal_check", in_book=True, by=home.li, at=house.NOON)
    return client


def everything_stored():
    """Every cell of every table on both sides, as bytes."""
    cells = []
    for alias in ("default", "vault"):
        connection = connections[alias]
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')
                cells += [bytes(c) if isinstance(c, bytes | memoryview) else str(c).encode() for row in cursor for c in row]
    return b"\n".join(cells)


def hits(haystack, markers):
    return [m for m in markers if m.encode() in haystack or f"{m[:3]} {m[3:7]} {m[7:]}".encode() in haystack]


def test_no_marker_is_in_any_table_log_or_page(caplog):
    home = house.build()
    with caplog.at_level(logging.DEBUG):
        client = spread(home)
        pages = [client.get(path).content for path in ("/", "/contacts/", "/calls/", "/import/", "/events/")]
    markers = MARKERS + [f"1990000{n:04d}" for n in range(7100, 7140)]
    assert hits(everything_stored(), markers) == []
    assert hits(b"".join(pages), markers) == []
    assert hits("\n".join(r.getMessage() for r in caplog.records if r.name != "django.db.backends").encode(), markers) == []


def test_a_planted_marker_is_found_so_the_scan_can_fail():
    home = house.build()
    home.team.name = f"plant {MARKERS[0]}"
    home.team.save()
    assert hits(everything_stored(), MARKERS) == [MARKERS[0]]


def test_the_log_filter_takes_what_slips_through():
    record = logging.LogRecord("x", logging.INFO, "f", 1, "got %s", (MARKERS[0],), None)
    ScrubFilter().filter(record)
    assert record.getMessage() == "got ••••"
