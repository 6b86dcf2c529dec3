"""The three suites: each computes its published vectors, seals within one table, and stops the site where it errs."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SM3, Hash
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from tests.vault import ring
from vault import keyring, known_answers, opening, persons, sealing
from vault import suite as suites
from vault.errors import Malformed, SuiteBroken, Tampered
from vault.models import PersonKey
from vault.sealed import Sealed
from vault.suite import SUITES

AT = datetime(2026, 3, 2, tzinfo=UTC)
FIELD = "contacts.phone.number"
NUMBER = "8613800001234"
every = pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: suite.code)


@every
def test_p06_each_suite_computes_its_published_vectors(suite):
    known_answers.prove([suite])
    key, nonce, aad, plain, sealed = (bytes.fromhex(part) for part in known_answers.AEAD[suite.number])
    cipher = suite.cipher(key)
    assert (suite.encrypt(cipher, nonce, plain, aad), suite.decrypt(cipher, nonce, sealed, aad)) == (sealed, plain)


@every
def test_p02_no_suite_gives_anything_for_a_flipped_bit(suite):
    key, nonce, aad, _plain, sealed = (bytes.fromhex(part) for part in known_answers.AEAD[suite.number])
    cipher = suite.cipher(key)
    for bit in range(len(sealed) * 8):
        blob = bytearray(sealed)
        blob[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(Tampered):
            suite.decrypt(cipher, nonce, bytes(blob), aad)
    with pytest.raises(Tampered):
        suite.decrypt(cipher, nonce, sealed, aad + b"\0")


def test_sm4_shows_no_plaintext_before_the_tag_is_right(monkeypatch):
    key, nonce, aad, _plain, sealed = (bytes.fromhex(part) for part in known_answers.AEAD[2])
    with pytest.raises(InvalidTag):
        suites.Sm4Gcm(key).decrypt(nonce, sealed[:-1] + b"\0", aad)


def test_p06_sm3_of_abc_and_its_hmac_as_rfc_2104_spells_it():
    def sm3(data):
        hashed = Hash(SM3())
        hashed.update(data)
        return hashed.finalize()

    key, message = bytes(range(32)), b"Hi There"
    padded = key.ljust(64, b"\0")
    inner = sm3(bytes(byte ^ 0x36 for byte in padded) + message)
    assert sm3(b"abc").hex() == known_answers.SM3_ABC
    assert SUITES[2].mac(key, message) == sm3(bytes(byte ^ 0x5C for byte in padded) + inner)


@every
@pytest.mark.django_db(databases=["default", "vault"])
def test_p01_every_suite_gives_back_what_it_sealed_in_48_bytes(suite, settings, monkeypatch):
    settings.SUITE = suite.code
    with ring.using(monkeypatch, keyring.generate(AT)):
        owner = uuid4()
        persons.make_keys([owner], at=AT)
        box = sealing.seal_phone(NUMBER, field_id=FIELD, row=owner, owner=owner)
        wrapped = persons.wrapped_of([owner])[owner]
        assert (opening.open_one(box), len(box.blob), box.blob[1], wrapped[1]) == (NUMBER, 48, suite.number, suite.number)
        assert len(wrapped) == 36 + suite.key_length
        for bit in range(len(wrapped) * 8):
            blob = bytearray(wrapped)
            blob[bit // 8] ^= 1 << (bit % 8)
            PersonKey.objects.filter(owner=owner).update(wrapped=bytes(blob))
            assert opening.open_many([box])[0].value is None


@every
@pytest.mark.django_db(databases=["default", "vault"])
def test_p03_a_value_does_not_open_as_one_of_another_suite(suite, settings, monkeypatch):
    settings.SUITE = suite.code
    with ring.using(monkeypatch, keyring.generate(AT)):
        owner = uuid4()
        persons.make_keys([owner], at=AT)
        blob = bytearray(sealing.seal_phone(NUMBER, field_id=FIELD, row=owner, owner=owner).blob)
        for other in {0, 1, 2, 3, 4} - {suite.number}:
            blob[1] = other
            with pytest.raises((Tampered, Malformed)):
                opening.open_one(Sealed(bytes(blob), field_id=FIELD, row=owner, owner=owner))


def test_a_library_that_errs_stops_the_site(settings, monkeypatch):
    settings.SUITE = "sm4-gcm"
    assert known_answers.the_chosen_suite_computes_its_vectors() == []
    monkeypatch.setitem(SUITES, 2, _broken(SUITES[2]))
    with pytest.raises(SuiteBroken, match="suite sm4-gcm does not compute"):
        known_answers.prove([SUITES[2]])
    with pytest.raises(SystemCheckError, match="sm4-gcm"):
        call_command("check")


def _broken(suite):
    """The same suite, whose library gives one bit of the tag wrongly."""

    class Wrong(suites.Sm4Gcm):
        def encrypt(self, nonce, data, associated_data, /):
            sealed = super().encrypt(nonce, data, associated_data)
            return sealed[:-1] + bytes([sealed[-1] ^ 1])

    return replace(suite, aead=Wrong)
