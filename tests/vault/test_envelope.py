"""Envelopes of backups: closed by anybody, opened by one, and only as they were closed."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault import envelope
from vault.errors import EnvelopeRefused

PUBLIC, PRIVATE = envelope.new_pair()
HEADER = {"id": "1", "side": "main"}


def closed(content, recipient=PUBLIC):
    target = io.BytesIO()
    envelope.close(io.BytesIO(content), target, header=HEADER, recipient=recipient)
    return target.getvalue()


def opened(whole, private=PRIVATE):
    return b"".join(envelope.opened(io.BytesIO(whole), private=private))


def refused(whole, private=PRIVATE):
    with pytest.raises(EnvelopeRefused) as caught:
        opened(whole, private)
    return caught.value.code


@pytest.fixture
def small(monkeypatch):
    """Chunks of 16 bytes, so that a short text has many."""
    monkeypatch.setattr(envelope, "CHUNK", 16)


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 32, 33, 1000])
def test_what_was_closed_comes_out_and_does_not_stand_in_the_file(small, length):
    content = bytes(n % 251 for n in range(length))
    whole = closed(content)
    assert opened(whole) == content
    assert envelope.header(io.BytesIO(whole)) == HEADER
    assert closed(content) != whole, "no two envelopes are alike"
    assert length < 15 or content[:15] not in whole


def test_a_key_closes_or_opens_and_says_which():
    assert opened(closed(b"x")) == b"x"
    assert refused(closed(b"x"), envelope.new_pair()[1]) == "wrong_key"
    assert refused(closed(b"x"), PUBLIC) == "no_key"
    for bad in ("", "yunnuo-backup-1 ", "yunnuo-backup-1 !", PRIVATE, PUBLIC[:-6]):
        with pytest.raises(EnvelopeRefused):
            closed(b"x", bad)


def parts(whole):
    """Where header, wrapped key and chunks begin."""
    start = len(envelope.MAGIC)
    head = start + 4 + int.from_bytes(whole[start : start + 4])
    return start, head, head + 4 + int.from_bytes(whole[head : head + 4])


def test_every_byte_counts(small):
    whole = closed(b"0123456789abcdef" * 3)
    for place in range(len(whole)):
        damaged = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        assert refused(damaged) in ("no_envelope", "damaged", "wrong_key")


def test_chunks_keep_their_places_and_none_is_missing(small):
    whole = closed(b"0123456789abcdef" * 3)
    body, size = parts(whole)[2], 16 + 16
    chunks = [whole[start : start + size] for start in range(body, len(whole), size)]
    assert (len(chunks), opened(whole[:body] + b"".join(chunks))) == (3, b"0123456789abcdef" * 3)
    for other in (chunks[:2], chunks[:1], [], chunks[1:], [chunks[1], chunks[0], chunks[2]], [*chunks, chunks[2]]):
        assert refused(whole[:body] + b"".join(other)) == "damaged"
    for cut in range(len(whole)):
        assert refused(whole[:cut]) in ("no_envelope", "damaged")


def test_the_header_is_bound_to_what_is_inside():
    whole = closed(b"x")
    start, head, _body = parts(whole)
    forged = json.dumps(HEADER | {"side": "salt"}, sort_keys=True).encode()
    assert len(forged) == head - start - 4
    assert refused(whole[: start + 4] + forged + whole[head:]) == "wrong_key"


@given(st.binary(max_size=300), st.integers(1, 40))
@settings(deadline=None)
def test_any_content_in_chunks_of_any_size(content, chunk):
    before, envelope.CHUNK = envelope.CHUNK, chunk
    try:
        assert opened(closed(content)) == content
    finally:
        envelope.CHUNK = before
