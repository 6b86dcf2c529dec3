"""Reveals against withdrawals: what counts is the order in which they commit."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from audit.models import Entry
from audit.trail import Self_
from contacts import reveal, withdrawal
from contacts.models import Contact, Phone
from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"], transaction=True)
TRIES = 25


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's in-memory test database has one writer only")
def test_no_reveal_after_a_withdrawal():
    home = house.build(at=timezone.now() - timedelta(hours=2))
    numbers = [f"1380000{n}" for n in range(2000, 2000 + 5)]
    people = [house.arrive(home.event, number, at=timezone.now() - timedelta(hours=1))[0].subject_id for number in numbers]
    shown = []

    def look(contact, phone):
        for _n in range(TRIES):
            try:
                reveal.reveal(
                    contact=contact, phone_id=phone.pk, action="reveal_check", in_book=True, by=home.li, at=timezone.now()
                )
                shown.append(contact.pk)
            except reveal.RevealRefused:
                pass
        connections.close_all()

    def stop(subject):
        withdrawal.withdraw(
            subject=subject, scope=None, method="link", reason="withdrawal", by=Self_(subject), at=timezone.now()
        )
        connections.close_all()

    for pk in people:
        contact, phone = Contact.objects.get(pk=pk), Phone.objects.get(contact_id=pk)
        threads = [threading.Thread(target=look, args=(contact, phone)), threading.Thread(target=stop, args=(pk,))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        acts = list(Entry.objects.filter(subject=pk).order_by("seq").values_list("act", "outcome"))
        withdrawn = acts.index(("consent.withdrawn", "ok"))
        assert ("phone.reveal", "ok") not in acts[withdrawn:]
        assert len([a for a in acts if a[0] == "phone.reveal"]) == TRIES
