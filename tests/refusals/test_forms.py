"""What the database refuses about forms of consent, ages and guardians (C2, C4, C12)."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from audit import trail
from consent.models import Consent, ConsentEvent, Evidence, Guardian, Subject
from contacts import hold
from contacts.models import Contact
from tests import house
from tests.audit.cast import run
from tests.refusals.naming import AT, BY, plain, proves, real, trigger, wang
from vault import sealing

DAY = house.timedelta(days=1)


@pytest.fixture
def home(db):
    return house.build()


def evidence(subject, kind):
    return Evidence.objects.create(subject_id=subject, kind=kind, digest="x", created_at=AT)


def agreed(home, subject, **more):
    """A guardian's row; its entry is written by whoever asks for it."""
    proof = more.pop("evidence", None) or evidence(subject, "paper")
    told = {"subject_id": subject, "relation": "parent", "evidence": proof, "reviewed_by": home.chen, "reviewed_at": AT}
    return Guardian.objects.create(**told | {"valid_until": AT + DAY} | more)


@proves("consent_consent_written_insert", "consent_consent_written_update", "consent_consentevent_written")
@plain
def test_no_yes_is_in_writing_without_signed_paper_of_that_person(home):
    """C4: neither as a head nor as a step, neither new nor changed; a code is no paper, and another's paper is not theirs."""
    subject, other = wang(home), house.arrive(home.event, house.ZHOU)[0].subject_id
    evidence(other, "paper")
    trail.record("contact.changed", by=BY, at=AT, subject=subject)
    head, event = Consent.objects.get(subject=subject), ConsentEvent.objects.filter(consent__subject=subject).latest("number")

    def another(model, row, **changed):
        fresh = model.objects.get(pk=row.pk)
        fresh.pk, fresh._state.adding = uuid4(), True
        for name, value in changed.items():
            setattr(fresh, name, value)
        return lambda: fresh.save(force_insert=True)

    step = {"number": 9, "form": "written", "evidence": Evidence.objects.get(subject=other, kind="paper")}
    roads = [
        lambda: Consent.objects.filter(pk=head.pk).update(form="written"),
        another(Consent, head, channel="sms", form="written"),
        another(ConsentEvent, event, **step),
        another(ConsentEvent, event, **step | {"evidence": None}),
        another(ConsentEvent, event, **step | {"evidence": Evidence.objects.filter(subject=subject).first()}),
    ]
    for road in roads:
        with pytest.raises(IntegrityError, match="signed paper|shows its evidence"), transaction.atomic():
            road()
    another(ConsentEvent, event, **step | {"evidence": evidence(subject, "paper")})()
    assert Consent.objects.filter(pk=head.pk).update(form="written") == 1


@proves("consent_consentevent_evidence")
@plain
def test_no_yes_comes_without_evidence_of_that_person_but_what_rested_stands_on_what_it_had(home):
    """C1: neither given nor renewed; another's evidence is not theirs; and nothing rested that had none."""
    subject, other = wang(home), house.arrive(home.event, house.ZHOU)[0].subject_id
    trail.record("contact.changed", by=BY, at=AT, subject=subject)
    event = ConsentEvent.objects.filter(consent__subject=subject, after="given").get()
    asked = Consent.objects.create(
        subject_id=subject,
        purpose=event.consent.purpose,
        channel="sms",
        state="requested",
        notice_version=event.notice_version,
        source="visitor",
        grade="D",
        changed_at=AT,
    )

    def step(consent, number=9, **told):
        row = {"pk": uuid4(), "consent": consent, "number": number, "form": "general"} | told
        fresh = ConsentEvent.objects.get(pk=event.pk)
        fresh._state.adding = True
        for name, value in row.items():
            setattr(fresh, name, value)
        return lambda: fresh.save(force_insert=True)

    theirs, foreign = evidence(subject, "otp"), evidence(other, "otp")
    roads = [step(event.consent, after=after, evidence=proof) for after in ("given", "renewed") for proof in (None, foreign)]
    roads += [step(asked, before="suspended", after="given", evidence=None)]
    roads += [step(event.consent, before="suspended", after="given", evidence=foreign)]
    for road in roads:
        with pytest.raises(IntegrityError, match="shows its evidence"), transaction.atomic():
            road()
    step(event.consent, after="renewed", evidence=theirs)()
    step(event.consent, 10, before="suspended", after="given", evidence=None)()
    step(event.consent, 11, after="withdrawn", evidence=None)()  # a no needs none
    assert ConsentEvent.objects.filter(consent__subject=subject, number__gte=9).count() == 3


