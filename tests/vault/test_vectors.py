"""Published vectors of the suite, and our own of each layout: what was sealed once opens for ever."""

import hashlib
import hmac
from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.vault import ring
from vault import index, keyring, opening, persons
from vault.errors import Tampered
from vault.models import PersonKey
from vault.sealed import Sealed
from vault.suite import SUITES

# McGrew & Viega, "The Galois/Counter Mode of Operation", test cases 13, 14 and 16 (AES-256), as NIST took them over:
# key, nonce, additional data, plaintext, ciphertext with its tag.
GCM = [
    ("00" * 32, "00" * 12, "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
    ("00" * 32, "00" * 12, "", "00" * 16, "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
    (
        "feffe9928665731c6d6a8f9467308308" * 2,
        "cafebabefacedbaddecaf888",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
]
# RFC 5869, appendices A.1 and A.3: key material, salt, info, output.
HKDF = [
    (
        "0b" * 22,
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    ("0b" * 22, "", "", "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"),
]
# RFC 4231, test cases 1, 2 and 6: key, message, HMAC-SHA-256.
HMAC = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
]


@pytest.mark.parametrize(("key", "nonce", "aad", "plain", "sealed"), GCM)
def test_aes_gcm_as_nist_publishes_it(key, nonce, aad, plain, sealed):
    cipher, values = SUITES[1].cipher(bytes.fromhex(key)), [bytes.fromhex(text) for text in (nonce, plain, aad)]
    assert SUITES[1].encrypt(cipher, *values).hex() == sealed
    assert SUITES[1].decrypt(cipher, values[0], bytes.fromhex(sealed), values[2]).hex() == plain
    with pytest.raises(Tampered):
        SUITES[1].decrypt(cipher, values[0], bytes.fromhex(sealed), values[2] + b"\0")


@pytest.mark.parametrize(("key", "salt", "info", "output"), HKDF)
def test_hkdf_as_rfc_5869_publishes_it(key, salt, info, output):
    made = SUITES[1].derive(bytes.fromhex(key), salt=bytes.fromhex(salt), info=bytes.fromhex(info), length=42)
    assert made.hex() == output


@pytest.mark.parametrize(("key", "message", "output"), HMAC)
def test_hmac_as_rfc_4231_publishes_it(key, message, output):
    assert SUITES[1].mac(key, message).hex() == output


# Our own, made on 2026-11-25 under ring.FROZEN. Never changed: a new layout gets vectors of its own beside them.
OWNER = UUID("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")
ROW = UUID("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb")
BOOK = UUID("cccccccc-cccc-4ccc-8ccc-cccccccccccc")
AT = datetime(2026, 11, 25, tzinfo=UTC)
WRAPPED = (
    "c301e28ca73f0001ec809fef261a7e33155e2f0f5ce8c0e1620c8f02fb63ec14cad6d41e4905b83237e4340330519cd7633dec76e7f47b0753252"
    "0a7dc759d796140e125"
)
PHONE = "c10100010aef5f01950b962864153133dea526de21ddd4324a5a3260f2f506fdfb7c9dc5a58cde856bd580966033bd0b"
TEXT = (
    "c1010001d12014305a92706201abd10b27e96cd0a4e5d36446d5b2afdc735e9f166b7c34d8383132e7dd4dbebf89a83f9560df3fb6624f9ce8ca1"
    "d017e44011562b4d8ba9d40e6624c021500241d113c03257e2922bf8bddcd7fdb212e19099d"
)
FILE = (
    "c101000110e364a2c2c886459a5fd692b9f12c570b80cf993bcb4a190e220c25641cf560e4e159c65eb830fa52df6fb67363650643d04f753509f"
    "0b5ce930ff836f5618b9c620a919319c6755dfc14a1de746b66d1a349adb02746da4dd89808"
)
LAYOUTS = [
    (PHONE, 48, "contacts.phone.number", ROW, "8613800001234"),
    (TEXT, 96, "contacts.contact.name", OWNER, "王小诺"),
    (FILE, 96, "contacts.sheet.file", OWNER, b"\x00\xff,csv"),
]


@pytest.fixture
def frozen(monkeypatch, db):
    with ring.using(monkeypatch, ring.FROZEN) as keys:
        PersonKey.objects.create(owner=OWNER, kid=bytes.fromhex(WRAPPED[4:12]), wrapped=bytes.fromhex(WRAPPED), created_at=AT)
        yield keys


@pytest.mark.django_db(databases=["default", "vault"])
@pytest.mark.parametrize(("blob", "length", "field", "row", "value"), LAYOUTS)
def test_p06_what_was_sealed_once_opens_for_ever(frozen, blob, length, field, row, value):
    raw = bytes.fromhex(blob)
    assert (len(raw), raw[:4].hex()) == (length, "c1010001")
    assert opening.open_one(Sealed(raw, field_id=field, row=row, owner=OWNER)) == value


@pytest.mark.django_db(databases=["default", "vault"])
def test_the_wrapped_key_is_68_bytes_and_names_its_key(frozen):
    raw = bytes.fromhex(WRAPPED)
    assert (len(raw), raw[2:6]) == (68, frozen.active("kek").kid)
    number, generation, key = persons.unwrap(OWNER, raw)
    assert (number, generation, len(key)) == (1, 1, 32)


@pytest.mark.django_db(databases=["default", "vault"])
def test_keys_and_tags_keep_their_names(frozen):
    assert [key.kid.hex() for key in frozen] == ["e28ca73f", "d2cb043b", "678b0d1a"]
    tags = [index.exact_tag("8613800001234"), index.last4_tag(BOOK, "1234"), index.name_tag(BOOK, "王")]
    assert [tag.hex() for tag in tags] == ["13087e8e5582fbe7d377a3d20c236f7f", "59744ea1", "6939299ead1cae78"]
    assert index.fingerprint("8613800001234").hex() == "90eb3a453bc79a74548d43225738b932"


@pytest.mark.django_db(databases=["default", "vault"])
def test_a_tag_is_made_as_written_down(frozen):
    """HKDF (RFC 5869) and HMAC spelled out with the standard library alone."""
    material = bytes(range(32, 64))
    derived = hmac.digest(b"crm.ix.v1", material, hashlib.sha256)
    info = b"exact\0\x01" + bytes(16)
    key = hmac.digest(derived, info + b"\x01", hashlib.sha256)
    assert index.exact_tag("8613800001234") == hmac.digest(key, b"\x01" + b"8613800001234", hashlib.sha256)[:16]
    kid = hmac.digest(material, b"crm.kid.v1\0index\x01", hashlib.sha256)[:4]
    assert keyring.current().active("index").kid == kid
