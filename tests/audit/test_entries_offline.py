"""What the stranger's program takes for an entry: told quickly by its form, it is what reading and writing it anew tells."""

import json
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audit.leaf import encode
from audit.offline import entries
from audit.offline.signature import Failed
from tests.audit.test_leaf import FULL, PLAIN

ONE = st.one_of(st.text(max_size=6), st.integers(), st.floats(), st.none(), st.booleans())
VALUE = st.one_of(ONE, st.lists(ONE, max_size=3), st.dictionaries(st.text(max_size=3), ONE, max_size=2))
SOUND = st.one_of(st.text(st.characters(min_codepoint=32, max_codepoint=126)), st.integers(0, 1 << 57))


def line_of(body, **style):
    return json.dumps(body, **({"separators": (",", ":"), "ensure_ascii": True} | style)).encode()


@st.composite
def lines(draw):
    """An entry with any values at its keys, perhaps with a key too many or too few, perhaps written another way."""
    body = {key: draw(VALUE if draw(st.integers(0, 3)) == 0 else SOUND) for key in entries.KEYS}
    if draw(st.integers(0, 5)):
        body["id"] = str(draw(st.uuids()))
    body |= {key: draw(VALUE) for key in entries.MORE if draw(st.booleans())}
    if draw(st.integers(0, 5)) == 0:
        body.pop(draw(st.sampled_from(sorted(body))))
    whole = line_of(body, ensure_ascii=draw(st.booleans()))
    if draw(st.integers(0, 2)):
        return whole
    place = draw(st.integers(0, len(whole) - 1))
    return whole[:place] + draw(st.binary(max_size=2)) + whole[place + draw(st.integers(0, 2)) :]


def told(read):
    try:
        return read()
    except Failed as failed:
        return str(failed)


@given(lines())
@example(encode(PLAIN))
@example(encode(FULL))
@example(encode(PLAIN).replace(b'"v":1', b'"v":-0'))
@example(encode(PLAIN).replace(b'"v":1', b'"v":01'))
@example(encode(PLAIN) + b"\r")
def test_the_quick_way_and_the_long_way_say_the_same(line):
    long = told(lambda: bytes.fromhex(entries.body_of(line, 7)["id"].replace("-", "")))
    assert told(lambda: entries.id_of(line, 7)) == long


def test_the_quick_way_takes_the_entries_that_we_write():
    assert [entries.PLAIN.fullmatch(encode(one))[1].decode() for one in (PLAIN, FULL)] == [str(PLAIN.eid), str(FULL.eid)]
    assert entries.id_of(encode(FULL), 1) == FULL.eid.bytes


@pytest.mark.parametrize("named", ["", "zz", "019CA8A2-1F3B-7000-8000-000000000001", 7, None, ["a"]])
def test_an_entry_whose_id_is_none_is_no_entry(named):
    body = json.loads(encode(PLAIN)) | {"id": named}
    assert told(lambda: entries.id_of(line_of(body), 3)) == "canonical (line 3)"
    assert entries.id_of(line_of(body | {"id": str(UUID(int=9))}), 3) == UUID(int=9).bytes
