"""What the tables of signed paper and recorded speech refuse by themselves (C6, D4, J2)."""

import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from audit import trail
from consent import notices
from consent.models import Consent, ConsentEvent, Evidence, PaperPage, Recording, RefusalRecording
from contacts import hold
from contacts.models import Contact
from tests import house
from tests.audit.cast import run
from tests.refusals.naming import AT, BY, plain, proves
from vault import sealing


@pytest.fixture
def page():
    """One page of Wang's paper, and the house."""
    home = house.build()
    sent, _receipt = house.arrive(home.event, house.WANG)
    row = PaperPage(id=uuid4(), subject_id=sent.subject_id, paper=uuid4(), number=1, digest="x", size=1, added_by=home.li)
    row.created_at = AT
    row.file_key = sealing.seal_bytes(os.urandom(32), field_id="consent.paper.file", row=row.pk, owner=sent.subject_id)
    row.save()
    return home, row


@proves("one_page_number")
@plain
def test_a_paper_has_each_page_once(page):
    _home, row = page
    values = {"subject_id": row.subject_id, "paper": row.paper, "digest": "x", "size": 1, "added_by": row.added_by}
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperPage.objects.create(number=1, created_at=AT, **values)
    PaperPage.objects.create(number=2, created_at=AT, **values)


@proves("consent_paperpage_hold", "consent_paperpage_hold_update")
@plain
def test_under_a_hold_neither_the_key_nor_the_row_goes(page):
    home, row = page
    contact = Contact.objects.get(pk=row.subject_id)
    hold.place(contact=contact, case_ref="7", reason="dispute", review_on=AT.date(), by=home.chen, at=AT)
    for road in ("UPDATE consent_paperpage SET file_key = NULL", "DELETE FROM consent_paperpage"):
        with pytest.raises(DatabaseError, match="a legal hold stands"), transaction.atomic():
            run(road)
    run("UPDATE consent_paperpage SET size = 2")
    assert PaperPage.objects.get().size == 2


@pytest.fixture
def recording():
    """One recording of Wang, and the house."""
    home = house.build()
    subject = house.arrive(home.event, house.WANG)[0].subject_id
    values = {"subject_id": subject, "digest": "x", "size": 1, "language": "zh", "version": notices.current()}
    values |= {"seconds": 3, "sound": "y", "spoken_at": AT, "created_at": AT, "added_by": home.li}
    row = Recording(id=uuid4(), **values)
    row.file_key = sealing.seal_bytes(os.urandom(32), field_id="consent.recording.file", row=row.pk, owner=subject)
    row.save()
    return home, values


@proves("recording_has_a_length", "recording_was_made_before_it_came", "one_recording_once")
@plain
@pytest.mark.parametrize("wrong", [{"seconds": 0}, {"seconds": 601}, {"spoken_at": AT + timedelta(seconds=1)}, {"sound": "y"}])
def test_a_recording_has_a_length_was_made_before_it_came_and_is_there_once(recording, wrong):
    _home, values = recording
    with pytest.raises(IntegrityError), transaction.atomic():
        Recording.objects.create(**values | {"sound": "z"} | wrong)
    Recording.objects.create(**values | {"sound": "z", "seconds": 600})


@proves("consent_recording_hold", "consent_recording_hold_update")
@plain
def test_under_a_hold_neither_the_recordings_key_nor_its_row_goes(recording):
    home, values = recording
    contact = Contact.objects.get(pk=values["subject_id"])
    hold.place(contact=contact, case_ref="7", reason="dispute", review_on=AT.date(), by=home.chen, at=AT)
    for road in ("UPDATE consent_recording SET file_key = NULL", "DELETE FROM consent_recording"):
        with pytest.raises(DatabaseError, match="a legal hold stands"), transaction.atomic():
            run(road)
    run("UPDATE consent_recording SET size = 2")
    assert Recording.objects.get().size == 2


