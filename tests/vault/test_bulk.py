"""Rows from plain values: they come back as what they are, all of them or none."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import DataError, IntegrityError, connections, transaction

from contacts.models import Contact
from tests.house import NOON
from vault import bulk, index
from vault.models import BlindIndex, PersonKey
from vault.router import ALIAS

pytestmark = pytest.mark.django_db(databases=["default", ALIAS])

KEY = ("owner", "kid", "generation", "wrapped", "created_at")


def test_what_goes_in_comes_out_as_django_would_have_kept_it():
    wang, at = uuid4(), datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)
    bulk.insert(PersonKey, KEY, [(wang, b"\x00\x01\xff'", 7, b"\x00" * 68, at)])
    kept = PersonKey.objects.get(owner=wang)
    assert (bytes(kept.kid), kept.generation, bytes(kept.wrapped), kept.created_at) == (b"\x00\x01\xff'", 7, b"\x00" * 68, at)
    assert (kept.previous, kept.previous_kid, kept.moved_at) == (None, None, None)


def test_more_rows_than_a_statement_takes_are_all_there():
    owner = uuid4()
    rows = [(owner, uuid4(), owner, 1, 1, number.to_bytes(16, "big")) for number in range(1_001)]
    bulk.insert(BlindIndex, index.COLUMNS, rows)
    kept = BlindIndex.objects.filter(owner=owner).values_list("row", "tag")
    assert {(row, bytes(tag)) for row, tag in kept} == {(row[1], row[5]) for row in rows}


def test_a_row_that_is_there_is_an_error_unless_it_may_come_again():
    wang, zhou = uuid4(), uuid4()
    rows = [(owner, b"kid1", 1, b"\x01" * 68, NOON) for owner in (wang, zhou)]
    bulk.insert(PersonKey, KEY, rows[:1])
    with pytest.raises(IntegrityError), transaction.atomic(using=ALIAS):
        bulk.insert(PersonKey, KEY, rows)
    assert set(PersonKey.objects.values_list("owner", flat=True)) == {wang}
    bulk.insert(PersonKey, KEY, [(wang, b"kid2", 2, b"\x02" * 68, NOON), rows[1]], again=True)
    assert set(PersonKey.objects.values_list("owner", "generation")) == {(wang, 1), (zhou, 1)}


def test_nothing_is_cut_to_fit():
    """A cast to the column's own type would cut a word that is too long; the column itself says no."""
    if connections["default"].vendor == "sqlite":
        pytest.skip("SQLite knows no lengths")
    from contacts.models import Departure

    columns = ("subject_id", "rule", "due_on", "left_at", "key_digest", "phones")
    with pytest.raises(DataError), transaction.atomic():
        bulk.insert(Departure, columns, [(uuid4(), "r" * 500, NOON.date(), NOON, "", 0)])


def test_no_statement_for_no_rows(django_assert_num_queries):
    with django_assert_num_queries(0, using=ALIAS):
        bulk.insert(PersonKey, KEY, [])


def test_a_sealed_column_is_refused():
    with pytest.raises(TypeError, match="sealed"):
        bulk.insert(Contact, ("subject_id", "name"), [(uuid4(), "王伟")])
