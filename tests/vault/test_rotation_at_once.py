"""P11 with many hands: people are read and come in while keys move; no read fails and nobody is lost."""

import threading
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection, connections

from vault import canary, index, keyring, opening, persons, rewrapping, rotation, sealing
from vault.models import PersonKey, Worker

pytestmark = [
    pytest.mark.django_db(databases=["default", "vault"], transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's in-memory test database has one writer only"),
]
AT = datetime(2026, 3, 2, tzinfo=UTC)
FIELD = "contacts.phone.number"


@pytest.fixture(autouse=True)
def alone(transactional_db):
    """Processes of tests before this one may have said that they live; here nobody else does."""
    Worker.objects.all().delete()


def person(n):
    owner, digits = uuid4(), f"861380000{n:04}"
    persons.make_keys([owner], at=AT)
    index.put(index.number_entries(owner=owner, row=owner, scope=owner, digits=digits))
    return digits, sealing.seal_phone(digits, field_id=FIELD, row=owner, owner=owner)


class Office:
    """People who are read, and people who come in, until it closes."""

    def __init__(self):
        self.people, self.wrong, self.closed = [person(n) for n in range(200)], [], threading.Event()

    def read(self):
        people = list(self.people)
        results = opening.open_many([box for _digits, box in people])
        self.wrong += [repr(r) for (digits, _box), r in zip(people, results, strict=True) if r.value != digits]

    def come(self):
        if len(self.people) < 400:
            self.people.append(person(len(self.people)))

    def work(self, deed):
        try:
            while not self.closed.is_set():
                deed()
        except Exception as error:
            self.wrong.append(repr(error))
        finally:
            connections.close_all()


def epoch():
    old = keyring.current().active("kek")
    rotation.promote(rotation.add("kek", at=AT).kid, at=AT)
    while rotation.under(old.kid):
        sum(rewrapping.batches(size=50))
    rotation.destroy(old.kid, gone=(), at=AT)


def test_p11_nothing_fails_and_nobody_is_lost_while_keys_move(own_ring):
    canary.prove(at=AT)
    office = Office()
    threads = [threading.Thread(target=office.work, args=(deed,)) for deed in (office.read, office.read, office.come)]
    for thread in threads:
        thread.start()
    for _epoch in range(3):
        epoch()
    office.closed.set()
    for thread in threads:
        thread.join()
    office.read()
    assert (office.wrong, PersonKey.objects.count()) == ([], len(office.people))
    assert {bytes(kid) for kid in PersonKey.objects.values_list("kid", flat=True)} == {keyring.current().active("kek").kid}


def test_p11_two_hands_rewrap_at_once_and_each_person_is_moved_once(own_ring):
    canary.prove(at=AT)
    people, done = [person(n) for n in range(300)], []
    rotation.promote(rotation.add("kek", at=AT).kid, at=AT)

    def hand():
        try:
            done.append(sum(rewrapping.batches(size=20)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=hand) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(done), rewrapping.waiting()) == (300, 0)
    assert [r.value for r in opening.open_many([box for _d, box in people])] == [digits for digits, _b in people]
