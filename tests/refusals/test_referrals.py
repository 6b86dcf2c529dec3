"""What the table of links to pass on refuses by itself (C9)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import trail
from consent.models import Subject
from contacts import hold, referring
from contacts.models import Contact, Referral
from tests import house
from tests.audit.cast import run
from tests.refusals.naming import AT, BY, plain, proves, real, trigger, wang

DAY = timedelta(days=1)


def made(home):
    contact = Contact.objects.select_related("event", "subject").get(pk=wang(home))
    return referring.make(contact=contact, by=home.li, at=AT)


def another(home, referrer, **changed):
    told = {"code": "another", "created_at": AT, "ends_at": AT + DAY, "ended_at": AT}
    return Referral.objects.create(referrer_id=referrer, event=home.event, **(told | changed))


@proves(*trigger("contacts_referral", "audit", "insert", "update", "delete"))
@real
def test_no_link_is_made_changed_or_deleted_without_an_entry():
    """(C9)"""
    home = house.build()
    link = made(home)
    for sql in ("UPDATE contacts_referral SET named_at = created_at", "DELETE FROM contacts_referral"):
        with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
            run(sql)
    with pytest.raises(IntegrityError, match="no entry in the trail"), transaction.atomic():
        another(home, link.referrer_id)
        connection.check_constraints()
    assert list(Referral.objects.values_list("pk", "named_at")) == [(link.pk, None)]


@proves("referral_ends", "one_open_referral", "contacts.Referral.code")
@pytest.mark.parametrize("wrong", ["no end", "a second one", "one code"])
@plain
def test_every_link_has_an_end_and_a_code_and_nobody_has_two(wrong):
    """(C9)"""
    home = house.build()
    link = made(home)
    changed = {"no end": {"ends_at": AT}, "a second one": {"ended_at": None}, "one code": {"code": link.code}}[wrong]
    trail.record("referral.made", by=BY, at=AT, subject=link.referrer_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        another(home, link.referrer_id, **changed)
    another(home, link.referrer_id)  # without the fault it is taken
    assert Referral.objects.count() == 2


@proves("contacts_referral_stays")
@pytest.mark.parametrize("change", ["reopened", "another person", "longer", "another code"])
@plain
def test_a_link_is_whose_it_was_and_ended_for_good(change):
    """(C9)"""
    home = house.build()
    link, other = made(home), Subject.objects.create(pk=uuid4(), created_at=AT)
    for pk in (link.referrer_id, other.pk):
        trail.record("referral.ended", by=BY, at=AT, subject=pk)
    if change == "reopened":
        referring.end(link, by=home.li, at=AT)
    values = {
        "reopened": {"ended_at": None},
        "another person": {"referrer": other},
        "longer": {"ends_at": AT + 99 * DAY},
        "another code": {"code": "another"},
    }[change]
    with pytest.raises(DatabaseError, match="ended for good"), transaction.atomic():
        Referral.objects.filter(pk=link.pk).update(**values)


@proves("contacts_referral_hold")
@plain
def test_under_a_hold_a_link_stays():
    """(C9, J2)"""
    home = house.build()
    link = made(home)
    contact = Contact.objects.get(pk=link.referrer_id)
    hold.place(contact=contact, case_ref="7", reason="dispute", review_on=AT.date(), by=home.chen, at=AT)
    with pytest.raises(IntegrityError, match="a legal hold stands"), transaction.atomic():
        run("DELETE FROM contacts_referral")
    standing = hold.standing().get()
    hold.ask_to_lift(hold_id=standing.pk, by=home.chen, at=AT)
    hold.lift(hold_id=standing.pk, by=home.zhao, at=AT)
    run("DELETE FROM contacts_referral")
    assert Referral.objects.count() == 0
