"""What holds for every value, key and place in the vault; the numbers P1 to P15 are those of the design's list."""

import os
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from consent import suppression
from consent.models import Suppression
from tests import house
from tests.vault import ring
from vault import index, keyring, opening, persons, phone, sealing
from vault.errors import KeyMissing, Malformed, Shredded, Tampered
from vault.models import BlindIndex, PersonKey
from vault.sealed import Sealed

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
AT = datetime(2026, 3, 2, tzinfo=UTC)
FIELD, TEXT, FILE = "contacts.phone.number", "contacts.contact.name", "contacts.sheet.file"
NUMBER = "8613800001234"
DIGITS = st.text(alphabet="0123456789", min_size=1, max_size=15)
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def owner(db):
    keyring.ensure_development()
    pk = uuid4()
    persons.make_keys([pk], at=AT)
    return pk


@many
@given(digits=DIGITS)
def test_p1_every_number_comes_back_and_its_length_does_not_show(owner, digits):
    box = sealing.seal_phone(digits, field_id=FIELD, row=owner, owner=owner)
    assert (opening.open_one(box), len(box.blob)) == (digits, 48)


@many
@given(text=st.text(max_size=300), data=st.binary(max_size=300))
def test_p1_every_text_and_file_comes_back_in_buckets_of_64(owner, text, data):
    for seal, field, value in ((sealing.seal_text, TEXT, text), (sealing.seal_bytes, FILE, data)):
        box = seal(value, field_id=field, row=owner, owner=owner)
        assert (opening.open_one(box), (len(box.blob) - 32) % 64) == (value, 0)


@pytest.mark.parametrize("digits", ["", "1" * 16, "138x", "+8613800001234", "１３８"])
def test_p1_nothing_else_passes_for_a_number(owner, digits):
    with pytest.raises(ValueError, match="1 to 15 digits|ascii"):
        sealing.seal_phone(digits, field_id=FIELD, row=owner, owner=owner)


