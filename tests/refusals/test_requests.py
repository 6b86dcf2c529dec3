"""What the tables of people's requests and of notices refuse by themselves."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import trail
from audit.trail import Self_
from consent.drafting import drafts
from consent.models import Consent, ConsentReview, NoticeCopy, NoticeDelivery, NoticeVersion, RightsRequest
from consent.requests import asking, deciding
from contacts import hold
from contacts.models import Contact, OwnVisit
from tests import house
from tests.audit.cast import run
from tests.refusals.naming import AT, BY, plain, proves, real, trigger, wang


@pytest.fixture
def row():
    """Wang's request to have something corrected, and the house."""
    home = house.build()
    subject = wang(home)
    return home, asking.ask(subject=subject, kind="correction", words="x", road="letter", by=Self_(subject), at=AT)


def refused(sql, *, match="", of=IntegrityError):
    subject = RightsRequest.objects.values_list("subject", flat=True).first()
    with pytest.raises(of, match=match), transaction.atomic():
        trail.record("person.request", by=BY, at=AT, subject=subject)
        run(sql)
        connection.check_constraints()


@proves("decided_request_has_a_time", "refused_request_has_a_ground")
@plain
def test_decided_means_decided_at_some_time_and_a_no_has_its_ground(row):
    refused("UPDATE consent_rightsrequest SET state = 'answered'", match="decided_request_has_a_time")
    refused("UPDATE consent_rightsrequest SET decided_at = received_at", match="decided_request_has_a_time")
    refused(
        "UPDATE consent_rightsrequest SET state = 'refused', decided_at = received_at", match="refused_request_has_a_ground"
    )
    refused("UPDATE consent_rightsrequest SET ground = 'statute'", match="refused_request_has_a_ground")


@proves(*trigger("consent_rightsrequest", "audit", "insert", "update", "delete"))
@real
def test_no_request_changes_without_an_entry(row):
    with pytest.raises(IntegrityError), transaction.atomic():
        run("UPDATE consent_rightsrequest SET due_known = NOT due_known")
    assert RightsRequest.objects.get().due_known is True


@proves("consent_rightsrequest_decided", "consent_rightsrequest_stays")
@plain
def test_what_was_decided_stays_decided_and_no_request_is_deleted(row):
    home, asked = row
    refused("DELETE FROM consent_rightsrequest", match="requests stay")
    deciding.refuse(request_id=asked.pk, ground="others", words="y", by=home.chen, at=AT)
    for change in ("state = 'answered', ground = ''", "ground = 'statute'", "kind = 'access'", "due_on = '2027-01-01'"):
        refused(f"UPDATE consent_rightsrequest SET {change}", match="stays decided")
    trail.record("person.request", by=BY, at=AT, subject=asked.subject_id)
    run("UPDATE consent_rightsrequest SET words = NULL, answer = NULL")  # as an erasure does
    assert RightsRequest.objects.get().answer is None


@proves("consent_rightsrequest_hold")
@plain
def test_under_a_hold_the_words_of_a_request_stay(row):
    home, asked = row
    contact = Contact.objects.get(pk=asked.subject_id)
    hold.place(contact=contact, case_ref="7", reason="dispute", review_on=AT.date(), by=home.chen, at=AT)
    refused("UPDATE consent_rightsrequest SET words = NULL", match="a legal hold stands", of=DatabaseError)
    assert RightsRequest.objects.get().words is not None


@proves("contacts.OwnVisit.token_hash")
@plain
def test_a_token_opens_one_visit():
    values = {"token_hash": "x", "fingerprint": b"f" * 16, "code_hash": "y", "created_at": AT, "expires_at": AT}
    OwnVisit.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnVisit.objects.create(**values)


@proves("consent_noticeversion_two", "consent_noticeversion_born")
@plain
def test_nobody_publishes_a_notice_alone():
    home = house.build()
    draft = drafts.start(code="event", by=home.chen, at=AT)
    alone = {"published_at": AT, "published_by": home.chen, "content_hash": "x" * 64}
    for proposed in ({}, {"proposed_by": home.chen}, {"published_by": None}, {"published_by": None, "proposed_by": home.chen}):
        with pytest.raises(IntegrityError, match="a second person"), transaction.atomic():
            NoticeVersion.objects.filter(pk=draft.pk).update(**(alone | proposed))
    with pytest.raises(IntegrityError, match="a second person"), transaction.atomic():
        NoticeVersion.objects.create(notice=draft.notice, number=7, content={}, created_at=AT, **alone)
    assert NoticeVersion.objects.filter(pk=draft.pk).update(**alone, proposed_by=home.zhao) == 1


@proves("one_delivery_per_person")
@plain
def test_a_change_reaches_a_person_once(row):
    _home, asked = row
    values = {"version": NoticeVersion.objects.get(), "subject_id": asked.subject_id, "made_at": AT}
    NoticeDelivery.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeDelivery.objects.create(**values)


@proves("review_that_refuses_says_why", *trigger("consent_consentreview", "grows", "insert", "update", "delete"))
@plain
def test_a_verdict_has_its_reason_and_stays(row):
    home, asked = row
    head = Consent.objects.filter(subject_id=asked.subject_id).first()
    values = {"consent": head, "event": head.events.first(), "kind": "paper", "by": home.chen, "at": AT}
    for wrong in ({"verdict": "accepted", "reason": "minor"}, {"verdict": "returned", "reason": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ConsentReview.objects.create(**values, **wrong)
    ConsentReview.objects.create(**values, verdict="returned", reason="unsigned")
    for change in ("UPDATE consent_consentreview SET verdict = 'accepted', reason = ''", "DELETE FROM consent_consentreview"):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(change)
    assert ConsentReview.objects.get().verdict == "returned"


@proves("one_copy_per_language", *trigger("consent_noticecopy", "grows", "insert", "update", "delete"))
@plain
def test_what_was_shown_stays_and_stands_once_in_each_language(row):
    kept = NoticeCopy.objects.get(language="zh")
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeCopy.objects.create(version=kept.version, language="zh", page=b"x", form=b"y")
    for change in ("UPDATE consent_noticecopy SET language = 'fr'", "DELETE FROM consent_noticecopy"):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(change)
    assert bytes(NoticeCopy.objects.get(language="zh").page) == bytes(kept.page)
