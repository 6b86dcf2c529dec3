"""What the table of people's requests refuses by itself."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import trail
from audit.trail import Self_
from consent.models import RightsRequest
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