def test_p2_every_flipped_bit_of_a_wrapped_key_is_found(owner):
    wrapped = persons.wrapped_of([owner])[owner]
    assert persons.unwrap(owner, wrapped)[:2] == (1, 1)
    for bit in range(len(wrapped) * 8):
        blob = bytearray(wrapped)
        blob[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises((Tampered, Malformed, KeyMissing)):
            persons.unwrap(owner, bytes(blob))
    assert bit == 543


@pytest.mark.parametrize("cut", [0, 1, 19, 67, 69])
def test_p2_a_wrapped_key_of_another_length_is_none(owner, cut):
    wrapped = persons.wrapped_of([owner])[owner]
    with pytest.raises(Malformed):
        persons.unwrap(owner, (wrapped + b"\0")[:cut])


def test_p3_a_key_wrapped_for_one_person_is_no_other_persons(owner):
    other = uuid4()
    persons.make_keys([other], at=AT)
    box = sealing.seal_phone(NUMBER, field_id=FIELD, row=owner, owner=owner)
    PersonKey.objects.filter(owner=owner).update(wrapped=persons.wrapped_of([other])[other])
    with pytest.raises(Tampered):
        opening.open_one(box)


def test_p3_two_sealed_values_exchanged_do_not_open(owner):
    rows = [uuid4(), uuid4()]
    boxes = [sealing.seal_phone(f"861380000{n}000", field_id=FIELD, row=row, owner=owner) for n, row in enumerate(rows)]
    for box, row in zip(boxes, reversed(rows), strict=True):
        with pytest.raises(Tampered):
            opening.open_one(Sealed(box.blob, field_id=FIELD, row=row, owner=owner))
    results = opening.open_many([boxes[0], Sealed(boxes[1].blob, field_id=FIELD, row=rows[0], owner=owner)])
    assert [(r.value, type(r.error)) for r in results] == [("8613800000000", type(None)), (None, Tampered)]


@pytest.mark.parametrize(("place", "value"), [(1, 2), (1, 3), (3, 2), (0, 0xC3)])
def test_p3_another_suite_generation_or_format_does_not_open(owner, place, value):
    blob = bytearray(sealing.seal_phone(NUMBER, field_id=FIELD, row=owner, owner=owner).blob)
    blob[place] = value
    with pytest.raises((Tampered, Malformed)):
        opening.open_one(Sealed(bytes(blob), field_id=FIELD, row=owner, owner=owner))


BOUND = st.tuples(st.binary(min_size=4, max_size=4), st.text(max_size=40), st.uuids(), st.uuids())


@given(one=BOUND, other=BOUND)
def test_p4_no_two_places_are_bound_alike(one, other):
    assume(one != other)
    assert sealing.aad(*one) != sealing.aad(*other)


@given(name=st.text(min_size=1, max_size=40), cut=st.integers(1, 39))
def test_p4_a_name_cannot_borrow_bytes_from_its_neighbour(name, cut):
    head, row = b"\xc1\x01\0\1", UUID(int=0)
    assume(cut < len(name))
    assert sealing.aad(head, name, row, row) != sealing.aad(head, name[:cut], row, row)


def test_p5_no_nonce_comes_twice(owner):
    sealer = sealing.Sealer([owner])
    blobs = [sealer.phone(NUMBER, field_id=FIELD, row=owner, owner=owner).blob for _n in range(20_000)]
    assert (len({blob[4:16] for blob in blobs}), len({blob[16:] for blob in blobs})) == (20_000, 20_000)


def test_p7_each_missing_key_has_its_own_word(owner, monkeypatch):
    box = sealing.seal_phone(NUMBER, field_id=FIELD, row=owner, owner=owner)
    stranger = uuid4()
    with pytest.raises(KeyMissing, match="no key yet"):
        sealing.seal_phone(NUMBER, field_id=FIELD, row=stranger, owner=stranger)
    kid = bytes(PersonKey.objects.get(owner=owner).kid).hex()
    with ring.using(monkeypatch, ring.document([os.urandom(32) for _n in range(3)])), pytest.raises(KeyMissing) as missing:
        opening.open_one(box)
    assert str(missing.value) == f"key {kid} is not in the keyring"
    persons.destroy_keys([owner])
    with pytest.raises(Shredded) as shredded:
        opening.open_one(box)
    assert str(shredded.value) == str(owner)


@many
@given(blob=st.binary(max_size=120))
def test_p8_no_bytes_are_ever_taken_for_a_sealed_value(owner, blob):
    with pytest.raises((Malformed, Tampered)):
        opening.open_one(Sealed(blob, field_id=FIELD, row=owner, owner=owner))


def test_p13_the_refusal_outlives_the_key_and_every_tag(owner):
    home = house.build()
    subject = house.arrive(home.event, house.WANG)[0].subject_id
    tags = {bytes(tag) for tag in BlindIndex.objects.filter(owner=subject).values_list("tag", flat=True)}
    print_ = index.fingerprint(NUMBER)
    assert (len(tags) > 2, print_ in tags) == (True, False)
    Suppression.objects.create(fingerprint=print_, source="call", since=AT)
    persons.destroy_keys([subject])
    assert BlindIndex.objects.filter(owner=subject).count() == 0
    assert suppression.subjects_suppressed([subject]) == {subject}


MIXED = st.lists(st.sampled_from(["", " ", "-", "　", "\u2011", "\u200b"]), min_size=11, max_size=11)
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@given(gaps=MIXED, before=st.sampled_from(["", "+86", "0086", "+86 ", "86"]), wide=st.booleans())
def test_p15_however_it_is_written_it_is_one_tag(gaps, before, wide):
    digits = house.WANG.translate(WIDE) if wide else house.WANG
    written = before + "".join(digit + gap for digit, gap in zip(digits, gaps, strict=True)).rstrip("-\u2011")
    assume(len(written) <= phone.MAX_LENGTH)
    assert index.exact_tag(phone.normalise(written).digits) == index.exact_tag(NUMBER)
