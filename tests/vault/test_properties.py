"""What holds for every value, key and place in the vault; the numbers of the tests are those of the design's list."""

import os
import re
import threading
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as site
from django.views.debug import SafeExceptionReporterFilter
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from consent import suppression
from consent.models import Suppression
from contacts.keys import resealing
from contacts.models import Phone
from crm import env
from tests import house
from tests.vault import ring
from vault import index, keyring, opening, persons, phone, sealing
from vault.errors import KeyMissing, Malformed, Shredded, Tampered
from vault.models import BlindIndex, PersonKey
from vault.sealed import Sealed
from vault.suite import SUITES

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
HOUSE = Path(__file__).resolve().parents[2]
AT = datetime(2026, 3, 2, tzinfo=UTC)
FIELD, TEXT, FILE = "contacts.phone.number", "contacts.contact.name", "contacts.sheet.file"
NUMBER = "8613800001234"
DIGITS = st.text(alphabet="0123456789", min_size=1, max_size=15)
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def some_ring():
    """Whichever of these runs first finds a keyring."""
    keyring.ensure_development()


@pytest.fixture
def owner(db):
    pk = uuid4()
    persons.make_keys([pk], at=AT)
    return pk


@many
@given(digits=DIGITS)
def test_p01_every_number_comes_back_and_its_length_does_not_show(owner, digits):
    box = sealing.seal_phone(digits, field_id=FIELD, row=owner, owner=owner)
    assert (opening.open_one(box), len(box.blob)) == (digits, 48)


@many
@given(text=st.text(max_size=300), data=st.binary(max_size=300))
def test_p01_every_text_and_file_comes_back_in_buckets_of_64(owner, text, data):
    for seal, field, value in ((sealing.seal_text, TEXT, text), (sealing.seal_bytes, FILE, data)):
        box = seal(value, field_id=field, row=owner, owner=owner)
        assert (opening.open_one(box), (len(box.blob) - 32) % 64) == (value, 0)


@pytest.mark.parametrize("digits", ["", "1" * 16, "138x", "+8613800001234", "１３８"])
def test_p01_nothing_else_passes_for_a_number(owner, digits):
    with pytest.raises(ValueError, match="1 to 15 digits|ascii"):
        sealing.seal_phone(digits, field_id=FIELD, row=owner, owner=owner)


def test_p02_every_flipped_bit_of_a_wrapped_key_is_found(owner):
    wrapped = persons.wrapped_of([owner])[owner]
    assert persons.unwrap(owner, wrapped)[:2] == (1, 1)
    for bit in range(len(wrapped) * 8):
        blob = bytearray(wrapped)
        blob[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises((Tampered, Malformed, KeyMissing)):
            persons.unwrap(owner, bytes(blob))
    assert bit == 543


@pytest.mark.parametrize("cut", [0, 1, 19, 67, 69])
def test_p02_a_wrapped_key_of_another_length_is_none(owner, cut):
    wrapped = persons.wrapped_of([owner])[owner]
    with pytest.raises(Malformed):
        persons.unwrap(owner, (wrapped + b"\0")[:cut])


def test_p03_a_key_wrapped_for_one_person_is_no_other_persons(owner):
    other = uuid4()
    persons.make_keys([other], at=AT)
    box = sealing.seal_phone(NUMBER, field_id=FIELD, row=owner, owner=owner)
    PersonKey.objects.filter(owner=owner).update(wrapped=persons.wrapped_of([other])[other])
    with pytest.raises(Tampered):
        opening.open_one(box)


def test_p03_two_sealed_values_exchanged_do_not_open(owner):
    rows = [uuid4(), uuid4()]
    boxes = [sealing.seal_phone(f"861380000{n}000", field_id=FIELD, row=row, owner=owner) for n, row in enumerate(rows)]
    for box, row in zip(boxes, reversed(rows), strict=True):
        with pytest.raises(Tampered):
            opening.open_one(Sealed(box.blob, field_id=FIELD, row=row, owner=owner))
    results = opening.open_many([boxes[0], Sealed(boxes[1].blob, field_id=FIELD, row=rows[0], owner=owner)])
    assert [(r.value, type(r.error)) for r in results] == [("8613800000000", type(None)), (None, Tampered)]


@pytest.mark.parametrize(("place", "value"), [(1, 2), (1, 3), (3, 2), (0, 0xC3)])
def test_p03_another_suite_generation_or_format_does_not_open(owner, place, value):
    blob = bytearray(sealing.seal_phone(NUMBER, field_id=FIELD, row=owner, owner=owner).blob)
    blob[place] = value
    with pytest.raises((Tampered, Malformed)):
        opening.open_one(Sealed(bytes(blob), field_id=FIELD, row=owner, owner=owner))


BOUND = st.tuples(st.binary(min_size=4, max_size=4), st.text(max_size=40), st.uuids(), st.uuids())


@given(one=BOUND, other=BOUND)
def test_p04_no_two_places_are_bound_alike(one, other):
    assume(one != other)
    assert sealing.aad(*one) != sealing.aad(*other)


@given(name=st.text(min_size=1, max_size=40), cut=st.integers(1, 39))
def test_p04_a_name_cannot_borrow_bytes_from_its_neighbour(name, cut):
    head, row = b"\xc1\x01\0\1", UUID(int=0)
    assume(cut < len(name))
    assert sealing.aad(head, name, row, row) != sealing.aad(head, name[:cut], row, row)


@pytest.mark.parametrize("writes", [20_000, pytest.param(1_000_000, marks=pytest.mark.full)])
def test_p05_no_nonce_comes_twice(owner, writes):
    sealer = sealing.Sealer([owner])
    blobs = [sealer.phone(NUMBER, field_id=FIELD, row=owner, owner=owner).blob for _n in range(writes)]
    assert (len({blob[4:16] for blob in blobs}), len({blob[16:] for blob in blobs})) == (writes, writes)


def test_p07_each_missing_key_has_its_own_word(owner, monkeypatch):
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
def test_p08_no_bytes_are_ever_taken_for_a_sealed_value(owner, blob):
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


def test_p17_four_threads_each_read_their_own_number_and_no_other():
    """A field that kept state for one operation would mix them: none does."""
    ring_, start = keyring.current(), threading.Barrier(4)

    def reader(n):
        owner, digits = uuid4(), f"861380000{n:04}"
        key = os.urandom(ring_.active("kek").suite.key_length)
        versions = {owner: (persons.wrap(owner, key, 1, ring=ring_),)}
        sealer = sealing.Sealer([])
        sealer._wrapped = {owner: versions[owner][0]}
        start.wait(timeout=30)
        read = []
        for _round in range(150):
            row = Phone(pk=uuid4(), contact_id=owner, kind="mobile", created_at=AT)
            row.number = sealer.phone(digits, field_id=FIELD, row=row.pk, owner=owner)
            row.clean_fields(exclude=["contact", "basis", "confirmed_at", "wrong_at", "verified_at", "failed_at"])
            read.append(opening._open(row.number, versions, {}))
        return set(read) == {digits}

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(reader, range(4))) == [True] * 4


