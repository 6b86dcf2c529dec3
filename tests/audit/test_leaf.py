"""The bytes of a leaf never change: frozen vectors, and properties that hold for every entry."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import ids, leaf, verbs
from audit.leaf import Leaf, LeafRefused

PLAIN = Leaf(
    eid=UUID("019ca8a2-1f3b-7000-8000-000000000001"),
    at_us=1772353800123456,
    act="user.signin",
    actor="u:11111111-1111-4111-8111-111111111111",
    subject="",
    outcome="ok",
    fields=(),
    basis="",
    reason="",
    request="0123456789abcdef0123456789abcdef",
)
FULL = replace(
    PLAIN,
    act="phone.reveal",
    actor="s:aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
    subject="c:aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
    outcome="denied",
    fields=("contacts.mobile", "contacts.landline"),
    basis="policy:7",
    reason="quota",
    purpose="followup",
    channel="phone",
    decision=UUID("019ca8a2-1f3b-7000-8000-000000000002"),
    rule="2026-03-01",
    numbers=(0, 42),
    previous=UUID("019ca8a2-1f3b-7000-8000-000000000003"),
)
VECTORS = [
    (
        PLAIN,
        b'{"v":1,"id":"019ca8a2-1f3b-7000-8000-000000000001","t":1772353800123456,"act":"user.signin",'
        b'"actor":"u:11111111-1111-4111-8111-111111111111","subj":"","out":"ok","fields":[],"basis":"",'
        b'"reason":"","req":"0123456789abcdef0123456789abcdef"}',
        "54ffee31b17e6bb3666b2836816d0150d5a67e4e6255895d4e75ed8143e035ea",
    ),
    (
        FULL,
        b'{"v":1,"id":"019ca8a2-1f3b-7000-8000-000000000001","t":1772353800123456,"act":"phone.reveal",'
        b'"actor":"s:aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa","subj":"c:aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",'
        b'"out":"denied","fields":["contacts.mobile","contacts.landline"],"basis":"policy:7","reason":"quota",'
        b'"req":"0123456789abcdef0123456789abcdef","purp":"followup","chan":"phone",'
        b'"dec":"019ca8a2-1f3b-7000-8000-000000000002","rule":"2026-03-01","n":[0,42],'
        b'"prev":"019ca8a2-1f3b-7000-8000-000000000003"}',
        "ca1586ecb0d2e060179a103e5c04a6c0a279400752712927559713790a27496f",
    ),
]

uuids = st.uuids().map(str)
leaves = st.builds(
    Leaf,
    eid=st.uuids(),
    at_us=st.integers(0, (1 << 57) - 1),
    act=st.just("phone.reveal"),
    actor=uuids.map("u:{}".format) | uuids.map("s:{}".format) | st.just("sys:sweep"),
    subject=st.just("") | uuids.map("c:{}".format),
    outcome=st.sampled_from(leaf.OUTCOMES),
    fields=st.lists(st.sampled_from(["contacts.mobile", "contacts.landline"]), unique=True).map(tuple),
    basis=st.just("") | uuids.map("consent:{}".format) | st.integers(1, 999999).map("policy:{}".format),
    reason=st.just("") | st.sampled_from([reason.code for reason in verbs.reasons()]),
    request=st.integers(0, (1 << 128) - 1).map("{:032x}".format),
    purpose=st.sampled_from(["", "followup", "event_7"]),
    channel=st.sampled_from(["", "phone", "sms"]),
    decision=st.none() | st.uuids(),
    rule=st.sampled_from(["", "2026-03-01", "gate-v2"]),
    numbers=st.lists(st.integers(0, 999_999_999), max_size=16).map(tuple),
    previous=st.none() | st.uuids(),
)


@pytest.mark.parametrize(("content", "expected", "digest"), VECTORS, ids=["plain", "full"])
def test_the_bytes_are_frozen(content, expected, digest):
    assert leaf.encode(content) == expected
    assert leaf.leaf_hash(expected).hex() == digest == hashlib.sha256(b"\x00" + expected).hexdigest()


@given(leaves)
def test_every_leaf_is_short_ascii_and_reads_back_to_the_same_bytes(content):
    encoded = leaf.encode(content)
    assert 2 <= len(encoded) <= leaf.MAX_BYTES
    assert encoded.isascii() and b" " not in encoded and b"\n" not in encoded
    assert json.dumps(leaf.read(encoded), separators=(",", ":")).encode() == encoded


@given(
    leaves,
    st.sampled_from(["act", "actor", "subject", "basis", "reason", "request", "channel"]),
    st.text(min_size=1),
)
def test_no_free_text_enters_anywhere(content, key, text):
    with pytest.raises(LeafRefused) as refused:
        leaf.encode(replace(content, **{key: f"张{text}"}))
    assert text not in str(refused.value) or len(text) < 5


@given(leaves, st.integers(13_000_000_000, 19_999_999_999))
def test_no_mobile_number_enters_anywhere(content, number):
    for key in (
        "act",
        "actor",
        "subject",
        "outcome",
        "basis",
        "reason",
        "request",
        "purpose",
        "channel",
        "rule",
    ):
        with pytest.raises(LeafRefused):
            leaf.encode(replace(content, **{key: str(number)}))
    with pytest.raises(LeafRefused):
        leaf.encode(replace(content, numbers=(number,)))
    with pytest.raises(LeafRefused):
        leaf.encode(replace(content, fields=(str(number),)))


@pytest.mark.parametrize(
    "tampered",
    [
        lambda good: good.replace(b'"t":', b'"t": '),
        lambda good: good + b"\n",
        lambda good: good.replace(b'"v":1', b'"v":2'),
        lambda good: good.replace(b'"out":"denied",', b""),
        lambda good: good.replace(b'"chan":"phone"', b'"chan":7'),
        lambda good: good.replace(b'"n":[0,42]', b'"n":[0,"42"]'),
        lambda good: good.replace(b'"n":[0,42]', b'"extra":[0,42]'),
        lambda good: good.replace(b'"t":1772353800123456', b'"t":true'),
        lambda good: good.replace(b"s:aaaa", b"s:AAAA"),
        lambda good: b"[]",
        lambda good: b"\xff" + good,
        lambda good: b"[" * 4000,
    ],
)
def test_only_canonical_bytes_are_read(tampered):
    good = leaf.encode(FULL)
    assert leaf.read(good)["act"] == "phone.reveal"
    with pytest.raises(LeafRefused, match="^canonical$"):
        leaf.read(tampered(good))
    assert leaf.read_or_none(tampered(good)) is None


def test_a_leaf_longer_than_its_column_is_refused():
    many = tuple(["contacts.mobile"] * 300)
    with pytest.raises(LeafRefused, match="^size$"):
        leaf.encode(replace(FULL, fields=many))


def test_a_person_cannot_be_the_subject_of_a_verb_about_colleagues():
    with pytest.raises(LeafRefused, match="^subj$"):
        leaf.encode(replace(PLAIN, subject="c:aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"))


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(6000, 1, 1)))
def test_time_is_exact_to_the_microsecond(naive):
    at = naive.replace(tzinfo=UTC)
    assert ids.moment(ids.microseconds(at)) == at
    key = ids.uuid7(at)
    assert (key.version, key.variant, key.int >> 80) == (
        7,
        "specified in RFC 4122",
        ids.microseconds(at) // 1000,
    )


@pytest.mark.parametrize("at", [datetime(2026, 3, 1), datetime(1969, 12, 31, tzinfo=UTC)])
def test_a_naive_or_ancient_time_makes_no_id(at):
    with pytest.raises(ValueError):
        ids.uuid7(at)