@pytest.fixture
def recorded_no():
    """The recording of Wang's no, and the house."""
    home = house.build()
    subject = house.arrive(home.event, house.WANG)[0].subject_id
    values = {"subject_id": subject, "digest": "x", "size": 1, "seconds": 3, "created_at": AT, "added_by": home.li}
    row = RefusalRecording(id=uuid4(), sound="y", proof=_proof(subject), **values)
    row.file_key = sealing.seal_bytes(os.urandom(32), field_id="consent.refusal.file", row=row.pk, owner=subject)
    row.save()
    return home, row, values


def _proof(subject, kind="refusal"):
    return Evidence.objects.create(subject_id=subject, kind=kind, digest="y", created_at=AT)


@proves("refusal_recording_has_a_length", "one_refusal_recording_once", "consent.RefusalRecording.proof")
@plain
@pytest.mark.parametrize("wrong", [{"seconds": 0}, {"seconds": 601}, {"sound": "y"}, {"proof": None}])
def test_the_recording_of_a_no_has_a_length_is_there_once_and_proves_one_no(recorded_no, wrong):
    """(D4)"""
    _home, row, values = recorded_no
    if "proof" in wrong:
        wrong = {"proof": row.proof}
    fresh = {"sound": "z", "proof": _proof(row.subject_id)}
    with pytest.raises(IntegrityError), transaction.atomic():
        RefusalRecording.objects.create(**values | fresh | wrong)
    RefusalRecording.objects.create(**values | fresh | {"seconds": 600})


@proves("consent_refusalrecording_hold", "consent_refusalrecording_hold_update")
@plain
def test_under_a_hold_neither_the_key_of_a_recorded_no_nor_its_row_goes(recorded_no):
    """(D4, J2)"""
    home, row, _values = recorded_no
    contact = Contact.objects.get(pk=row.subject_id)
    hold.place(contact=contact, case_ref="7", reason="dispute", review_on=AT.date(), by=home.chen, at=AT)
    for road in ("UPDATE consent_refusalrecording SET file_key = NULL", "DELETE FROM consent_refusalrecording"):
        with pytest.raises(DatabaseError, match="a legal hold stands"), transaction.atomic():
            run(road)
    run("UPDATE consent_refusalrecording SET size = 2")
    assert RefusalRecording.objects.get().size == 2


@proves("consent_consentevent_no")
@pytest.mark.parametrize("kind", ["letter", "refusal"])
@pytest.mark.parametrize("after", ["asserted", "given", "renewed"])
@plain
def test_what_proves_a_no_proves_no_yes(after, kind):
    """(D1, D4) A no by the same proof is taken."""
    home = house.build()
    subject = house.arrive(home.event, house.WANG)[0].subject_id
    trail.record("contact.changed", by=BY, at=AT, subject=subject)
    step = ConsentEvent.objects.get(consent__subject=subject, after="given")
    step.pk, step.number, step.after, step.evidence = uuid4(), 9, after, _proof(subject, kind)
    step._state.adding = True
    with pytest.raises(IntegrityError, match="what proves a no proves no yes"), transaction.atomic():
        step.save(force_insert=True)
    step.after = "withdrawn"
    step.save(force_insert=True)
    assert Consent.objects.get(subject=subject, purpose="phone_contact").events.filter(evidence__kind=kind).count() == 1


@proves("consent_evidence_same")
@pytest.mark.parametrize("change", ["kind = 'speech'", "digest = 'z'", "created_at = '2026-01-01 00:00:00+00:00'"])
@plain
def test_a_proof_stays_what_it_is(change):
    """(D4, O1) What proves a no is not made to prove a yes afterwards; its sealed detail may go."""
    home = house.build()
    row = _proof(house.arrive(home.event, house.WANG)[0].subject_id)
    with pytest.raises(IntegrityError, match="a proof stays what it is"), transaction.atomic():
        run(f"UPDATE consent_evidence SET {change}")
    Evidence.objects.filter(pk=row.pk).update(detail=None)
    row.refresh_from_db()
    assert (row.kind, row.digest, row.created_at) == ("refusal", "y", AT)