def test_p18_no_key_hangs_on_the_secret_key_and_none_stands_in_settings_or_migrations():
    sources = {path: path.read_text(encoding="utf-8") for path in (HOUSE / "vault").rglob("*.py")}
    assert [path.name for path, text in sources.items() if "SECRET_KEY" in text] == []
    migrations = "".join(path.read_text(encoding="utf-8") for path in HOUSE.glob("*/migrations/*.py"))
    shown = repr({name: getattr(site, name, None) for name in dir(site)}) + repr(site) + migrations
    shown += repr([f.deconstruct() for columns in resealing.tables().values() for f in columns])
    written = [form for key in keyring.current() for form in (key.material.hex(), b64encode(key.material).decode())]
    assert [form for form in written if form in shown] == []
    assert len(shown) > 10_000


SECRETS = ["YUNNUO_KEYRING", "YUNNUO_KEYRING_FILE", "YUNNUO_SECRET_KEY", "YUNNUO_TRANSIT_TOKEN", "YUNNUO_DEMO_PASSWORD"]


@pytest.mark.parametrize("name", SECRETS)
def test_p19_whatever_prints_the_environment_hides_its_secrets(name):
    assert name in env.KNOWN
    assert SafeExceptionReporterFilter.hidden_settings.search(name)


@pytest.mark.parametrize(("number", "most"), [(1, 1.5), (2, 5.0), (3, 2.0)])
def test_p20_opening_costs_about_what_one_fernet_token_does(number, most):
    """The key is unwrapped and the value opened; both sides in one run, by the processor's time, least of many rounds."""
    fernet, suite = Fernet(Fernet.generate_key()), SUITES[number]
    token, key, aad = fernet.encrypt(b"8613800001234"), suite.cipher(os.urandom(suite.key_length)), b"\0" * 60
    nonce, dek = os.urandom(12), os.urandom(suite.key_length)
    wrapped = suite.encrypt(key, nonce, dek, aad)
    sealed = suite.encrypt(suite.cipher(dek), nonce, b"8613800001234\0\0\0", aad)

    def ours():
        inner = suite.cipher(suite.decrypt(key, nonce, wrapped, aad))
        assert suite.decrypt(inner, nonce, sealed, aad)[:1] == b"8"

    def least(deed):
        times = []
        for _round in range(15):
            begun = time.process_time()
            for _n in range(200):
                deed()
            times.append(time.process_time() - begun)
        return min(times)

    assert least(ours) <= most * least(lambda: fernet.decrypt(token))


def test_every_property_of_the_design_has_a_test_by_its_number():
    names = re.findall(r"def test_p(\d\d)_", "".join(path.read_text("utf-8") for path in (HOUSE / "tests").rglob("test_*.py")))
    assert sorted(set(names)) == [f"{n:02}" for n in range(1, 21)]
