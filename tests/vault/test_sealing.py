"""Sealed values: round trips, tampering, swapping, and every ordinary road by which they might leak."""

import json
import pickle
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.exceptions import FieldError
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.models import Phone
from vault import index, keyring, opening, persons, phone, ring_text, sealing
from vault.errors import KeyringRefused, Malformed, Shredded, Tampered
from vault.masks import mask_name, mask_number
from vault.models import BlindIndex
from vault.scrub import scrub
from vault.sealed import Sealed

AT = datetime(2026, 3, 2, tzinfo=UTC)
FIELD = "contacts.phone.number"


pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def owner(db):
    keyring.ensure_development()
    pk = uuid4()
    persons.make_keys([pk], at=AT)
    return pk


def test_a_number_is_48_bytes_whatever_its_length(owner):
    lengths = {len(sealing.seal_phone("1" * n, field_id=FIELD, row=owner, owner=owner).blob) for n in range(1, 16)}
    assert lengths == {48}


@given(st.text(alphabet="0123456789", min_size=1, max_size=15))
def test_what_is_packed_is_what_comes_out(digits):
    assert opening._unpack(sealing.pack_phone(digits), FIELD) == digits


def test_p02_every_flipped_bit_is_found(owner):
    box = sealing.seal_phone("8613800001234", field_id=FIELD, row=owner, owner=owner)
    assert opening.open_one(box) == "8613800001234"
    for bit in range(384):
        blob = bytearray(box.blob)
        blob[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises((Tampered, Malformed)):
            opening.open_one(Sealed(bytes(blob), field_id=FIELD, row=owner, owner=owner))


def test_a_box_opens_in_its_own_place_only(owner):
    box = sealing.seal_phone("8613800001234", field_id=FIELD, row=owner, owner=owner)
    other = uuid4()
    persons.make_keys([other], at=AT)
    for moved in (
        Sealed(box.blob, field_id=FIELD, row=uuid4(), owner=owner),
        Sealed(box.blob, field_id="contacts.fax.number", row=owner, owner=owner),
        Sealed(box.blob, field_id=FIELD, row=owner, owner=other),
    ):
        with pytest.raises(Tampered):
            opening.open_one(moved)


@pytest.mark.parametrize("blob", [b"", b"13800001234", b"\xc1" * 10, b"gAAAAA" * 9])
def test_what_is_no_box_is_never_data(owner, blob):
    with pytest.raises((Malformed, Tampered)):
        opening.open_one(Sealed(blob, field_id=FIELD, row=owner, owner=owner))


def test_a_destroyed_key_takes_the_value_and_every_tag(owner):
    box = sealing.seal_phone("8613800001234", field_id=FIELD, row=owner, owner=owner)
    index.put(index.number_entries(owner=owner, row=owner, scope=owner, digits="8613800001234"))
    assert index.rows_by_exact("8613800001234") == [(owner, owner)]
    persons.destroy_keys([owner])
    assert (index.rows_by_exact("8613800001234"), BlindIndex.objects.count()) == ([], 0)
    with pytest.raises(Shredded):
        opening.open_one(box)


def test_no_ordinary_road_leads_out(owner):
    box = sealing.seal_phone("8613800001234", field_id=FIELD, row=owner, owner=owner)
    assert (str(box), repr(box), f"{box}", f"{box:>20}") == ("••••",) * 4
    for road in (lambda: box == box, lambda: hash(box), lambda: len(box), lambda: json.dumps(box)):
        with pytest.raises(TypeError):
            road()
    assert b"1380000" not in pickle.dumps(box)
    for look_up in ("number", "number__startswith", "number__contains"):
        with pytest.raises(FieldError):
            Phone.objects.filter(**{look_up: "138"}).exists()
    with pytest.raises(TypeError):
        Phone.objects.update(number="8613800001234")


def test_the_fingerprint_is_no_index_tag(owner):
    assert index.fingerprint("8613800001234") != index.exact_tag("8613800001234")


def test_a_mislabelled_key_does_not_pass():
    text = keyring.generate(AT)
    assert len(list(ring_text.parse(text))) == 3
    document = json.loads(text)
    document["keys"][0]["kid"] = "00000000"
    with pytest.raises(KeyringRefused):
        ring_text.parse(json.dumps(document))
    document["keys"] = document["keys"][1:]
    with pytest.raises(KeyringRefused):
        ring_text.parse(json.dumps(document))


SAME = [
    "13912345678",
    "+86 139-1234-5678",
    "0086 139 1234 5678",
    "１３９１２３４５６７８",
    "手机:13912345678",
    "13912345678(微信同号)",
    "\u202d13912345678\u202c",
]


@pytest.mark.parametrize("text", SAME)
def test_one_number_however_it_is_written(text):
    assert phone.normalise(text).digits == "8613912345678"


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_the_reader_never_raises_and_never_repeats(text):
    reading = phone.read(text)
    assert (reading.problem is None) == bool(reading.numbers)


def test_masks():
    assert [mask_number(d) for d in ("8613812346207", "862158881976", "85291234567")] == [
        "138 **** 6207",
        "021 **** 1976",
        "+852 91****67",
    ]
    assert [mask_name(n) for n in ("张伟", "欧阳静", "Sarah Lim")] == ["张*", "欧阳*", "S*"]


def test_the_scrubber_leaves_ids_and_takes_numbers():
    pk = str(uuid4())
    assert scrub(f"{pk} called 138 0000 1234 and +8613900005678") == f"{pk} called •••• and ••••"
