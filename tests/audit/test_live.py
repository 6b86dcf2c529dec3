"""The live trail, row by row: what its owner changed behind our back is found."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from audit import trail, verify
from audit.trail import EntryDraft
from tests.audit import cleaning
from tests.audit.cast import AT, LI, WANG, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_trail")]


@pytest.fixture
def written():
    drafts = [EntryDraft("phone.reveal", by=LI, at=AT + timedelta(days=n), subject=WANG, numbers=[n]) for n in range(5)]
    with transaction.atomic():
        return trail.record_many(drafts)


def test_the_live_trail_is_whole(written):
    assert verify.live().count == 5


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("act = 'user.signin'", "columns"),
        ("subject = NULL", "columns"),
        ("outcome = 'denied'", "columns"),
        ("at_us = at_us + 1", "columns"),
    ],
)
def test_a_column_changed_by_the_owner_of_the_database_is_found(written, change, expected):
    with cleaning.lifted(connection):
        run(f"UPDATE audit_entry SET {change} WHERE seq = (SELECT max(seq) FROM audit_entry)")
    with pytest.raises(verify.Broken) as broken:
        verify.live()
    assert (broken.value.word, broken.value.place) == (expected, 5)