@proves("consent_subject_age_insert", "consent_subject_age_update")
@plain
def test_an_age_has_its_time_and_is_one_of_three_and_a_child_has_a_guardian(home):
    """C12: on both roads; a guardian's row may come first in the same act."""
    subject = wang(home)
    bad = [{"age": "youth", "age_at": None}, {"age": None, "age_at": AT}, {"age": "12", "age_at": AT}]
    for told in [*bad, {"age": "child", "age_at": AT}]:
        with pytest.raises(IntegrityError, match="without a guardian"), transaction.atomic():
            Subject.objects.filter(pk=subject).update(**told)
        with pytest.raises(IntegrityError, match="without a guardian"), transaction.atomic():
            Subject.objects.create(created_at=AT, **told)
    trail.record("contact.changed", by=BY, at=AT, subject=subject)
    agreed(home, subject)
    assert Subject.objects.filter(pk=subject).update(age="child", age_at=AT) == 1
    with pytest.raises(IntegrityError, match="without a guardian"), transaction.atomic():
        Subject.objects.filter(pk=subject).update(age_at=AT + DAY)
    assert Subject.objects.filter(pk=subject).update(age="youth", age_at=AT + DAY) == 1


@proves("guardian_consent_has_an_end", "consent_guardian_paper", "consent_guardian_fixed", "consent_guardian_stays")
@plain
def test_a_guardian_agrees_on_paper_of_that_child_until_a_day_and_it_stays(home):
    subject, other = wang(home), house.arrive(home.event, house.ZHOU)[0].subject_id
    trail.record("contact.changed", by=BY, at=AT, subject=subject)
    for proof in (evidence(subject, "otp"), evidence(other, "paper")):
        with pytest.raises(IntegrityError, match="on paper"), transaction.atomic():
            agreed(home, subject, evidence=proof)
    with pytest.raises(IntegrityError), transaction.atomic():
        agreed(home, subject, valid_until=AT)
    row = agreed(home, subject)
    changes = {"relation": "relative", "valid_until": AT + 2 * DAY, "reviewed_by": home.li, "reviewed_at": AT - DAY}
    for column, value in changes.items():
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
            Guardian.objects.filter(pk=row.pk).update(**{column: value})
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        run("DELETE FROM consent_guardian")
    assert Guardian.objects.filter(pk=row.pk).update(name=None) == 1


@proves(*trigger("consent_guardian", "audit", "insert", "update", "delete"))
@real
def test_no_guardian_comes_changes_or_goes_without_an_entry():
    """C12, I9: as every row about a person."""
    home = house.build()
    subject = wang(home)
    proof = evidence(subject, "paper")
    with pytest.raises(DatabaseError, match="no entry"), transaction.atomic():
        agreed(home, subject, evidence=proof)
    with transaction.atomic():
        trail.record("guardian.accepted", by=home.chen, at=AT, subject=subject)
        row = agreed(home, subject, evidence=proof)
    with pytest.raises(DatabaseError, match="no entry"), transaction.atomic():
        Guardian.objects.filter(pk=row.pk).update(name=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        run("DELETE FROM consent_guardian")
    assert Guardian.objects.count() == 1


@proves("consent_guardian_hold")
@plain
def test_under_a_hold_a_guardians_name_stays(home):
    """J2: the child's key and everything under it is needed."""
    subject = wang(home)
    trail.record("contact.changed", by=BY, at=AT, subject=subject)
    row = agreed(home, subject)
    row.name = sealing.seal_text("王母", field_id="consent.guardian.name", row=row.pk, owner=subject)
    row.save()
    contact = Contact.objects.get(pk=subject)
    hold.place(contact=contact, case_ref="7", reason="dispute", review_on=AT.date(), by=home.chen, at=AT)
    with pytest.raises(DatabaseError, match="a legal hold stands"), transaction.atomic():
        Guardian.objects.update(name=None)
    with transaction.atomic():
        row.name = sealing.seal_text("王母", field_id="consent.guardian.name", row=row.pk, owner=subject)
        row.save()  # sealed anew under a next suite it may be
