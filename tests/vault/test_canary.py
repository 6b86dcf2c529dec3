"""The canary: a keyring that is not this database's stops the site before it writes anything."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.vault import ring
from vault import canary, keyring, persons
from vault.errors import KeyringRefused
from vault.models import Canary, PersonKey

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
AT = datetime(2026, 3, 2, tzinfo=UTC)


def kids():
    return {bytes(row.kid) for row in Canary.objects.all()}


@pytest.fixture
def at_home(monkeypatch):
    """The keyring under which this vault began, with its canaries set."""
    with ring.using(monkeypatch, ring.FROZEN) as keys:
        canary.prove(at=AT)
        yield keys


def test_each_key_leaves_its_canary_once(at_home):
    assert kids() == {key.kid for key in at_home}
    before = [bytes(row.proof) for row in Canary.objects.order_by("kid")]
    canary.prove(at=AT)
    assert [bytes(row.proof) for row in Canary.objects.order_by("kid")] == before
    assert len(before) == 3


def test_another_keyring_is_refused_and_leaves_nothing(at_home, monkeypatch):
    persons.make_keys([uuid4()], at=AT)
    before = kids()
    with ring.using(monkeypatch, keyring.generate(AT)), pytest.raises(KeyringRefused, match="not the one"):
        canary.prove(at=AT)
    assert kids() == before


def test_another_keyring_is_refused_even_before_the_first_person(at_home, monkeypatch):
    with ring.using(monkeypatch, keyring.generate(AT)), pytest.raises(KeyringRefused, match="not the one"):
        canary.prove(at=AT)


def test_a_vault_with_people_and_no_canary_is_somebody_elses(monkeypatch):
    with ring.using(monkeypatch, ring.FROZEN):
        persons.make_keys([uuid4()], at=AT)
    with ring.using(monkeypatch, keyring.generate(AT)), pytest.raises(KeyringRefused, match="not the one"):
        canary.prove(at=AT)
    assert kids() == set()


def test_a_key_in_use_without_its_canary_is_refused(at_home):
    persons.make_keys([uuid4()], at=AT)
    kek = at_home.active("kek")
    Canary.objects.filter(kid=kek.kid).delete()
    with pytest.raises(KeyringRefused, match=kek.kid.hex()):
        canary.prove(at=AT)


@pytest.mark.parametrize("place", [0, 12, -1])
def test_a_canary_that_does_not_open_names_its_key_and_no_bytes(at_home, place):
    row = Canary.objects.get(kid=at_home.active("index").kid)
    proof = bytearray(row.proof)
    proof[place] ^= 1
    Canary.objects.filter(kid=row.kid).update(proof=bytes(proof))
    with pytest.raises(KeyringRefused) as refused:
        canary.prove(at=AT)
    assert str(refused.value) == f"key {bytes(row.kid).hex()} does not open its canary"


def test_p07_a_load_and_save_under_a_wrong_keyring_changes_no_byte(at_home, monkeypatch):
    owner = uuid4()
    persons.make_keys([owner], at=AT)
    before = PersonKey.objects.values_list("owner", "kid", "wrapped").get()
    with ring.using(monkeypatch, keyring.generate(AT)):
        persons.make_keys([owner], at=AT)
        PersonKey.objects.get(owner=owner).save()
    after = PersonKey.objects.values_list("owner", "kid", "wrapped").get()
    assert [bytes(v) for v in after[1:]] == [bytes(v) for v in before[1:]]
