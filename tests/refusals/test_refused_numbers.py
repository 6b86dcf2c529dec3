"""A no is not taken away, and nobody is made to seem gone: not by plain SQL of whoever serves, not without an entry (D8, J1)."""

import pytest
from django.db import DatabaseError, transaction

from audit import trail
from consent import suppression
from consent.models import Handle, Subject, Suppression
from tests import house
from tests.audit.cast import stored
from tests.refusals.naming import AT, BY, POSTGRESQL, plain, proves, real, trigger, wang
from tests.refusals.test_triggers import run

LATER = AT + house.timedelta(days=1)
WORDS = "lifted on record only|only grows|row exists"


@pytest.fixture
def person():
    """Somebody who said no."""
    found = wang(house.build())
    with transaction.atomic():
        suppression.add(found, source="call", by=BY, at=AT)
    return found


def refused(sql):
    with pytest.raises(DatabaseError, match=WORDS), transaction.atomic():
        run(sql)


@proves("consent_suppression_lifted")
@real
def test_a_refusal_is_lifted_on_record_alone(person):
    lift = f"UPDATE consent_suppression SET lifted_at = '{LATER:%Y-%m-%d %H:%M:%S}+00:00'"
    refused(lift)
    with pytest.raises(DatabaseError, match=WORDS), transaction.atomic():
        trail.record("contact.opened", by=BY, at=LATER, subject=person)  # another deed's entry
        run(lift)
    assert suppression.subjects_suppressed([person]) == {person}
    with transaction.atomic():
        assert suppression.lift(person, by=BY, at=LATER) == 1
    assert Suppression.objects.get().lifted_at == LATER


@proves(*trigger("consent_handle", "grows", "insert", "update", "delete"))
@plain
def test_by_which_numbers_somebody_is_found_again_only_grows(person):
    digest = "'\\x00'::bytea" if POSTGRESQL else "x'00'"
    for sql in ("DELETE FROM consent_handle", f"UPDATE consent_handle SET fingerprint = {digest}"):
        refused(sql)
    if not POSTGRESQL:
        refused("INSERT OR REPLACE INTO consent_handle SELECT * FROM consent_handle")
    assert (Handle.objects.count(), suppression.subjects_suppressed([person])) == (1, {person})


@proves("consent_subject_gone")
@real
def test_nobody_seems_gone_without_an_entry_of_their_own(person):
    gone = f"UPDATE consent_subject SET erased_at = '{LATER:%Y-%m-%d %H:%M:%S}+00:00'"
    other = Subject.objects.create(created_at=AT).pk
    for told in ((), (other,)):
        with pytest.raises(DatabaseError, match="nobody is gone without an entry"), transaction.atomic():
            for pk in told:
                trail.record("contact.erased", by=BY, at=LATER, subject=pk)
            run(gone)
    assert suppression.standing_of(person)[0] is True
    with transaction.atomic():
        trail.record("contact.erased", by=BY, at=LATER, subject=other)
        run(f"{gone} WHERE id = '{stored(other)}'")
    assert set(Subject.objects.filter(erased_at=None).values_list("pk", flat=True)) == {person}
